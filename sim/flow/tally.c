/* tally.c - what each guard of each route did with the calls it was given.
 *
 * Law, checked in every run: calls = answered (by the guard itself) + returned (replies that it let
 * through) + gone (their caller did not wait) + those inside it now. A retry's or a hedge's
 * attempts are each a call to the guards further in. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

/* Guards that a call not answered yet is inside of: a bit each. */
static uint32_t guards_around(const struct world *w, uint32_t id, const struct call *c,
                              const struct route *r)
{
    uint32_t first = c->flags & CALL_ATTEMPT ? attempt_floor(w, id) : 0;
    uint32_t end = c->stage + (c->state == CALL_CALLER && c->stage < r->filter_count);
    return (1u << end) - (1u << first);
}

static void count_inside(const struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    struct route *r = flow_of(w)->routes[c->route];
    if (r->filter_count == 0) return;
    uint32_t around = guards_around(w, id, c, r);
    for (uint8_t i = 0; i < r->filter_count; i++)
        r->filters[i].tally.inside += around >> i & 1;
}

/* What passed in one go, every guard was given; what went straight back, every guard returned. */
static void settle(struct route *r)
{
    for (uint8_t i = 0; i < r->filter_count; i++) {
        r->filters[i].tally.calls += r->passed;
        r->filters[i].tally.returned += r->straight;
    }
    r->straight_before += r->straight;
    r->passed = r->straight = 0;
}

static void check_route(struct route *r)
{
    settle(r);
    for (uint8_t i = 0; i < r->filter_count; i++) {
        struct tally *t = &r->filters[i].tally;
        check(t->calls == t->answered + t->returned + t->gone + t->inside);
        t->inside = 0;
    }
}

void tally_check(const struct world *w)
{
    const struct flow *f = flow_of(w);
    if (!f->guarded) return;
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct call *c = call_get(w, id);
        if (c->state != CALL_FREE && !(c->flags & CALL_ORPHAN)) count_inside(w, id);
    }
    for (uint32_t route = 0; route < f->route_count; route++)
        check_route(f->routes[route]);
}

void tally_reset(struct world *w)
{
    struct flow *f = flow_of(w);
    for (uint32_t route = 0; route < f->route_count; route++) {
        struct route *r = f->routes[route];
        settle(r);
        for (uint8_t i = 0; i < r->filter_count; i++) {
            r->filters[i].begun = r->filters[i].tally;
            if (r->filters[i].type->reset) r->filters[i].type->reset(r->filters[i].shared, w);
        }
    }
}

/* "shoppers > cart GET / timeout", with its place when there are several of a kind. */
static const char *guard_name(struct world *w, const struct route *r, uint8_t index)
{
    uint32_t same = 0, before = 0;
    for (uint8_t i = 0; i < r->filter_count; i++) {
        bool equal = strcmp(r->filters[i].kind, r->filters[index].kind) == 0;
        same += equal;
        before += equal && i < index;
    }
    const char *site = route_site(w, r->id), *kind = r->filters[index].kind;
    return same < 2 ? arena_format(w->arena, "%s %s", site, kind)
                    : arena_format(w->arena, "%s %s %u", site, kind, before + 1);
}

static void tell(struct world *w, const char *name, const struct tally *now,
                 const struct tally *begun)
{
    struct recorder *r = w->recorder;
    recorder_value(r, "guards", name, "calls", "1", (double)(now->calls - begun->calls));
    recorder_value(r, "guards", name, "answered", "1", (double)(now->answered - begun->answered));
    recorder_value(r, "guards", name, "returned", "1", (double)(now->returned - begun->returned));
    recorder_value(r, "guards", name, "gone", "1", (double)(now->gone - begun->gone));
}

static void report(struct world *w, const struct route *r, uint8_t index)
{
    const struct filter_type *type = r->filters[index].type;
    const struct tally *now = &r->filters[index].tally, *begun = &r->filters[index].begun;
    uint64_t answered = now->answered - begun->answered, gone = now->gone - begun->gone;
    if (answered + gone == 0 && !type->report) return; /* it has only watched */
    const char *name = guard_name(w, r, index);
    if (answered + gone > 0 || type->retries) tell(w, name, now, begun);
    if (type->report) type->report(r->filters[index].shared, w, name);
}

void tally_report(struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t route = 0; route < f->route_count; route++) {
        settle(f->routes[route]);
        for (uint8_t i = 0; i < f->routes[route]->filter_count; i++)
            report(w, f->routes[route], i);
    }
}
