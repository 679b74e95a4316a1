/* graph.c - which endpoint calls which, judged for cycles and for depth.
 *
 * Depth-first over endpoints; one on the path that is met again closes a cycle. Each is walked once,
 * and knows from then on how deep the calls below it nest. */
#include "service/graph.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/text.h"

struct edge {
    struct edge *next;
    struct place at;
    uint32_t to;
};

struct node {
    const char *name, *path;
    struct edge *first, *last; /* in the order said */
    uint32_t height;           /* calls below, one inside the other */
    bool on_path, done;
};

struct graph {
    struct arena *arena;
    struct node *nodes;
    uint32_t count, capacity;
    uint32_t path[CALL_DEPTH_MAX + 1], depth; /* while it is judged */
    bool too_deep; /* told once: every longer chain contains a shorter one */
};

struct graph *graph_open(struct arena *a)
{
    struct graph *g = arena_alloc(a, sizeof *g);
    g->arena = a;
    return g;
}

uint32_t graph_add(struct graph *g, const char *name, const char *path)
{
    if (g->count == g->capacity) {
        uint32_t capacity = g->capacity ? 2 * g->capacity : 16;
        g->nodes = arena_grow(g->arena, g->nodes, g->capacity * sizeof *g->nodes,
                              capacity * sizeof *g->nodes);
        g->capacity = capacity;
    }
    g->nodes[g->count] = (struct node){ .name = name, .path = path };
    return g->count++;
}

void graph_call(struct graph *g, uint32_t from, uint32_t to, struct place at)
{
    check(from < g->count && to < g->count);
    struct node *n = &g->nodes[from];
    struct edge *e = arena_alloc(g->arena, sizeof *e);
    *e = (struct edge){ .at = at, .to = to };
    if (n->last)
        n->last->next = e;
    else
        n->first = e;
    n->last = e;
}

static void cycle_tell(const struct graph *g, const struct node *from, const struct edge *e,
                       struct diag *d)
{
    struct text t = { 0 };
    uint32_t first = 0;
    while (g->path[first] != e->to)
        first++;
    for (uint32_t i = first; i < g->depth; i++)
        text_format(&t, "%s > ", g->nodes[g->path[i]].name);
    diag_error(d, e->at, from->path, "calls must not come back to where they began",
               "a cycle of calls: %s%s", text_data(&t), g->nodes[e->to].name);
    text_close(&t);
}

static void depth_tell(struct graph *g, const struct node *from, const struct edge *e,
                       struct diag *d)
{
    if (!g->too_deep)
        diag_error(d, e->at, from->path, "shorten the chain of services",
                   "calls nest deeper than %d, from '%s' on", CALL_DEPTH_MAX,
                   g->nodes[g->path[0]].name);
    g->too_deep = true;
}

static void walk(struct graph *g, uint32_t index, struct diag *d);

/* How deep calls nest below this one, itself included. */
static uint32_t walk_edge(struct graph *g, const struct node *from, const struct edge *e,
                          struct diag *d)
{
    struct node *to = &g->nodes[e->to];
    if (to->on_path) {
        cycle_tell(g, from, e, d);
        return 0;
    }
    if (g->depth + (to->done ? to->height : 0) > CALL_DEPTH_MAX) {
        depth_tell(g, from, e, d);
        return 0;
    }
    if (!to->done) walk(g, e->to, d);
    return 1 + to->height;
}

static void walk(struct graph *g, uint32_t index, struct diag *d)
{
    struct node *n = &g->nodes[index];
    g->path[g->depth++] = index;
    n->on_path = true;
    for (const struct edge *e = n->first; e; e = e->next) {
        uint32_t height = walk_edge(g, n, e, d);
        if (height > n->height) n->height = height;
    }
    n->on_path = false;
    n->done = true;
    g->depth--;
}

void graph_judge(struct graph *g, struct diag *d)
{
    for (uint32_t i = 0; i < g->count; i++)
        if (!g->nodes[i].done) walk(g, i, d);
}
