/* gateway_kind.c - what a scenario may say about a gateway. */
#include "service/pod_fields.h"

#include "base/arena.h"
#include "engine/judge.h"

#include <string.h>
#include <strings.h>

#include "base/poison.h"

static bool wanted_same(const struct map *a, const struct map *b, bool cookie)
{
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct map_entry *x = &a->entries[i], *y = &b->entries[i];
        const struct text_match_spec *wants = x->part.spec, *other = y->part.spec;
        int names = cookie ? strcmp(x->key, y->key) : strcasecmp(x->key, y->key);
        if (names != 0 || x->part.kind != y->part.kind || strcmp(wants->value, other->value) != 0)
            return false;
    }
    return true;
}

static bool route_same(const struct http_route_spec *a, const struct http_route_spec *b)
{
    return match_same(&a->match, &b->match) && wanted_same(&a->headers, &b->headers, false) &&
           wanted_same(&a->cookies, &b->cookies, true);
}

static void routes_check(const struct list *routes, const struct document *doc, const char *path,
                         struct diag *d)
{
    const struct part *parts = routes->items;
    for (uint32_t i = 0; i < routes->count; i++) {
        struct http_route_spec *r = (struct http_route_spec *)(uintptr_t)parts[i].spec;
        r->match.index = i; /* derived, as the rest of the match by the route's own check */
        uint32_t same = 0;
        while (same < i && !route_same(parts[same].spec, r))
            same++;
        if (same < i)
            diag_error(d, parts[i].at, arena_format(doc->arena, "%s.routes[%u]", path, i + 1),
                       "make one of them more specific, or give one several targets in `to`",
                       "it is for the same requests as routes[%u], which takes them all", same + 1);
    }
}

static void gateway_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    struct gateway_spec *s = spec;
    s->service.async = true;
    s->service.on_abandon = ABANDON_CANCEL;
    service_pods_check(&s->service, at, path, d);
    routes_check(&s->routes, doc, path, d);
    if (s->routes.count == 0)
        judge_field(d, at, path, "routes", "as in routes = { { path = \"/\", target = \"shop\" } }",
                    "a gateway needs at least one");
}

static const struct field gateway_fields[] = {
    POD_COUNT_FIELDS,
    COUNT(struct gateway_spec, "workers", service.workers, .preset = "2", .min = 1,
          .max = UINT32_MAX,
          .doc = "Worker threads of a pod, each on one core. A request holds one only while it is "
                 "worked on, not while its target is awaited."),
    PART(struct gateway_spec, "work", work, "dist", .unit = UNIT_DURATION, .preset = "",
         .doc = "CPU time that a request takes at the gateway, as a duration; none unless said."),
    POD_QUEUE_FIELDS,
    POD_START_FIELDS,
    POD_END_FIELDS,
    POD_WISH_FIELDS,
    LIST(struct gateway_spec, "routes", routes, FIELD_PART, .role = "httpRoute",
         .doc = "Where requests go, by what they ask for."),
    FIELDS_END
};

const struct kind gateway_kind = {
    .name = "gateway",
    .alias = "ingress",
    .role = "object",
    .form = KIND_NAMED,
    .room = "service",
    .doc = "Pods that pass requests on by host, path, method, headers and cookies: an ingress or an "
           "API gateway, with a capacity of its own. It is called with a method and a path, as in "
           "\"edge GET /cart\"; a request that no route is for is an error (404). It answers what its "
           "target answered, and drops what nobody waits for any more.",
    .source = "Kubernetes Gateway API v1 (Gateway, HTTPRoute)",
    .example = "gateway \"edge\" { replicas = 2, work = \"0.2ms\", routes = { { path = \"/cart\", to = { "
               "cart = 9, [\"cart-v2\"] = 1 } }, { target = \"shop\" } } }",
    .spec_size = sizeof(struct gateway_spec),
    .fields = gateway_fields,
    .check = gateway_check,
};
