/* together.c - what services and gateways make together, judged before there is a world and whatever
 * else is wrong: what did not load is not there, or zero. */
#include "service/together.h"

#include "base/arena.h"
#include "base/map.h"
#include "orrery/endpoint.h"
#include "service/graph.h"
#include "service/pod.h"

#include "base/poison.h"

/* ------------------------------------------------------------------------- names */

static void names_check(const struct document *doc, struct arena *a, struct diag *d)
{
    for (uint32_t i = 0; i < document_count(doc, "gateway"); i++) {
        const struct object *o = document_object(doc, "gateway", i);
        if (document_find(doc, "service", o->name))
            diag_error(d, o->at, arena_format(a, "gateway.%s", o->name),
                       "give one of them another name", "there is a service of this name");
    }
}

/* ------------------------------------------------------------------------- calls */

struct calling {
    struct arena *arena;
    const struct document *doc;
    struct graph *graph;
    struct map_text *nodes; /* "cart GET /cart" -> its number; "cart" -> that of its only endpoint */
    uint32_t from;
};

static const struct map *endpoints_of(const struct document *doc, uint32_t service)
{
    const struct service_spec *spec = document_object(doc, "service", service)->spec;
    return &spec->endpoints;
}

static void endpoints_add(struct calling *c)
{
    for (uint32_t i = 0; i < document_count(c->doc, "service"); i++) {
        const struct object *o = document_object(c->doc, "service", i);
        const struct map *endpoints = endpoints_of(c->doc, i);
        const char *path = arena_format(c->arena, "service.%s", o->name);
        for (uint32_t op = 0; op < endpoints->count; op++) {
            const char *name = arena_format(c->arena, "%s %s", o->name, endpoints->entries[op].key);
            uint32_t node = graph_add(c->graph, name, path);
            map_put(c->nodes, name, node);
            if (endpoints->count == 1) map_put(c->nodes, o->name, node);
        }
    }
}

/* Who is called: nobody when it is a gateway, or is not there, which the field's judge has told. */
static void target_add(struct calling *c, const char *target, struct place at)
{
    const char *name, *operation;
    if (!target) return;
    target_split(c->arena, target, &name, &operation);
    uint32_t to = map_get(c->nodes, operation ? arena_format(c->arena, "%s %s", name, operation)
                                              : name);
    if (to != MAP_NONE) graph_call(c->graph, c->from, to, at);
}

/* Whatever field names a target, of a step or of what stands inside one; no deeper than values are. */
static void part_calls_add(struct calling *c, const struct part *p)
{
    if (!p->kind) return;
    for (const struct field *f = p->kind->fields; f && f->type != FIELD_NONE; f++) {
        const void *member = (const char *)p->spec + f->offset;
        const struct list *list = member;
        if (f->type == FIELD_TEXT && f->judge == target_check)
            target_add(c, *(const char *const *)member, p->at);
        else if (f->type == FIELD_PART)
            part_calls_add(c, member);
        else if (f->type == FIELD_LIST && f->of == FIELD_PART)
            for (uint32_t i = 0; i < list->count; i++)
                part_calls_add(c, &((const struct part *)list->items)[i]);
    }
}

static void calls_add(struct calling *c)
{
    for (uint32_t i = 0; i < document_count(c->doc, "service"); i++) {
        const struct map *endpoints = endpoints_of(c->doc, i);
        for (uint32_t op = 0; op < endpoints->count; op++, c->from++) {
            const struct list *steps = &endpoints->entries[op].list;
            for (uint32_t n = 0; n < steps->count; n++)
                part_calls_add(c, &((const struct part *)steps->items)[n]);
        }
    }
}

static void calls_check(const struct document *doc, struct arena *a, struct diag *d)
{
    struct calling c = { .arena = a, .doc = doc, .graph = graph_open(a), .nodes = map_open(a) };
    endpoints_add(&c);
    calls_add(&c);
    graph_judge(c.graph, d);
}

/* ------------------------------------------------------------------------- room on nodes */

struct resource_list service_limits(const struct service_spec *spec)
{
    if (!spec->resources.kind) return (struct resource_list){ 0 };
    const struct resources_spec *r = spec->resources.spec;
    return resources_of(&r->limits);
}

struct resource_list service_requests(const struct service_spec *spec)
{
    if (!spec->resources.kind) return (struct resource_list){ 0 };
    const struct resources_spec *r = spec->resources.spec;
    struct resource_list requests = resources_of(&r->requests), limits = service_limits(spec);
    if (requests.cpu == 0) requests.cpu = limits.cpu;
    if (requests.memory == 0) requests.memory = limits.memory;
    return requests;
}

static void pods_place(struct infra_plan *plan, uint32_t index, const struct object *o,
                       struct arena *a, struct diag *d)
{
    const struct service_spec *spec = o->spec; /* a gateway's begins with one */
    struct resource_list requests = service_requests(spec);
    for (uint32_t n = 0; n < spec->replicas; n++)
        if (!infra_plan_place(plan, index, requests.cpu, requests.memory)) {
            diag_error(d, o->at, arena_format(a, "%s.%s", o->kind->name, o->name),
                       "add nodes, or request less", "no node has room for replica %u of %u", n + 1,
                       spec->replicas);
            return;
        }
}

/* In the order in which a world places them: services, then gateways. */
static void room_check(const struct document *doc, struct arena *a, struct diag *d)
{
    static const char *const kinds[] = { "service", "gateway" };
    struct infra_plan *plan = infra_plan_open(a, doc);
    uint32_t index = 0;
    if (!plan) return;
    for (uint32_t k = 0; k < 2; k++)
        for (uint32_t i = 0; i < document_count(doc, kinds[k]); i++)
            pods_place(plan, index++, document_object(doc, kinds[k], i), a, d);
}

void services_check(const struct document *doc, struct diag *d)
{
    struct arena *a = arena_open();
    names_check(doc, a, d);
    calls_check(doc, a, d);
    room_check(doc, a, d);
    arena_close(a);
}
