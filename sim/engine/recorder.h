/* recorder.h - the rows of one run, in memory, until the store takes them.
 *
 * include/orrery/probe.h is how rooms write; this is how a run opens a recorder and how the
 * store reads it. Rows keep the order in which they were recorded; text in a row lives as
 * long as the arena. A recorder is owned by one world and used by one thread at a time. */
#ifndef ENGINE_RECORDER_H
#define ENGINE_RECORDER_H

#include "orrery/probe.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct arena;

/* What one run may keep. Past a limit rows are counted, not kept: see recorder_dropped. */
#define RECORDER_FIGURES_MAX 1000000
#define RECORDER_POINTS_MAX 4000000
#define RECORDER_DECISIONS_MAX 100000
/* The longest text of an event, a decision or a trace line; longer ones end in "...". */
#define RECORDER_TEXT_MAX 1000

struct figure {
    const char *section, *object, *metric, *unit;
    double value; /* finite */
};

struct point {
    int64_t at_ns;
    double value;
};

/* Points are in time order, one an instant. */
struct series {
    const char *section, *object, *metric, *unit;
    uint32_t count, capacity;
    struct point *points;
};

/* A histogram cut down to its touched buckets: counts[i] belongs to bucket_low + i. */
struct spread {
    const char *section, *object, *metric;
    uint64_t count;
    double sum, sum_squares;
    int64_t min, max;
    uint32_t bucket_low, bucket_count;
    const uint64_t *counts;
};

struct entry {
    int64_t at_ns;
    uint32_t cause; /* the number of an earlier entry, 0 = none; the first entry is number 1 */
    const char *kind, *object, *text;
};

struct decision {
    int64_t at_ns;
    const char *controller, *object, *text;
};

struct recorder_dropped {
    uint64_t figures, points, events, decisions;
};

/* trace_out NULL: no trace. The recorder lives in the arena. */
struct recorder *recorder_open(struct arena *a, FILE *trace_out);
/* Keeps no series from now on: for a run that nobody will draw. Some clouds sample thousands. */
void recorder_skip_series(struct recorder *r);
/* Writes the rest of the trace. False when some of it could not be written. */
bool recorder_close(struct recorder *r);

uint32_t recorder_figure_count(const struct recorder *r);
const struct figure *recorder_figure_at(const struct recorder *r, uint32_t index);
/* NULL when it was not recorded. */
const struct figure *recorder_figure(const struct recorder *r, const char *section,
                                     const char *object, const char *metric);
uint32_t recorder_series_count(const struct recorder *r);
const struct series *recorder_series_at(const struct recorder *r, uint32_t index);
uint32_t recorder_spread_count(const struct recorder *r);
const struct spread *recorder_spread_at(const struct recorder *r, uint32_t index);
uint32_t recorder_event_count(const struct recorder *r);
const struct entry *recorder_event_at(const struct recorder *r, uint32_t index); /* number - 1 */
uint32_t recorder_decision_count(const struct recorder *r);
const struct decision *recorder_decision_at(const struct recorder *r, uint32_t index);
const struct recorder_dropped *recorder_dropped(const struct recorder *r);

#endif
