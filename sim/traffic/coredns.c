/* coredns.c - the name servers of a cluster: a queue each, and a cache each.
 *
 * A replica is a FIFO queue with a few workers whose waiting times follow from when each worker will
 * be free (Lindley's recursion), so a query costs no event beyond its answer. Always: queries =
 * answered + dropped + lost, and answered = hits + misses. Each replica caches for itself. */
#include "traffic/coredns.h"

#include "traffic/resolv.h"
#include "traffic/traffic.h"

#include "base/arena.h"
#include "base/check.h"
#include "orrery/dist.h"

#include <string.h>

struct dns_name {
    const char *text;
    struct catalog *headless;
    bool exists, local;
};

struct replica {
    int64_t free_ns[COREDNS_WORKERS_MAX]; /* when each worker has done all it has taken on */
    struct dns_entry *entries;            /* by name */
    struct rng rng;
};

struct coredns {
    const struct coredns_spec *spec;
    struct replica *replicas;
    struct dns_name *names;
    uint32_t name_count;
    double mean_ns; /* of the CPU a query takes */
    uint64_t queries, answered, dropped, lost, hits, misses, forwarded, nxdomain;
    double busy_ns;
    int64_t reset_ns;
    struct histogram took; /* ns from a query's arrival to its answer's leaving */
};

const struct coredns_spec *coredns_spec(const struct coredns *c)
{
    return c->spec;
}

bool coredns_is_headless(const struct coredns *c, uint32_t name)
{
    return c->names[name].headless != NULL;
}

const char *coredns_text(const struct coredns *c, uint32_t name)
{
    return c->names[name].text;
}

struct coredns *coredns_of(struct world *w)
{
    struct traffic *t = traffic_of(w);
    if (t->coredns) return t->coredns;
    struct coredns *c = t->coredns = arena_alloc(w->arena, sizeof *c);
    c->spec = document_singleton(w->doc, "coredns");
    c->mean_ns = dist_mean(&c->spec->cpu_per_query);
    c->replicas = arena_alloc(w->arena, c->spec->replicas * sizeof *c->replicas);
    uint64_t key = stream_key(w->root_key, "coredns", "queries");
    for (uint32_t i = 0; i < c->spec->replicas; i++)
        c->replicas[i].rng = rng_open(key_child(key, i));
    histogram_open_lazily(&c->took, w->arena);
    return c;
}

/* The servers watch for themselves, once: in the way of the first caller to ask. */
static bool same_answer(const struct dns_name *n, bool exists, const struct catalog *headless)
{
    if (n->exists != exists || (n->headless != NULL) != (headless != NULL)) return false;
    return !headless || catalog_group(n->headless) == catalog_group(headless);
}

uint32_t coredns_name(struct coredns *c, struct world *w, const char *text, bool exists,
                      struct catalog *headless)
{
    for (uint32_t i = 0; i < c->name_count; i++)
        if (!strcmp(c->names[i].text, text) && same_answer(&c->names[i], exists, headless))
            return i;
    uint32_t n = c->name_count;
    c->names = arena_grow(w->arena, c->names, n * sizeof *c->names, (n + 1) * sizeof *c->names);
    c->names[n] = (struct dns_name){ text, headless, exists,
                                     resolv_within(text, c->spec->cluster_domain) };
    for (uint32_t i = 0; i < c->spec->replicas; i++) {
        struct replica *r = &c->replicas[i];
        r->entries = arena_grow(w->arena, r->entries, n * sizeof *r->entries,
                                (n + 1) * sizeof *r->entries);
        r->entries[n] = (struct dns_entry){ .stored_ns = TIME_NEVER };
        if (headless) r->entries[n].view = view_alloc(w, group_get(w, catalog_group(headless))->capacity);
    }
    return c->name_count++;
}

/* ------------------------------------------------------------------------- the queue */

static uint32_t idlest(const struct coredns *c, const struct replica *r)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < c->spec->workers; i++)
        if (r->free_ns[i] < r->free_ns[best]) best = i;
    return best;
}

/* The queries that wait, as many as their work makes. */
static double waiting(const struct coredns *c, const struct replica *r, int64_t now_ns)
{
    double wait_ns = (double)(r->free_ns[idlest(c, r)] - now_ns);
    return wait_ns <= 0 ? 0 : wait_ns * c->spec->workers / c->mean_ns;
}

static void trace_unheard(const struct world *w, const struct coredns *c, const struct replica *r,
                          uint32_t name, const char *what, const char *why)
{
    recorder_trace(w->recorder, now_ns(w), what, "coredns-%u %s cause=%s",
                   (uint32_t)(r - c->replicas), c->names[name].text, why);
}

/* When the query that arrives now has been worked on; TIME_NEVER when there was no room for it. */
static int64_t serve(struct coredns *c, const struct world *w, struct replica *r, int64_t now_ns)
{
    int64_t work_ns = dist_draw_ns(&c->spec->cpu_per_query, &r->rng);
    if (c->mean_ns > 0 && waiting(c, r, now_ns) >= c->spec->queue_limit) {
        if (measured(w, now_ns)) c->dropped++;
        return TIME_NEVER;
    }
    int64_t *free_ns = &r->free_ns[idlest(c, r)];
    *free_ns = (*free_ns > now_ns ? *free_ns : now_ns) + work_ns;
    if (measured(w, now_ns)) c->busy_ns += (double)work_ns;
    return *free_ns;
}

/* ------------------------------------------------------------------------- the cache */

/* What the server itself knows: its own zone from the slices, everything else from upstream. */
static void look_up(struct coredns *c, struct world *w, struct replica *r, uint32_t name,
                    int64_t answered_ns)
{
    const struct dns_name *n = &c->names[name];
    struct dns_entry *e = &r->entries[name];
    const struct view *pods = n->headless ? catalog_view(n->headless, w) : NULL;
    e->exists = n->exists && (!pods || pods->count > 0);
    if (pods) view_copy(e->view, pods);
    int64_t ttl_ns = n->local ? c->spec->ttl_ns : c->spec->forward_ttl_ns;
    e->stored_ns = answered_ns;
    e->expires_ns = time_add(answered_ns, dns_lifetime(ttl_ns, c->spec->cache_ns));
}

static struct dns_reply answer(struct coredns *c, struct world *w, struct replica *r, uint32_t name,
                               int64_t served_ns)
{
    const struct dns_name *n = &c->names[name];
    struct dns_entry *e = &r->entries[name];
    bool hit = dns_entry_answers(e, served_ns), count = measured(w, now_ns(w));
    int64_t at_ns = served_ns;
    if (!hit) {
        if (!n->local) at_ns += dist_draw_ns(&c->spec->forward_time, &r->rng);
        if (count) c->forwarded += !n->local;
        look_up(c, w, r, name, at_ns);
    }
    int64_t ttl_ns = n->local ? c->spec->ttl_ns : c->spec->forward_ttl_ns;
    if (c->spec->cache_ns > 0) ttl_ns = e->expires_ns - at_ns;
    if (count) {
        c->answered++;
        ++*(hit ? &c->hits : &c->misses);
        c->nxdomain += !e->exists;
        histogram_record(&c->took, at_ns - now_ns(w) - c->spec->latency_ns);
    }
    return (struct dns_reply){ time_add(at_ns, c->spec->latency_ns), ttl_ns, e->exists };
}

static struct dns_reply ask_once(struct coredns *c, struct world *w, struct replica *r,
                                 uint32_t name)
{
    static const struct dns_reply none = { .at_ns = TIME_NEVER };
    if (measured(w, now_ns(w))) c->queries++;
    /* A node's cache asks by TCP, which sends again what is lost. */
    if (c->spec->loss_ratio > 0 && !c->spec->node_local && rng_uniform(&r->rng) < c->spec->loss_ratio) {
        if (measured(w, now_ns(w))) c->lost++;
        if (w->tracing) trace_unheard(w, c, r, name, "dns.lost", "on the way");
        return none;
    }
    int64_t served_ns = serve(c, w, r, now_ns(w) + c->spec->latency_ns);
    if (served_ns != TIME_NEVER) return answer(c, w, r, name, served_ns);
    if (w->tracing) trace_unheard(w, c, r, name, "dns.dropped", "queue full");
    return none;
}

struct dns_reply coredns_ask(struct coredns *c, struct world *w, uint32_t replica, uint32_t name,
                             uint32_t count)
{
    struct dns_reply last = { 0 };
    for (uint32_t i = 0; i < count; i++) {
        struct dns_reply one = ask_once(c, w, &c->replicas[replica], name);
        if (one.at_ns >= last.at_ns) last = one;
    }
    return last;
}

const struct view *coredns_view(struct coredns *c, struct world *w, uint32_t replica, uint32_t name)
{
    const struct dns_name *n = &c->names[name];
    if (!n->headless) return NULL;
    return c->spec->cache_ns > 0 ? c->replicas[replica].entries[name].view
                                 : catalog_view(n->headless, w);
}

/* ------------------------------------------------------------------------- figures */

void coredns_reset(struct world *w)
{
    struct coredns *c = traffic_of(w)->coredns;
    if (!c) return;
    c->queries = c->answered = c->dropped = c->lost = c->hits = c->misses = 0;
    c->forwarded = c->nxdomain = 0;
    c->busy_ns = 0;
    c->reset_ns = now_ns(w);
    histogram_reset(&c->took);
}

void coredns_check(const struct world *w)
{
    const struct coredns *c = traffic_of(w)->coredns;
    if (!c) return;
    check(c->queries == c->answered + c->dropped + c->lost);
    check(c->answered == c->hits + c->misses);
}

void coredns_report(struct world *w)
{
    const struct coredns *c = traffic_of(w)->coredns;
    if (!c || c->queries == 0) return;
    const struct {
        const char *metric;
        uint64_t value;
    } counts[] = { { "queries", c->queries }, { "answered", c->answered },
                   { "dropped", c->dropped }, { "lost", c->lost },
                   { "hits", c->hits },       { "misses", c->misses },
                   { "nxdomain", c->nxdomain }, { "forwarded", c->forwarded } };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        recorder_value(w->recorder, "dns", "coredns", counts[i].metric, "1",
                       (double)counts[i].value);
    double there_ns =
        (double)(now_ns(w) - c->reset_ns) * c->spec->workers * c->spec->replicas;
    recorder_value(w->recorder, "dns", "coredns", "utilization", "1", c->busy_ns / there_ns);
    if (c->took.count > 0) recorder_histogram(w->recorder, "dns", "coredns", "took_ms", &c->took);
}
