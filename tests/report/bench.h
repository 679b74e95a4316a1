/* bench.h - a store in memory, and what is written from it. */
#ifndef TESTS_REPORT_BENCH_H
#define TESTS_REPORT_BENCH_H

#include "sample.h"

#include "base/arena.h"
#include "base/text.h"

struct bench {
    struct arena *arena;
    struct store *store;
    struct text out;
    char error[OUTPUT_ERROR_BYTES];
};

static int open_bench(void **state)
{
    struct arena *a = arena_open();
    struct bench *b = arena_alloc(a, sizeof *b);
    enum output_status status;
    b->arena = a;
    b->store = store_create(a, NULL, false, &status, b->error);
    *state = b;
    return b->store ? 0 : -1;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    text_close(&b->out);
    arena_close(b->arena);
    return 0;
}

#endif
