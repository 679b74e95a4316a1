/* route.c - opening call sites: their filters, their balancer, and a state of each per caller. */
#include "flow/flow.h"
#include "flow/mesh.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/judge.h"

#include <string.h>

uint32_t route_owner(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->owner;
}

uint32_t route_operation(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->operation;
}

uint32_t route_group(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->group;
}

uint32_t route_instances(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->instance_count;
}

const char *route_name(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->name;
}

const char *route_site(struct world *w, uint32_t route)
{
    struct route *const *routes = flow_of(w)->routes;
    const char *name = routes[route]->name;
    uint32_t before = 0;
    for (uint32_t i = 0; i < route; i++)
        before += strcmp(routes[i]->name, name) == 0;
    return before ? arena_format(w->arena, "%s #%u", name, before + 1) : name;
}

static uint8_t retry_index_of(const struct route *r)
{
    for (uint8_t i = 0; i < r->filter_count; i++)
        if (r->filters[i].type->retries) return i;
    return ROUTE_NO_RETRY;
}

uint8_t route_retry_index(const struct world *w, uint32_t route)
{
    return retry_index_of(flow_of(w)->routes[route]);
}

static uint32_t operation_find(const struct group *g, const char *operation)
{
    for (uint32_t i = 0; i < g->operation_count; i++)
        if (!operation || strcmp(g->operations[i], operation) == 0) return i;
    return UINT32_MAX;
}

static void guard_kind_check(const struct part *p, const char *field, struct place at,
                             const char *path, struct diag *d)
{
    if (!p->kind || strcmp(p->kind->name, field) == 0) return;
    judge_field(d, at, path, field, "other filters go into filters = { ... }",
                "a %s is wanted here, not a %s", field, p->kind->name);
}

void route_guards_check(const struct list *filters, const struct part *retry,
                        const struct part *timeout, struct place at, const char *path,
                        struct diag *d)
{
    const struct part *parts = filters->items;
    uint32_t count = filters->count + (retry->kind != NULL) + (timeout->kind != NULL), retries = 0;
    for (uint32_t i = 0; i < filters->count; i++)
        retries += ((const struct filter_type *)parts[i].kind->vtable)->retries;
    guard_kind_check(retry, "retry", at, path, d);
    guard_kind_check(timeout, "timeout", at, path, d);
    if (count > FILTERS_MAX)
        judge_field(d, at, path, "filters", "leave some out",
                    "%u filters on one route, with retry and timeout, and at most %d can be", count,
                    FILTERS_MAX);
    if (retries + (retry->kind != NULL) > 1)
        judge_field(d, at, path, "filters",
                    "retries inside retries multiply: say one, with more "
                    "attempts",
                    "more than one retry or hedge on one route");
}

/* What route_guards_check has passed. */
static void filter_add(struct world *w, struct route *r, const struct part *p)
{
    if (!p || !p->kind) return;
    const struct filter_type *type = p->kind->vtable;
    check(r->filter_count < FILTERS_MAX);
    check(!type->retries || retry_index_of(r) == ROUTE_NO_RETRY);
    uint8_t index = r->filter_count++;
    flow_of(w)->guarded = true;
    if (type->on_begun) group_get(w, r->group)->tells_begun = true;
    r->filters[index].type = type;
    r->filters[index].spec = p->spec;
    r->filters[index].kind = p->kind->name;
    r->filters[index].quiet = type->quiet && type->quiet(p->spec);
    struct asked_guard *asked = &r->asked[r->asked_count];
    if (type->retries) asked->retry_passed = true;
    if (!r->filters[index].quiet) {
        asked->on_call = type->on_call;
        asked->index = index;
        r->asked_count++;
    }
    if (type->on_reply && (!type->heeds_ok || type->heeds_ok(p->spec))) r->heeds_ok = true;
    if (type->prepare) r->filters[index].shared = type->prepare(p->spec, w, r->id, index);
    if (type->bound) asked->bound = type->bound(r->filters[index].shared);
}

static void filters_add(struct world *w, struct route *r, const struct list *filters)
{
    const struct part *parts = filters->items;
    for (uint32_t i = 0; i < filters->count; i++)
        filter_add(w, r, &parts[i]);
}

static void sites_open(struct world *w, const struct route *r, struct instance *in)
{
    in->sites = arena_alloc(w->arena, r->filter_count * sizeof *in->sites);
    for (uint8_t i = 0; i < r->filter_count; i++)
        in->sites[i] = (struct filter_site){
            r->filters[i].spec, arena_alloc(w->arena, r->filters[i].type->state_size), r->id, i,
            r->filters[i].shared
        };
}

static void instance_open(struct world *w, const struct route *r, struct instance *in,
                          const struct group *g, uint64_t key)
{
    in->backends = arena_alloc(w->arena, 2 * g->capacity * sizeof *in->backends);
    in->position = arena_alloc(w->arena, g->capacity * sizeof *in->position);
    memset(in->position, 0xff, g->capacity * sizeof *in->position);
    const struct balancer_type *balancer = r->balancer;
    in->balancer_state = arena_alloc(
        w->arena, balancer->state_size + g->capacity * balancer->backend_state_size);
    in->rng = rng_open(key);
}

static const struct part *policy_of(const struct route_spec *spec, const struct part *policy,
                                    const struct group *g)
{
    if (spec->addressed) return NULL;
    if (policy && policy->kind) return policy;
    return g->policy && g->policy->kind ? g->policy : NULL;
}

static void instances_open(struct world *w, struct route *r, const struct route_spec *spec)
{
    const struct group *g = group_get(w, r->group);
    /* By its site: two calls to one target side by side would else always choose alike. */
    uint64_t key = stream_key(w->root_key, route_site(w, r->id), "policy");
    r->instance_count = spec->instance_count ? spec->instance_count : 1;
    r->instances = arena_alloc(w->arena, r->instance_count * sizeof *r->instances);
    for (uint32_t i = 0; i < r->instance_count; i++) {
        instance_open(w, r, &r->instances[i], g, key_child(key, i));
        sites_open(w, r, &r->instances[i]);
    }
}

static const struct part *balancer_of(const struct route_spec *spec, const struct group *g)
{
    if (spec->balancer && spec->balancer->kind) return spec->balancer;
    return g->balancer;
}

/* What a gateway is asked for, by its caller's own words or by the gateway before it. */
static struct request request_of(struct world *w, const struct route_spec *spec,
                                 const char *operation)
{
    if (spec->request) return *spec->request;
    const struct route_asks *asks = spec->asks;
    struct request r = { 0 };
    const char *caller, *ignored;
    request_read(w->arena, operation, &r); /* target_check has passed it */
    target_split(w->arena, spec->caller, &caller, &ignored);
    r.key = stream_key(w->root_key, caller, "headers");
    if (!asks) return r;
    r.host = asks->host;
    r.headers = &asks->headers;
    r.cookies = &asks->cookies;
    return r;
}

/* What the target is there; UINT32_MAX after telling d. */
static uint32_t operation_open(struct world *w, const struct route_spec *spec, uint32_t group,
                               const char *operation, struct diag *d)
{
    const struct group *g = group == GROUP_NONE ? NULL : group_get(w, group);
    if (g && g->answer) {
        struct request r = request_of(w, spec, operation);
        return g->answer(w, group, &r, spec->caller, spec->at, d);
    }
    uint32_t op = g ? operation_find(g, operation) : UINT32_MAX;
    if (op == UINT32_MAX)
        diag_error(d, spec->at, spec->caller, NULL, "nothing answers to '%s'", spec->target);
    return op;
}

/* Whether the mesh leaves room for all its filters; false after telling d. */
static bool chain_fits(const struct mesh_chain *chain, const struct route_spec *spec, struct diag *d)
{
    uint32_t count = mesh_chain_count(chain, spec);
    if (count <= FILTERS_MAX) return true;
    diag_error(d, spec->at, spec->caller, "leave some out of the mesh or of the call",
               "%u filters with the mesh's, and at most %d can be", count, FILTERS_MAX);
    return false;
}

static struct route *route_add(struct world *w, const struct route_spec *spec, uint32_t group,
                               uint32_t operation)
{
    struct flow *f = flow_of(w);
    size_t bytes = f->route_count * sizeof *f->routes;
    f->routes = arena_grow(w->arena, f->routes, bytes, bytes + sizeof *f->routes);
    uint32_t id = f->route_count++;
    struct route *r = f->routes[id] = arena_alloc(w->arena, sizeof *r);
    *r = (struct route){ .id = id,
                         .to = group_get(w, group),
                         .group = group,
                         .operation = operation,
                         .owner = spec->owner,
                         .instance_base = spec->instance_base,
                         .by_pod = spec->by_pod,
                         .reply = spec->reply,
                         .proceed = spec->proceed,
                         .zones = spec->zones };
    r->name = arena_format(w->arena, "%s > %s", spec->caller, spec->target);
    return r;
}

/* Who chooses a backend: a balancer, and the policy before it, if there is one. */
static void choice_open(struct world *w, struct route *r, const struct part *balancer,
                        const struct part *policy)
{
    struct flow *f = flow_of(w);
    check(balancer && balancer->kind);
    r->balancer = balancer->kind->vtable;
    r->balancer_spec = balancer->spec;
    r->balancer_shared = arena_alloc(w->arena, r->balancer->shared_size);
    r->policy = policy ? policy->kind->vtable : NULL;
    r->observes = r->balancer->observe || (r->policy && r->policy->observe);
    r->counts = r->balancer->counts || r->observes;
    if (r->observes && !f->chosen_ns) f->chosen_ns = calls_beside(w, sizeof *f->chosen_ns);
}

static void guards_open(struct world *w, struct route *r, const struct mesh_chain *chain,
                        const struct route_spec *spec)
{
    r->proxies = (uint8_t)chain->proxies;
    filters_add(w, r, &chain->filters);
    filters_add(w, r, &spec->filters);
    filter_add(w, r, chain->retry);
    filter_add(w, r, chain->timeout);
    filter_add(w, r, chain->proxy);
}

/* Which stations its calls need not pass. */
static void shortcuts_judge(const struct world *w, struct route *r)
{
    const struct flow *f = flow_of(w);
    r->clear = !r->policy && !r->discovered && !r->channel && !r->balancer->refuses &&
               !f->networked && !f->metered && !w->tracing;
    r->bare = r->clear && !r->counts && r->to->type->pods;
    for (uint8_t i = 0; i < r->asked_count; i++) {
        struct asked_guard *asked = &r->asked[i];
        asked->plain = !asked->retry_passed && asked->bound.after_ns == 0;
        r->bare = r->bare && asked->bound.after_ns > 0;
    }
    r->straight_ok = r->clear && !r->heeds_ok;
}

uint32_t route_open(struct world *w, const struct route_spec *spec, struct diag *d)
{
    const char *name, *operation;
    target_split(w->arena, spec->target, &name, &operation);
    uint32_t group = group_find(w, name);
    uint32_t op = operation_open(w, spec, group, operation, d); /* may open others */
    if (op == UINT32_MAX) return ROUTE_NONE;
    struct mesh_chain chain = mesh_chain_of(w, spec, name);
    if (!chain_fits(&chain, spec, d)) return ROUTE_NONE;
    struct route *r = route_add(w, spec, group, op);
    const struct part *policy = policy_of(spec, chain.policy, r->to);
    choice_open(w, r, balancer_of(spec, r->to), policy);
    guards_open(w, r, &chain, spec);
    instances_open(w, r, spec);
    if (policy) policies_open(w, r, r->id, policy, d);
    if (!spec->addressed) view_open(w, r, r->id, spec->discovery, d);
    if (!spec->addressed) channel_open(w, r, spec, d);
    shortcuts_judge(w, r);
    return r->id;
}
