/* outcomes.c - which outcomes a guard counts as failures, and how guards say why. */
#include "traffic/outcomes.h"

#include "orrery/route.h"

#include "engine/judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/poison.h"

const char *const failure_names[] = { "error",   "timeout", "unavailable", "overloaded",
                                      "crashed", "expired", "rejected",    NULL };
static const enum outcome failure_outcomes[] = { OUTCOME_ERROR,       OUTCOME_TIMEOUT,
                                                 OUTCOME_UNAVAILABLE, OUTCOME_OVERLOADED,
                                                 OUTCOME_CRASHED,     OUTCOME_EXPIRED,
                                                 OUTCOME_REJECTED };
_Static_assert(sizeof failure_names / sizeof *failure_names ==
                   sizeof failure_outcomes / sizeof *failure_outcomes + 1,
               "a name for each");

uint32_t failure_mask(struct list on, struct place at, const char *path, struct diag *d)
{
    const uint32_t *indices = on.items;
    uint32_t mask = 0;
    for (uint32_t i = 0; i < on.count; i++)
        mask |= 1u << failure_outcomes[indices[i]];
    if (on.count == 0)
        judge_field(d, at, path, "on", "leave it out for the usual ones", "no outcome is counted");
    return mask;
}

#define WHY_BYTES 200

void filter_trace(struct world *w, uint32_t call, const char *kind, const char *format, ...)
{
    char why[WHY_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    const struct call *c = call_get(w, call);
    recorder_trace(w->recorder, now_ns(w), kind, "%s key=%016llx attempt=%u %s",
                   route_name(w, c->route), (unsigned long long)c->key, c->attempt, why);
}
