/* lookup.c - asks for one name after another until one exists.
 *
 * Each try sends its queries (A, and AAAA beside it) to one server; either the answer or the
 * time-out is scheduled, never both. A time-out that no further try cures ends the lookup, as in
 * the GNU resolver: only a name that does not exist leads to the next. */
#include "traffic/lookup.h"

#include "traffic/traffic.h"

#include "base/arena.h"
#include "base/check.h"
#include "orrery/route.h"

#define NONE UINT32_MAX

struct lookup {
    const struct question *question;
    lookup_done *done;
    struct rng *rng;
    uint32_t route, instance, life;
    uint32_t first, last; /* of those who wait */
    uint32_t name, attempt, replica, queries, local;
    int64_t began_ns;
    struct dns_reply reply;
    bool by_node; /* the reply is the node's cache's */
    uint32_t next; /* in the free list */
};

struct waiting_call {
    uint32_t call, generation, next;
};

struct lookups {
    struct lookup *items;
    struct waiting_call *waiting;
    uint32_t capacity, free, waiting_capacity, waiting_free;
};

#define LOOKUPS_FIRST 16 /* doubled as needed */

static struct lookups *lookups_of(struct world *w)
{
    struct traffic *t = traffic_of(w);
    if (t->lookups) return t->lookups;
    t->lookups = arena_alloc(w->arena, sizeof *t->lookups);
    t->lookups->free = t->lookups->waiting_free = NONE;
    return t->lookups;
}

static uint32_t lookup_take(struct world *w)
{
    struct lookups *p = lookups_of(w);
    if (p->free == NONE) {
        uint32_t n = p->capacity, wider = n ? 2 * n : LOOKUPS_FIRST;
        p->items = arena_grow(w->arena, p->items, n * sizeof *p->items, wider * sizeof *p->items);
        for (uint32_t i = wider; i-- > n;) {
            p->items[i].next = p->free;
            p->free = i;
        }
        p->capacity = wider;
    }
    uint32_t number = p->free;
    p->free = p->items[number].next;
    return number;
}

static uint32_t waiting_take(struct world *w)
{
    struct lookups *p = lookups_of(w);
    if (p->waiting_free == NONE) {
        uint32_t n = p->waiting_capacity, wider = n ? 2 * n : LOOKUPS_FIRST;
        p->waiting = arena_grow(w->arena, p->waiting, n * sizeof *p->waiting,
                                wider * sizeof *p->waiting);
        for (uint32_t i = wider; i-- > n;) {
            p->waiting[i].next = p->waiting_free;
            p->waiting_free = i;
        }
        p->waiting_capacity = wider;
    }
    uint32_t number = p->waiting_free;
    p->waiting_free = p->waiting[number].next;
    return number;
}

/* ------------------------------------------------------------------------- who waits */

void lookup_wait(struct world *w, uint32_t lookup, uint32_t call)
{
    uint32_t number = waiting_take(w);
    struct lookups *p = lookups_of(w);
    struct lookup *l = &p->items[lookup];
    p->waiting[number] = (struct waiting_call){ call, call_get(w, call)->generation, NONE };
    if (l->first == NONE)
        l->first = number;
    else
        p->waiting[l->last].next = number;
    l->last = number;
}

/* Those who go on may begin lookups of their own: the pools may move. */
void lookup_release(struct world *w, uint32_t lookup, bool found)
{
    struct lookups *p = lookups_of(w);
    uint32_t number = p->items[lookup].first;
    p->items[lookup].first = p->items[lookup].last = NONE;
    while (number != NONE) {
        struct waiting_call one = p->waiting[number];
        p->waiting[number].next = p->waiting_free;
        p->waiting_free = number;
        number = one.next;
        if (!call_is_open(w, one.call, one.generation)) continue;
        if (found)
            view_resume(w, one.call);
        else
            view_fail(w, one.call, "name not resolved");
    }
}

/* ------------------------------------------------------------------------- the resolver */

static struct dns_entry *node_entry(const struct lookup *l)
{
    struct dns_entry **caches = l->question->node_caches;
    return caches ? &caches[l->instance][l->name] : NULL;
}

static const struct view *view_found(struct world *w, const struct lookup *l)
{
    const struct question *q = l->question;
    return l->by_node ? node_entry(l)->view
                      : coredns_view(q->servers, w, l->replica, q->names[l->name]);
}

static void trace_end(const struct world *w, const struct lookup *l,
                      const struct lookup_result *result)
{
    const struct question *q = l->question;
    const char *what = result->found       ? coredns_text(q->servers, q->names[l->name])
                       : result->timed_out ? "no answer"
                                           : "no such name";
    recorder_trace(w->recorder, now_ns(w), "dns.lookup", "%s caller=%u %s queries=%u took_ms=%.3f",
                   route_name(w, l->route), l->instance, what, result->queries,
                   ns_to_ms(result->took_ns));
}

static void end(struct world *w, uint32_t number, bool timed_out)
{
    const struct lookup *l = &lookups_of(w)->items[number];
    struct lookup_result result = { .found = !timed_out && l->reply.exists,
                                    .timed_out = timed_out,
                                    .ttl_ns = l->reply.ttl_ns,
                                    .queries = l->queries,
                                    .local = l->local,
                                    .took_ns = now_ns(w) - l->began_ns };
    if (result.found) result.view = view_found(w, l);
    const struct discovery_site *site = discovery_site_of(w, l->route, l->instance);
    if (w->tracing) trace_end(w, l, &result);
    if (l->life == site->life)
        l->done(w, site, number, &result);
    else
        lookup_release(w, number, false); /* the process that asked is gone, and its calls */
    struct lookups *p = lookups_of(w);
    p->items[number].next = p->free;
    p->free = number;
}

static void on_answer(struct world *w, uint32_t number, uint32_t unused);
static void on_timeout(struct world *w, uint32_t number, uint32_t unused);
static const struct event_type dns_answer = { EVENT("dns.answer"), on_answer, NULL, PHASE_WORK };
static const struct event_type dns_timeout = { EVENT("dns.timeout"), on_timeout, NULL, PHASE_WORK };

static bool ask_node(struct world *w, uint32_t number)
{
    struct lookup *l = &lookups_of(w)->items[number];
    const struct dns_entry *e = node_entry(l);
    l->by_node = e && dns_entry_answers(e, now_ns(w));
    if (!l->by_node) return false;
    l->local++;
    l->reply = (struct dns_reply){ now_ns(w), e->expires_ns - now_ns(w), e->exists };
    engine_at(w->engine, now_ns(w), &dns_answer, number, 0);
    return true;
}

static void keep_at_node(struct world *w, const struct lookup *l)
{
    struct dns_entry *e = node_entry(l);
    if (!e || l->by_node) return;
    int64_t limit_ns = l->reply.exists ? NODE_LOCAL_NS : NODE_LOCAL_DENIAL_NS;
    const struct view *pods =
        coredns_view(l->question->servers, w, l->replica, l->question->names[l->name]);
    if (pods) view_copy(e->view, pods);
    e->exists = l->reply.exists;
    e->stored_ns = now_ns(w);
    e->expires_ns = time_add(now_ns(w), dns_lifetime(l->reply.ttl_ns, limit_ns));
}

static void ask(struct world *w, uint32_t number)
{
    if (ask_node(w, number)) return;
    struct lookup *l = &lookups_of(w)->items[number];
    const struct question *q = l->question;
    l->replica = rng_below(l->rng, coredns_spec(q->servers)->replicas);
    l->queries += q->records;
    l->reply = coredns_ask(q->servers, w, l->replica, q->names[l->name], q->records);
    int64_t timeout_ns = time_add(now_ns(w), q->timeout_ns);
    if (l->reply.at_ns < timeout_ns)
        engine_at(w->engine, l->reply.at_ns, &dns_answer, number, 0);
    else
        engine_at(w->engine, timeout_ns, &dns_timeout, number, 0);
}

static void on_answer(struct world *w, uint32_t number, uint32_t unused)
{
    (void)unused;
    struct lookup *l = &lookups_of(w)->items[number];
    keep_at_node(w, l);
    if (l->reply.exists || l->name + 1 == l->question->name_count) {
        end(w, number, false);
        return;
    }
    l->name++;
    l->attempt = 0;
    ask(w, number);
}

static void on_timeout(struct world *w, uint32_t number, uint32_t unused)
{
    (void)unused;
    struct lookup *l = &lookups_of(w)->items[number];
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "dns.timeout", "%s caller=%u %s attempt=%u",
                       route_name(w, l->route), l->instance,
                       coredns_text(l->question->servers, l->question->names[l->name]), l->attempt);
    if (++l->attempt == l->question->attempts)
        end(w, number, true);
    else
        ask(w, number);
}

uint32_t lookup_begin(struct world *w, const struct discovery_site *site, const struct question *q,
                      struct rng *rng, lookup_done *done)
{
    check(q->name_count > 0 && q->attempts > 0);
    uint32_t number = lookup_take(w);
    lookups_of(w)->items[number] = (struct lookup){ .question = q, .done = done, .rng = rng,
                                                    .route = site->route,
                                                    .instance = site->instance,
                                                    .life = site->life, .first = NONE,
                                                    .last = NONE, .began_ns = now_ns(w) };
    ask(w, number);
    return number;
}
