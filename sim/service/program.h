/* program.h - building a service's behaviours, and what steps may do to a call. */
#ifndef SERVICE_PROGRAM_H
#define SERVICE_PROGRAM_H

#include "orrery/route.h"
#include "orrery/step.h"

struct service;

struct program {
    const struct instruction *first; /* in the room's code */
    uint32_t start;                  /* its index there */
    uint16_t count;
    uint16_t cpu; /* its first instruction that works on a CPU, or PROGRAM_NO_CPU */
};
#define PROGRAM_NO_CPU UINT16_MAX

struct compiler {
    struct world *w;
    struct service *service;
    const char *name; /* "cart GET /cart" */
    struct instruction *items;
    uint32_t count, capacity;
    struct place at; /* of the step being compiled */
    struct diag *d;
    uint16_t cpu; /* the first instruction that works on a CPU */
    uint16_t loops;    /* how many there are so far */
    uint16_t messages; /* instructions that no step stands for: they shift no step's draws */
    bool full;
};

/* Appends; returns its index. */
uint16_t compile_emit(struct compiler *c, struct instruction i);
void compile_steps(struct compiler *c, const struct list *steps);
void compile_work(struct compiler *c, const struct part *work); /* on a CPU */
struct compiler program_begin(struct world *w, struct service *s, const char *operation,
                              struct diag *d);
struct program program_finish(struct compiler *c); /* adds the answer, and the whole to the code */
struct program program_compile(struct world *w, struct service *s, const char *operation,
                               const struct list *steps, struct diag *d);
/* Tells d of call cycles and of chains deeper than CALL_DEPTH_MAX, now that what gateways are asked for is
 * known too. */
void program_graph_check(struct world *w, struct diag *d);

/* path.c: runs the call's program from call.step until it waits or ends. */
void program_run(struct world *w, uint32_t call);
/* The same for a call that waits, unless it still has children to wait for. As a route's `proceed` it goes
 * with the call step's own `reply`: the short way back knows the two by it, and does both in place. */
void program_proceed(struct world *w, uint32_t call);
/* Sends the child that a call instruction stands for. */
void program_send(struct world *w, uint32_t call, const struct instruction *i);

/* Opens a call site of the service and says what instruction makes it: fills in of the route what is
 * the same for all call sites. */
struct instruction step_send_instruction(struct compiler *c, struct route_spec route);

#endif
