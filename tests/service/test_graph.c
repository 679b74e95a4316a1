/* test_graph.c - who calls whom: circles are told once each, and chains that nest too deep. */
#include "service/graph.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct drawn {
    struct arena *arena;
    struct graph *graph;
};

/* Nodes "n0", "n1"... */
static struct drawn drawn_open(uint32_t nodes)
{
    struct drawn w = { .arena = arena_open() };
    w.graph = graph_open(w.arena);
    for (uint32_t i = 0; i < nodes; i++)
        assert_int_equal(graph_add(w.graph, arena_format(w.arena, "n%u", i), "service.n"), i);
    return w;
}

static void call(struct drawn *w, uint32_t from, uint32_t to)
{
    graph_call(w->graph, from, to, (struct place){ "t.lua", from + 1 });
}

/* What it is told, each problem a line. */
static void assert_told(struct drawn *w, const char *wanted)
{
    struct diag *d = diag_open();
    graph_judge(w->graph, d);
    char *said = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    diag_print(d, out);
    fclose(out);
    assert_string_equal(said, wanted);
    free(said);
    diag_close(d);
    arena_close(w->arena);
}

#define CYCLE(line, nodes)                                                                         \
    "t.lua:" line ": error: service.n: a cycle of calls: " nodes                                   \
    " (calls must not come back to where they began)\n"

static void who_is_called_on_two_ways_is_no_circle(void **state)
{
    (void)state;
    struct drawn w = drawn_open(4);
    call(&w, 0, 1), call(&w, 0, 2), call(&w, 1, 3), call(&w, 2, 3), call(&w, 0, 3), call(&w, 0, 1);
    assert_told(&w, "");
}

static void a_circle_is_told_once_wherever_it_is_entered(void **state)
{
    (void)state;
    struct drawn w = drawn_open(5);
    call(&w, 0, 2), call(&w, 1, 3), call(&w, 2, 3), call(&w, 3, 4), call(&w, 4, 2);
    assert_told(&w, CYCLE("5", "n2 > n3 > n4 > n2"));
}

static void every_circle_is_told(void **state)
{
    (void)state;
    struct drawn w = drawn_open(4);
    call(&w, 0, 0), call(&w, 0, 1), call(&w, 1, 2), call(&w, 2, 1), call(&w, 2, 0), call(&w, 3, 3);
    assert_told(&w, CYCLE("1", "n0 > n0") CYCLE("3", "n1 > n2 > n1") CYCLE("3", "n0 > n1 > n2 > n0")
                        CYCLE("4", "n3 > n3"));
}

static void a_chain_may_be_as_deep_as_calls_nest_and_no_deeper(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        for (int from_below = 0; from_below < 2; from_below++) { /* walked before: its height counts */
            uint32_t count = CALL_DEPTH_MAX + 1 + (uint32_t)more;
            struct drawn w = drawn_open(count);
            for (uint32_t i = 0; i + 1 < count; i++)
                call(&w, from_below ? i + 1 : i, from_below ? i : i + 1);
            if (more)
                assert_told(&w, from_below
                                    ? "t.lua:66: error: service.n: calls nest deeper than 64, from "
                                      "'n65' on (shorten the chain of services)\n"
                                    : "t.lua:65: error: service.n: calls nest deeper than 64, from "
                                      "'n0' on (shorten the chain of services)\n");
            else
                assert_told(&w, "");
        }
    }
}

/* 2^50 ways lead through fifty diamonds: each node is walked once. */
static void many_ways_are_not_walked_one_by_one(void **state)
{
    (void)state;
    struct drawn w = drawn_open(51);
    for (uint32_t i = 0; i < 50; i++)
        call(&w, i, i + 1), call(&w, i, i + 1);
    assert_told(&w, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_called_on_two_ways_is_no_circle),
        cmocka_unit_test(a_circle_is_told_once_wherever_it_is_entered),
        cmocka_unit_test(every_circle_is_told),
        cmocka_unit_test(a_chain_may_be_as_deep_as_calls_nest_and_no_deeper),
        cmocka_unit_test(many_ways_are_not_walked_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
