/* test_balancer.c - each balancer alone: whom it picks, how ties go, whose state is whose. */
#include "orrery/balancer.h"
#include "../support/parts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct kind balancer_random, balancer_round_robin, balancer_least, balancer_p2c,
    balancer_hash, balancer_envoy_least, balancer_peak_ewma, traffic_slow_start;

#define DRAWS 60000
#define BACKENDS_MAX 64

struct scene {
    struct parts parts;
    struct part part;
    struct backend backends[BACKENDS_MAX];
    uint32_t n;
    uint64_t state[16 + 3 * BACKENDS_MAX];
    uint32_t version;
    int64_t now_ns;
    struct rng rng;
    uint32_t picked[BACKENDS_MAX];
};

static void scene_open(struct scene *s, const struct kind *kind, const char *said, uint32_t n)
{
    memset(s, 0, sizeof *s);
    parts_open(&s->parts);
    s->part = part_of(&s->parts, kind, said);
    s->n = n;
    s->rng = rng_open(7);
    s->version = 1;
    for (uint32_t i = 0; i < n; i++)
        s->backends[i] = (struct backend){ .id = 100 + i, .weight = 1 };
}

static const struct balancer_type *type_of(const struct scene *s)
{
    return s->part.kind->vtable;
}

static uint32_t pick_for(struct scene *s, uint64_t customer)
{
    struct pick pick = { customer, &s->rng, .version = s->version, .now_ns = s->now_ns };
    const struct balancer_type *type = type_of(s);
    assert_true(type->state_size + s->n * type->backend_state_size <= sizeof s->state);
    return type_of(s)->pick(s->part.spec, s->state, s->backends, s->n, &pick);
}

static void pick_often(struct scene *s)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint32_t chosen = pick_for(s, i);
        assert_true(chosen < s->n);
        s->picked[chosen]++;
    }
}

/* Within 4.5 standard deviations of DRAWS * share. */
static void assert_share(uint32_t picked, double share)
{
    double expected = DRAWS * share, deviation = sqrt(DRAWS * share * (1 - share));
    assert_true(fabs(picked - expected) <= 4.5 * deviation + 1e-9);
}

static void random_picks_all_alike(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_random, "", 5);
    pick_often(&s);
    for (uint32_t i = 0; i < 5; i++)
        assert_share(s.picked[i], 0.2);
    parts_close(&s.parts);
}

static void round_robin_takes_each_in_turn(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", 4);
    uint32_t before = pick_for(&s, 0);
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t chosen = pick_for(&s, 0);
        assert_int_equal(chosen, (before + 1) % 4);
        before = chosen;
    }
    parts_close(&s.parts);
}

static void round_robin_begins_anywhere_and_each_caller_has_its_own_turn(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", 4);
    for (uint32_t caller = 0; caller < DRAWS; caller++) {
        memset(s.state, 0, sizeof s.state);
        uint32_t first = pick_for(&s, 0);
        assert_int_equal(pick_for(&s, 0), (first + 1) % 4);
        s.picked[first]++;
    }
    for (uint32_t i = 0; i < 4; i++)
        assert_share(s.picked[i], 0.25);
    parts_close(&s.parts);
}

static void round_robin_goes_on_when_backends_leave(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", 8);
    while (pick_for(&s, 0) != 6)
        continue;
    s.n = 3; /* the turn stood at 7, perhaps some rounds on */
    uint32_t first = pick_for(&s, 0);
    assert_int_equal(pick_for(&s, 0), (first + 1) % 3);
    assert_int_equal(pick_for(&s, 0), (first + 2) % 3);
    parts_close(&s.parts);
}

/* Callers that began with `before` backends go on with `after` of them: at each alike. */
static void changed(uint32_t before, uint32_t after)
{
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", before > after ? before : after);
    for (uint32_t caller = 0; caller < DRAWS; caller++) {
        memset(s.state, 0, sizeof s.state);
        s.n = before;
        for (uint32_t i = 0; i < 3; i++)
            pick_for(&s, 0);
        s.n = after;
        s.picked[pick_for(&s, 0)]++;
    }
    for (uint32_t i = 0; i < after; i++)
        assert_share(s.picked[i], 1.0 / after);
    parts_close(&s.parts);
}

static void callers_in_step_do_not_crowd_when_backends_come_or_leave(void **state)
{
    (void)state;
    static const struct {
        uint32_t before, after;
    } rows[] = { { 1, 4 }, { 4, 1 }, { 8, 3 }, { 3, 8 }, { 4, 2 }, { 2, 4 }, { 6, 4 }, { 64, 48 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        changed(rows[i].before, rows[i].after);
}

static void least_request_finds_the_one_idle_backend(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_least, "", 6);
    for (uint32_t idle = 0; idle < 6; idle++) {
        for (uint32_t i = 0; i < 6; i++)
            s.backends[i].in_flight = i == idle ? 1 : 2 + i;
        assert_int_equal(pick_for(&s, 0), idle);
    }
    parts_close(&s.parts);
}

static void least_request_breaks_ties_evenly(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_least, "", 5);
    static const uint32_t in_flight[5] = { 3, 1, 2, 1, 1 };
    for (uint32_t i = 0; i < 5; i++)
        s.backends[i].in_flight = in_flight[i];
    pick_often(&s);
    for (uint32_t i = 0; i < 5; i++)
        assert_share(s.picked[i], in_flight[i] == 1 ? 1.0 / 3 : 0);
    parts_close(&s.parts);
}

static void least_request_takes_the_lowest_of_equals_when_told(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_least, "ties=lowest", 5);
    s.backends[0].in_flight = 1;
    struct rng untouched = s.rng;
    pick_often(&s);
    assert_int_equal(s.picked[1], DRAWS);
    assert_memory_equal(&untouched, &s.rng, sizeof untouched);
    parts_close(&s.parts);
}

/* The backend with the k-th fewest calls of n is taken when it is sampled and no better one is:
 * C(n-k, d-1) / C(n, d). */
static void power_of_two_takes_the_idler_of_two_different_ones(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_p2c, "", 4);
    for (uint32_t i = 0; i < 4; i++)
        s.backends[i].in_flight = i;
    pick_often(&s);
    static const double share[4] = { 3.0 / 6, 2.0 / 6, 1.0 / 6, 0 };
    for (uint32_t i = 0; i < 4; i++)
        assert_share(s.picked[i], share[i]);
    parts_close(&s.parts);
}

static void power_of_three_takes_the_idlest_of_three(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_p2c, "choices=3", 5);
    for (uint32_t i = 0; i < 5; i++)
        s.backends[i].in_flight = 4 - i;
    pick_often(&s);
    static const double share[5] = { 0, 0, 1.0 / 10, 3.0 / 10, 6.0 / 10 };
    for (uint32_t i = 0; i < 5; i++)
        assert_share(s.picked[i], share[i]);
    parts_close(&s.parts);
}

static void power_of_two_with_replacement_may_look_twice_at_one(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_p2c, "replacement=true", 4);
    for (uint32_t i = 0; i < 4; i++)
        s.backends[i].in_flight = i;
    pick_often(&s);
    static const double share[4] = { 7.0 / 16, 5.0 / 16, 3.0 / 16, 1.0 / 16 };
    for (uint32_t i = 0; i < 4; i++)
        assert_share(s.picked[i], share[i]);
    parts_close(&s.parts);
}

static void power_of_two_prefers_no_position_between_equals(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_p2c, "choices=3", 5);
    pick_often(&s);
    for (uint32_t i = 0; i < 5; i++)
        assert_share(s.picked[i], 0.2);
    parts_close(&s.parts);
}

static void more_choices_than_backends_looks_at_all(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_p2c, "choices=32", 3);
    s.backends[0].in_flight = s.backends[2].in_flight = 1;
    pick_often(&s);
    assert_int_equal(s.picked[1], DRAWS);
    parts_close(&s.parts);
}

static void hash_keeps_a_customer_at_one_backend(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_hash, "", 7);
    for (uint32_t customer = 0; customer < DRAWS; customer++) {
        uint64_t hash = hash_mix(customer);
        uint32_t chosen = pick_for(&s, hash);
        s.backends[chosen].in_flight++;
        assert_int_equal(pick_for(&s, hash), chosen);
        s.picked[chosen]++;
    }
    for (uint32_t i = 0; i < 7; i++)
        assert_share(s.picked[i], 1.0 / 7);
    parts_close(&s.parts);
}

/* ------------------------------------------------------------------------- weights */

static void weigh(struct scene *s, const uint32_t *weights)
{
    for (uint32_t i = 0; i < s->n; i++)
        s->backends[i].weight = weights[i];
}

static void random_picks_by_weight(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_random, "", 4);
    weigh(&s, (uint32_t[]){ 1, 2, 3, 4 });
    pick_often(&s);
    for (uint32_t i = 0; i < 4; i++)
        assert_share(s.picked[i], (i + 1) / 10.0);
    parts_close(&s.parts);
}

static void hashing_gives_shares_by_weight(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_hash, "", 3);
    weigh(&s, (uint32_t[]){ 1, 4, 5 });
    pick_often(&s);
    assert_int_equal(s.picked[0], DRAWS / 10);
    assert_int_equal(s.picked[1], DRAWS * 4 / 10);
    parts_close(&s.parts);
}

static void round_robin_gives_turns_by_weight_spread_evenly(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", 3);
    weigh(&s, (uint32_t[]){ 5, 1, 1 });
    uint32_t run = 0;
    for (uint32_t i = 0; i < 7000; i++) {
        uint32_t chosen = pick_for(&s, 0);
        s.picked[chosen]++;
        run = chosen == 0 ? run + 1 : 0;
        assert_true(run <= 6); /* five, but for the rounding of fifths */
    }
    assert_in_range(s.picked[0], 4999, 5001);
    assert_in_range(s.picked[1], 999, 1001);
    parts_close(&s.parts);
}

static void a_turn_by_weight_begins_anew_when_backends_change(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", 4);
    weigh(&s, (uint32_t[]){ 1, 2, 3, 4 });
    for (uint32_t i = 0; i < 100; i++)
        pick_for(&s, 0);
    s.n = 2;
    s.version++;
    for (uint32_t i = 0; i < 300; i++)
        s.picked[pick_for(&s, 0)]++;
    assert_in_range(s.picked[0], 99, 101);
    parts_close(&s.parts);
}

static void least_request_looks_at_calls_for_the_weight(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_least, "", 3);
    weigh(&s, (uint32_t[]){ 1, 4, 2 });
    static const uint32_t in_flight[3] = { 1, 5, 3 }; /* 2/1, 6/4, 4/2 */
    for (uint32_t i = 0; i < 3; i++)
        s.backends[i].in_flight = in_flight[i];
    assert_int_equal(pick_for(&s, 0), 1);
    parts_close(&s.parts);
}

static void to_least_request_the_idle_are_equal_whatever_their_weight(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_least, "", 3);
    weigh(&s, (uint32_t[]){ 1, 4, 200 });
    s.backends[2].in_flight = 1; /* 2/200, and yet busier */
    pick_often(&s);
    assert_share(s.picked[0], 0.5);
    assert_share(s.picked[1], 0.5);
    parts_close(&s.parts);
}

/* ------------------------------------------------------------------------- slow start */

static void slow_start_set(struct scene *s, const char *said)
{
    struct part *slow = part_member(&s->part, "slowStart");
    *slow = part_of(&s->parts, &traffic_slow_start, said);
}

static void a_new_backend_gets_its_share_little_by_little(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_round_robin, "", 2);
    slow_start_set(&s, "window=60s");
    s.now_ns = 100 * INT64_C(1000000000);
    s.backends[1].since_ns = s.now_ns;
    static const double shares[] = { 0.1, 0.25, 0.5, 1 };
    for (int i = 0; i < 4; i++) {
        s.now_ns = (int64_t)((100 + 60 * (i ? shares[i] : 0)) * 1e9);
        s.picked[0] = s.picked[1] = 0;
        for (uint32_t n = 0; n < 11000; n++)
            s.picked[pick_for(&s, 0)]++;
        double wanted = 11000 * shares[i] / (1 + shares[i]);
        assert_true(fabs(s.picked[1] - wanted) < 12);
    }
    parts_close(&s.parts);
}

/* ------------------------------------------------------------------------- Envoy's least request
 */

static void envoys_least_request_looks_at_two(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_envoy_least, "", 4);
    for (uint32_t i = 0; i < 4; i++)
        s.backends[i].in_flight = i;
    pick_often(&s);
    for (uint32_t i = 0; i < 4; i++) /* with replacement: (2 (4 - i) - 1) / 16 */
        assert_share(s.picked[i], (2 * (4 - i) - 1) / 16.0);
    parts_close(&s.parts);
}

static void envoys_least_request_divides_weights_by_calls(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_envoy_least, "", 2);
    weigh(&s, (uint32_t[]){ 2, 4 });
    s.backends[0].in_flight = 0; /* weight 2 */
    s.backends[1].in_flight = 3; /* weight 1 */
    for (uint32_t i = 0; i < 3000; i++)
        s.picked[pick_for(&s, 0)]++;
    assert_in_range(s.picked[0], 1999, 2001);
    parts_close(&s.parts);
}

/* ------------------------------------------------------------------------- peak EWMA */

static void answer(struct scene *s, uint32_t backend, double latency_ms)
{
    struct observation seen = { (int64_t)(latency_ms * 1e6), s->now_ns, OUTCOME_OK };
    type_of(s)->observe(s->part.spec, s->state, &s->backends[backend], &seen);
}

static void peak_ewma_avoids_the_slow_and_forgets(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_peak_ewma, "", 2);
    answer(&s, 0, 10);
    answer(&s, 1, 100);
    s.backends[0].in_flight = s.backends[1].in_flight = 1;
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(pick_for(&s, 0), 0);
    s.now_ns += 30 * INT64_C(1000000000); /* three decay times */
    answer(&s, 0, 10);
    for (uint32_t i = 0; i < 100; i++) /* 100 e^-3 = 5 against 10 */
        assert_int_equal(pick_for(&s, 0), 1);
    parts_close(&s.parts);
}

static void peak_ewma_weighs_calls_in_flight(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_peak_ewma, "", 2);
    answer(&s, 0, 10);
    answer(&s, 1, 25);
    s.backends[0].in_flight = 2; /* 30 against 25 */
    assert_int_equal(pick_for(&s, 0), 1);
    s.backends[0].in_flight = 1; /* 20 */
    assert_int_equal(pick_for(&s, 0), 0);
    parts_close(&s.parts);
}

static void peak_ewma_tries_the_unknown_once(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, &balancer_peak_ewma, "", 2);
    answer(&s, 0, 10);
    assert_int_equal(pick_for(&s, 0), 1); /* never asked: costs nothing */
    s.backends[1].in_flight = 1;          /* asked, and silent so far */
    s.backends[0].in_flight = 1000;
    assert_int_equal(pick_for(&s, 0), 0);
    parts_close(&s.parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_picks_all_alike),
        cmocka_unit_test(round_robin_takes_each_in_turn),
        cmocka_unit_test(round_robin_begins_anywhere_and_each_caller_has_its_own_turn),
        cmocka_unit_test(round_robin_goes_on_when_backends_leave),
        cmocka_unit_test(callers_in_step_do_not_crowd_when_backends_come_or_leave),
        cmocka_unit_test(least_request_finds_the_one_idle_backend),
        cmocka_unit_test(least_request_breaks_ties_evenly),
        cmocka_unit_test(least_request_takes_the_lowest_of_equals_when_told),
        cmocka_unit_test(power_of_two_takes_the_idler_of_two_different_ones),
        cmocka_unit_test(power_of_three_takes_the_idlest_of_three),
        cmocka_unit_test(power_of_two_with_replacement_may_look_twice_at_one),
        cmocka_unit_test(power_of_two_prefers_no_position_between_equals),
        cmocka_unit_test(more_choices_than_backends_looks_at_all),
        cmocka_unit_test(hash_keeps_a_customer_at_one_backend),
        cmocka_unit_test(random_picks_by_weight),
        cmocka_unit_test(hashing_gives_shares_by_weight),
        cmocka_unit_test(round_robin_gives_turns_by_weight_spread_evenly),
        cmocka_unit_test(a_turn_by_weight_begins_anew_when_backends_change),
        cmocka_unit_test(least_request_looks_at_calls_for_the_weight),
        cmocka_unit_test(to_least_request_the_idle_are_equal_whatever_their_weight),
        cmocka_unit_test(a_new_backend_gets_its_share_little_by_little),
        cmocka_unit_test(envoys_least_request_looks_at_two),
        cmocka_unit_test(envoys_least_request_divides_weights_by_calls),
        cmocka_unit_test(peak_ewma_avoids_the_slow_and_forgets),
        cmocka_unit_test(peak_ewma_weighs_calls_in_flight),
        cmocka_unit_test(peak_ewma_tries_the_unknown_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
