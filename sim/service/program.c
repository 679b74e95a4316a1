/* program.c - behaviours: compiled once, run by an index in the call.
 *
 * A program ends with an instruction that answers; jumps stay inside it. */
#include "service/program.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/text.h"
#include "service/pod.h"

#include <string.h>

uint16_t compile_emit(struct compiler *c, struct instruction i)
{
    if (c->count == PROGRAM_STEPS_MAX) {
        if (!c->full)
            diag_error(c->d, c->at, c->name, NULL, "more than %d steps", PROGRAM_STEPS_MAX);
        c->full = true;
        return 0;
    }
    if (c->count == c->capacity) {
        size_t bytes = c->capacity * sizeof *c->items, more = 16 * sizeof *c->items;
        c->items = arena_grow(c->w->arena, c->items, bytes, bytes + more);
        c->capacity += 16;
    }
    i.index = (uint16_t)c->count;
    i.salt = key_salt(c->count - c->messages);
    struct place *at = arena_alloc(c->w->arena, sizeof *at);
    *at = c->at;
    i.at = at;
    c->items[c->count] = i;
    return (uint16_t)c->count++;
}

void compile_steps(struct compiler *c, const struct list *steps)
{
    const struct part *parts = steps->items;
    for (uint32_t i = 0; i < steps->count; i++) {
        struct place outer = c->at;
        c->at = parts[i].at;
        ((const struct step_type *)parts[i].kind->vtable)->compile(c, &parts[i]);
        c->at = outer;
    }
}

struct compiler program_begin(struct world *w, struct service *s, const char *operation,
                              struct diag *d)
{
    struct compiler c = { .w = w, .service = s, .d = d, .cpu = PROGRAM_NO_CPU };
    c.name = arena_format(w->arena, "%s %s", s->name, operation);
    return c;
}

struct program program_finish(struct compiler *c)
{
    struct world *w = c->w;
    struct service_room *room = service_room_of(w);
    c->full = false;
    compile_emit(c, (struct instruction){ .opcode = OPCODE_ANSWER, .route = ROUTE_NONE });
    size_t bytes = room->code_count * sizeof *room->code, more = c->count * sizeof *room->code;
    room->code = arena_grow(w->arena, room->code, bytes, bytes + more);
    memcpy(room->code + room->code_count, c->items, more);
    room->code_count += c->count;
    return (struct program){ NULL, room->code_count - c->count, (uint16_t)c->count, c->cpu };
}

struct program program_compile(struct world *w, struct service *s, const char *operation,
                               const struct list *steps, struct diag *d)
{
    struct compiler c = program_begin(w, s, operation, d);
    compile_steps(&c, steps);
    return program_finish(&c);
}

/* Depth-first over operations; one on the path that is met again closes a cycle. Each operation is
 * walked once, and knows from then on how deep the calls below it nest. */
struct walk {
    struct world *w;
    struct diag *d;
    struct visit **visits; /* by service, operation */
    const char *path[CALL_DEPTH_MAX + 1];
    uint32_t depth; /* of the path */
    bool too_deep;  /* told once: every longer chain contains a shorter one */
};

struct visit {
    bool on_path, done;
    uint32_t height; /* calls below, one inside the other */
};

static const char *service_path(struct world *w, const struct service *s)
{
    return arena_format(w->arena, "%s.%s", s->gateway ? "gateway" : "service", s->name);
}

static void cycle_tell(struct walk *k, const char *back, const struct service *s, struct place at)
{
    struct text t = { 0 };
    uint32_t first = 0;
    while (strcmp(k->path[first], back) != 0)
        first++;
    for (uint32_t i = first; i < k->depth; i++)
        text_format(&t, "%s > ", k->path[i]);
    diag_error(k->d, at, service_path(k->w, s),
               "calls must not come back to where they began", "a cycle of calls: %s%s",
               text_data(&t), back);
    text_close(&t);
}

static void depth_tell(struct walk *k, const struct service *s, struct place at)
{
    if (!k->too_deep)
        diag_error(k->d, at, service_path(k->w, s),
                   "shorten the chain of services", "calls nest deeper than %d, from '%s' on",
                   CALL_DEPTH_MAX, k->path[0]);
    k->too_deep = true;
}

static uint32_t walk_operation(struct walk *k, struct service *s, uint32_t operation);

/* How deep calls nest below this one, itself included. */
static uint32_t walk_call(struct walk *k, struct service *s, const struct instruction *i)
{
    const struct group *g = group_get(k->w, route_group(k->w, i->route));
    struct service *callee = pod_get(k->w, g->first)->owner;
    uint32_t operation = route_operation(k->w, i->route);
    struct visit *n = &k->visits[callee->index][operation];
    if (n->on_path) {
        cycle_tell(k, arena_format(k->w->arena, "%s %s", g->name, g->operations[operation]), s,
                   *i->at);
        return 0;
    }
    if (k->depth + (n->done ? n->height : 0) > CALL_DEPTH_MAX) {
        depth_tell(k, s, *i->at);
        return 0;
    }
    return 1 + (n->done ? n->height : walk_operation(k, callee, operation));
}

static uint32_t walk_operation(struct walk *k, struct service *s, uint32_t operation)
{
    const struct program *p = &s->programs[operation];
    struct visit *n = &k->visits[s->index][operation];
    k->path[k->depth++] =
        arena_format(k->w->arena, "%s %s", s->name, s->operations[operation]);
    n->on_path = true;
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->first[i].route == ROUTE_NONE) continue;
        uint32_t height = walk_call(k, s, &p->first[i]);
        if (height > n->height) n->height = height;
    }
    n->on_path = false;
    n->done = true;
    k->depth--;
    return n->height;
}

void program_graph_check(struct world *w, struct diag *d)
{
    struct service_room *room = service_room_of(w);
    struct walk k = { .w = w, .d = d };
    k.visits = arena_alloc(w->arena, room->service_count * sizeof *k.visits);
    for (uint32_t i = 0; i < room->service_count; i++)
        k.visits[i] =
            arena_alloc(w->arena, room->services[i].operation_count * sizeof **k.visits);
    for (uint32_t i = 0; i < room->service_count; i++)
        for (uint32_t op = 0; op < room->services[i].operation_count; op++)
            if (!k.visits[i][op].done) walk_operation(&k, &room->services[i], op);
}
