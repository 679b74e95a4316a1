/* concurrency.h - how many calls to have out at once, learnt from how long they take: pure.
 *
 * Vegas compares each round trip with the shortest seen, Gradient2 a short with a long average;
 * both from Netflix concurrency-limits, whose defaults are the kinds' defaults. */
#ifndef TRAFFIC_CONCURRENCY_H
#define TRAFFIC_CONCURRENCY_H

#include <stdbool.h>
#include <stdint.h>

struct concurrency_rule {
    double limit_first, limit_min, limit_max;
    double smoothing;      /* weight of the newest limit */
    double probe_factor;   /* Vegas: forgets the shortest after about this many times its limit */
    double queue;          /* Gradient2: calls that may wait at the server */
    double tolerance;      /* Gradient2: the short average may be this many times the long one */
    uint32_t long_window;  /* Gradient2: samples in the long average */
};

struct concurrency {
    double limit;         /* 0: not begun */
    int64_t shortest_ns;  /* Vegas; 0: none yet */
    double long_ns;       /* Gradient2 */
    uint32_t samples;     /* Vegas: since the last probe; Gradient2: all, up to the warm-up */
    double probe_share;   /* Vegas: 0.5..1, drawn anew at each probe */
};

void concurrency_begin(struct concurrency *c, const struct concurrency_rule *rule);

/* A call took rtt_ns > 0; in_flight were out when it was sent, itself included. dropped: it was
 * refused or got no answer in time. draw: uniform in [0, 1), used when a probe ends. */
void vegas_update(struct concurrency *c, const struct concurrency_rule *rule, int64_t rtt_ns,
                  uint32_t in_flight, bool dropped, double draw);
void gradient2_update(struct concurrency *c, const struct concurrency_rule *rule, int64_t rtt_ns,
                      uint32_t in_flight);

/* What the limit moves by, log10 of it; Vegas's alpha and beta are 3 and 6 times that. */
uint32_t vegas_step(double limit);

#endif
