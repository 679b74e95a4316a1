/* mesh.c - the mesh's chain: what a call site has that says nothing itself. */
#include "flow/mesh.h"

#include "flow/flow.h"

#include "engine/judge.h"

#include <string.h>

static bool has(const struct mesh_spec *s, const char *service)
{
    const char *const *names = s->services.items;
    for (uint32_t i = 0; i < s->services.count; i++)
        if (strcmp(names[i], service) == 0) return true;
    return s->services.count == 0;
}

static bool retries(const struct route_spec *spec)
{
    const struct part *parts = spec->filters.items;
    for (uint32_t i = 0; i < spec->filters.count; i++)
        if (((const struct filter_type *)parts[i].kind->vtable)->retries) return true;
    return spec->retry && spec->retry->kind;
}

static bool said(const struct part *p)
{
    return p && p->kind;
}

struct mesh_chain mesh_chain_of(const struct world *w, const struct route_spec *spec,
                                const char *target)
{
    struct mesh_chain c = { .timeout = spec->timeout,
                            .retry = spec->retry,
                            .policy = spec->policy };
    if (spec->addressed || document_count(w->doc, "mesh") == 0) return c;
    const struct mesh_spec *s = document_singleton(w->doc, "mesh");
    const char *caller, *ignored;
    target_split(w->arena, spec->caller, &caller, &ignored);
    bool ours = spec->by_pod && has(s, caller);
    c.proxies = ours + has(s, target);
    if (c.proxies > 0) c.proxy = &s->proxy;
    if (!ours) return c;
    c.filters = s->filters;
    if (!said(c.timeout)) c.timeout = &s->timeout;
    if (!retries(spec)) c.retry = &s->retry;
    if (!said(c.policy) && !said(group_get(w, group_find(w, target))->policy) && said(&s->policy))
        c.policy = &s->policy;
    return c;
}

uint32_t mesh_chain_count(const struct mesh_chain *c, const struct route_spec *spec)
{
    return c->filters.count + spec->filters.count + said(c->timeout) + said(c->retry) +
           said(c->proxy);
}

uint32_t route_proxies(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->proxies;
}

bool route_from_pod(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->by_pod;
}

static bool service_judge(const struct document *doc, const char *name, struct place at,
                          const char *path, struct diag *d)
{
    if (document_find(doc, "service", name) || document_find(doc, "gateway", name)) return true;
    diag_error(d, at, path, NULL, "there is no service '%s'", name);
    return false;
}

static void mesh_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc;
    const struct mesh_spec *s = spec;
    route_guards_check(&s->filters, &s->retry, &s->timeout, at, path, d);
}

static const struct field mesh_fields[] = {
    PART(struct mesh_spec, "proxy", proxy, "filter", .preset = "sidecar",
         .doc = "What each call passes, innermost: a sidecar at either end, or ztunnel."),
    PART(struct mesh_spec, "timeout", timeout, "filter", .preset = "",
         .doc = "The timeout of each attempt, of call sites that say none."),
    PART(struct mesh_spec, "retry", retry, "filter", .preset = "",
         .doc = "The retry of call sites that say neither retry nor hedge."),
    LIST(struct mesh_spec, "filters", filters, FIELD_PART, .role = "filter", .preset = "",
         .doc = "Further guards of every call from a service in the mesh, outermost first, outside "
                "its own."),
    PART(struct mesh_spec, "policy", policy, "trafficPolicy", .preset = "",
         .doc = "Outlier detection and the like, where neither call site nor service says."),
    LIST(struct mesh_spec, "services", services, FIELD_TEXT, .preset = "", .judge = service_judge,
         .doc = "The services in the mesh; all unless said."),
    FIELDS_END
};

const struct kind flow_mesh = {
    .name = "mesh",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "flow",
    .doc =
        "A service mesh: proxies that every call between services passes, what they cost, and the "
        "guards they give to call sites that have none. A client is outside: its calls pass the "
        "callee's proxy alone.",
    .source = "Istio, Traffic management and Performance and scalability",
    .example = "mesh { timeout = \"2s\", retry = { attempts = 3 }, proxy = sidecar {} }",
    .spec_size = sizeof(struct mesh_spec),
    .fields = mesh_fields,
    .check = mesh_check,
};
