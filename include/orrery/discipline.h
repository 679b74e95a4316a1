/* discipline.h - the role "discipline": which waiting call is served next.
 *
 * A discipline is a rank: the lowest goes first, ties by arrival. fifo and lifo need no rank and
 * cost O(1); ranked ones keep a heap per pod; managed ones take either end of a list, and may turn
 * away who has waited too long. To add one: sim/service/discipline_NAME.c and a line in
 * kinds.def. */
#ifndef ORRERY_DISCIPLINE_H
#define ORRERY_DISCIPLINE_H

#include "orrery/kind.h"

#include <stdbool.h>

struct waiting {
    int64_t arrived_ns;
    int64_t work_ns; /* CPU work of its next cpu step still to do */
    uint8_t priority; /* higher is more important */
};

enum queue_order { ORDER_FIFO, ORDER_LIFO, ORDER_RANKED, ORDER_MANAGED };

struct discipline_type {
    enum queue_order order;
    int64_t (*rank)(const void *spec, const struct waiting *call); /* ORDER_RANKED */
    bool (*preempts)(const void *spec); /* a lower rank interrupts a running call; NULL: never */
    bool (*evicts)(const void *spec);   /* a full queue turns away who ranks last; NULL: never */
    /* ORDER_MANAGED; backlogged_ns: how long ago the queue was empty. How long a call may wait that
     * joins now (NULL: for ever), and whether the newest is next (NULL: never). */
    int64_t (*patience)(const void *spec, int64_t backlogged_ns);
    bool (*newest)(const void *spec, int64_t backlogged_ns);
    bool shares; /* no queue: all calls run at once and share the pod's workers (PS) */
};

#endif
