/* action.h - the role "action": what `at` and `every` can make happen.
 *
 * A fault begins and ends; a release or a scaling only begins. Actions live in the rooms that
 * know the thing (fault, delivery); they are scheduled by the fault room. To add one:
 * sim/fault/fault_NAME.c (or sim/delivery/...) and a line in kinds.def. */
#ifndef ORRERY_ACTION_H
#define ORRERY_ACTION_H

#include "orrery/world.h"

struct action_type {
    size_t state_size; /* per scheduled action, zeroed */
    /* `cause` is the recorder's number of the entry that says the action began. */
    void (*begin)(const void *spec, void *state, struct world *w, uint32_t cause);
    /* After the spec's duration, when it has one; NULL: begin is all there is. */
    void (*end)(const void *spec, void *state, struct world *w, uint32_t cause);
    int64_t (*duration)(const void *spec); /* 0: until the run ends; NULL: no end */
    const char *(*subject)(const void *spec); /* the object it is about, for the timeline */
};

#endif
