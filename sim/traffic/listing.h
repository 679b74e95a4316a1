/* listing.h - a set of addresses by backend, kept up one change at a time, and the view it makes. */
#ifndef TRAFFIC_LISTING_H
#define TRAFFIC_LISTING_H

#include "orrery/discovery.h"

struct listing {
    uint64_t *addresses; /* by backend - first; 0: not listed */
    uint32_t first, capacity;
    struct view view; /* the same, packed; its version changes with it and is never 0 */
};

void listing_open(struct listing *l, struct world *w, const struct group *g);
/* Lists the backend at this address, or under 0 no more. False: that was so already. */
bool listing_put(struct listing *l, uint32_t backend, uint64_t address);
void listing_fill(struct listing *l, const struct world *w, const struct group *g); /* as it is now */

#endif
