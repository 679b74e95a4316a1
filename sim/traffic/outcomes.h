/* outcomes.h - which outcomes a guard counts as failures: the `on` field of several filters. */
#ifndef TRAFFIC_OUTCOMES_H
#define TRAFFIC_OUTCOMES_H

#include "orrery/filter.h"

/* All but ok and abandoned, by outcome_names; NULL-terminated, for .choices. */
extern const char *const failure_names[];

/* Bit o stands for outcome o. on: a loaded LIST of CHOICE among failure_names; none is an error. */
uint32_t failure_mask(struct list on, struct place at, const char *path, struct diag *d);

static inline bool failure_counts(uint32_t mask, const struct call *c)
{
    return mask >> c->outcome & 1;
}

/* One line of --trace about a call at this filter: "ROUTE key=... attempt=N WHY". */
__attribute__((format(printf, 4, 5))) void filter_trace(struct world *w, uint32_t call,
                                                        const char *kind, const char *format, ...);

#endif
