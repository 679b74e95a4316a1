/* endpoint.h - what can receive a call, and the groups that callers choose from.
 *
 * A group is a named set of backends of one sort (the pods of a service, later the nodes of a
 * store): its owner says which are ready, callers' balancers choose among those. */
#ifndef ORRERY_ENDPOINT_H
#define ORRERY_ENDPOINT_H

#include "orrery/world.h"

/* What a connection meets at an address that some caller believes in. */
enum reach {
    REACH_OPEN,    /* the backend takes it */
    REACH_REFUSED, /* nothing listens there: a reset at once */
    REACH_SILENT,  /* nothing answers at all */
    REACH_WRONG,   /* another has the address by now, and answers with an error */
    REACH_GONE     /* who had the address is gone for good: which of these three, the caller says */
};

struct endpoint_type {
    const char *name;
    /* Takes the call: answers it by call_reply sooner or later, exactly once. */
    void (*offer)(struct world *w, uint32_t backend, uint32_t call);
    /* The caller no longer waits. True: all trace of the call is gone from here. False: it is
     * worked on to the end, and closed by call_close (its `orphan` is set). */
    bool (*cancel)(struct world *w, uint32_t backend, uint32_t call);
    /* Where it is now: another value when another has taken its place. Never 0. NULL:
     * never moves. */
    uint64_t (*address)(const struct world *w, uint32_t backend);
    /* What is met at this address, which it has or once had. NULL: always open. */
    enum reach (*reach)(const struct world *w, uint32_t backend, uint64_t address);
    /* Whether one that is no longer ready was told to end: it can say goodbye. NULL: none can. */
    bool (*leaves)(const struct world *w, uint32_t backend);
    bool pods; /* they are pods: a program's calls to them need no `offer`, but go on in line */
};

/* Told after a backend has become ready or has ceased to be. */
struct group_watcher {
    void (*told)(struct world *w, const struct group_watcher *watcher, uint32_t backend);
    struct group_watcher *next;
};

struct request;

#define LEVELS_MAX 8 /* of priority, in one group */

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
    int64_t *left_ns;      /* and when it last ceased to be */
    const char *const *operations;
    uint32_t operation_count;
    const struct part *balancer; /* its owner's wish for callers that say nothing; never NULL */
    /* For a gateway, which answers whatever is asked: the operation that serves this request of
     * this caller, made when it is first asked for; UINT32_MAX after telling d. NULL: it has
     * `operations` and no others. */
    uint32_t (*answer)(struct world *w, uint32_t group, const struct request *request,
                       const char *caller, struct place at, struct diag *d);
    const struct part *discovery; /* the same; NULL or kind NULL: readiness reaches them at once */
    const struct part *protocol;  /* the same; NULL or kind NULL: calls need no connection */
    const uint8_t *works; /* by operation: whether it works on a CPU, that messages can be charged
                             to; NULL: none does */
    bool messages;        /* some caller's protocol charges CPU for messages */
    struct group_watcher *watchers;
    const struct part *policy;   /* the same of the trafficPolicy; NULL, or kind NULL: none */
    const uint32_t *weights;     /* by backend - first; NULL: all 1 */
    const uint8_t *levels;       /* their priorities; NULL: all 0 */
    bool tells_begun; /* some caller wants call_begun; known when all rooms are open */
};

#define GROUP_NONE UINT32_MAX

uint32_t group_open(struct world *w, const struct group *group);
struct group *group_get(const struct world *w, uint32_t id);
uint32_t group_find(const struct world *w, const char *name);
/* Marks a backend ready or not; idempotent. */
void group_ready(struct world *w, uint32_t id, uint32_t backend, bool ready);
bool group_is_ready(const struct group *g, uint32_t backend);
/* Keeps `watcher`, which the caller owns. Told in the order of watching. */
void group_watch(struct world *w, uint32_t id, struct group_watcher *watcher);
uint64_t group_address(const struct world *w, const struct group *g, uint32_t backend);

/* Judges "cart GET /cart" against the document: an object with an `endpoints` map called cart, and
 * its key "GET /cart" (which may be left out when there is only one). For kind checks. */
bool target_check(const struct document *doc, const char *target, struct place at, const char *path,
                  struct diag *d);
/* As target_check, where the operation may be left to what is asked for: a gateway's own
 * targets. */
bool target_backend_check(const struct document *doc, const char *target, struct place at,
                          const char *path, struct diag *d);
/* It is one that routes requests by what they ask for, and has no endpoints of its own. */
bool target_is_gateway(const struct document *doc, const char *target);
/* Splits a target that target_check has passed; the operation is NULL when left out. */
void target_split(struct arena *a, const char *target, const char **name, const char **operation);

#endif
