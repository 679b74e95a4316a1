/* keys.h - the role "keys": which customer, or which record, a call is about.
 *
 * A key is a number, 0 the most popular. Drawn from a stream keyed by the call, so two variants
 * of a scenario ask for the same keys. To add one: sim/workload/keys_NAME.c and a line in
 * kinds.def. */
#ifndef WORKLOAD_KEYS_H
#define WORKLOAD_KEYS_H

#include "orrery/kind.h"
#include "orrery/rng.h"

struct keys_type {
    uint32_t (*draw)(const void *spec, struct rng *r);
};

static inline uint32_t keys_draw(const struct part *p, struct rng *r)
{
    return ((const struct keys_type *)p->kind->vtable)->draw(p->spec, r);
}

#endif
