/* run.h - one scenario, many replications, one store.
 *
 * Each replication has its own world, recorder and hook door, on whatever thread; finished ones
 * enter the store in order of index, so the results are the same bytes for any number of
 * threads. Memory is bounded: no thread runs further ahead of the store than a fixed distance. */
#ifndef EXPERIMENT_RUN_H
#define EXPERIMENT_RUN_H

#include "model/model.h"
#include "store/output.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct store;

#define EXPERIMENT_REPLICATIONS_MAX 1000000
#define EXPERIMENT_THREADS_MAX 256

/* How a world gets its callbacks, without knowing the language. open NULL: it has none. */
struct door_maker {
    void *state;
    /* seed_key: the root of the replication's chance. door.state NULL: it cannot be opened. */
    struct hook_door (*open)(void *state, uint64_t seed_key, int64_t (*now)(const struct world *w));
};

struct progress {
    double share; /* 0..1 of all simulated time */
    uint32_t finished, replications;
    double simulated_s; /* of the replication that is furthest behind the store */
    uint64_t events;
    double wall_s;
};

struct experiment_options {
    const struct document *document;
    struct door_maker doors;
    uint32_t replications, threads; /* >= 1 */
    const uint64_t *seed;           /* NULL: the scenario's */
    int64_t until_ns;               /* 0: the scenario's whole duration */
    int64_t wall_ns_max;            /* 0: no time limit */
    bool heap_queue, check_every_event;
    bool figures_only; /* no series: nobody keeps or draws the results */
    FILE *trace;                  /* of the first replication, or NULL */
    const atomic_bool *interrupt; /* set by a signal handler; NULL: never */
    void (*progress)(void *state, const struct progress *p); /* NULL: silent; from one thread */
    void *progress_state;
    const char *version; /* for provenance */
};

enum experiment_status {
    EXPERIMENT_DONE,
    EXPERIMENT_INTERRUPTED, /* what had finished is in the store */
    EXPERIMENT_TIME_LIMIT,  /* likewise */
    EXPERIMENT_REFUSED,     /* the scenario cannot be built: the diag says why */
    EXPERIMENT_FAILED,      /* a callback failed: failure says how; nothing is worth keeping */
    EXPERIMENT_BROKEN       /* the store or the trace cannot be written: failure says why */
};

struct experiment_outcome {
    uint32_t id; /* in the store; 0: nothing finished */
    uint32_t finished;
    bool expectations_hold;
    char failure[4096];
};

enum experiment_status experiment_run(const struct experiment_options *o, struct store *s,
                                      struct diag *d, struct experiment_outcome *out);

#endif
