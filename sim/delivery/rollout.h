/* rollout.h - the delivery room's own state. */
#ifndef DELIVERY_ROLLOUT_H
#define DELIVERY_ROLLOUT_H

#include "delivery/delivery.h"
#include "service/service.h"

/* The release of one service, and the figures of those before it. */
struct rollout {
    struct rollout_limits limits;
    bool active, counted; /* counted: it began in the measured part of the run */
    bool blocked;         /* said so on the timeline */
    uint32_t generation;  /* of the release: events of an older one are dead */
    uint32_t cause;       /* its release.begin */
    int64_t began_ns;
    uint32_t moved;        /* old pods taken away by the release under way */
    bool *old;             /* by slot: a pod of before, still to be replaced */
    int64_t *ready_ns;     /* by slot: since when */
    struct event_id next;  /* the step already planned for this instant */
    struct event_id retry; /* while blocked */
    uint32_t release_count, moved_total;
    int64_t ended_ns_total, last_ns; /* durations of releases that ended */
};

struct delivery {
    struct rollout *rollouts; /* by service */
    uint32_t rollout_count;
};

static inline struct delivery *delivery_of(const struct world *w)
{
    return w->rooms[ROOM_DELIVERY];
}

/* rollout.c */
pod_listener rollout_pod_changed;
void rollout_report(struct world *w, uint32_t service);
void rollout_check(const struct world *w, uint32_t service);

#endif
