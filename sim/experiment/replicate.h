/* replicate.h - one replication from nothing to a recorder full of rows; not for other rooms. */
#ifndef EXPERIMENT_REPLICATE_H
#define EXPERIMENT_REPLICATE_H

#include "engine/recorder.h"
#include "experiment/run.h"

enum replica_status {
    REPLICA_FINISHED,
    REPLICA_STOPPED, /* asked to */
    REPLICA_REFUSED, /* world_open said no */
    REPLICA_FAILED,  /* a callback failed */
    REPLICA_UNTRACED /* the trace could not be written */
};

struct replica {
    enum replica_status status;
    struct arena *arena; /* of everything below; NULL unless finished */
    struct recorder *recorder;
    uint64_t digest, events;
    int64_t simulated_ns;
    char failure[4096];
};

/* Where a running replication is; read by others while it runs. */
struct replica_watch {
    atomic_uint_fast64_t events;
    atomic_int_fast64_t now_ns;
};

struct replica_plan;

/* One replication. stop(state, index) is asked between slices of virtual time; stop, trace and
 * watch may be NULL. */
typedef void replica_run(const struct replica_plan *plan, uint32_t index, struct diag *d,
                         FILE *trace, bool (*stop)(void *state, uint32_t index), void *state,
                         struct replica_watch *watch, struct replica *out);

/* What the replications of an experiment share. */
struct replica_plan {
    replica_run *run; /* replicate, or a test's own */
    const struct experiment_options *options;
    uint64_t seed;
    int64_t warmup_ns, duration_ns, until_ns;
};

/* The real one: a world from the document to its report. */
replica_run replicate;

#endif
