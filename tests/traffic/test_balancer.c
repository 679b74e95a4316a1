/* test_balancer.c - each balancer alone: whom it picks, how ties go, whose state is whose. */
#include "scene.h"

extern const struct kind balancer_random, balancer_round_robin, balancer_least, balancer_p2c,
    balancer_hash;

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
