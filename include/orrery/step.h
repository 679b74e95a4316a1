/* step.h - the role "step": what a service does for a call.
 *
 * A behaviour is a list of steps, compiled once into a flat program: an array of instructions with
 * an index in the call. No coroutines, so a call in flight costs its record and no stack. */
#ifndef ORRERY_STEP_H
#define ORRERY_STEP_H

#include "orrery/call.h"

/* The longest program of one endpoint, after expansion of its parts. */
#define PROGRAM_STEPS_MAX 4096

struct instruction;
struct route;

enum step_result {
    STEP_NEXT,   /* go on with the instruction in call.step, which is already the next one */
    STEP_WORK,   /* it works on a CPU; cpu_begin's event continues it */
    STEP_WAIT,   /* it waits for time to pass or for children; their events continue it */
    STEP_QUEUED, /* it needs a worker and none is free; the queue continues it at this step */
    STEP_END     /* answer now, with call.outcome */
};

/* What an instruction does. The three that every request meets are done in line by the path of a
 * call (service/path.c); all others by their own `run`, so that a new step is one file and one
 * line. */
enum opcode { OPCODE_RUN, OPCODE_CPU, OPCODE_CALL, OPCODE_ANSWER };

struct instruction {
    union {
        enum step_result (*run)(struct world *w, uint32_t call, const struct instruction *i);
        double (*draw)(const void *spec, struct rng *r); /* OPCODE_CPU; NULL: exponential */
        struct route *way;                               /* OPCODE_CALL: that of `route` */
    };
    const struct part *dist; /* work, delay or size */
    uint64_t salt;           /* of its draws: from its place among what the scenario says */
    union {
        double probability;
        double mean_ns; /* OPCODE_CPU: of exponential work */
    };
    const struct place *at;  /* where it was said */
    uint32_t route;          /* calls; ROUTE_NONE: makes none */
    uint32_t lane;           /* waits of constant length: where they stand in line */
    uint32_t table;          /* which of its room: rows, or what a gateway chooses from */
    uint16_t index;          /* its own place in the program */
    uint16_t target;         /* jumps */
    uint16_t count;          /* parallel: how many calls follow */
    uint8_t opcode;          /* enum opcode */
};
_Static_assert(sizeof(struct instruction) == 64, "its index becomes an address by a shift");

struct compiler; /* the program being built: sim/service/program.h */

struct step_type {
    /* Emits instructions for the step, in order. */
    void (*compile)(struct compiler *c, const struct part *step);
};

/* The root of what this call does at its steps: the same whatever its route, fresh each round of a
 * loop. */
static inline uint64_t steps_key(const struct call *c, const struct call_side *side)
{
    return __builtin_expect(c->flags & CALL_LOOPED, 0) ? key_child(~c->key, side->loops) : c->key;
}

/* The key of a call that this one makes at this step. */
static inline uint64_t step_key(const struct call *c, const struct call_side *side,
                                const struct instruction *i)
{
    return hash_mix(steps_key(c, side) + i->salt);
}

/* What this step draws from. */
static inline struct rng step_rng(const struct call *c, const struct call_side *side,
                                  const struct instruction *i)
{
    return rng_keyed(steps_key(c, side) + i->salt);
}

/* Goes to instruction `target` of its own program, from within `run` of i. */
static inline void step_jump(struct call *c, const struct instruction *i, uint16_t target)
{
    c->step = c->step - 1 - i->index + target;
}

#endif
