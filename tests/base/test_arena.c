/* test_arena.c - memory by lifetime: zeroed, aligned, grown in place, and given back. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
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

static bool is_zero(const unsigned char *p, size_t n)
{
    while (n > 0 && *p == 0)
        p++, n--;
    return n == 0;
}

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        size_t size = i * i % 4099;
        pieces[i] = arena_alloc(*state, size);
        assert_true((uintptr_t)pieces[i] % 16 == 0);
        assert_true(is_zero(pieces[i], size));
        memset(pieces[i], (int)(1 + i % 255), size);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i * i % 4099; k++)
            assert_int_equal(pieces[i][k], 1 + i % 255);
}

static void a_piece_of_size_zero_is_fine(void **state)
{
    char *a = arena_alloc(*state, 0), *b = arena_alloc(*state, 0);
    assert_non_null(a);
    assert_ptr_not_equal(a, b);
}

static void a_large_piece_is_zeroed_and_whole(void **state)
{
    size_t size = (size_t)3 << 20;
    unsigned char *p = arena_alloc(*state, size);
    assert_true(is_zero(p, size));
    p[size - 1] = 1;
    assert_true(arena_bytes(*state) >= size);
}

static void the_last_piece_grows_where_it_lies(void **state)
{
    char *p = arena_alloc(*state, 100);
    memset(p, 7, 100);
    char *grown = arena_grow(*state, p, 100, 1000);
    assert_ptr_equal(grown, p);
    assert_true(grown[99] == 7 && is_zero((unsigned char *)grown + 100, 900));
}

static void an_earlier_piece_moves_when_it_grows(void **state)
{
    char *p = arena_alloc(*state, 100), *next = arena_alloc(*state, 100);
    memset(p, 7, 100);
    memset(next, 9, 100);
    char *grown = arena_grow(*state, p, 100, 1000);
    assert_ptr_not_equal(grown, p);
    assert_true(grown[0] == 7 && grown[99] == 7 && next[0] == 9);
    assert_true(is_zero((unsigned char *)grown + 100, 900));
}

static void growing_from_nothing_is_allocating(void **state)
{
    unsigned char *p = arena_grow(*state, NULL, 0, 64);
    assert_true(is_zero(p, 64));
}

/* Sizes on both sides of the limit where a piece gets a block of its own. */
static void growth_keeps_contents_across_every_size(void **state)
{
    size_t size = 1;
    unsigned char *p = arena_alloc(*state, size);
    p[0] = 1;
    while (size < (size_t)1 << 22) {
        size_t wider = size + size / 2 + 1;
        arena_alloc(*state, size % 3); /* sometimes something lies behind it */
        p = arena_grow(*state, p, size, wider);
        assert_true(p[size - 1] == 1 && is_zero(p + size, wider - size));
        memset(p, 1, wider);
        size = wider;
    }
}

static void a_pool_that_doubles_gives_its_old_block_back(void **state)
{
    size_t size = (size_t)1 << 20;
    char *pool = arena_alloc(*state, size);
    for (int i = 0; i < 5; i++, size *= 2)
        pool = arena_grow(*state, pool, size, 2 * size);
    assert_true(pool[0] == 0);
    assert_int_equal(arena_bytes(*state), size);
}

static void text_is_copied_cut_and_formatted(void **state)
{
    char original[] = "cart";
    char *copy = arena_text(*state, original);
    original[0] = 'p';
    assert_string_equal(copy, "cart");
    assert_string_equal(arena_text_n(*state, "cartload", 4), "cart");
    assert_string_equal(arena_text_n(*state, NULL, 0), "");
    assert_string_equal(arena_format(*state, "%s.%d", "cart", 12), "cart.12");
    char *long_one = arena_format(*state, "%0*d", 100000, 7);
    assert_true(strlen(long_one) == 100000 && long_one[99999] == '7');
}

static int closed[3], closed_count;

static void on_close(void *thing)
{
    closed[closed_count++] = *(int *)thing;
}

static void deferred_things_close_in_reverse_order(void **state)
{
    (void)state;
    int numbers[] = { 1, 2, 3 };
    struct arena *a = arena_open();
    closed_count = 0;
    for (int i = 0; i < 3; i++)
        arena_defer(a, on_close, &numbers[i]);
    assert_int_equal(closed_count, 0);
    arena_close(a);
    assert_true(closed_count == 3 && closed[0] == 3 && closed[1] == 2 && closed[2] == 1);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    arena_close(NULL);
}

static void small_pieces_share_a_few_allocations(void **state)
{
    arena_alloc(*state, 1);
    uint64_t before = memory_allocation_count();
    for (int i = 0; i < 1000; i++)
        arena_alloc(*state, 16);
    assert_true(memory_allocation_count() - before <= 1);
    arena_alloc(*state, 1 << 20);
    assert_true(memory_allocation_count() > before);
}

#define ARENA_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(pieces_are_zeroed_aligned_and_apart),
        ARENA_TEST(a_piece_of_size_zero_is_fine),
        ARENA_TEST(a_large_piece_is_zeroed_and_whole),
        ARENA_TEST(the_last_piece_grows_where_it_lies),
        ARENA_TEST(an_earlier_piece_moves_when_it_grows),
        ARENA_TEST(growing_from_nothing_is_allocating),
        ARENA_TEST(growth_keeps_contents_across_every_size),
        ARENA_TEST(a_pool_that_doubles_gives_its_old_block_back),
        ARENA_TEST(text_is_copied_cut_and_formatted),
        cmocka_unit_test(deferred_things_close_in_reverse_order),
        cmocka_unit_test(closing_nothing_is_fine),
        ARENA_TEST(small_pieces_share_a_few_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
