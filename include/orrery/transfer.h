/* transfer.h - bytes that cross zones, and what they cost. */
#ifndef ORRERY_TRANSFER_H
#define ORRERY_TRANSFER_H

#include <stdbool.h>

struct world;

/* Whether the scenario prices them (network.crossZonePerGiB). */
bool transfer_priced(const struct world *w);
/* Since the warm-up ended. */
double transfer_gib(const struct world *w);
double transfer_cost(const struct world *w);

#endif
