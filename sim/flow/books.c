/* books.c - every call accounted for: at each call site, and in each family.
 *
 * Laws, checked in every run, of each route: what was sent to backends came back, by outcome, or is
 * there now; attempts are counted one by one, a retry's and a hedge's as any other. Of each call:
 * it waits for as many answers as it has children. What guards did is tally.c's, what clients and
 * services counted is theirs. */
#include "flow/flow.h"

#include "base/check.h"

static uint32_t children_of(const struct world *w, uint32_t id)
{
    uint32_t count = 0;
    for (uint32_t child = call_side(w, id)->child; child != CALL_NONE; count++) {
        const struct call *c = call_get(w, child);
        check(c->state != CALL_FREE);
        check(c->flags & CALL_ATTEMPT || c->parent == id);
        child = call_side(w, child)->sibling;
    }
    return count;
}

static void route_check(struct route *r)
{
    uint64_t back = r->straight_before + r->straight;
    for (uint32_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        back += r->back[outcome];
    check(r->sent == back + r->there);
    r->there = 0;
}

void books_check(const struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct call *c = call_get(w, id);
        if (c->state == CALL_FREE) continue;
        check(c->pending == children_of(w, id));
        if (c->flags & CALL_ORPHAN) continue; /* its caller has counted it as over */
        f->routes[c->route]->there += c->state != CALL_CALLER;
    }
    for (uint32_t route = 0; route < f->route_count; route++)
        route_check(f->routes[route]);
}
