/* test_map.c - text to number, in the order in which keys came. */
#include "base/arena.h"
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static int setup(void **state)
{
    *state = arena_open();
    return 0;
}

static int teardown(void **state)
{
    arena_close(*state);
    return 0;
}

static void an_empty_map_holds_nothing(void **state)
{
    struct map_text *m = map_open(*state);
    assert_int_equal(map_get(m, "a"), MAP_NONE);
    assert_int_equal(map_count(m), 0);
}

static void a_key_is_found_again_and_replaced(void **state)
{
    struct map_text *m = map_open(*state);
    char key[] = "cart";
    map_put(m, key, 1);
    key[0] = 'p'; /* the map has its own copy */
    map_put(m, "", 2);
    map_put(m, "cart", 3);
    assert_int_equal(map_get(m, "cart"), 3);
    assert_int_equal(map_get(m, ""), 2);
    assert_int_equal(map_get(m, "part"), MAP_NONE);
    assert_int_equal(map_count(m), 2);
}

static void many_keys_keep_the_order_in_which_they_came(void **state)
{
    struct map_text *m = map_open(*state);
    char key[32];
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "key-%u", i * 7919 % 20000);
        map_put(m, key, i);
    }
    assert_int_equal(map_count(m), 20000);
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "key-%u", i * 7919 % 20000);
        assert_string_equal(map_key(m, i), key);
        assert_int_equal(map_value(m, i), i);
        assert_int_equal(map_get(m, key), i);
    }
}

static void replacing_does_not_move_a_key(void **state)
{
    struct map_text *m = map_open(*state);
    map_put(m, "b", 1);
    map_put(m, "a", 2);
    map_put(m, "b", 9);
    assert_string_equal(map_key(m, 0), "b");
    assert_int_equal(map_value(m, 0), 9);
    assert_string_equal(map_key(m, 1), "a");
}

#define MAP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(an_empty_map_holds_nothing),
        MAP_TEST(a_key_is_found_again_and_replaced),
        MAP_TEST(many_keys_keep_the_order_in_which_they_came),
        MAP_TEST(replacing_does_not_move_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
