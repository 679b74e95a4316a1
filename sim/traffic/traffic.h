/* traffic.h - the room's own state: what control planes and name servers hold. */
#ifndef TRAFFIC_TRAFFIC_H
#define TRAFFIC_TRAFFIC_H

#include "orrery/world.h"

struct slices;

struct traffic {
    struct slices **slices; /* one a group and way of watching it */
    uint32_t slices_count;
};

static inline struct traffic *traffic_of(const struct world *w)
{
    return w->rooms[ROOM_TRAFFIC];
}

#endif
