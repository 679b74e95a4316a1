/* test_engine.c - the order (time, phase, age), handles, lanes, and that no queue can be told from
 * another. */
#include "orrery/engine.h"

#include "base/arena.h"
#include "orrery/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

#define SEEN_MAX 200000
#define THINGS 64
#define LANES 3

/* The engine never looks inside a world, so a test may bring its own. */
struct world {
    struct arena *arena;
    struct engine *engine;
    struct rng rng;
    uint32_t seen[SEEN_MAX], seen_count;
    uint32_t lanes[LANES], generations[THINGS], left;
    bool stages; /* handlers stage what they schedule */
    struct event_id handles[THINGS];
};

static void on_note(struct world *w, uint32_t a, uint32_t b)
{
    (void)b;
    if (w->seen_count < SEEN_MAX) w->seen[w->seen_count++] = a;
}

static bool note_live(const struct world *w, uint32_t a, uint32_t b)
{
    return w->generations[a % THINGS] == b;
}

static const struct event_type in_phase[PHASE_COUNT] = {
    { EVENT("fault"), .fire = on_note, .phase = PHASE_FAULT },
    { EVENT("control"), .fire = on_note, .phase = PHASE_CONTROL },
    { EVENT("work"), .fire = on_note, .phase = PHASE_WORK },
    { EVENT("arrival"), .fire = on_note, .phase = PHASE_ARRIVAL },
    { EVENT("observe"), .fire = on_note, .phase = PHASE_OBSERVE },
};
static const struct event_type *const note = &in_phase[PHASE_WORK];
static const struct event_type mortal = {
    EVENT("mortal"), .fire = on_note, .live = note_live, .phase = PHASE_WORK
};

static struct world *world_open(bool heap_queue)
{
    struct arena *a = arena_open();
    struct world *w = arena_alloc(a, sizeof *w);
    w->arena = a;
    w->engine = engine_open(a, w, (struct engine_options){ .heap_queue = heap_queue });
    w->rng = rng_open(42);
    return w;
}

static void world_close(struct world *w)
{
    arena_close(w->arena);
}

static void assert_seen(const struct world *w, const uint32_t *wanted, uint32_t count)
{
    assert_int_equal(w->seen_count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(w->seen[i], wanted[i]);
}
#define assert_order(w, ...)                                                                       \
    assert_seen(w, (const uint32_t[]){ __VA_ARGS__ },                                              \
                sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void events_fire_by_time_then_phase_then_age(void **state)
{
    (void)state;
    for (int heap = 0; heap < 2; heap++) {
        struct world *w = world_open(heap);
        engine_at(w->engine, 20, note, 1, 0);
        engine_at(w->engine, 10, &in_phase[PHASE_OBSERVE], 2, 0);
        engine_at(w->engine, 10, &in_phase[PHASE_ARRIVAL], 3, 0);
        engine_at(w->engine, 10, note, 4, 0);
        engine_at(w->engine, 10, note, 5, 0);
        engine_at(w->engine, 10, &in_phase[PHASE_FAULT], 6, 0);
        engine_at(w->engine, 10, &in_phase[PHASE_CONTROL], 7, 0);
        engine_at(w->engine, 0, note, 8, 0);
        engine_run(w->engine, 100);
        assert_order(w, 8, 6, 7, 4, 5, 3, 2, 1);
        assert_int_equal(engine_event_count(w->engine), 8);
        world_close(w);
    }
}

static void on_now(struct world *w, uint32_t a, uint32_t b)
{
    on_note(w, a, b);
    engine_at(w->engine, engine_now(w->engine), &in_phase[b], a + 1, 0);
}

static const struct event_type now_too = { EVENT("now"), .fire = on_now, .phase = PHASE_WORK };

static void what_is_scheduled_for_now_joins_its_phase(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    engine_at(w->engine, 5, &now_too, 10, PHASE_WORK);
    engine_at(w->engine, 5, &now_too, 20, PHASE_FAULT);
    engine_at(w->engine, 5, &in_phase[PHASE_ARRIVAL], 30, 0);
    engine_run(w->engine, 5);
    /* 21 is a fault: before the work that was there already; 11 is the youngest work. */
    assert_order(w, 10, 20, 21, 11, 30);
    world_close(w);
}

static void the_clock_stands_where_the_run_ended(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    engine_at(w->engine, 10, note, 1, 0);
    engine_at(w->engine, 11, note, 2, 0);
    engine_at(w->engine, TIME_NEVER, note, 3, 0);
    engine_run(w->engine, 9);
    assert_int_equal(w->seen_count, 0);
    assert_int_equal(engine_now(w->engine), 9);
    engine_run(w->engine, 10);
    assert_order(w, 1);
    engine_run(w->engine, TIME_NEVER);
    assert_order(w, 1, 2); /* never does not come */
    world_close(w);
}

static void on_stop(struct world *w, uint32_t a, uint32_t b)
{
    on_note(w, a, b);
    engine_stop(w->engine);
}

static const struct event_type stop = { EVENT("stop"), .fire = on_stop, .phase = PHASE_WORK };

static void a_stopped_run_fires_nothing_more(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    engine_at(w->engine, 10, &stop, 1, 0);
    engine_at(w->engine, 10, note, 2, 0);
    engine_run(w->engine, 100);
    assert_order(w, 1);
    assert_true(engine_stopped(w->engine));
    assert_int_equal(engine_now(w->engine), 10);
    world_close(w);
}

static void a_cancelled_event_does_not_fire(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    struct event_id early = engine_timer(w->engine, 10, note, 1, 0);
    struct event_id later = engine_timer(w->engine, 20, note, 2, 0);
    assert_true(engine_cancel(w->engine, later));
    assert_false(engine_cancel(w->engine, later));
    engine_run(w->engine, 100);
    assert_order(w, 1);
    assert_false(engine_pending(w->engine, early));
    assert_false(engine_cancel(w->engine, early));
    assert_false(engine_cancel(w->engine, (struct event_id){ 0, 0 }));
    world_close(w);
}

static void a_stale_handle_does_not_touch_who_has_the_slot_now(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    struct event_id old = engine_timer(w->engine, 10, note, 1, 0);
    engine_run(w->engine, 10);
    struct event_id fresh = engine_timer(w->engine, 20, note, 2, 0);
    assert_int_equal(old.slot, fresh.slot);
    assert_false(engine_cancel(w->engine, old));
    assert_true(engine_pending(w->engine, fresh));
    engine_run(w->engine, 20);
    assert_order(w, 1, 2);
    world_close(w);
}

static void on_cancel(struct world *w, uint32_t a, uint32_t b)
{
    on_note(w, a, b);
    engine_cancel(w->engine, w->handles[b]);
}

static const struct event_type canceller = {
    EVENT("canceller"), .fire = on_cancel, .phase = PHASE_WORK
};

static void an_event_may_be_cancelled_in_its_own_instant(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    engine_at(w->engine, 10, &canceller, 1, 7);
    w->handles[7] = engine_timer(w->engine, 10, note, 2, 0);
    engine_at(w->engine, 10, note, 3, 0);
    engine_run(w->engine, 10);
    assert_order(w, 1, 3);
    engine_at(w->engine, 20, note, 4, 0); /* the slot is whole again */
    engine_run(w->engine, 20);
    assert_order(w, 1, 3, 4);
    world_close(w);
}

static void a_lane_keeps_its_order_among_events_of_the_same_instant(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    uint32_t lane = engine_lane(w->engine, 10, note);
    assert_int_equal(lane, engine_lane(w->engine, 10, note)); /* shared */
    engine_at(w->engine, 10, note, 1, 0);
    engine_lane_push(w->engine, lane, 2, 0);
    engine_at(w->engine, 10, note, 3, 0);
    engine_lane_push(w->engine, lane, 4, 0);
    engine_at(w->engine, 10, &in_phase[PHASE_FAULT], 5, 0);
    engine_run(w->engine, 10);
    assert_order(w, 5, 1, 2, 3, 4);
    world_close(w);
}

static void dead_events_of_a_lane_never_fire(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    uint32_t lane = engine_lane(w->engine, 10, &mortal);
    for (uint32_t i = 0; i < 40; i++)
        engine_lane_push(w->engine, lane, i, 0);
    for (uint32_t i = 0; i < 40; i++)
        if (i != 33) w->generations[i]++;
    engine_run(w->engine, 10);
    assert_order(w, 33);
    assert_int_equal(engine_event_count(w->engine), 1);
    assert_int_equal(engine_pending_count(w->engine), 0);
    world_close(w);
}

/* One of several things happens, drawn at random: many ties, cancels, lanes, dead entities. */
static void on_chaos(struct world *w, uint32_t a, uint32_t b);
static const struct event_type chaos = { EVENT("chaos"), .fire = on_chaos, .phase = PHASE_WORK };

static int64_t random_time(struct world *w)
{
    static const int64_t spans[] = { 1, 4, 100, 100000, 5000000000 };
    int64_t span = spans[rng_below(&w->rng, 5)];
    return engine_now(w->engine) + (int64_t)(rng_uniform(&w->rng) * (double)span);
}

static void schedule(struct world *w, const struct event_type *type, uint32_t a, uint32_t b)
{
    int64_t time_ns = random_time(w);
    if (w->stages)
        engine_stage(w->engine, time_ns, type, a, b);
    else
        engine_at(w->engine, time_ns, type, a, b);
}

static void on_chaos(struct world *w, uint32_t a, uint32_t b)
{
    on_note(w, a, b);
    uint32_t thing = rng_below(&w->rng, THINGS);
    if (w->left == 0) return;
    w->left--;
    schedule(w, &chaos, a + 1, b);
    uint32_t many = rng_below(&w->rng, 64) == 0 ? STAGED_MAX + 4 : 0; /* more than can be staged */
    for (uint32_t i = 0; i < many; i++)
        schedule(w, &in_phase[rng_below(&w->rng, PHASE_COUNT)], a, i);
    switch (rng_below(&w->rng, 8)) {
    case 0: engine_cancel(w->engine, w->handles[thing]); break;
    case 1: w->generations[thing]++; break;
    case 2: engine_lane_push(w->engine, w->lanes[thing % LANES], thing, w->generations[thing]); break;
    case 3: schedule(w, &mortal, thing, w->generations[thing]); break;
    default:
        w->handles[thing] = engine_timer(w->engine, random_time(w),
                                      &in_phase[rng_below(&w->rng, PHASE_COUNT)], a, thing);
    }
}

static struct world *chaos_staging(bool heap_queue, bool stages, uint64_t seed, uint32_t pending)
{
    static const int64_t delays[LANES] = { 0, 50, 2000000000 };
    struct world *w = world_open(heap_queue);
    w->rng = rng_open(seed);
    w->stages = stages;
    w->left = 20000;
    for (uint32_t i = 0; i < LANES; i++)
        w->lanes[i] = engine_lane(w->engine, delays[i], &mortal);
    for (uint32_t i = 0; i < pending; i++)
        engine_at(w->engine, random_time(w), &chaos, i, i);
    for (int64_t until_ns = 1; until_ns < TIME_MAX_NS / 4; until_ns *= 3)
        engine_run(w->engine, until_ns);
    return w;
}

static struct world *chaos_run(bool heap_queue, uint64_t seed, uint32_t pending)
{
    return chaos_staging(heap_queue, false, seed, pending);
}

static void what_is_staged_fires_as_if_it_had_been_sorted_in_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world *at_once = chaos_staging(false, false, seed, 1u << seed);
        struct world *staged = chaos_staging(false, true, seed, 1u << seed);
        struct world *heap = chaos_staging(true, true, seed, 1u << seed);
        assert_true(engine_event_count(staged->engine) > 20000);
        assert_true(engine_digest(staged->engine) == engine_digest(at_once->engine));
        assert_true(engine_digest(staged->engine) == engine_digest(heap->engine));
        assert_seen(staged, at_once->seen, at_once->seen_count);
        world_close(at_once);
        world_close(staged);
        world_close(heap);
    }
}

/* Before a run, and by a handler that is the last there is. */
static void what_is_staged_is_pending(void **state)
{
    (void)state;
    struct world *w = world_open(false);
    engine_stage(w->engine, 20, note, 2, 0);
    engine_stage(w->engine, 10, note, 1, 0);
    assert_int_equal(engine_pending_count(w->engine), 2);
    engine_run(w->engine, 15);
    assert_int_equal(engine_pending_count(w->engine), 1);
    engine_run(w->engine, 20);
    assert_order(w, 1, 2);
    world_close(w);
}

static void both_queues_give_the_same_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 16; seed++) {
        uint32_t pending = 1u << seed;
        struct world *radix = chaos_run(false, seed, pending), *heap = chaos_run(true, seed, pending);
        assert_int_equal(radix->left, 0);
        assert_true(engine_event_count(radix->engine) > 20000);
        assert_int_equal(engine_event_count(radix->engine), engine_event_count(heap->engine));
        assert_true(engine_digest(radix->engine) == engine_digest(heap->engine));
        assert_seen(radix, heap->seen, heap->seen_count);
        world_close(radix);
        world_close(heap);
    }
}

/* The front overflows with what is far off, then, at the same instant, with what comes before that. */
static void on_nearer(struct world *w, uint32_t a, uint32_t b)
{
    on_note(w, a, b);
    for (uint32_t i = 0; i < 200; i++)
        engine_at(w->engine, 1000000 + i * 7919 % 1000, note, i, 0);
    for (uint32_t i = 0; i < 200; i++)
        engine_at(w->engine, 1000 + i * 104729 % 500000, note, 1000 + i, 0);
}

static const struct event_type nearer = { EVENT("nearer"), .fire = on_nearer, .phase = PHASE_WORK };

static void what_is_pushed_later_may_come_sooner(void **state)
{
    (void)state;
    struct world *radix = world_open(false), *heap = world_open(true);
    struct world *both[] = { radix, heap };
    for (int i = 0; i < 2; i++) {
        engine_at(both[i]->engine, 1, &nearer, 9, 0);
        engine_run(both[i]->engine, 2000000);
        assert_int_equal(both[i]->seen_count, 401);
    }
    assert_seen(radix, heap->seen, heap->seen_count);
    assert_true(engine_digest(radix->engine) == engine_digest(heap->engine));
    world_close(radix);
    world_close(heap);
}

static void another_seed_gives_another_digest(void **state)
{
    (void)state;
    struct world *one = chaos_run(false, 1, 10), *two = chaos_run(false, 2, 10);
    assert_true(engine_digest(one->engine) != engine_digest(two->engine));
    world_close(one);
    world_close(two);
}

/* Whatever letter of the name differs, the time, the arguments, or what comes first. */
static uint64_t digest_of_two(const struct event_type *type, int64_t first_ns, int64_t then_ns,
                              uint32_t a, uint32_t b)
{
    struct world *w = world_open(false);
    engine_at(w->engine, first_ns, type, a, b);
    engine_at(w->engine, then_ns, note, 0, 0);
    engine_run(w->engine, 100);
    uint64_t digest = engine_digest(w->engine);
    world_close(w);
    return digest;
}

static void all_that_an_event_is_is_in_the_digest(void **state)
{
    (void)state;
    static const struct event_type names[] = {
        { EVENT("a.longer.name_1"), .fire = on_note, .phase = PHASE_WORK },
        { EVENT("b.longer.name_1"), .fire = on_note, .phase = PHASE_WORK },
        { EVENT("a.longer_name_1"), .fire = on_note, .phase = PHASE_WORK },
        { EVENT("a.longer.name_2"), .fire = on_note, .phase = PHASE_WORK },
        { EVENT("a.longer"), .fire = on_note, .phase = PHASE_WORK },
        { EVENT(""), .fire = on_note, .phase = PHASE_WORK },
    };
    enum { NAMES = sizeof names / sizeof *names, ALL = NAMES + 5 };
    uint64_t digests[ALL];
    for (uint32_t i = 0; i < NAMES; i++)
        digests[i] = digest_of_two(&names[i], 10, 20, 1, 2);
    digests[NAMES] = digest_of_two(&names[0], 11, 20, 1, 2);
    digests[NAMES + 1] = digest_of_two(&names[0], 10, 20, 2, 2);
    digests[NAMES + 2] = digest_of_two(&names[0], 10, 20, 1, 3);
    digests[NAMES + 3] = digest_of_two(&names[0], 20, 10, 1, 2);
    digests[NAMES + 4] = digest_of_two(&names[0], 10, 21, 1, 2);
    for (uint32_t i = 0; i < ALL; i++)
        for (uint32_t j = 0; j < i; j++)
            assert_true(digests[i] != digests[j]);
}

static double seconds_of_ties(uint32_t count)
{
    struct world *w = world_open(false);
    clock_t begin = clock();
    for (uint32_t i = 0; i < count; i++)
        engine_at(w->engine, 1000, note, i, 0);
    engine_run(w->engine, 1000);
    double took = (double)(clock() - begin) / CLOCKS_PER_SEC;
    assert_int_equal(w->seen_count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(w->seen[i], i);
    world_close(w);
    return took;
}

/* Measured: 1 ms for 10,000 and 11 ms for 100,000, so the limit allows for a very slow machine. */
static void a_hundred_thousand_ties_are_not_quadratic(void **state)
{
    (void)state;
    assert_true(seconds_of_ties(100000) < 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_fire_by_time_then_phase_then_age),
        cmocka_unit_test(what_is_scheduled_for_now_joins_its_phase),
        cmocka_unit_test(the_clock_stands_where_the_run_ended),
        cmocka_unit_test(a_stopped_run_fires_nothing_more),
        cmocka_unit_test(a_cancelled_event_does_not_fire),
        cmocka_unit_test(a_stale_handle_does_not_touch_who_has_the_slot_now),
        cmocka_unit_test(an_event_may_be_cancelled_in_its_own_instant),
        cmocka_unit_test(a_lane_keeps_its_order_among_events_of_the_same_instant),
        cmocka_unit_test(dead_events_of_a_lane_never_fire),
        cmocka_unit_test(what_is_staged_fires_as_if_it_had_been_sorted_in_at_once),
        cmocka_unit_test(what_is_staged_is_pending),
        cmocka_unit_test(both_queues_give_the_same_run),
        cmocka_unit_test(what_is_pushed_later_may_come_sooner),
        cmocka_unit_test(another_seed_gives_another_digest),
        cmocka_unit_test(all_that_an_event_is_is_in_the_digest),
        cmocka_unit_test(a_hundred_thousand_ties_are_not_quadratic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
