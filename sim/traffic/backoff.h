/* backoff.h - how long to wait before trying again: a pure function, tested on its own. */
#ifndef TRAFFIC_BACKOFF_H
#define TRAFFIC_BACKOFF_H

#include <stdint.h>

enum growth { GROWTH_EXPONENTIAL, GROWTH_LINEAR, GROWTH_ENVOY };
enum jitter { JITTER_NONE, JITTER_FULL, JITTER_EQUAL, JITTER_DECORRELATED };

struct backoff {
    int64_t base_ns, max_ns;
    double multiplier; /* >= 1 */
    uint32_t jitter;   /* enum jitter */
    uint32_t growth;   /* exponential: base * multiplier^attempt; linear: base * (attempt + 1); Envoy:
                          base * (2^(attempt + 1) - 1). All at most max_ns */
};

/* The wait after `attempt` (0: the first) failed, in 0 .. max_ns. Drawn from (key, attempt) alone,
 * so two variants of a scenario that retry the same call wait alike, and no two calls do. */
int64_t backoff_ns(const struct backoff *b, uint64_t key, uint32_t attempt);

#endif
