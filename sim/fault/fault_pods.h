/* fault_pods.h - choosing pods to crash, for the fault and for the verb. */
#ifndef FAULT_FAULT_PODS_H
#define FAULT_FAULT_PODS_H

#include "orrery/world.h"

/* Crashes at most so many pods of a service; answers how many there were. */
uint32_t pods_crash(struct world *w, uint32_t service, uint32_t most, const char *reason,
                    uint32_t cause);

#endif
