/* budget.c - how filters ask a budget, and what every budget counts.
 *
 * Always: `extra` attempts belong to `calls` calls under way. */
#include "traffic/budget.h"

#include "orrery/world.h"

#include "base/check.h"

#include "base/poison.h"

void budget_call(const struct part *p, struct budget *b, struct world *w)
{
    if (!p->kind) return;
    const struct budget_type *type = p->kind->vtable;
    if (!b->opened && type->open) type->open(p->spec, b, w->arena);
    b->opened = true;
    b->calls++;
    if (type->call) type->call(p->spec, b, now_ns(w));
}

int64_t budget_take(const struct part *p, struct budget *b, struct world *w, enum outcome cause)
{
    if (!p->kind) return BUDGET_FREE;
    const struct budget_type *type = p->kind->vtable;
    check(b->calls > 0);
    int64_t cost = type->take(p->spec, b, now_ns(w), cause);
    b->extra += cost != BUDGET_REFUSED;
    return cost;
}

void budget_answer(const struct part *p, struct budget *b, bool failed, enum outcome outcome,
                   int64_t cost)
{
    if (!p->kind) return;
    const struct budget_type *type = p->kind->vtable;
    if (type->answer) type->answer(p->spec, b, failed, outcome, cost);
}

void budget_extra_over(const struct part *p, struct budget *b)
{
    if (!p->kind) return;
    check(b->extra > 0);
    b->extra--;
}

void budget_call_over(const struct part *p, struct budget *b)
{
    if (!p->kind) return;
    check(b->calls > 0);
    b->calls--;
}
