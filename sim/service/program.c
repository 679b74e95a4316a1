/* program.c - behaviours: compiled once, run by an index in the call.
 *
 * A program ends with an instruction that answers; jumps stay inside it. */
#include "service/program.h"

#include "base/arena.h"
#include "base/check.h"
#include "service/graph.h"
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

static void calls_add(struct world *w, struct graph *graph, const uint32_t *first,
                      const struct service *s, uint32_t op)
{
    const struct program *p = &s->programs[op];
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t route = p->first[i].route;
        if (route == ROUTE_NONE) continue;
        const struct group *g = group_get(w, route_group(w, route));
        const struct service *callee = pod_get(w, g->first)->owner;
        graph_call(graph, first[s->index] + op, first[callee->index] + route_operation(w, route),
                   *p->first[i].at);
    }
}

void program_graph_check(struct world *w, struct diag *d)
{
    const struct service_room *room = service_room_of(w);
    struct graph *graph = graph_open(w->arena);
    uint32_t *first = arena_alloc(w->arena, (room->service_count + 1) * sizeof *first);
    for (uint32_t i = 0; i < room->service_count; i++) {
        const struct service *s = &room->services[i];
        const char *path = arena_format(w->arena, "%s.%s", s->gateway ? "gateway" : "service", s->name);
        for (uint32_t op = 0; op < s->operation_count; op++)
            graph_add(graph, arena_format(w->arena, "%s %s", s->name, s->operations[op]), path);
        first[i + 1] = first[i] + s->operation_count;
    }
    for (uint32_t i = 0; i < room->service_count; i++)
        for (uint32_t op = 0; op < room->services[i].operation_count; op++)
            calls_add(w, graph, first, &room->services[i], op);
    graph_judge(graph, d);
}
