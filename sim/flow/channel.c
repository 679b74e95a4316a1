/* channel.c - opening a caller's channel to a group, and the figures it leaves.
 *
 * Invariant, by channel: connections opened = closed + open; calls carried = released + on
 * connections. */
#include "flow/channel.h"

#include "base/arena.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------- opening */

static void l4_open(struct world *w, struct channel *ch)
{
    const struct part *part = &ch->spec->l4;
    uint32_t n = ch->instance_count, capacity = group_get(w, ch->group)->capacity;
    ch->l4 = part->kind->vtable;
    ch->l4_states = arena_alloc(w->arena, n * sizeof *ch->l4_states);
    ch->l4_sources = arena_alloc(w->arena, n * sizeof *ch->l4_sources);
    ch->l4_connections = arena_alloc(w->arena, n * sizeof *ch->l4_connections);
    bool shared = ch->l4->is_shared(part->spec);
    for (uint32_t i = 0; i < n; i++) {
        bool first = i == 0 || !shared;
        ch->l4_states[i] = first ? arena_alloc(w->arena, ch->l4->state_size) : ch->l4_states[0];
        ch->l4_connections[i] =
            first ? arena_alloc(w->arena, capacity * sizeof(uint32_t)) : ch->l4_connections[0];
        ch->l4_sources[i] = arena_alloc(w->arena, ch->l4->source_state_size);
    }
}

static struct channel *channel_new(struct world *w, const struct route *r, const struct part *said,
                                   const char *name)
{
    struct transport *t = transport_of(w);
    struct channel *ch = arena_alloc(w->arena, sizeof *ch);
    const struct group *g = group_get(w, r->group);
    uint32_t n = r->instance_count;
    *ch = (struct channel){ .spec = said->spec,
                            .type = said->kind->vtable,
                            .name = name,
                            .id = t->channel_count,
                            .group = r->group,
                            .owner = r->owner,
                            .instance_base = r->instance_base,
                            .instance_count = n,
                            .by_pod = r->by_pod };
    ch->pools = arena_alloc(w->arena, n * sizeof *ch->pools);
    ch->tickets = arena_alloc(w->arena, n * sizeof *ch->tickets);
    ch->rngs = arena_alloc(w->arena, n * sizeof *ch->rngs);
    ch->by_backend = arena_alloc(w->arena, g->capacity * sizeof *ch->by_backend);
    uint64_t key = stream_key(w->root_key, name, "connections");
    for (uint32_t i = 0; i < n; i++)
        ch->rngs[i] = rng_open(key_child(key, i));
    if (ch->spec->l4.kind) l4_open(w, ch);
    ch->pool_count = ch->l4 ? 1 : g->capacity;
    histogram_open_lazily(&ch->wait, w->arena);
    size_t bytes = t->channel_count * sizeof *t->channels;
    t->channels = arena_grow(w->arena, t->channels, bytes, bytes + sizeof *t->channels);
    t->channels[t->channel_count++] = ch;
    return ch;
}

/* Pods are told apart by where they begin; clients by their number. */
static struct channel *channel_find(const struct world *w, const struct route *r, const void *spec)
{
    const struct transport *t = transport_of(w);
    for (uint32_t i = 0; i < t->channel_count; i++) {
        struct channel *ch = t->channels[i];
        bool same = r->by_pod ? ch->instance_base == r->instance_base : ch->owner == r->owner;
        if (same && ch->by_pod == r->by_pod && ch->group == r->group && ch->spec == spec) return ch;
    }
    return NULL;
}

/* "cart > redis": operations share connections; where another protocol is said for some of them,
 * "cart > redis #2". */
static const char *name_of(struct world *w, const struct route *r, const char *caller)
{
    const char *space = r->by_pod ? strchr(caller, ' ') : NULL;
    int length = space ? (int)(space - caller) : (int)strlen(caller);
    const char *name =
        arena_format(w->arena, "%.*s > %s", length, caller, group_get(w, r->group)->name);
    uint32_t before = 0;
    for (uint32_t i = 0; i < transport_of(w)->channel_count; i++) {
        const struct channel *ch = transport_of(w)->channels[i];
        before += ch->by_pod == r->by_pod && ch->group == r->group &&
                  strncmp(ch->name, name, strlen(name)) == 0;
    }
    return before ? arena_format(w->arena, "%s #%u", name, before + 1) : name;
}

static void transport_open(struct world *w)
{
    struct flow *f = flow_of(w);
    f->transport = arena_alloc(w->arena, sizeof *f->transport);
    f->transport->free = CONNECTION_NONE;
    f->transport->passages = calls_beside(w, sizeof *f->transport->passages);
}

/* Whom a call goes to is its connection's affair then, and no balancer's. */
static void l4_judge(const struct route_spec *spec, struct diag *d)
{
    bool balancer = spec->balancer && spec->balancer->kind,
         policy = spec->policy && spec->policy->kind;
    if (balancer || policy)
        diag_error(
            d, spec->at, spec->caller, "leave out one of them",
            "`l4` chooses a backend for each connection: a %s of calls has nothing to choose",
            balancer ? "balancer" : "trafficPolicy");
}

void channel_open(struct world *w, struct route *r, const struct route_spec *spec, struct diag *d)
{
    struct group *g = group_get(w, r->group);
    const struct part *said = spec->protocol;
    if (!said || !said->kind) said = g->protocol;
    if (!said || !said->kind) return;
    if (!flow_of(w)->transport) transport_open(w);
    r->channel = channel_find(w, r, said->spec);
    if (!r->channel) r->channel = channel_new(w, r, said, name_of(w, r, spec->caller));
    const struct protocol_spec *s = r->channel->spec;
    int64_t request_ns = wire_cpu_ns(s, s->request_bytes),
            reply_ns = wire_cpu_ns(s, s->reply_bytes);
    r->work = (struct message_work){ request_ns, reply_ns, request_ns + reply_ns };
    if (r->work.backend_ns > 0) g->messages = true;
    if (!r->channel->l4) return;
    l4_judge(spec, d);
    r->counts = false;
}

struct message_work route_message_work(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route]->work;
}

void route_caller_works(struct world *w, uint32_t route)
{
    flow_of(w)->routes[route]->caller_works = true;
}

/* ------------------------------------------------------------------------- figures */

void channels_reset(struct world *w)
{
    const struct transport *t = transport_of(w);
    for (uint32_t i = 0; t && i < t->channel_count; i++) {
        struct channel *ch = t->channels[i];
        memset(&ch->counts, 0, sizeof ch->counts);
        memset(ch->by_backend, 0, group_get(w, ch->group)->capacity * sizeof *ch->by_backend);
        histogram_reset(&ch->wait);
        ch->open_max = ch->open;
    }
}

double transport_cross_zone_bytes(const struct world *w)
{
    const struct transport *t = transport_of(w);
    double bytes = 0;
    for (uint32_t i = 0; t && i < t->channel_count; i++)
        bytes += (double)t->channels[i]->counts.cross_zone_bytes;
    return bytes;
}

static void value(struct world *w, const struct channel *ch, const char *metric, const char *unit,
                  double v)
{
    recorder_value(w->recorder, "connections", ch->name, metric, unit, v);
}

/* How unevenly the load is spread: the busiest backend, and what each would have had. */
static void spread_report(struct world *w, const struct channel *ch)
{
    const struct group *g = group_get(w, ch->group);
    uint64_t most = 0, all = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < g->capacity; i++) {
        all += ch->by_backend[i];
        used += ch->by_backend[i] > 0;
        if (ch->by_backend[i] > most) most = ch->by_backend[i];
    }
    value(w, ch, "pods_used", "1", used);
    uint32_t pods = used > g->ready_count ? used : g->ready_count; /* some may have left */
    if (all > 0) value(w, ch, "busiest_pod", "1", (double)most * pods / (double)all);
}

/* Connections at the backend that has most, now. */
static void crowd_report(struct world *w, const struct channel *ch)
{
    const struct transport *t = transport_of(w);
    const struct group *g = group_get(w, ch->group);
    uint32_t *crowd = arena_alloc(w->arena, g->capacity * sizeof *crowd), most = 0;
    for (uint32_t id = 0; id < t->connection_count; id++) {
        const struct connection *n = &t->connections[id];
        if (n->state == CONNECTION_FREE || n->channel != ch->id) continue;
        if (++crowd[n->backend - g->first] > most) most = crowd[n->backend - g->first];
    }
    value(w, ch, "open.most_at_one_pod", "1", most);
}

static void closed_report(struct world *w, const struct channel *ch)
{
    uint64_t all = 0;
    for (enum close_cause cause = 0; cause < CLOSE_COUNT; cause++)
        all += ch->counts.closed[cause];
    value(w, ch, "closed", "1", (double)all);
    for (enum close_cause cause = 0; cause < CLOSE_COUNT; cause++) {
        if (ch->counts.closed[cause] == 0) continue;
        char metric[64];
        snprintf(metric, sizeof metric, "closed_by.%s", close_cause_names[cause]);
        value(w, ch, metric, "1", (double)ch->counts.closed[cause]);
    }
}

static void report(struct world *w, const struct channel *ch)
{
    const struct channel_counts *c = &ch->counts;
    value(w, ch, "calls", "1", (double)c->carried);
    value(w, ch, "opened", "1", (double)c->opened);
    closed_report(w, ch);
    if (c->carried > 0)
        value(w, ch, "reused", "1", (double)(c->carried - c->fresh) / (double)c->carried);
    value(w, ch, "waited", "1", (double)c->waited);
    spread_report(w, ch);
    value(w, ch, "sent_bytes", "bytes", (double)c->sent_bytes);
    value(w, ch, "received_bytes", "bytes", (double)c->received_bytes);
    value(w, ch, "open.last", "1", ch->open);
    value(w, ch, "open.max", "1", ch->open_max);
    crowd_report(w, ch);
    if (c->resumed) value(w, ch, "resumed", "1", (double)c->resumed);
    if (c->acknowledged) value(w, ch, "acknowledged", "1", (double)c->acknowledged);
    if (c->cross_zone_bytes) value(w, ch, "cross_zone_bytes", "bytes", (double)c->cross_zone_bytes);
    if (ch->wait.count > 0)
        recorder_histogram(w->recorder, "connections", ch->name, "wait_ms", &ch->wait);
}

void channels_report(struct world *w)
{
    const struct transport *t = transport_of(w);
    for (uint32_t i = 0; t && i < t->channel_count; i++)
        report(w, t->channels[i]);
}

void channels_check(const struct world *w)
{
    const struct transport *t = transport_of(w);
    if (!t) return;
    connections_check(w);
    uint64_t waiting = 0, said = 0;
    for (uint32_t id = 0; id < w->calls->count; id++)
        waiting += t->passages[id].waits;
    for (uint32_t i = 0; i < t->channel_count; i++)
        said += t->channels[i]->waiting;
    check(waiting == said);
}
