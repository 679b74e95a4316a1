/* test_weights.c - balancers to whom backends are not alike: by weight, age, latency. */
#include "scene.h"

extern const struct kind balancer_random, balancer_round_robin, balancer_least, balancer_hash,
    balancer_envoy_least, balancer_peak_ewma, traffic_slow_start;

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
