/* endpoint.h - what can receive a call, and the groups that callers choose from.
 *
 * A group is a named set of backends of one sort (the pods of a service, later the nodes of a
 * store): its owner says which are ready, callers' balancers choose among those. */
#ifndef ORRERY_ENDPOINT_H
#define ORRERY_ENDPOINT_H

#include "orrery/world.h"

struct endpoint_type {
    const char *name;
    /* Takes the call: answers it by call_reply sooner or later, exactly once. */
    void (*offer)(struct world *w, uint32_t backend, uint32_t call);
    /* The caller no longer waits. True: all trace of the call is gone from here. False: it is
     * worked on to the end, and closed by call_close (its `orphan` is set). */
    bool (*cancel)(struct world *w, uint32_t backend, uint32_t call);
};

struct group {
    const char *name;
    const struct endpoint_type *type;
    const uint8_t *zones;  /* by backend - first; NULL: all in zone 0 */
    uint32_t first;        /* backends are first .. first + capacity - 1 */
    uint32_t capacity;
    uint32_t *ready;       /* the ready ones, ascending */
    uint32_t ready_count;
    uint32_t version;      /* changes with `ready` */
    int64_t *since_ns;     /* by backend - first: when it last became ready */
    const char *const *operations;
    uint32_t operation_count;
    const struct part *balancer; /* its owner's wish for callers that say nothing; never NULL */
};

#define GROUP_NONE UINT32_MAX

uint32_t group_open(struct world *w, const struct group *group);
struct group *group_get(const struct world *w, uint32_t id);
uint32_t group_find(const struct world *w, const char *name);
/* Marks a backend ready or not; idempotent. */
void group_ready(struct world *w, uint32_t id, uint32_t backend, bool ready);

/* Judges "cart GET /cart" against the document: an object with an `endpoints` map called cart, and
 * its key "GET /cart" (which may be left out when there is only one). For kind checks. */
bool target_check(const struct document *doc, const char *target, struct place at, const char *path,
                  struct diag *d);
/* Splits a target that target_check has passed; the operation is NULL when left out. */
void target_split(struct arena *a, const char *target, const char **name, const char **operation);

#endif
