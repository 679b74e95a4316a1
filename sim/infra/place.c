/* place.c - which node takes a pod, and what is free after.
 *
 * Invariant: on every node the requests of its pods never exceed what it has, and each group's
 * tally adds up over zones and over nodes to the same number of pods. */
#include "infra/hosts.h"

#include "base/arena.h"
#include "base/check.h"

#include "base/poison.h"

void host_settle(struct host *h, int64_t now)
{
    double passed_ns = (double)(now - h->since_ns);
    h->milli_ns += passed_ns * (double)h->milli_used;
    h->memory_ns += passed_ns * (double)h->memory_used;
    h->pods_ns += passed_ns * h->pods;
    h->since_ns = now;
}

static struct tally *tally_of(struct infra *f, struct arena *a, uint32_t group)
{
    if (group >= f->tally_count) {
        size_t old = f->tally_count * sizeof *f->tallies, wanted = (size_t)group + 1;
        f->tallies = arena_grow(a, f->tallies, old, wanted * sizeof *f->tallies);
        f->tally_count = group + 1;
    }
    struct tally *t = &f->tallies[group];
    if (!t->by_zone) {
        t->by_zone = arena_alloc(a, f->zone_count * sizeof *t->by_zone);
        t->by_host = arena_alloc(a, f->host_count * sizeof *t->by_host);
    }
    return t;
}

static bool host_fits(const struct host *h, int64_t milli, int64_t memory)
{
    if (!h->node.up) return false;
    return h->limitless ||
           (milli <= h->milli - h->milli_used && memory <= h->node.memory - h->memory_used);
}

static bool host_better(const struct infra *f, const struct tally *t, uint32_t a, uint32_t b)
{
    const struct host *x = &f->hosts[a], *y = &f->hosts[b];
    uint32_t zone_x = t->by_zone[x->node.zone], zone_y = t->by_zone[y->node.zone];
    if (zone_x != zone_y) return zone_x < zone_y;
    if (t->by_host[a] != t->by_host[b]) return t->by_host[a] < t->by_host[b];
    int64_t free_x = x->milli - x->milli_used, free_y = y->milli - y->milli_used;
    return free_x != free_y ? free_x > free_y : a < b;
}

static uint32_t host_choose(const struct infra *f, const struct tally *t, int64_t milli,
                            int64_t memory)
{
    uint32_t best = NODE_NONE;
    for (uint32_t i = 0; i < f->host_count; i++)
        if (host_fits(&f->hosts[i], milli, memory) &&
            (best == NODE_NONE || host_better(f, t, i, best)))
            best = i;
    return best;
}

/* count is +1 or -1. */
static void host_take(struct infra *f, struct tally *t, uint32_t node, int64_t milli,
                      int64_t memory, int count)
{
    struct host *h = &f->hosts[node];
    h->pods += (uint32_t)count;
    t->by_host[node] += (uint32_t)count;
    t->by_zone[h->node.zone] += (uint32_t)count;
    if (h->limitless) return;
    h->milli_used += count * milli;
    h->memory_used += count * memory;
    check(h->milli_used >= 0 && h->milli_used <= h->milli);
    check(h->memory_used >= 0 && h->memory_used <= h->node.memory);
    h->node.cpu_free = (double)(h->milli - h->milli_used) / 1000;
    h->node.memory_free = h->node.memory - h->memory_used;
}

uint32_t infra_place(struct world *w, uint32_t group, double cpu, int64_t memory)
{
    struct infra *f = infra_of(w);
    struct tally *t = tally_of(f, w->arena, group);
    int64_t milli = milli_of(cpu);
    uint32_t node = host_choose(f, t, milli, memory);
    if (node == NODE_NONE) return node;
    host_settle(&f->hosts[node], now_ns(w));
    host_take(f, t, node, milli, memory, 1);
    return node;
}

void infra_release(struct world *w, uint32_t group, uint32_t node, double cpu, int64_t memory)
{
    struct infra *f = infra_of(w);
    struct tally *t = tally_of(f, w->arena, group);
    check(node < f->host_count);
    check(t->by_host[node] > 0);
    host_settle(&f->hosts[node], now_ns(w));
    host_take(f, t, node, milli_of(cpu), memory, -1);
}

struct infra_plan {
    struct arena *arena;
    struct infra infra;
};

struct infra_plan *infra_plan_open(struct arena *a, const struct document *doc)
{
    if (document_count(doc, "nodepool") == 0 || !infra_hosts_sound(doc)) return NULL;
    struct infra_plan *p = arena_alloc(a, sizeof *p);
    p->arena = a;
    infra_zones_open(&p->infra, doc);
    infra_hosts_open(&p->infra, a, doc);
    return p;
}

bool infra_plan_place(struct infra_plan *p, uint32_t group, double cpu, int64_t memory)
{
    struct tally *t = tally_of(&p->infra, p->arena, group);
    uint32_t node = host_choose(&p->infra, t, milli_of(cpu), memory);
    if (node == NODE_NONE) return false;
    host_take(&p->infra, t, node, milli_of(cpu), memory, 1);
    return true;
}

void infra_node_up(struct world *w, uint32_t node, bool up)
{
    check(node < infra_of(w)->host_count);
    struct host *h = &infra_of(w)->hosts[node];
    check(!up || h->outages > 0);
    h->outages += up ? -1u : 1u;
    h->node.up = h->outages == 0;
}

uint32_t infra_node_count(const struct world *w)
{
    return infra_of(w)->host_count;
}

const struct node *infra_node(const struct world *w, uint32_t node)
{
    check(node < infra_of(w)->host_count);
    return &infra_of(w)->hosts[node].node;
}

static void host_check(const struct host *h)
{
    check(h->node.up == (h->outages == 0));
    if (h->limitless) return;
    check(h->milli_used >= 0 && h->milli_used <= h->milli);
    check(h->memory_used >= 0 && h->memory_used <= h->node.memory);
    check(h->pods > 0 || (h->milli_used == 0 && h->memory_used == 0));
}

void infra_place_check(const struct world *w)
{
    const struct infra *f = infra_of(w);
    uint64_t on_hosts = 0, in_tallies = 0, in_zones = 0;
    for (uint32_t i = 0; i < f->host_count; i++) {
        host_check(&f->hosts[i]);
        on_hosts += f->hosts[i].pods;
    }
    for (uint32_t g = 0; g < f->tally_count; g++) {
        if (!f->tallies[g].by_zone) continue;
        for (uint32_t i = 0; i < f->host_count; i++)
            in_tallies += f->tallies[g].by_host[i];
        for (uint32_t i = 0; i < f->zone_count; i++)
            in_zones += f->tallies[g].by_zone[i];
    }
    check(on_hosts == in_tallies);
    check(on_hosts == in_zones);
}
