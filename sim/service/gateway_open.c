/* gateway_open.c - a gateway's program for a request, made when somebody is going to ask it.
 *
 * What can be judged before the run is judged here: host, path, method, and headers that all customers
 * of the caller have. A route that only some of them take stays in, under a condition. */
#include "service/gateway.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/text.h"
#include "service/graph.h"

#include <string.h>

#include "base/poison.h"

static const struct http_route_spec *route_at(const struct gateway_spec *spec, uint32_t index)
{
    return ((const struct part *)spec->routes.items)[index].spec;
}

/* Insertion: routes are few, and equals must stay in the order said. */
static void routes_sort(const struct http_route_spec **order, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct http_route_spec *moved = order[i];
        uint32_t at = i;
        for (; at > 0 && match_order(&moved->match, &order[at - 1]->match) < 0; at--)
            order[at] = order[at - 1];
        order[at] = moved;
    }
}

void gateway_open(struct world *w, struct service *s, const struct object *o)
{
    struct gateway *g = arena_alloc(w->arena, sizeof *g);
    g->spec = o->spec;
    uint32_t count = g->spec->routes.count;
    g->order = arena_alloc(w->arena, count * sizeof *g->order);
    for (uint32_t i = 0; i < count; i++)
        g->order[i] = route_at(g->spec, i);
    routes_sort(g->order, count);
    s->gateway = g;
}

/* ------------------------------------------------------------------------- what it asks for */

struct asking {
    struct compiler *c;
    const struct request *request;
    struct place at; /* of the caller */
    const char *caller;
    struct condition *conditions; /* of the route under judgement */
    uint32_t condition_count;
};

/* The header is there with a text that matches: always, never, or for some. */
static bool wanted_judge(struct asking *a, const struct map_entry *wanted, bool cookie)
{
    const struct header_spec *has = cookie ? request_cookie(a->request, wanted->key)
                                           : request_header(a->request, wanted->key);
    if (!has || has->share <= 0 || !text_match_holds(&wanted->part, has->value)) return false;
    if (has->share < 1)
        a->conditions[a->condition_count++] = (struct condition){
            request_share_key(a->request, wanted->key, cookie), has->share
        };
    return true;
}

static bool may_take(struct asking *a, const struct http_route_spec *r)
{
    const struct request *q = a->request;
    const struct http_match *m = &r->match;
    uint32_t wanted = r->headers.count + r->cookies.count;
    if (!host_matches(m->host, q->host) || !path_matches(m->sort, m->path, q->path)) return false;
    if (m->method && strcmp(m->method, q->method) != 0) return false;
    a->conditions = arena_alloc(a->c->w->arena, (wanted + 1) * sizeof *a->conditions);
    a->condition_count = 0;
    for (uint32_t i = 0; i < r->headers.count; i++)
        if (!wanted_judge(a, &r->headers.entries[i], false)) return false;
    for (uint32_t i = 0; i < r->cookies.count; i++)
        if (!wanted_judge(a, &r->cookies.entries[i], true)) return false;
    return true;
}

static struct request rewritten(struct arena *a, const struct request *q,
                                const struct http_route_spec *r)
{
    struct request out = *q;
    const struct rewrite_spec *rewrite = r->rewrite.kind ? r->rewrite.spec : NULL;
    if (!rewrite) return out;
    if (rewrite->host) out.host = rewrite->host;
    if (rewrite->path) out.path = rewrite->path;
    if (rewrite->prefix)
        out.path = path_replace_prefix(a, q->path, r->match.path, rewrite->prefix);
    return out;
}

/* ------------------------------------------------------------------------- its targets */

static struct place place_of(const struct asking *a, const struct http_route_spec *r)
{
    const struct list *routes = &a->c->service->gateway->spec->routes;
    return ((const struct part *)routes->items)[r->match.index].at;
}

static void endpoint_missing(const struct asking *a, const struct http_route_spec *r,
                             const struct group *g, const char *wanted)
{
    struct arena *arena = a->c->w->arena;
    const char *near = text_nearest(wanted, g->operations, g->operation_count);
    const char *hint =
        arena_format(arena, "say which one all requests go to, as in \"%s %s\", or rewrite the path",
                     g->name, near ? near : g->operations[0]);
    diag_error(a->c->d, place_of(a, r),
               arena_format(arena, "gateway.%s.routes[%u]", a->c->service->name,
                            r->match.index + 1),
               hint, "'%s' has no endpoint '%s', which '%s' asks for", g->name, wanted, a->caller);
}

/* "cart" for "GET /cart/1" is the endpoint of that name, or the only one. NULL after telling. */
static const char *target_resolve(const struct asking *a, const struct http_route_spec *r,
                                  const char *target, const struct request *q)
{
    struct world *w = a->c->w;
    const char *name, *operation;
    target_split(w->arena, target, &name, &operation);
    const struct group *g = group_get(w, group_find(w, name)); /* target_backend_check has found it */
    const char *wanted = arena_format(w->arena, "%s %s", q->method, q->path);
    if (operation || g->answer) return target;
    for (uint32_t i = 0; i < g->operation_count; i++)
        if (strcmp(g->operations[i], wanted) == 0)
            return arena_format(w->arena, "%s %s", name, wanted);
    if (g->operation_count == 1) return target;
    endpoint_missing(a, r, g, wanted);
    return NULL;
}

/* Two instructions: the call, and a jump whose target is filled in at the end. The key of what the
 * target does is that of the choosing step: a customer is the same work wherever he is sent. */
static void target_compile(struct asking *a, const struct http_route_spec *r, const char *target,
                           uint16_t chooser)
{
    struct compiler *c = a->c;
    struct request *q = arena_alloc(c->w->arena, sizeof *q);
    *q = rewritten(c->w->arena, a->request, r);
    const char *resolved = target_resolve(a, r, target, q);
    if (!resolved) return;
    struct route_spec route = { .target = resolved,
                                .at = place_of(a, r),
                                .request = q,
                                .reply = gateway_reply,
                                .proceed = gateway_proceed };
    route_say(&route, &r->said);
    uint16_t at = compile_emit(c, step_send_instruction(c, route));
    compile_emit(c, (struct instruction){ .run = gateway_leave, .route = ROUTE_NONE });
    if (!c->full) c->items[at].salt = c->items[chooser].salt;
}

static void targets_of(struct arena *a, const struct http_route_spec *r, struct choice *choice)
{
    uint32_t count = r->target ? 1 : r->to.count, kept = 0;
    const char **targets = arena_alloc(a, count * sizeof *targets);
    double *cumulative = arena_alloc(a, count * sizeof *cumulative), sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double weight = r->target ? 1 : r->to.entries[i].number;
        if (weight <= 0) continue; /* as the API has it: no requests at all */
        targets[kept] = r->target ? r->target : r->to.entries[i].key;
        cumulative[kept++] = sum += weight;
    }
    choice->targets = targets;
    choice->cumulative = cumulative;
    choice->target_count = kept;
}

static void choice_compile(struct asking *a, const struct http_route_spec *r, struct choice *choice,
                           uint16_t chooser)
{
    struct compiler *c = a->c;
    *choice = (struct choice){ .conditions = a->conditions,
                               .condition_count = a->condition_count,
                               .route = r->match.index + 1,
                               .entry = (uint16_t)c->count,
                               .sticky = r->sticky };
    c->at = place_of(a, r);
    choice->key = key_child(stream_key(c->w->root_key, c->service->name, "sticky"), r->match.index);
    targets_of(c->w->arena, r, choice);
    for (uint32_t i = 0; i < choice->target_count; i++)
        target_compile(a, r, choice->targets[i], chooser);
}

/* ------------------------------------------------------------------------- the program */

static uint32_t chooser_add(struct world *w, const struct chooser *chooser)
{
    struct service_room *room = service_room_of(w);
    size_t bytes = room->chooser_count * sizeof *room->choosers;
    room->choosers =
        arena_grow(w->arena, room->choosers, bytes, bytes + sizeof *room->choosers);
    room->choosers[room->chooser_count] = chooser;
    return room->chooser_count++;
}

static void unrouted_tell(const struct asking *a, const struct chooser *chooser)
{
    const struct service *s = a->c->service;
    diag_warning(a->c->d, a->at, arena_format(a->c->w->arena, "gateway.%s", s->name),
                 "add a route, or one for path = \"/\"", "no route is for %s of '%s': all of it fails",
                 chooser->request, a->caller);
}

/* Its work, the choice, and the targets of each route it may be for; the first route that all of
 * them take ends the list. */
static void request_compile(struct asking *a)
{
    struct compiler *c = a->c;
    const struct gateway *g = c->service->gateway;
    struct chooser *chooser = arena_alloc(c->w->arena, sizeof *chooser);
    struct choice *choices = arena_alloc(c->w->arena, g->spec->routes.count * sizeof *choices);
    if (g->spec->work.kind) compile_work(c, &g->spec->work);
    const struct instruction choose = { .run = gateway_run,
                                        .route = ROUTE_NONE,
                                        .table = chooser_add(c->w, chooser) };
    uint16_t at = compile_emit(c, choose);
    chooser->request = arena_format(c->w->arena, "%s %s%s", a->request->method,
                                    a->request->host ? a->request->host : "", a->request->path);
    for (uint32_t i = 0; i < g->spec->routes.count; i++) {
        if (!may_take(a, g->order[i])) continue;
        choice_compile(a, g->order[i], &choices[chooser->count++], at);
        if (a->condition_count == 0) break;
    }
    for (uint32_t i = at; i < c->count; i++)
        if (c->items[i].run == gateway_leave) c->items[i].target = (uint16_t)c->count;
    chooser->choices = choices;
    if (chooser->count == 0) unrouted_tell(a, chooser);
}

/* A place for the request among the gateway's operations, before its program: one that comes back to
 * where it began finds itself, and is told as a cycle. */
static uint32_t operation_add(struct world *w, struct service *s, const struct request *request)
{
    struct gateway *g = s->gateway;
    uint32_t op = s->operation_count++;
    g->requests = arena_grow(w->arena, g->requests, op * sizeof *g->requests,
                             (op + 1) * sizeof *g->requests);
    s->operations = arena_grow(w->arena, s->operations, op * sizeof *s->operations,
                               (op + 1) * sizeof *s->operations);
    s->programs = arena_grow(w->arena, s->programs, op * sizeof *s->programs,
                             (op + 1) * sizeof *s->programs);
    g->requests[op] = *request;
    s->operations[op] = arena_format(w->arena, "%s %s%s", request->method,
                                     request->host ? request->host : "", request->path);
    struct group *group = group_get(w, s->group);
    group->operations = s->operations;
    group->operation_count = s->operation_count;
    return op;
}

uint32_t gateway_answer(struct world *w, uint32_t group, const struct request *request,
                        const char *caller, struct place at, struct diag *d)
{
    struct service_room *room = service_room_of(w);
    struct service *s = pod_get(w, group_get(w, group)->first)->owner;
    for (uint32_t op = 0; op < s->operation_count; op++)
        if (request_same(&s->gateway->requests[op], request)) return op;
    if (room->nesting == CALL_DEPTH_MAX) {
        diag_error(d, at, arena_format(w->arena, "gateway.%s", s->name),
                   "a gateway must not send requests back to where they came from",
                   "gateways pass a request on to each other without end, as %s %.40s...",
                   request->method, request->path);
        return UINT32_MAX;
    }
    uint32_t op = operation_add(w, s, request);
    struct compiler c = program_begin(w, s, s->operations[op], d);
    c.at = s->at;
    struct asking a = { .c = &c, .request = request, .at = at, .caller = caller };
    room->nesting++;
    request_compile(&a);
    room->nesting--;
    struct program program = program_finish(&c);
    s->programs[op] = program;
    if (room->complete && room->nesting == 0) programs_settle(room);
    return op;
}
