/* program.c - behaviours: compiled once, run by an index in the call.
 *
 * A program ends with an instruction that answers; jumps stay inside it. */
#include "service/program.h"

#include "base/arena.h"
#include "base/check.h"
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
    i.at = c->at;
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

static enum step_result end_run(struct world *w, uint32_t call, const struct instruction *i)
{
    (void)w, (void)call, (void)i;
    return STEP_END;
}

struct program program_compile(struct world *w, struct service *s, const char *operation,
                               const struct list *steps, struct diag *d)
{
    struct compiler c = { .w = w, .service = s, .d = d, .cpu = PROGRAM_NO_CPU };
    c.name = arena_format(w->arena, "%s %s", s->name, operation);
    compile_steps(&c, steps);
    c.full = false;
    compile_emit(&c, (struct instruction){ .run = end_run, .route = ROUTE_NONE });
    struct service_room *room = service_room_of(w);
    size_t bytes = room->code_count * sizeof *room->code, more = c.count * sizeof *room->code;
    room->code = arena_grow(w->arena, room->code, bytes, bytes + more);
    memcpy(room->code + room->code_count, c.items, more);
    room->code_count += c.count;
    return (struct program){ NULL, room->code_count - c.count, (uint16_t)c.count, c.cpu };
}

void program_run(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    const struct instruction *code = service_room_of(w)->code;
    enum step_result result = STEP_NEXT;
    c->state = CALL_RUNNING;
    while (result == STEP_NEXT) {
        if (c->outcome != OUTCOME_OK) {
            result = STEP_END;
            break;
        }
        const struct instruction *i = &code[c->step++];
        result = i->run(w, id, i);
        c = call_get(w, id); /* the pool may have grown */
    }
    if (result == STEP_WAIT) c->state = CALL_WAITING;
    if (result == STEP_END) pod_answer(w, id);
}

/* Depth-first over operations; a node on the path met again is a cycle. A node's height (the calls
 * below it) is kept, so that each is walked once in whatever order services stand. */
#define HEIGHT_NEW 0
#define HEIGHT_ON_PATH UINT8_MAX /* else 1 + its height */
_Static_assert(CALL_DEPTH_MAX + 1 < HEIGHT_ON_PATH, "a height fits beside its two marks");

struct walk {
    struct world *w;
    struct diag *d;
    uint8_t **heights; /* by service, operation */
};

static bool walk_operation(struct walk *k, uint32_t service, uint32_t operation, uint32_t depth);

/* Afterwards the height of what this instruction calls is in *below. */
static bool walk_call(struct walk *k, const struct service *s, const struct instruction *i,
                      uint32_t depth, uint8_t *below)
{
    uint32_t first = group_get(k->w, route_group(k->w, i->route))->first;
    uint32_t callee = pod_get(k->w, first)->owner->index, op = route_operation(k->w, i->route);
    *below = k->heights[callee][op];
    if (*below == HEIGHT_ON_PATH) {
        diag_error(k->d, i->at, s->name, "calls must not come back to where they began",
                   "a cycle of calls: %s", route_name(k->w, i->route));
        return false;
    }
    if (depth + (*below ? *below : 1u) > CALL_DEPTH_MAX) {
        diag_error(k->d, i->at, s->name, NULL, "calls nest deeper than %d", CALL_DEPTH_MAX);
        return false;
    }
    if (*below == HEIGHT_NEW && !walk_operation(k, callee, op, depth + 1)) return false;
    *below = k->heights[callee][op];
    return true;
}

static bool walk_operation(struct walk *k, uint32_t service, uint32_t operation, uint32_t depth)
{
    struct service *s = &service_room_of(k->w)->services[service];
    const struct program *p = &s->programs[operation];
    uint8_t height = 0, below;
    k->heights[service][operation] = HEIGHT_ON_PATH;
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->first[i].route == ROUTE_NONE) continue;
        if (!walk_call(k, s, &p->first[i], depth, &below)) return false;
        if (below > height) height = below;
    }
    k->heights[service][operation] = (uint8_t)(height + 1);
    return true;
}

void program_graph_check(struct world *w, struct diag *d)
{
    struct service_room *room = service_room_of(w);
    struct walk k = { .w = w, .d = d };
    k.heights = arena_alloc(w->arena, room->service_count * sizeof *k.heights);
    for (uint32_t i = 0; i < room->service_count; i++)
        k.heights[i] = arena_alloc(w->arena, room->services[i].spec->endpoints.count);
    for (uint32_t i = 0; i < room->service_count; i++)
        for (uint32_t op = 0; op < room->services[i].spec->endpoints.count; op++)
            if (k.heights[i][op] == HEIGHT_NEW && !walk_operation(&k, i, op, 0)) return;
}
