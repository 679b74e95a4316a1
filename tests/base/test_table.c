/* test_table.c - numbers by number, against an array that is searched from end to end. */
#include "base/arena.h"
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define KEYS 300

static void it_holds_what_was_put_and_not_removed(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    struct table t = { 0 };
    static uint64_t value[KEYS];
    static bool there[KEYS];
    uint32_t count = 0, random = 1;
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        uint32_t key = (random >> 16) % KEYS;
        if (random >> 8 & 1) {
            table_put(&t, a, key, (uint64_t)step);
            count += !there[key];
            there[key] = true;
            value[key] = (uint64_t)step;
        } else {
            table_remove(&t, key);
            count -= there[key];
            there[key] = false;
        }
        assert_int_equal(t.count, count);
        for (uint32_t k = step % 50 ? KEYS : 0; k < KEYS; k++) {
            const uint64_t *found = table_get(&t, k);
            assert_int_equal(found != NULL, there[k]);
            if (found) assert_int_equal(*found, value[k]);
        }
    }
    table_clear(&t);
    assert_int_equal(t.count, 0);
    for (uint32_t k = 0; k < KEYS; k++)
        assert_null(table_get(&t, k));
    arena_close(a);
}

static void an_empty_one_knows_nothing(void **state)
{
    (void)state;
    struct table t = { 0 };
    assert_null(table_get(&t, 0));
    table_remove(&t, 0);
    table_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_holds_what_was_put_and_not_removed),
        cmocka_unit_test(an_empty_one_knows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
