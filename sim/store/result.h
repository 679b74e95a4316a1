/* result.h - one experiment read back: all that a report needs, and all it may know.
 *
 * Sections come clients first; within one, rows keep the order in which rooms recorded them. With
 * several replications a figure is the mean over them with a 95 % interval by Student's t. A metric
 * with a component "by_X" is one key of a map that holds only what occurred: where a replication
 * lacks the key, it counts as 0. */
#ifndef STORE_RESULT_H
#define STORE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct store;

struct result_figure {
    const char *section, *object, *metric, *unit;
    double mean;
    double ci95_low, ci95_high; /* equal to mean when n < 2: no interval */
    uint32_t n;
};

struct result_expectation {
    const char *name, *unit, *observed_text, *target, *file;
    bool pass, observed;
    double value, ci95_low, ci95_high;
    uint32_t n, line;
};

struct result_event {
    double t_s;
    const char *kind, *object, *text;
    uint32_t seq, cause_seq; /* 0: no cause */
};

struct result_pair {
    const char *key, *value;
};

struct result {
    uint32_t id, first_run; /* first_run: run.id of the replication whose events are shown */
    const char *scenario, *title, *seed, *digest, *currency;
    uint32_t replications, finished;
    int64_t duration_ns, warmup_ns, simulated_ns; /* of the first run */
    int64_t events;                               /* of all runs */
    uint32_t figure_count, expectation_count, event_count, finding_count, provenance_count;
    const struct result_figure *figures;
    const struct result_expectation *expectations;
    const struct result_event *timeline; /* of the first run, at most RESULT_EVENTS_MAX */
    uint32_t event_total;                /* in the store */
    const char *const *findings;
    const struct result_pair *provenance;
};

/* More notable events than this are left in the file. */
#define RESULT_EVENTS_MAX 10000

/* True for "by_outcome.timeout" and its like: a key that a replication lacks never happened there,
 * and counts as 0, as does a figure in UNIT_COUNT; any other that is missing was not measured. */
bool result_is_map_key(const char *metric);
uint32_t result_count(struct store *s); /* experiments in the store */
/* id 1..; NULL with the failure in the store. */
const struct result *result_read(struct arena *a, struct store *s, uint32_t id);
/* NULL when absent. */
const struct result_figure *result_find(const struct result *r, const char *section,
                                        const char *object, const char *metric);
const char *result_provenance(const struct result *r, const char *key); /* "" when absent */

#endif
