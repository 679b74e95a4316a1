/* test_call.c - a call is answered once or dropped, its id dies with it, and none is lost. */
#include "../support/small_world.h"

#include "flow/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MS NS_PER_MS
#define USER(more)                                                                                 \
    "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", "                      \
    "\"rate\": {\"kind\": \"metronome\", \"count\": 1}" more "}"

static struct meter *meter_of(struct small_world *s)
{
    return &client_get(&s->w, 0)->meter;
}

/* The only call there is: the one that is not free. */
static uint32_t only_call(const struct small_world *s)
{
    uint32_t id = 0;
    assert_int_equal(s->w.calls->in_flight, 1);
    while (call_get(&s->w, id)->state == CALL_FREE)
        id++;
    return id;
}

static struct small_world *one_in_flight(const char *objects)
{
    struct small_world *s = small_world_open(objects, NULL);
    small_world_run(s, 1 * MS);
    return s;
}

static void an_answered_call_is_closed_and_its_id_dies(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(""));
    uint32_t id = only_call(s), generation = call_get(&s->w, id)->generation;
    assert_true(call_live(&s->w, id, generation));
    call_reply(&s->w, id, OUTCOME_ERROR);
    assert_false(call_live(&s->w, id, generation));
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(meter_of(s)->by_outcome[OUTCOME_ERROR], 1);
    small_world_close(s);
}

static void a_slot_is_used_again_under_another_generation(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(""));
    uint32_t old = only_call(s), generation = call_get(&s->w, old)->generation;
    call_reply(&s->w, old, OUTCOME_OK);
    uint32_t id = call_take(&s->w);
    assert_int_equal(id, old);
    assert_false(call_live(&s->w, id, generation));
    assert_int_equal(s->w.calls->count, 1);
    small_world_close(s);
}

static void who_abandons_goes_on_and_leaves_an_orphan_at_work(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(", \"timeout\": \"10ms\""));
    uint32_t old = only_call(s);
    small_world_run(s, 20 * MS);
    assert_int_equal(meter_of(s)->by_outcome[OUTCOME_TIMEOUT], 1);
    assert_int_equal(s->stub.orphaned, 1);
    assert_int_equal(only_call(s), old); /* the work goes on under the old id */
    assert_true(call_get(&s->w, old)->flags & CALL_ORPHAN);
    call_reply(&s->w, old, OUTCOME_OK);
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(meter_of(s)->latency.count, 0); /* nobody hears it */
    small_world_close(s);
}

static void where_work_is_cancelled_abandoning_leaves_nothing(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(", \"timeout\": \"10ms\""));
    s->stub.cancels = true;
    small_world_run(s, 20 * MS);
    assert_int_equal(s->stub.cancelled, 1);
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(meter_of(s)->by_outcome[OUTCOME_TIMEOUT], 1);
    small_world_close(s);
}

static void a_severed_call_answers_under_a_new_id(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(""));
    uint32_t id = only_call(s), generation = call_get(&s->w, id)->generation;
    call_sever(&s->w, id, OUTCOME_CRASHED);
    assert_false(call_live(&s->w, id, generation)); /* its old events find nobody */
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(s->w.calls->count, 2); /* the caller had another id */
    assert_int_equal(meter_of(s)->by_outcome[OUTCOME_CRASHED], 1);
    small_world_close(s);
}

static void a_severed_orphan_tells_nobody(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(", \"timeout\": \"10ms\""));
    small_world_run(s, 20 * MS);
    call_sever(&s->w, only_call(s), OUTCOME_CRASHED);
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(meter_of(s)->by_outcome[OUTCOME_CRASHED], 0);
    small_world_close(s);
}

static void a_dropped_call_tells_nobody(void **state)
{
    (void)state;
    struct small_world *s = one_in_flight(USER(""));
    s->stub.cancels = true;
    call_drop(&s->w, only_call(s));
    assert_int_equal(s->stub.cancelled, 1);
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(meter_of(s)->offered, 1);
    assert_int_equal(meter_failed(meter_of(s)) + meter_of(s)->latency.count, 0);
    small_world_close(s);
}

/* The rooms' checks, after every event, count the calls one by one. */
static void none_is_lost_among_many_that_fail_and_retry(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"rate\": {\"kind\": "
        "\"metronome\", \"gap\": \"1ms\", \"count\": 400}, \"timeout\": \"5ms\", \"retry\": {\"kind\": "
        "\"retry\", \"attempts\": 3, \"backoff\": \"2ms\"}}",
        NULL);
    stub_answers(s, { 3 * MS, OUTCOME_OK }, { 9 * MS, OUTCOME_OK }, { 0, OUTCOME_ERROR },
                 { 5 * MS, OUTCOME_OK }, { 4 * MS, OUTCOME_UNAVAILABLE });
    small_world_run(s, 300 * MS);
    stub_answers(s, { 1 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_int_equal(meter_of(s)->offered, 400);
    assert_int_equal(meter_failed(meter_of(s)) + meter_of(s)->latency.count, 400);
    small_world_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answered_call_is_closed_and_its_id_dies),
        cmocka_unit_test(a_slot_is_used_again_under_another_generation),
        cmocka_unit_test(who_abandons_goes_on_and_leaves_an_orphan_at_work),
        cmocka_unit_test(where_work_is_cancelled_abandoning_leaves_nothing),
        cmocka_unit_test(a_severed_call_answers_under_a_new_id),
        cmocka_unit_test(a_severed_orphan_tells_nobody),
        cmocka_unit_test(a_dropped_call_tells_nobody),
        cmocka_unit_test(none_is_lost_among_many_that_fail_and_retry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
