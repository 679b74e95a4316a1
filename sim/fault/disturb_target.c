/* disturb_target.c - faults that change how a service behaves, wherever they differ not.
 *
 * A target is a service, or a service and one of its endpoints. */
#include "fault/fault.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/text.h"
#include "orrery/endpoint.h"

#include <string.h>

#include "base/poison.h"

#define OPERATIONS_ALL UINT32_MAX

static void service_unknown(const struct document *doc, const char *name, struct place at,
                            const char *path, struct diag *d)
{
    uint32_t count = document_count(doc, "service");
    const char **names = arena_alloc(doc->arena, (count + 1) * sizeof *names);
    for (uint32_t i = 0; i < count; i++)
        names[i] = document_object(doc, "service", i)->name;
    const char *near = text_nearest(name, names, count);
    diag_error(d, at, path, near ? arena_format(doc->arena, "did you mean '%s'?", near) : NULL,
               "no service has the name '%s'", name);
}

bool target_spec_judge(const struct document *doc, const char *target, struct place at,
                       const char *path, struct diag *d)
{
    const char *service, *operation;
    target_split(doc->arena, target, &service, &operation);
    if (document_find(doc, "service", service))
        return !operation || target_check(doc, target, at, path, d);
    service_unknown(doc, service, at, path, d);
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
