/* step.h - the role "step": what a service does for a call.
 *
 * A behaviour is a list of steps, compiled once into a flat program: an array of instructions with
 * an index in the call. No coroutines, so a million calls in flight cost their 64 bytes each. */
#ifndef ORRERY_STEP_H
#define ORRERY_STEP_H

#include "orrery/call.h"

/* The longest program of one endpoint, after expansion of its parts. */
#define PROGRAM_STEPS_MAX 4096

struct instruction;

enum step_result {
    STEP_NEXT,  /* go on with the instruction in call.step (already advanced) */
    STEP_WAIT,  /* suspended: something will continue the call */
    STEP_END,   /* answer now, with call.outcome */
    STEP_QUEUED /* it needs a worker and none is free */
};

struct instruction {
    enum step_result (*run)(struct world *w, uint32_t call, const struct instruction *i);
    const struct part *dist; /* work, delay or size */
    const void *spec;
    uint32_t route;          /* calls */
    uint16_t target;         /* jumps */
    uint16_t count;          /* parallel: how many calls */
    double probability;
    bool needs_worker;       /* cpu: must hold a worker to run */
    struct place at;
};

struct compiler; /* the program being built: sim/service/program.h */

struct step_type {
    /* Emits instructions for the step, in order. */
    void (*compile)(struct compiler *c, const struct part *step);
};

/* The keyed stream of this call at this instruction: the same work whatever the route. */
static inline struct rng step_rng(const struct call *c, const struct instruction *i,
                                  const struct instruction *first)
{
    return rng_keyed(key_child(c->key, (uint64_t)(i - first)));
}

#endif
