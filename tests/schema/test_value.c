/* test_value.c - the tree that every door makes. */
#include "orrery/value.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;
static const struct place at = { "v", 1 };

static int open_arena(void **state)
{
    (void)state;
    arena = arena_open();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static struct value *number(double n)
{
    return value_number(arena, at, n, true);
}

static struct value *small_map(const char *first, const char *second)
{
    struct value *map = value_map(arena, at);
    value_set(arena, map, first, number(1));
    value_set(arena, map, second, number(1));
    return map;
}

static void a_map_keeps_the_order_in_which_keys_came(void **state)
{
    (void)state;
    struct value *map = small_map("b", "a");
    value_set(arena, map, "c", number(3));
    assert_string_equal(map->first->key, "b");
    assert_string_equal(map->last->key, "c");
    assert_int_equal(map->count, 3);
    assert_null(value_get(map, "d"));
}

static void setting_a_key_again_replaces_the_item_in_its_place(void **state)
{
    (void)state;
    struct value *map = small_map("a", "b");
    value_set(arena, map, "a", number(7));
    value_set(arena, map, "b", number(8));
    assert_int_equal(map->count, 2);
    assert_true(map->first->number == 7);
    assert_string_equal(map->first->key, "a");
    assert_true(map->last->number == 8);
    value_set(arena, map, "c", number(9)); /* the last link still holds */
    assert_string_equal(map->first->next->next->key, "c");
}

static void keys_and_texts_are_copied(void **state)
{
    (void)state;
    char key[] = "key", text[] = "text";
    struct value *map = value_map(arena, at);
    value_set(arena, map, key, value_text(arena, at, text));
    key[0] = text[0] = 'x';
    assert_string_equal(value_get(map, "key")->text, "text");
}

static void a_map_may_also_have_positional_items(void **state)
{
    (void)state;
    struct value *map = small_map("a", "b");
    value_append(map, number(5));
    value_append(map, number(6));
    assert_true(value_at(map, 1)->number == 6);
    assert_null(value_at(map, 2));
    assert_int_equal(map->list_count, 2);
    assert_int_equal(map->count, 2);
}

static void equality_looks_at_what_is_said_and_not_where(void **state)
{
    (void)state;
    struct value *a = small_map("x", "y"), *b = small_map("y", "x");
    assert_true(value_equal(a, b)); /* the order of keys means nothing */
    b->at.line = 99;
    assert_true(value_equal(a, b));
    b->tag = "t";
    assert_false(value_equal(a, b));
    b->tag = NULL;
    value_append(b, number(1));
    assert_false(value_equal(a, b));
    value_append(a, number(2));
    assert_false(value_equal(a, b));
    assert_false(value_equal(number(1), value_text(arena, at, "1")));
    assert_false(value_equal(value_bool(arena, at, true), value_bool(arena, at, false)));
    assert_true(value_equal(value_nil(arena, at), value_nil(arena, at)));
    assert_false(value_equal(value_function(arena, at, 1), value_function(arena, at, 2)));
    assert_false(value_equal(small_map("x", "y"), small_map("x", "z")));
}

static void a_copy_is_equal_and_separate(void **state)
{
    (void)state;
    struct value *map = small_map("a", "b");
    struct value *list = value_list(arena, at);
    map->tag = "tag";
    value_append(list, value_text(arena, at, "t"));
    value_append(list, value_function(arena, at, 3));
    value_append(list, value_bool(arena, at, true));
    value_append(list, value_nil(arena, at));
    value_set(arena, map, "list", list);
    struct value *copy = value_copy(arena, map);
    assert_true(value_equal(map, copy));
    assert_int_equal(copy->at.line, 1);
    value_append(value_get(copy, "list"), number(1));
    assert_false(value_equal(map, copy));
    assert_int_equal(list->list_count, 4);
}

static void types_have_names_for_people(void **state)
{
    (void)state;
    assert_string_equal(value_type_name(number(1)), "a number");
    assert_string_equal(value_type_name(value_nil(arena, at)), "nothing");
    assert_string_equal(value_type_name(value_map(arena, at)), "a table");
    assert_string_equal(value_type_name(value_list(arena, at)), "a list");
    assert_string_equal(value_type_name(value_function(arena, at, 1)), "a function");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(a_map_keeps_the_order_in_which_keys_came),
        T(setting_a_key_again_replaces_the_item_in_its_place),
        T(keys_and_texts_are_copied),
        T(a_map_may_also_have_positional_items),
        T(equality_looks_at_what_is_said_and_not_where),
        T(a_copy_is_equal_and_separate),
        T(types_have_names_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
