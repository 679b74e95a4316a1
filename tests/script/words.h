/* words.h - a small vocabulary of kinds and verbs, and loading from text, for this room's tests.
 *
 * The tests hand these words in, so they do not change when orrery gains a kind. */
#ifndef TESTS_SCRIPT_WORDS_H
#define TESTS_SCRIPT_WORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "script/inside.h"
#include "../support/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct kind word_run = { .name = "run", .role = "object", .form = KIND_SINGLETON };
static const struct kind word_service = { .name = "service",
                                          .alias = "svc",
                                          .role = "object",
                                          .form = KIND_NAMED };
static const struct kind word_at = { .name = "at", .role = "object", .form = KIND_REPEATED };
static const struct kind word_p99 = { .name = "expect.p99",
                                      .role = "object",
                                      .form = KIND_REPEATED };
static const struct kind word_lognormal = { .name = "lognormal", .role = "dist" };
static const struct kind word_cpu = { .name = "cpu", .role = "step" };
static const struct kind word_call = { .name = "call", .role = "step" };
static const struct kind word_fifo = { .name = "fifo", .role = "discipline" };

static const struct kind *const word_kinds[] = { &word_run,       &word_service, &word_at,
                                                 &word_p99,       &word_lognormal, &word_cpu,
                                                 &word_call,      &word_fifo };

/* A world that the verbs below write to. */
struct world {
    int64_t now_ns;
    double scaled;
    char log[4096];
};

static inline bool act_scale(struct world *w, const struct argument *a, uint32_t count,
                             struct argument *result, char *error, size_t error_size)
{
    (void)count;
    if (strcmp(a[0].text, "cart")) {
        snprintf(error, error_size, "no service '%s'", a[0].text);
        return false;
    }
    w->scaled = a[1].number;
    *result = (struct argument){ .type = ARGUMENT_NUMBER, .number = a[1].number };
    return true;
}

static inline bool act_log(struct world *w, const struct argument *a, uint32_t count,
                           struct argument *result, char *error, size_t error_size)
{
    (void)count, (void)result, (void)error, (void)error_size;
    size_t n = strlen(w->log);
    snprintf(w->log + n, sizeof w->log - n, "%s\n", a[0].text);
    return true;
}

static const struct verb word_scale = { "scale", "w:scale(service, replicas)", "Scales.", "tn",
                                        act_scale };
static const struct verb word_log = { "log", "w:log(text, [loud])", "Notes.", "tB", act_log };
static const struct verb *const word_verbs[] = { &word_scale, &word_log };

static const struct vocabulary words = { word_kinds, sizeof word_kinds / sizeof *word_kinds,
                                         word_verbs, sizeof word_verbs / sizeof *word_verbs };

/* --- loading a text */

struct loaded {
    struct arena *arena;
    struct diag *diag;
    struct value *root;
    bool has_hooks;
    const char *title;
    char *report; /* what diag_print says */
};

static inline char *report_of(const struct diag *d)
{
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    diag_print(d, out);
    fclose(out);
    return data;
}

static inline struct loaded load_limited(const char *text, size_t length,
                                         const struct script_limits *limits)
{
    struct loaded l = { .arena = arena_open(), .diag = diag_open() };
    struct script_files *files = script_files_open(l.arena, "s.lua", text, length);
    l.root = script_load_words(l.arena, files, limits, &words, l.diag, &l.has_hooks, &l.title);
    if (l.root && l.root->boolean) l.root = NULL; /* it could not be read whole */
    l.report = report_of(l.diag);
    return l;
}

static inline struct loaded load(const char *text)
{
    return load_limited(text, strlen(text), NULL);
}

static inline void unload(struct loaded *l)
{
    free(l->report);
    diag_close(l->diag);
    arena_close(l->arena);
}

static inline void assert_says(const char *report, const char *wanted)
{
    if (!strstr(report, wanted)) fail_msg("expected \"%s\" in:\n%s", wanted, report);
}

/* Loading fails, and the report contains `wanted`. */
static inline void assert_refused(const char *text, const char *wanted)
{
    struct loaded l = load(text);
    if (l.root) fail_msg("loaded, though \"%s\" was expected: %s", wanted, text);
    assert_says(l.report, wanted);
    unload(&l);
}

/* `expression` is true inside the sandbox. */
static inline void assert_lua(const char *expression)
{
    struct text t = { 0 };
    text_format(&t, "assert(%s)\nrun {}\n", expression);
    struct loaded l = load(text_data(&t));
    if (!l.root) fail_msg("not true: %s\n%s", expression, l.report);
    unload(&l);
    text_close(&t);
}

/* --- doors and folders */

static inline int64_t world_clock(const struct world *w)
{
    return w->now_ns;
}

#define FILE_PATH_MAX (TEMPORARY_PATH_MAX + 100) /* of a file in the test's folder */

static inline const char *file_write(const char *folder, const char *name, const char *text)
{
    static char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

#endif
