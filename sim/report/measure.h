/* measure.h - the values of a metric, replication by replication; not for other rooms. */
#ifndef REPORT_MEASURE_H
#define REPORT_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct store;

/* What a metric came to in each finished replication of an experiment, in their order. Who had no
 * answer has no latency, and not one of 0: values count where `has` is true. */
struct measure {
    const char *unit;
    uint32_t count;
    double *values;
    bool *has;
    bool found; /* some figure has this name */
};

/* "LABEL=clients.*.failed", "minutes(clients.*.failed_per_s)". */
struct metric {
    const char *label, *pattern;
    bool minutes;
};

/* True for counts by outcome, cause or pool: one that is missing never happened, and is 0. */
bool metric_is_count(const struct metric *m);
struct metric metric_read(struct arena *a, const char *said);
struct measure measure_metric(struct arena *a, struct store *s, uint32_t experiment,
                              const struct metric *m);

#endif
