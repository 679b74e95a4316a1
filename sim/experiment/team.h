/* team.h - threads that share out replications and hand them over in order; not for other rooms.
 *
 * Invariant: replications reach `take` in order of index, each once, one at a time; none is
 * begun more than AHEAD x threads past the last one taken. */
#ifndef EXPERIMENT_TEAM_H
#define EXPERIMENT_TEAM_H

#include "experiment/replicate.h"

struct team_result {
    uint32_t taken; /* replications given to take */
    bool stopped;   /* asked to, before all were finished */
    bool limited;   /* by the time limit */
    /* The lowest replication that did not finish by its own fault; status REPLICA_FINISHED: none.
     */
    struct replica first_failure;
    double wall_s;
    uint32_t threads;
};

/* take owns the replica's arena. False: the store failed, stop. */
void team_run(const struct replica_plan *plan, struct diag *d,
              bool (*take)(void *state, uint32_t index, struct replica *r), void *state,
              struct team_result *out);

#endif
