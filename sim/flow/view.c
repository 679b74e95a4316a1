/* view.c - what callers believe about a group, and what becomes of a call that believes wrongly.
 *
 * A view names each backend at most once, ascending. Of the connections tried along a route each
 * was reached, refused, unanswered, wrong or had nowhere to go: decided when it is tried, so the
 * sum holds at any time. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

const char *const discovery_gone_choices[] = { "refused", "silent", "wrongPod", NULL };

static uint32_t instance_number(const struct route *r, const struct instance *in)
{
    return (uint32_t)(in - r->instances);
}

struct discovery_site *discovery_site_of(const struct world *w, uint32_t route, uint32_t instance)
{
    return &flow_of(w)->routes[route]->discovered->sites[instance];
}

const struct group *discovery_group(const struct world *w, uint32_t route)
{
    return group_get(w, flow_of(w)->routes[route]->group);
}

struct view *view_alloc(struct world *w, uint32_t capacity)
{
    struct view *v = arena_alloc(w->arena, sizeof *v);
    v->backends = arena_alloc(w->arena, capacity * sizeof *v->backends);
    v->addresses = arena_alloc(w->arena, capacity * sizeof *v->addresses);
    return v;
}

void view_copy(struct view *to, const struct view *from)
{
    memcpy(to->backends, from->backends, from->count * sizeof *to->backends);
    memcpy(to->addresses, from->addresses, from->count * sizeof *to->addresses);
    to->count = from->count;
    to->version = from->version;
}

const struct view *view_of_site(const struct world *w, const struct discovery_site *site)
{
    return flow_of(w)->routes[site->route]->discovered->views[site->instance];
}

/* ------------------------------------------------------------------------- the view changes */

/* Who leaves the view had left the group before: that long it was believed in. */
static void record_stale(struct world *w, struct discovered *d, const struct group *g,
                         const struct view *old, const struct view *new)
{
    for (uint32_t i = 0, n = 0; i < old->count; i++) {
        uint32_t backend = old->backends[i];
        while (n < new->count && new->backends[n] < backend)
            n++;
        bool stays = n < new->count && new->backends[n] == backend &&
                     new->addresses[n] == old->addresses[i];
        bool moved = group_address(w, g, backend) != old->addresses[i];
        if (stays || (group_is_ready(g, backend) && !moved)) continue;
        histogram_record(&d->stale, now_ns(w) - g->left_ns[backend - g->first]);
    }
}

static void record_late(struct world *w, struct discovered *d, const struct group *g,
                        const struct view *old, const struct view *new)
{
    for (uint32_t i = 0, n = 0; i < new->count; i++) {
        uint32_t backend = new->backends[i];
        while (n < old->count && old->backends[n] < backend)
            n++;
        bool known = n < old->count && old->backends[n] == backend &&
                     old->addresses[n] == new->addresses[i];
        if (known || group_address(w, g, backend) != new->addresses[i]) continue;
        histogram_record(&d->late, now_ns(w) - g->since_ns[backend - g->first]);
    }
}

static void trace_view(const struct world *w, const struct route *r, uint32_t instance,
                       const struct group *g, const struct view *new)
{
    char list[96];
    size_t length = 0;
    for (uint32_t i = 0; i < new->count && length < sizeof list - 16; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%u", i ? "," : "",
                                   new->backends[i] - g->first);
    list[length] = 0;
    recorder_trace(w->recorder, now_ns(w), "view.changed", "%s caller=%u believes in %u pods: %s%s",
                   r->name, instance, new->count, list, length >= sizeof list - 16 ? "..." : "");
}

static bool same(const struct view *a, const struct view *b)
{
    return a->count == b->count &&
           memcmp(a->backends, b->backends, a->count * sizeof *a->backends) == 0 &&
           memcmp(a->addresses, b->addresses, a->count * sizeof *a->addresses) == 0;
}

void view_set(struct world *w, const struct discovery_site *site, const struct view *view)
{
    const struct route *r = flow_of(w)->routes[site->route];
    const struct group *g = group_get(w, r->group);
    struct discovered *d = r->discovered;
    struct view *mine = d->views[site->instance];
    check(view->count <= g->capacity);
    if (same(mine, view)) {
        mine->version = view->version;
        return;
    }
    if (mine->version != 0 && measured(w, now_ns(w))) {
        record_stale(w, d, g, mine, view);
        record_late(w, d, g, mine, view);
    }
    if (w->tracing) trace_view(w, r, site->instance, g, view);
    view_copy(mine, view);
}

void view_see(struct world *w, const struct discovery_site *site)
{
    const struct route *r = flow_of(w)->routes[site->route];
    const struct group *g = group_get(w, r->group);
    struct view *now = r->discovered->scratch;
    for (uint32_t i = 0; i < g->ready_count; i++) {
        now->backends[i] = g->ready[i];
        now->addresses[i] = group_address(w, g, g->ready[i]);
    }
    now->count = g->ready_count;
    now->version = g->version;
    view_set(w, site, now);
}

/* ------------------------------------------------------------------------- a call goes by it */

void view_nowhere(const struct world *w, const struct route *r)
{
    if (!measured(w, now_ns(w))) return;
    r->discovered->tried++;
    r->discovered->nowhere++;
}

bool view_known(struct world *w, const struct route *r, const struct instance *in, uint32_t id)
{
    struct discovered *d = r->discovered;
    if (!d->type->look) return true;
    enum look look = d->type->look(&d->sites[instance_number(r, in)], w, id);
    if (look == LOOK_KNOWN) return true;
    if (look == LOOK_FAILED)
        view_fail(w, id, "name not resolved, not long ago");
    else if (measured(w, now_ns(w)))
        d->waited++;
    return false;
}

static bool is_kept(const struct world *w, const struct call *c)
{
    return c->state == CALL_CALLER && c->stage == flow_of(w)->routes[c->route]->filter_count;
}

void view_resume(struct world *w, uint32_t id)
{
    check(is_kept(w, call_get(w, id)));
    call_choose(w, id);
}

void view_fail(struct world *w, uint32_t id, const char *why)
{
    struct call *c = call_get(w, id);
    const struct route *r = flow_of(w)->routes[c->route];
    check(is_kept(w, c));
    view_nowhere(w, r);
    c->outcome = OUTCOME_UNAVAILABLE;
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "call.unavailable", "%s key=%016llx cause=%s",
                       r->name, (unsigned long long)c->key, why);
    call_backward(w, id);
}

static void fail_now(struct world *w, uint32_t id, enum outcome outcome)
{
    struct call *c = call_get(w, id);
    c->outcome = (uint8_t)outcome;
    if (c->flags & CALL_ORPHAN) {
        call_close(w, id);
        return;
    }
    route_return(w, id, outcome);
    call_backward(w, id);
}

static void on_refused(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    fail_now(w, id, OUTCOME_UNAVAILABLE);
}

static void on_wrong(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    fail_now(w, id, OUTCOME_ERROR);
}

static const struct event_type call_refused = { EVENT("call.refused"), on_refused, call_live, PHASE_WORK };
static const struct event_type call_wrong = { EVENT("call.wrong_pod"), on_wrong, call_live, PHASE_WORK };
static const struct event_type call_silent = { EVENT("call.silent"), on_refused, call_live, PHASE_WORK };

static void trace_failed(const struct world *w, const struct route *r, uint32_t id, const char *what,
                         enum reach met, bool stale)
{
    static const char *const met_names[] = { "", "nothing listens", "nothing answers",
                                             "another has the address", "" };
    const struct call *c = call_get(w, id);
    recorder_trace(w->recorder, now_ns(w), what, "%s pod=%u key=%016llx attempt=%u cause=%s: %s",
                   r->name, c->pod - r->to->first,
                   (unsigned long long)c->key, c->attempt,
                   stale ? "stale endpoint" : "endpoint not ready", met_names[met]);
}

/* There and back: a refusal travels as an answer does. */
static int64_t round_trip(struct world *w, uint32_t id)
{
    return 2 * call_hop_ns(w, id);
}

static void connect_fails(struct world *w, const struct route *r, uint32_t id, enum reach met,
                          bool stale)
{
    static const char *const names[] = { "", "call.refused", "call.unanswered", "call.wrong_pod" };
    struct discovered *d = r->discovered;
    struct call *c = call_get(w, id);
    if (w->tracing) trace_failed(w, r, id, names[met], met, stale);
    if (measured(w, now_ns(w)))
        ++*(met == REACH_REFUSED ? &d->refused : met == REACH_SILENT ? &d->unanswered
                                                                     : &d->wrong_pod);
    if (met == REACH_SILENT)
        engine_lane_push(w->engine, d->lane_silent, id, c->generation);
    else
        engine_at(w->engine, now_ns(w) + round_trip(w, id),
                  met == REACH_WRONG ? &call_wrong : &call_refused, id, c->generation);
}

/* Of a backend that the view names; balancers see them in an order of their own. */
static uint64_t address_in(const struct view *v, uint32_t backend)
{
    uint32_t low = 0, high = v->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        *(v->backends[middle] <= backend ? &low : &high) = middle;
    }
    check(v->count > 0 && v->backends[low] == backend);
    return v->addresses[low];
}

bool view_connect(struct world *w, const struct route *r, const struct instance *in, uint32_t id)
{
    const struct group *g = group_get(w, r->group);
    struct discovered *d = r->discovered;
    uint32_t instance = instance_number(r, in), chosen = call_get(w, id)->pod;
    uint64_t address = address_in(d->views[instance], chosen);
    enum reach met = g->type->reach ? g->type->reach(w, chosen, address) : REACH_OPEN;
    if (measured(w, now_ns(w))) d->tried++;
    if (met == REACH_OPEN) {
        if (measured(w, now_ns(w))) d->reached++;
        return true;
    }
    bool stale = met == REACH_GONE || !group_is_ready(g, chosen) ||
                 group_address(w, g, chosen) != address;
    if (met == REACH_GONE) met = REACH_REFUSED + d->spec->gone;
    connect_fails(w, r, id, met, stale);
    if (d->type->failed) d->type->failed(&d->sites[instance], w);
    return false;
}

/* ------------------------------------------------------------------------- a route's part */

static void process_begins(struct world *w, const struct route *r, uint32_t instance)
{
    struct discovered *d = r->discovered;
    struct discovery_site *site = &d->sites[instance];
    memset(site->state, 0, d->type->state_size);
    d->views[instance]->count = d->views[instance]->version = 0;
    site->life++;
    d->type->begin(site, w);
}

void view_caller(struct world *w, uint32_t pod, bool lives)
{
    struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++) {
        const struct route *r = f->routes[i];
        if (!r->discovered || !r->by_pod || pod - r->instance_base >= r->instance_count) continue;
        r->discovered->sites[pod - r->instance_base].lives = lives;
        if (f->begun && lives) process_begins(w, r, pod - r->instance_base);
    }
}

static void sites_open(struct world *w, const struct route *r, uint32_t route)
{
    struct discovered *d = r->discovered;
    uint32_t capacity = group_get(w, r->group)->capacity;
    void *shared = d->type->prepare ? d->type->prepare(d->spec, w, route) : NULL;
    d->scratch = view_alloc(w, capacity);
    d->sites = arena_alloc(w->arena, r->instance_count * sizeof *d->sites);
    d->views = arena_alloc(w->arena, r->instance_count * sizeof *d->views);
    for (uint32_t i = 0; i < r->instance_count; i++) {
        d->sites[i] = (struct discovery_site){ d->spec, arena_alloc(w->arena, d->type->state_size),
                                               shared,  route, i, 0, !r->by_pod };
        d->views[i] = view_alloc(w, capacity);
    }
}

void view_open(struct world *w, struct route *r, uint32_t route, const struct part *discovery,
               struct diag *diag)
{
    const struct part *said = discovery;
    if (!said || !said->kind) said = group_get(w, r->group)->discovery;
    if (!said || !said->kind || !said->kind->vtable) return;
    const struct discovery_type *type = said->kind->vtable;
    if (type->leads && !type->leads(said, w, route, diag)) return;
    struct discovered *d = r->discovered = arena_alloc(w->arena, sizeof *d);
    d->type = type;
    d->spec = said->spec;
    d->lane_silent = engine_lane(w->engine, d->spec->connect_timeout_ns, &call_silent);
    histogram_open_lazily(&d->stale, w->arena);
    histogram_open_lazily(&d->late, w->arena);
    sites_open(w, r, route);
}

void view_begin(struct world *w)
{
    struct flow *f = flow_of(w);
    f->begun = true;
    for (uint32_t i = 0; i < f->route_count; i++) {
        const struct route *r = f->routes[i];
        for (uint32_t n = 0; r->discovered && n < r->instance_count; n++)
            if (r->discovered->sites[n].lives) process_begins(w, r, n);
    }
}
