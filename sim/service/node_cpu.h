/* node_cpu.h - how the pods of a node share its CPU, where they can want more than there is. */
#ifndef SERVICE_NODE_CPU_H
#define SERVICE_NODE_CPU_H

#include "orrery/world.h"

void node_cpus_open(struct world *w);
/* A pod that is not fast has come to its node; is to leave it, with nothing on its CPU. */
void node_cpu_join(struct world *w, uint32_t pod);
void node_cpu_leave(struct world *w, uint32_t pod);
/* How many tasks the pod has on its CPU has changed: sets its rate, and those of others that this
 * moves. */
void node_cpu_changed(struct world *w, uint32_t pod);
/* No node gives more than it has. */
void node_cpus_check(const struct world *w);

#endif
