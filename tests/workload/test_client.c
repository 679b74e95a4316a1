/* test_client.c - who asks, and when: open loop, closed loop, figures, and what is refused. */
#include "../support/small_world.h"

#include "base/arena.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MS NS_PER_MS

#define CLIENT(name, fields) "{\"kind\": \"client\", \"name\": \"" name "\", " fields "}"
#define SHOP "\"target\": \"shop GET /\", "

static const struct meter *meter_of(const struct small_world *s)
{
    return &client_get(&s->w, 0)->meter;
}

static double figure_of(const struct small_world *s, const char *metric)
{
    const struct figure *f = recorder_figure(s->w.recorder, "clients", "user", metric);
    if (!f) fail_msg("no figure %s", metric);
    return f->value;
}

static bool has_figure(const struct small_world *s, const char *metric)
{
    return recorder_figure(s->w.recorder, "clients", "user", metric) != NULL;
}

static void report(struct small_world *s)
{
    workload_room.report(&s->w);
}

/* ------------------------------------------------------------------------- open loop */

static void an_open_loop_sends_whatever_became_of_its_calls(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"rate\": {\"kind\": \"metronome\", \"gap\": \"10ms\", \"count\": 5}"),
        NULL);
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offered, 5);
    assert_int_equal(s->w.calls->in_flight, 5);
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(s->stub.offers[i].at_ns, i * 10 * MS);
    assert_int_equal(meter_of(s)->offered, 5);
    small_world_close(s);
}

static void a_batch_sends_its_calls_at_once(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"rate\": {\"kind\": \"metronome\", \"batch\": 4, \"count\": 2}"),
        NULL);
    small_world_run(s, 0);
    assert_int_equal(s->stub.offered, 4);
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offered, 8);
    for (uint32_t i = 1; i < 8; i++)
        assert_int_not_equal(s->stub.offers[i].key, s->stub.offers[i - 1].key);
    small_world_close(s);
}

static void start_and_stop_bound_the_sending(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(CLIENT("user", SHOP "\"start\": \"2s\", \"stop\": \"5s\", "
                                             "\"rate\": {\"kind\": \"metronome\", \"count\": 100}"),
                         NULL);
    small_world_run(s, 60 * NS_PER_S);
    assert_int_equal(s->stub.offered, 3); /* at 2, 3 and 4 s */
    assert_int_equal(s->stub.offers[0].at_ns, 2 * NS_PER_S);
    assert_int_equal(s->stub.offers[2].at_ns, 4 * NS_PER_S);
    small_world_close(s);
}

static void assert_same_customers(const struct small_world *a, const struct small_world *b,
                                  uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(a->stub.offers[i].at_ns, b->stub.offers[i].at_ns);
        assert_int_equal(a->stub.offers[i].key, b->stub.offers[i].key);
        assert_int_equal(a->stub.offers[i].customer, b->stub.offers[i].customer);
        assert_int_equal(a->stub.offers[i].operation, b->stub.offers[i].operation);
    }
}

#define MIXED                                                                                      \
    "\"mix\": {\"shop GET /\": 3, \"shop GET /cart\": 1}, \"keys\": {\"kind\": \"zipf\", \"n\": "  \
    "99}, "                                                                                        \
    "\"rate\": {\"kind\": \"metronome\", \"gap\": \"1ms\", \"count\": 1000}"

static void two_variants_see_the_same_customers(void **state)
{
    (void)state;
    struct small_options o = { .pods = 4, .seed = 3 };
    struct small_world *a = small_world_open(CLIENT("user", MIXED), &o);
    struct small_world *b = small_world_open(
        CLIENT("early", SHOP "\"start\": \"9s\", \"rate\": {\"kind\": \"metronome\"}") ", " CLIENT(
            "user", MIXED ", \"balancer\": \"powerOfTwo\", \"retry\": {}, \"timeout\": \"9s\""),
        &o);
    stub_answers(a, { 3 * MS, OUTCOME_OK });
    stub_answers(b, { 8 * MS, OUTCOME_OK });
    small_world_run(a, 2 * NS_PER_S);
    small_world_run(b, 2 * NS_PER_S);
    assert_same_customers(a, b, 1000);
    uint32_t moved = 0;
    for (uint32_t i = 0; i < 1000; i++)
        moved += a->stub.offers[i].pod != b->stub.offers[i].pod;
    assert_true(moved > 500); /* the balancers did differ */
    small_world_close(a);
    small_world_close(b);
}

static void another_seed_brings_other_customers(void **state)
{
    (void)state;
    struct small_world *a = small_world_open(CLIENT("user", MIXED), NULL);
    struct small_world *b =
        small_world_open(CLIENT("user", MIXED), &(struct small_options){ .seed = 1 });
    small_world_run(a, 2 * NS_PER_S);
    small_world_run(b, 2 * NS_PER_S);
    uint32_t same = 0;
    for (uint32_t i = 0; i < 1000; i++)
        same += a->stub.offers[i].key == b->stub.offers[i].key;
    assert_int_equal(same, 0);
    small_world_close(a);
    small_world_close(b);
}

static void a_run_away_open_loop_stops_with_a_message(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(CLIENT("user", SHOP "\"rate\": {\"kind\": \"metronome\", \"count\": 9}"),
                         &(struct small_options){ .unchecked = true });
    engine_run(s->w.engine, 3 * NS_PER_S);
    s->w.calls->in_flight = IN_FLIGHT_MAX; /* as if: eight million would need a gigabyte */
    engine_run(s->w.engine, 60 * NS_PER_S);
    assert_non_null(s->w.failure);
    assert_non_null(
        strstr(s->w.failure, "client 'user': more than 8388608 calls in flight at 4.000 s"));
    assert_int_equal(engine_now(s->w.engine), 4 * NS_PER_S);
    assert_int_equal(s->stub.offered, 4);
    small_world_close(s);
}

/* ------------------------------------------------------------------------- closed loop */

static void a_user_calls_again_after_the_answer_and_a_think(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(CLIENT("user", SHOP "\"users\": 1, \"think\": \"100ms\""), NULL);
    stub_answers(s, { 30 * MS, OUTCOME_OK }, { 500 * MS, OUTCOME_ERROR }, { 1 * MS, OUTCOME_OK });
    small_world_run(s, 1000 * MS);
    static const int64_t at[] = { 100, 230, 830, 931 };
    assert_int_equal(s->stub.offered, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(s->stub.offers[i].at_ns, at[i] * MS);
    small_world_close(s);
}

static void each_user_has_one_call_under_way(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user",
               SHOP "\"users\": 50, \"think\": {\"kind\": \"exponential\", \"mean\": \"20ms\"}"),
        NULL);
    stub_answers(s, { 10 * MS, OUTCOME_OK });
    small_world_run(s, 6 * NS_PER_S); /* the room checks in flight <= users after every event */
    assert_int_equal(s->w.calls->count <= 50, true);
    /* The cycle of a user is 30 ms: 50 / 30 ms * 6 s = 10,000 calls, deviation about 67. */
    assert_in_range(s->stub.offered, 9700, 10300);
    small_world_close(s);
}

static void a_users_calls_are_the_same_however_slow_the_answers(void **state)
{
    (void)state;
    static const char scenario[] = CLIENT("user", "\"users\": 3, \"think\": \"10ms\", \"mix\": "
                                                  "{\"shop GET /\": 1, \"shop GET /cart\": 1}");
    struct small_world *fast = small_world_open(scenario, NULL);
    struct small_world *slow = small_world_open(scenario, NULL);
    stub_answers(fast, { 1 * MS, OUTCOME_OK });
    stub_answers(slow, { 9 * MS, OUTCOME_OK }, { 70 * MS, OUTCOME_OK }, { 2 * MS, OUTCOME_OK },
                 { 31 * MS, OUTCOME_OK });
    small_world_run(fast, NS_PER_S);
    small_world_run(slow, NS_PER_S);
    uint32_t seen[3] = { 0 };
    for (uint32_t i = 0; i < slow->stub.offered; i++) {
        uint32_t user = slow->stub.offers[i].customer, next = 0;
        for (uint32_t skip = seen[user]++;; next++)
            if (fast->stub.offers[next].customer == user && skip-- == 0) break;
        assert_int_equal(fast->stub.offers[next].key, slow->stub.offers[i].key);
        assert_int_equal(fast->stub.offers[next].operation, slow->stub.offers[i].operation);
    }
    assert_true(seen[0] > 5 && seen[1] > 5 && seen[2] > 5);
    small_world_close(fast);
    small_world_close(slow);
}

static void a_user_refused_at_once_comes_back_after_a_moment(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(CLIENT("user", SHOP "\"users\": 1"),
                                             &(struct small_options){ .no_pods = true });
    small_world_run(s, 100 * USER_PAUSE_NS);
    assert_int_equal(meter_of(s)->by_outcome[OUTCOME_UNAVAILABLE], 101);
    small_world_close(s);
}

static void users_join_evenly_over_the_ramp(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"users\": 5, \"start\": \"1s\", \"rampUp\": \"10s\""), NULL);
    small_world_run(s, 60 * NS_PER_S);
    assert_int_equal(s->stub.offered, 5);
    for (int64_t i = 0; i < 5; i++) {
        assert_int_equal(s->stub.offers[i].at_ns, (1 + 2 * i) * NS_PER_S);
        assert_int_equal(s->stub.offers[i].customer, i);
    }
    small_world_close(s);
}

static void users_stop_when_told(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"users\": 2, \"stop\": \"1s\", \"think\": \"300ms\""), NULL);
    stub_answers(s, { 100 * MS, OUTCOME_OK });
    small_world_run(s, 60 * NS_PER_S);
    assert_int_equal(s->stub.offered, 4); /* at 0.3 and 0.7; 1.1 s is too late */
    assert_int_equal(engine_pending_count(s->w.engine), 0);
    small_world_close(s);
}

static void a_journey_is_walked_in_order_by_each_user(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", "\"users\": 2, \"think\": \"10ms\", "
                       "\"journey\": [\"shop GET /\", \"shop GET /cart\", \"shop GET /\"]"),
        NULL);
    stub_answers(s, { 3 * MS, OUTCOME_OK }, { 11 * MS, OUTCOME_ERROR }, { 5 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    static const uint32_t operations[] = { 0, 1, 0 };
    uint32_t turns[2] = { 0 };
    for (uint32_t i = 0; i < s->stub.offered; i++) {
        const struct stub_offer *x = &s->stub.offers[i];
        assert_int_equal(x->operation, operations[turns[x->customer]++ % 3]);
    }
    assert_true(turns[0] > 10 && turns[1] > 10);
    const struct mix *m = &client_get(&s->w, 0)->mix;
    assert_int_equal(m->routes[0], m->routes[2]); /* one view of the shop, not two */
    small_world_close(s);
}

static void priority_travels_with_the_call(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"priority\": 200, \"rate\": {\"kind\": \"metronome\"}"), NULL);
    small_world_run(s, 0);
    assert_int_equal(s->stub.offers[0].priority, 200);
    small_world_close(s);
}

/* ------------------------------------------------------------------------- figures */

static void only_calls_sent_after_the_warm_up_count(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(CLIENT("user", SHOP "\"rate\": {\"kind\": \"metronome\", \"count\": 10}"),
                         &(struct small_options){ .warmup_ns = 4 * NS_PER_S });
    stub_answers(s, { 1500 * MS, OUTCOME_OK });
    small_world_run(s, 3999 * MS);
    assert_int_equal(meter_of(s)->offered, 4); /* for the series, until the warm-up ends */
    small_world_run(s, 4 * NS_PER_S);
    assert_int_equal(meter_of(s)->offered, 1); /* the call of that instant */
    small_world_run(s, 60 * NS_PER_S);
    assert_int_equal(meter_of(s)->offered, 6); /* sent at 4, 5, ... 9 s */
    assert_int_equal(meter_of(s)->latency.count, 6);
    assert_int_equal(meter_of(s)->stray_ok, 1); /* sent at 3 s, over at 4.5 */
    small_world_close(s);
}

static void figures_say_what_happened(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"rate\": {\"kind\": \"metronome\", \"count\": 4}, \"retry\": "
                            "{\"attempts\": 2, \"on\": [\"error\"], \"backoff\": \"0s\"}"),
        NULL);
    s->stub.reply_bytes = 1000;
    stub_answers(s, { 10 * MS, OUTCOME_OK }, { 10 * MS, OUTCOME_ERROR }, { 30 * MS, OUTCOME_OK },
                 { 10 * MS, OUTCOME_CRASHED }, { 20 * MS, OUTCOME_OK });
    small_world_run(s, 8 * NS_PER_S);
    report(s);
    assert_true(figure_of(s, "sent") == 4);
    assert_true(figure_of(s, "ok") == 3);
    assert_true(figure_of(s, "failed") == 1);
    assert_true(figure_of(s, "by_outcome.crashed") == 1);
    assert_true(figure_of(s, "availability") == 0.75);
    assert_true(figure_of(s, "throughput_per_s") == 3.0 / 8);
    assert_true(figure_of(s, "attempts") == 5.0 / 4);
    assert_true(figure_of(s, "bytes") == 3000);
    assert_true(fabs(figure_of(s, "latency_ms.max") - 40) < 1e-9); /* both attempts together */
    assert_false(has_figure(s, "users_hit"));
    small_world_close(s);
}

static void users_hit_counts_people_not_failures(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"users\": 3, \"rampUp\": \"30ms\", \"think\": \"100ms\""), NULL);
    /* Users call in turn 0, 1, 2, 0, 1, 2, ...: 1 fails twice, 2 once, 0 never. */
    stub_answers(s, { 1 * MS, OUTCOME_OK }, { 1 * MS, OUTCOME_ERROR }, { 1 * MS, OUTCOME_OK },
                 { 1 * MS, OUTCOME_OK }, { 1 * MS, OUTCOME_ERROR }, { 1 * MS, OUTCOME_ERROR },
                 { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    report(s);
    assert_true(figure_of(s, "failed") == 3);
    assert_true(figure_of(s, "users_hit") == 2);
    assert_true(figure_of(s, "users") == 3);
    assert_false(has_figure(s, "bytes"));
    small_world_close(s);
}

static void series_take_a_point_a_window(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user",
               SHOP "\"rate\": {\"kind\": \"metronome\", \"gap\": \"100ms\", \"count\": 20}"),
        NULL);
    stub_answers(s, { 50 * MS, OUTCOME_OK });
    for (int64_t second = 1; second <= 2; second++) {
        small_world_run(s, second * NS_PER_S - 1);
        workload_room.sample(&s->w, NS_PER_S);
    }
    const struct series *x = NULL;
    for (uint32_t i = 0; i < recorder_series_count(s->w.recorder); i++)
        if (!strcmp(recorder_series_at(s->w.recorder, i)->metric, "throughput_per_s"))
            x = recorder_series_at(s->w.recorder, i);
    assert_non_null(x);
    assert_string_equal(x->object, "user");
    assert_int_equal(x->count, 2);
    assert_true(x->points[0].value == 10 && x->points[1].value == 10);
    small_world_close(s);
}

static void memory_is_flat_in_the_length_of_the_run(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user", SHOP "\"users\": 20, \"think\": \"5ms\", \"timeout\": \"12ms\", \"retry\": "
                            "{\"backoff\": \"2ms\"}"),
        &(struct small_options){ .pods = 3, .unchecked = true });
    stub_answers(s, { 10 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    uint64_t allocations = memory_allocation_count();
    size_t bytes = arena_bytes(s->arena);
    small_world_run(s, 100 * NS_PER_S);
    assert_int_equal(memory_allocation_count(), allocations);
    assert_int_equal(arena_bytes(s->arena), bytes);
    assert_true(meter_of(s)->latency.count > 100000);
    small_world_close(s);
}

/* ------------------------------------------------------------------------- bad input */

static void assert_refused(const char *objects, const char *expected)
{
    const char *said = small_world_refusal(objects);
    if (!strstr(said, expected)) fail_msg("wanted: %s\nsaid: %s", expected, said);
}

#define BEAT "\"rate\": {\"kind\": \"metronome\"}"

static void clients_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    assert_refused(CLIENT("user", BEAT), "exactly one of target, mix and journey (as in");
    assert_refused(CLIENT("user", SHOP BEAT ", \"mix\": {\"shop GET /\": 1}"), "not several");
    assert_refused(CLIENT("user", "\"target\": \"shop GET /\""),
                   "exactly one of rate and users (as in");
    assert_refused(CLIENT("user", SHOP BEAT ", \"users\": 3"), "not both");
    assert_refused(CLIENT("user", SHOP "\"users\": 0"), "outside 1..");
    assert_refused(CLIENT("user", SHOP "\"users\": 8000001"), "outside 1..8");
    assert_refused(CLIENT("user", SHOP BEAT ", \"think\": \"1s\""), "think: it needs users");
    assert_refused(CLIENT("user", SHOP BEAT ", \"rampUp\": \"1s\""), "rampUp: it needs users");
    assert_refused(CLIENT("user", BEAT ", \"journey\": [\"shop GET /\"]"), "journey: it needs users");
    assert_refused(CLIENT("user", BEAT ", \"target\": \"shpo GET /\""), "did you mean 'shop'?");
    assert_refused(CLIENT("user", BEAT ", \"target\": \"shop GET /crat\""),
                   "did you mean 'GET /cart'?");
    assert_refused(CLIENT("user", BEAT ", \"target\": \"shop\""), "has 2 endpoints");
    assert_refused(CLIENT("user", BEAT ", \"mix\": {\"shop GET /x\": 1}"), "no endpoint 'GET /x'");
    assert_refused(CLIENT("user", BEAT ", \"mix\": {\"shop GET /\": 0}"), "at least one weight");
    assert_refused(CLIENT("user", BEAT ", \"mix\": {\"shop GET /\": -1}"), "outside 0..");
    assert_refused(CLIENT("user", BEAT ", \"mix\": {}"), "exactly one of target");
    assert_refused(CLIENT("user", "\"users\": 1, \"journey\": [\"shop GET /\", \"shop PUT /\"]"),
                   "no endpoint 'PUT /'");
    assert_refused(CLIENT("user", SHOP BEAT ", \"start\": \"2s\", \"stop\": \"1s\""),
                   "stop: it must come after start");
    assert_refused(CLIENT("user", SHOP BEAT ", \"stop\": \"0s\""), "outside 1ns..");
    assert_refused(CLIENT("user", SHOP BEAT ", \"priority\": 256"), "outside 0..255");
    assert_refused(CLIENT("user", SHOP BEAT ", \"keys\": {\"kind\": \"zipf\", \"n\": 0}"),
                   "outside 1..");
    assert_refused(
        CLIENT("user", SHOP BEAT ", \"keys\": {\"kind\": \"zipf\", \"n\": 9, \"s\": -1}"),
        "outside 0..20");
    assert_refused(CLIENT("user", SHOP BEAT ", \"keys\": {\"kind\": \"zipf\"}"), "required");
    assert_refused(CLIENT("user", SHOP BEAT ", \"retry\": \"2s\""), "a retry is wanted here");
}

static void all_problems_are_told_at_once(void **state)
{
    (void)state;
    const char *said = small_world_refusal(CLIENT(
        "user", "\"users\": 1, " BEAT ", \"start\": \"2s\", \"stop\": \"1s\", \"think\": \"1s\""));
    assert_non_null(strstr(said, "exactly one of target"));
    assert_non_null(strstr(said, "not both"));
    assert_non_null(strstr(said, "think: it needs users"));
    assert_non_null(strstr(said, "stop: it must come after start"));
    assert_non_null(strstr(said, "test.json:2: error: client.user: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_loop_sends_whatever_became_of_its_calls),
        cmocka_unit_test(a_batch_sends_its_calls_at_once),
        cmocka_unit_test(start_and_stop_bound_the_sending),
        cmocka_unit_test(two_variants_see_the_same_customers),
        cmocka_unit_test(another_seed_brings_other_customers),
        cmocka_unit_test(a_run_away_open_loop_stops_with_a_message),
        cmocka_unit_test(a_user_calls_again_after_the_answer_and_a_think),
        cmocka_unit_test(each_user_has_one_call_under_way),
        cmocka_unit_test(a_users_calls_are_the_same_however_slow_the_answers),
        cmocka_unit_test(a_user_refused_at_once_comes_back_after_a_moment),
        cmocka_unit_test(users_join_evenly_over_the_ramp),
        cmocka_unit_test(users_stop_when_told),
        cmocka_unit_test(a_journey_is_walked_in_order_by_each_user),
        cmocka_unit_test(priority_travels_with_the_call),
        cmocka_unit_test(only_calls_sent_after_the_warm_up_count),
        cmocka_unit_test(figures_say_what_happened),
        cmocka_unit_test(users_hit_counts_people_not_failures),
        cmocka_unit_test(series_take_a_point_a_window),
        cmocka_unit_test(memory_is_flat_in_the_length_of_the_run),
        cmocka_unit_test(clients_say_what_is_wrong_with_them),
        cmocka_unit_test(all_problems_are_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
