/* disturb_target.c - faults that change how a service behaves, wherever they differ not.
 *
 * A target is a service, or a service and one of its endpoints. */
#include "fault/fault.h"

#include "base/arena.h"
#include "base/check.h"
#include "orrery/endpoint.h"

#include <string.h>

#include "base/poison.h"

#define OPERATIONS_ALL UINT32_MAX

bool target_spec_judge(const struct document *doc, const char *target, struct place at,
                       const char *path, struct diag *d)
{
    const char *service, *operation;
    target_split(doc->arena, target, &service, &operation);
    if (!service_judge(doc, service, at, path, d)) return false;
    if (!operation || !target_is_gateway(doc, target))
        return !operation || target_check(doc, target, at, path, d);
    diag_error(d, at, path, arena_format(doc->arena, "say \"%s\"", service),
               "a fault hits a whole gateway, not one of its requests");
    return false;
}

void target_spec_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)at, (void)path, (void)d; /* the field's judge has said all */
    struct target_spec *on = spec;
    target_split(doc->arena, on->target, &on->service, &on->operation);
}

static uint32_t operation_of(const struct world *w, const char *service, const char *operation)
{
    if (!operation) return OPERATIONS_ALL;
    const struct group *g = group_get(w, group_find(w, service));
    uint32_t index = 0;
    while (index < g->operation_count && strcmp(g->operations[index], operation) != 0)
        index++;
    check(index < g->operation_count);
    return index;
}

void target_disturb(struct world *w, const struct target_spec *on, struct disturbance d,
                    struct target_state *state)
{
    d.service = service_find(w, on->service);
    d.operation = operation_of(w, on->service, on->operation);
    d.replicas_limit = on->pods == COUNT_UNLIMITED ? 0 : on->pods;
    if (d.cpu_factor == 0) d.cpu_factor = 1;
    state->disturbance = service_disturb(w, &d);
}

void target_calm(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)spec, (void)cause;
    service_calm(w, ((struct target_state *)state)->disturbance);
}

int64_t target_duration(const void *spec)
{
    return ((const struct target_spec *)spec)->duration_ns;
}

const char *target_subject(const void *spec)
{
    return ((const struct target_spec *)spec)->target;
}
