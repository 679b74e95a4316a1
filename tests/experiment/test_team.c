/* test_team.c - whatever threads do, replications arrive in order, once, and none too early. */
#include "base/arena.h"
#include "experiment/team.h"
#include "orrery/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define REPLICATIONS 40

/* What the fake replications do and see. Plain members are touched by take (one thread) only. */
struct story {
    struct experiment_options options;
    struct replica_plan plan;
    atomic_uint begun, taken, ahead_max;
    uint32_t order[REPLICATIONS];
    uint32_t take_until; /* take says no at this one */
    uint32_t fail_from;  /* this and every later replication fails */
    uint32_t hang_from;  /* this and every later one runs until it is stopped */
    atomic_bool interrupt;
};

static struct story *story_of(const struct replica_plan *plan)
{
    return (struct story *)((char *)(uintptr_t)plan - offsetof(struct story, plan));
}

static void nap(uint32_t us)
{
    struct timespec t = { 0, (long)us * 1000 };
    nanosleep(&t, NULL);
}

static void fake_run(const struct replica_plan *plan, uint32_t index, struct diag *d, FILE *trace,
                     bool (*stop)(void *state, uint32_t index), void *state,
                     struct replica_watch *watch, struct replica *out)
{
    (void)d, (void)trace, (void)watch;
    struct story *s = story_of(plan);
    atomic_fetch_add(&s->begun, 1);
    uint32_t ahead = index - atomic_load(&s->taken), most = atomic_load(&s->ahead_max);
    while (ahead > most && !atomic_compare_exchange_weak(&s->ahead_max, &most, ahead))
        ;
    memset(out, 0, sizeof *out);
    nap((index * 7919) % 13 * 100); /* they finish in quite another order */
    out->digest = index;
    if (index >= s->fail_from) {
        out->status = REPLICA_FAILED;
        snprintf(out->failure, sizeof out->failure, "replication %u", index);
        return;
    }
    while (index >= s->hang_from && !stop(state, index))
        nap(500);
    out->status = index >= s->hang_from ? REPLICA_STOPPED : REPLICA_FINISHED;
    if (out->status == REPLICA_FINISHED) out->arena = arena_open();
}

static bool take(void *state, uint32_t index, struct replica *r)
{
    struct story *s = state;
    assert_int_equal(r->digest, index);
    s->order[atomic_fetch_add(&s->taken, 1)] = index;
    arena_close(r->arena);
    return index != s->take_until;
}

static struct team_result tell(struct story *s, uint32_t threads)
{
    struct team_result result;
    struct diag *d = diag_open();
    s->options.replications = REPLICATIONS;
    s->options.threads = threads;
    s->options.interrupt = &s->interrupt;
    s->plan.run = fake_run;
    s->plan.options = &s->options;
    s->plan.until_ns = 1000;
    team_run(&s->plan, d, take, s, &result);
    diag_close(d);
    for (uint32_t i = 0; i < result.taken; i++)
        assert_int_equal(s->order[i], i);
    return result;
}

#define STORY                                                                                      \
    {                                                                                              \
        .take_until = UINT32_MAX, .fail_from = UINT32_MAX, .hang_from = UINT32_MAX                 \
    }

static void replications_arrive_in_order_for_any_number_of_threads(void **state)
{
    (void)state;
    static const uint32_t threads[] = { 1, 2, 3, 8, 100 };
    for (uint32_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct story s = STORY;
        struct team_result r = tell(&s, threads[i]);
        assert_int_equal(r.taken, REPLICATIONS);
        assert_int_equal(atomic_load(&s.begun), REPLICATIONS);
        assert_int_equal(r.first_failure.status, REPLICA_FINISHED);
        assert_int_equal(r.threads, threads[i] < REPLICATIONS ? threads[i] : REPLICATIONS);
        assert_false(r.stopped);
    }
}

static void nobody_runs_far_ahead_of_the_store(void **state)
{
    (void)state;
    struct story s = STORY;
    tell(&s, 4);
    assert_true(atomic_load(&s.ahead_max) <= 8);
}

static void the_first_failure_is_the_one_reported(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 8; threads *= 2) {
        struct story s = STORY;
        s.fail_from = 11;
        struct team_result r = tell(&s, threads);
        assert_int_equal(r.taken, 11); /* those before it are whole */
        assert_int_equal(r.first_failure.status, REPLICA_FAILED);
        assert_string_equal(r.first_failure.failure, "replication 11");
        assert_true(atomic_load(&s.begun) <= 11 + threads);
    }
}

static void an_interruption_keeps_the_finished_prefix(void **state)
{
    (void)state;
    struct story s = STORY;
    s.hang_from = 5;
    atomic_store(&s.interrupt, true);
    struct team_result r = tell(&s, 3);
    assert_true(r.taken <= 5);
    assert_true(r.stopped);
    assert_false(r.limited);
}

static void a_time_limit_stops_what_would_never_end(void **state)
{
    (void)state;
    struct story s = STORY;
    s.hang_from = 5;
    s.options.wall_ns_max = 100000000;
    struct team_result r = tell(&s, 3);
    assert_int_equal(r.taken, 5);
    assert_true(r.stopped && r.limited);
}

static void a_store_that_fails_ends_the_work(void **state)
{
    (void)state;
    struct story s = STORY;
    s.take_until = 6;
    struct team_result r = tell(&s, 4);
    assert_int_equal(r.taken, 7);
    assert_true(atomic_load(&s.begun) < REPLICATIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replications_arrive_in_order_for_any_number_of_threads),
        cmocka_unit_test(nobody_runs_far_ahead_of_the_store),
        cmocka_unit_test(the_first_failure_is_the_one_reported),
        cmocka_unit_test(an_interruption_keeps_the_finished_prefix),
        cmocka_unit_test(a_time_limit_stops_what_would_never_end),
        cmocka_unit_test(a_store_that_fails_ends_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
