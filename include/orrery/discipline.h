/* discipline.h - the role "discipline": which waiting call is served next.
 *
 * A discipline is a rank: the lowest goes first, ties by arrival. fifo and lifo need no rank and
 * cost O(1); ranked ones keep a heap per pod. To add one: sim/service/discipline_NAME.c and a line in
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

enum queue_order { ORDER_FIFO, ORDER_LIFO, ORDER_RANKED };

struct discipline_type {
    enum queue_order order;
    int64_t (*rank)(const void *spec, const struct waiting *call); /* ORDER_RANKED */
    bool (*preempts)(const void *spec); /* NULL: never; a lower rank interrupts a running call */
    bool shares; /* no queue: all calls run at once and share the pod's workers (PS) */
};

#endif
