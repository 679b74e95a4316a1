/* scripted.c - what policies written in Lua are shown of a call. */
#include "traffic/scripted.h"

#include "orrery/hook.h"

#include "base/poison.h"

static const char *const call_columns[] = { "customer", "attempt", "priority", "now", NULL };

static void call_read(const void *rows, uint32_t row, uint32_t column, struct argument *out)
{
    const struct seen_call *seen = rows;
    const struct call *c = call_get(seen->w, seen->call);
    (void)row;
    out->type = ARGUMENT_NUMBER;
    switch (column) {
    case 0:
        out->number = call_side(seen->w, seen->call)->customer;
        return;
    case 1:
        out->number = c->attempt + 1; /* as people count */
        return;
    case 2:
        out->number = c->priority;
        return;
    default:
        out->number = ns_to_s(now_ns(seen->w));
    }
}

struct records scripted_call(const struct seen_call *seen)
{
    return (struct records){ call_columns, seen, 1, call_read };
}

struct argument scripted_state(struct world *w, uint32_t *number)
{
    if (*number == 0) *number = hook_state(w);
    return (struct argument){ .type = ARGUMENT_STATE, .count = *number };
}
