/* bench.h - what a benchmark is: a body that does `work` units and says how many ns it took.
 *
 * All bodies are run in turn, round after round, so that a machine whose speed drifts slows all of
 * them alike; the median of the rounds is what is printed. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "orrery/rng.h"

#include <math.h>
#include <stdint.h>

struct bench {
    const char *name;
    double (*run)(void); /* ns per unit of work */
};

double bench_clock_ns(void);

/* An exponential of mean 1 as one writes it by hand, and as orrery draws it, several times as fast. The
 * standard is what one writes by hand. The engine is held against it drawing alike, or the row would
 * tell of the draw; scenarios draw as they do, with rows beside that have the ziggurat on both sides. */
static inline __attribute__((always_inline)) double draw_textbook(struct rng *r)
{
    return -log(rng_uniform_positive(r));
}

static inline __attribute__((always_inline)) double draw_ziggurat(struct rng *r)
{
    return rng_exponential(r);
}

/* bare.c: what one would write by hand for one model, with no engine at all. */
double bare_mm1(void), bare_mm1_ziggurat(void);
double bare_chain3(void), bare_chain3_ziggurat(void);
/* engine.c: the engine without the call path. */
double engine_mm1(void), engine_mm1_textbook(void);
double hold_queue_10(void), hold_queue_1e3(void), hold_queue_1e5(void), hold_queue_1e6(void);
double hold_engine_10(void), hold_engine_1e3(void), hold_engine_1e5(void), hold_engine_1e6(void);
double cancel_1e3(void), cancel_1e5(void);
/* calls.c: whole scenarios. */
double calls_chain3(void), calls_chain3_guarded(void), calls_lb3(void), calls_storm(void);
/* filter.c: a route without filters, with five that do nothing, and what one of those adds. */
double filter_none(void), filter_five(void), filter_nothing(void);
double calls_crowd_mb(void); /* peak memory with a million calls in flight, in MB */
/* picks.c: one choice of a balancer, among 3 and among 1000 backends. */
double pick_random_3(void), pick_random_1000(void);
double pick_random_weighted_3(void), pick_random_weighted_1000(void);
double pick_round_robin_3(void), pick_round_robin_1000(void);
double pick_round_robin_weighted_3(void), pick_round_robin_weighted_1000(void);
double pick_least_3(void), pick_least_1000(void);
double pick_envoy_least_3(void), pick_envoy_least_1000(void);
double pick_power_of_two_3(void), pick_power_of_two_1000(void);
double pick_peak_ewma_3(void), pick_peak_ewma_1000(void);
double pick_hash_3(void), pick_hash_1000(void);
double pick_ring_hash_3(void), pick_ring_hash_1000(void);
double pick_maglev_3(void), pick_maglev_1000(void);

#endif
