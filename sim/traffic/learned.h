/* learned.h - a quantile of what has been seen lately, in constant space.
 *
 * A small histogram of the times of the present `window`; the quantile is worked out when a window
 * that saw enough is over, so that asking costs nothing. Until the first of those it is worked out
 * of what there is, every `minimum` values. */
#ifndef TRAFFIC_LEARNED_H
#define TRAFFIC_LEARNED_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

struct learned_rule {
    double quantile; /* above 0, below 1 */
    int64_t window_ns;
    uint32_t minimum; /* values before it speaks */
};

/* From a microsecond to 18 minutes, each octave in 16: known to 6 %, and within a bucket by a
 * straight line, which for a smooth law is within 1 %. */
#define LEARNED_OCTAVE_FIRST 10
#define LEARNED_OCTAVES 30
#define LEARNED_STEPS 16
#define LEARNED_BUCKETS (LEARNED_OCTAVES * LEARNED_STEPS)

/* Zeroed when opened. */
struct learned {
    uint32_t *buckets; /* of the present window; NULL until the first value */
    uint32_t count;
    bool complete;     /* a whole window has spoken */
    int64_t tick;      /* number of the present window */
    int64_t value_ns;  /* the quantile; 0: not known yet */
};

void learned_add(struct learned *l, const struct learned_rule *rule, struct arena *a, int64_t now_ns,
                 int64_t value_ns);

#endif
