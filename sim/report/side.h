/* side.h - two results side by side: the same questions, and how far the answers are apart.
 *
 * Experiments are paired by their place in the two stores, replications by their number: with
 * the same seed they saw the same customers, so differences are known better than the figures. */
#ifndef REPORT_SIDE_H
#define REPORT_SIDE_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

/* A figure by its name in --json, "clients.visitors.failed" or "cost.total". A star stands for
 * anything between two dots, and then the figures are added up. "minutes(P)" is for how long a
 * series P was above 0. "LABEL=P" gives a column another heading. */
#define SIDE_METRICS_MAX 11
#define SIDE_ERROR_BYTES 300

struct side {
    struct store *store;
    const char *name; /* what its column or line is called */
};

struct side_options {
    const char *const *metrics; /* none: all figures that differ, a line each */
    uint32_t metric_count;
    bool json;
};

/* False, with the reason in error (SIDE_ERROR_BYTES): they cannot be compared, a metric
 * names nothing, or a store failed (which it tells itself). */
bool side_by_side(const struct side sides[2], const struct side_options *o, struct text *out,
                  char *error);

#endif
