/* test_options.c - the command line is read as users of other tools expect, and judged whole. */
#include "base/arena.h"
#include "cli/options.h"
#include "cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct values {
    bool force, quiet;
    const char *out, *queue;
    struct option_texts set;
    uint32_t jobs;
    struct option_seed seed;
    int64_t until_ns;
};

static const char *const queues[] = { "heap", "radix", NULL };

static const struct option options[] = {
    { "force", 'f', OPTION_FLAG, offsetof(struct values, force), .doc = "Overwrite" },
    { "quiet", 'q', OPTION_FLAG, offsetof(struct values, quiet), .doc = "Say nothing" },
    { "out", 'o', OPTION_TEXT, offsetof(struct values, out), "FILE", .doc = "Where to" },
    { "queue", 0, OPTION_CHOICE, offsetof(struct values, queue), "Q", .choices = queues,
      .hidden = true, .doc = "Which" },
    { "set", 0, OPTION_TEXTS, offsetof(struct values, set), "P=V", .doc = "Change" },
    { "jobs", 'j', OPTION_COUNT, offsetof(struct values, jobs), "N", .min = 1, .max = 64,
      .doc = "Threads" },
    { "seed", 0, OPTION_SEED, offsetof(struct values, seed), "N", .doc = "Seed" },
    { "until", 0, OPTION_DURATION, offsetof(struct values, until_ns), "T", .doc = "Stop" },
    OPTIONS_END
};

struct line {
    struct arena *arena;
    struct values values;
    const char *operands[20];
    uint32_t operand_count;
    struct text problems;
};

static int open_line(void **state)
{
    struct arena *a = arena_open();
    struct line *l = arena_alloc(a, sizeof *l);
    l->arena = a;
    *state = l;
    return 0;
}

static int close_line(void **state)
{
    struct line *l = *state;
    text_close(&l->problems);
    arena_close(l->arena);
    return 0;
}

/* Words apart by one blank. */
static bool parse(struct line *l, const char *words)
{
    char *argv[20], *rest = NULL;
    int argc = 0;
    for (char *w = strtok_r(arena_text(l->arena, words), " ", &rest); w;
         w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    memset(&l->values, 0, sizeof l->values);
    return options_parse(l->arena, options, argc, argv, &l->values, l->operands, &l->operand_count,
                         &l->problems);
}

static void options_and_operands_mix(void **state)
{
    struct line *l = *state;
    assert_true(parse(l, "a.lua --out=x.db -fq b.lua -j4 --set p=1 --set q=2 --seed 7 - -- --c"));
    assert_true(l->values.force && l->values.quiet);
    assert_string_equal(l->values.out, "x.db");
    assert_int_equal(l->values.jobs, 4);
    assert_int_equal(l->values.set.count, 2);
    assert_string_equal(l->values.set.items[1], "q=2");
    assert_true(l->values.seed.given && l->values.seed.value == 7);
    assert_int_equal(l->operand_count, 4);
    assert_string_equal(l->operands[1], "b.lua");
    assert_string_equal(l->operands[2], "-");
    assert_string_equal(l->operands[3], "--c");
}

static void values_are_read_whole(void **state)
{
    struct line *l = *state;
    assert_true(parse(l, "--seed 18446744073709551615 --until 1h30m -j 64 --queue radix"));
    assert_true(l->values.seed.value == UINT64_MAX);
    assert_true(l->values.until_ns == INT64_C(5400000000000));
    assert_int_equal(l->values.jobs, 64);
    assert_string_equal(l->values.queue, "radix");
}

static void every_problem_is_told_at_once(void **state)
{
    struct line *l = *state;
    assert_false(parse(l, "--sead 1 -j0 --seed -1 --until 5 --queue tree --force=yes -x --out"));
    static const char *const says[] = {
        "unknown option '--sead' (did you mean '--seed'?)\n",
        "--jobs: '0' is not a whole number from 1 to 64\n",
        "--seed: '-1' is not a whole number from 0 to 2^64-1\n",
        "--until: '5': ",
        "--queue: 'tree' is none of heap radix\n",
        "--force takes no argument\n",
        "unknown option '-x'\n",
        "--out wants FILE\n",
    };
    for (uint32_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(text_data(&l->problems), says[i]))
            fail_msg("'%s' is missing in: %s", says[i], text_data(&l->problems));
}

static void numbers_out_of_range_or_with_tails_are_refused(void **state)
{
    struct line *l = *state;
    static const char *const bad[] = { "-j65",
                                       "-j4x",
                                       "-j+4",
                                       "-j 99999999999999999999",
                                       "--seed 18446744073709551616",
                                       "--seed 0x10",
                                       "--until 0s",
                                       "--out=",
                                       "--until=-5s" };
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        l->problems.length = 0;
        if (parse(l, bad[i])) fail_msg("%s was taken", bad[i]);
    }
}

static void help_is_the_table_without_what_is_hidden(void **state)
{
    struct line *l = *state;
    options_help(options, &l->problems);
    assert_non_null(strstr(text_data(&l->problems), "  -j, --jobs N             Threads\n"));
    assert_null(strstr(text_data(&l->problems), "queue"));
}

static void progress_is_one_short_line(void **state)
{
    (void)state;
    char buf[PROGRESS_BYTES];
    struct progress_bar bar = { .label = "shop.lua", .until_s = 1800 };
    struct progress p = { .share = 0.25,
                          .finished = 2,
                          .replications = 10,
                          .simulated_s = 450,
                          .events = 8000000,
                          .wall_s = 2 };
    progress_line(&bar, &p, buf);
    assert_string_equal(buf, "shop.lua [#####...............]  25%  replication 3 of 10  7m30s of "
                             "30m  4,000,000 events/s  6s left");
    p = (struct progress){ .share = 0, .replications = 1 };
    progress_line(&bar, &p, buf);
    assert_non_null(strstr(buf, "? left"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_line, close_line)
    const struct CMUnitTest tests[] = {
        TEST(options_and_operands_mix),
        TEST(values_are_read_whole),
        TEST(every_problem_is_told_at_once),
        TEST(numbers_out_of_range_or_with_tails_are_refused),
        TEST(help_is_the_table_without_what_is_hidden),
        TEST(progress_is_one_short_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
