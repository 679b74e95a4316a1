/* guard.h - what tests of filters have in common: one client with one filter, and what became of
 * its calls. A header, so that each test stays one file. */
#ifndef TRAFFIC_GUARD_H
#define TRAFFIC_GUARD_H

#include "../support/small_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MS NS_PER_MS

/* One client that sends `count` calls, one each `gap`, from 0 on; quotes are written as apostrophes. */
static inline struct small_world *guard_open(const char *gap, uint32_t count, const char *filters,
                                             const struct small_options *options)
{
    char text[2000];
    snprintf(text, sizeof text,
             "{'kind': 'client', 'name': 'user', 'target': 'shop GET /', 'rate': {'kind': "
             "'metronome', 'gap': '%s', 'count': %u}, 'filters': [%s]}",
             gap, count, filters);
    for (char *c = text; *c; c++)
        if (*c == '\'') *c = '"';
    return small_world_open(text, options);
}

static inline uint64_t guard_ended(const struct small_world *s, enum outcome outcome)
{
    return meter_count(&client_get(&s->w, 0)->meter, outcome);
}

/* Fails unless every call ended, and those at the filter are those that were offered plus those
 * that were not. */
static inline void guard_conserved(const struct small_world *s, uint64_t count)
{
    uint64_t all = 0;
    for (int o = 0; o < OUTCOME_COUNT; o++)
        all += guard_ended(s, (enum outcome)o);
    assert_int_equal(all, count);
    assert_int_equal(s->w.calls->in_flight, 0);
}

/* Fails unless the filter is refused with this text. */
static inline void guard_refused(const char *filter, const char *said)
{
    char text[1000];
    snprintf(text, sizeof text,
             "{'kind': 'client', 'name': 'user', 'target': 'shop GET /', 'rate': {'kind': "
             "'metronome'}, 'filters': [%s]}",
             filter);
    for (char *c = text; *c; c++)
        if (*c == '\'') *c = '"';
    const char *got = small_world_refusal(text);
    if (!strstr(got, said)) fail_msg("wanted: %s\nsaid: %s", said, got);
}

/* The trace of a run until until_ns; the caller frees it. */
struct guard_trace {
    char *text;
    size_t length;
    FILE *out;
};

static inline FILE *guard_trace_open(struct guard_trace *t)
{
    t->out = open_memstream(&t->text, &t->length);
    assert_non_null(t->out);
    return t->out;
}

static inline void guard_trace_has(struct guard_trace *t, const char *said)
{
    fflush(t->out);
    if (!strstr(t->text, said)) fail_msg("wanted: %s\ntrace: %s", said, t->text);
}

static inline void guard_trace_close(struct guard_trace *t)
{
    fclose(t->out);
    free(t->text);
}

#endif
