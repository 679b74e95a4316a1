/* connection.c - connections are set up, used, left idle, retired and closed.
 *
 * Invariants: a connection is listed in its pool exactly while it is OPEN and can take a call; at
 * most one idle timer of it is pending; whoever holds (id, generation) of one that is closed finds
 * it gone. */
#include "flow/channel.h"

#include "base/arena.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

#define CONNECTIONS_FIRST 64 /* doubled as needed */
/* grpc-go, keepalive.ServerParameters: 10 % either way, so that storms spread out. */
#define AGE_JITTER 0.1

const char *const close_cause_names[CLOSE_COUNT] = {
    "idle", "surplus", "requests", "age", "drained", "lost", "abandoned", "caller",
};

bool connection_is(const struct world *w, uint32_t id, uint32_t generation)
{
    return id != CONNECTION_NONE && connection_get(w, id)->generation == generation;
}

static void trace(const struct world *w, const struct connection *n, const char *what,
                  const char *word, const char *said, uint64_t number)
{
    if (!w->tracing) return;
    const struct channel *ch = channel_get(w, n->channel);
    recorder_trace(w->recorder, now_ns(w), what,
                   "%s caller=%u connection=%llu pod=%u %s=%llu cause=%s", ch->name, n->instance,
                   (unsigned long long)n->number, n->backend - flow_of(w)->groups[ch->group]->first,
                   word, (unsigned long long)number, said);
}

/* ------------------------------------------------------------------------- who can take a call */

static uint32_t *next_of(struct world *w, struct pool *p, uint32_t id)
{
    return id == CONNECTION_NONE ? &p->first : &connection_get(w, id)->next;
}

static uint32_t *previous_of(struct world *w, struct pool *p, uint32_t id)
{
    return id == CONNECTION_NONE ? &p->last : &connection_get(w, id)->previous;
}

static void unlist(struct world *w, struct connection *n)
{
    if (!n->listed) return;
    struct pool *p = pool_of(w, n);
    *next_of(w, p, n->previous) = n->next;
    *previous_of(w, p, n->next) = n->previous;
    n->listed = false;
    p->spare--;
}

/* The one used last is used first, as pools do so that the others may go idle; multiplexed ones
 * take turns. */
static void list(struct world *w, struct connection *n, uint32_t id)
{
    struct pool *p = pool_of(w, n);
    check(!n->listed && n->state == CONNECTION_OPEN);
    bool last = channel_get(w, n->channel)->type->multiplexed;
    n->previous = last ? p->last : CONNECTION_NONE;
    n->next = last ? CONNECTION_NONE : p->first;
    *next_of(w, p, n->previous) = id;
    *previous_of(w, p, n->next) = id;
    n->listed = true;
    p->spare++;
}

/* ------------------------------------------------------------------------- its end */

static void wake_if_wanted(struct world *w, const struct connection *n)
{
    if (pool_of(w, n)->waiting > 0) pool_wake(w, channel_get(w, n->channel), n->instance, n->pool);
}

void connection_close(struct world *w, uint32_t id, enum close_cause cause)
{
    struct transport *t = transport_of(w);
    struct connection *n = connection_get(w, id);
    struct channel *ch = channel_get(w, n->channel);
    struct pool *p = pool_of(w, n);
    check(n->state != CONNECTION_FREE);
    trace(w, n, "conn.close", "streams", close_cause_names[cause], n->streams);
    unlist(w, n);
    if (n->state == CONNECTION_OPENING) p->opening--;
    if (n->state != CONNECTION_CLOSING || !ch->type->multiplexed) p->count--;
    if (ch->l4) ch->l4_connections[n->instance][n->backend - group_get(w, ch->group)->first]--;
    ch->open--;
    ch->closed_total++;
    ch->released_total += n->streams;
    if (counts_now(w)) ch->counts.closed[cause]++;
    n->state = CONNECTION_FREE;
    n->generation++;
    n->next = t->free;
    t->free = id;
    wake_if_wanted(w, n);
}

static void on_grace(struct world *w, uint32_t id, uint32_t generation)
{
    bool used = connection_get(w, id)->streams > 0;
    connection_close(w, id, connection_get(w, id)->cause);
    if (used) transport_reset(w, id, generation);
}

static const struct event_type connection_grace = { EVENT("conn.grace"), on_grace, connection_is,
                                                    PHASE_WORK };

/* Takes no more calls; closed when those on it are over. */
static void connection_retire(struct world *w, uint32_t id, enum close_cause cause)
{
    struct connection *n = connection_get(w, id);
    const struct channel *ch = channel_get(w, n->channel);
    if (n->state == CONNECTION_CLOSING) return;
    if (n->streams == 0) {
        connection_close(w, id, cause);
        return;
    }
    trace(w, n, "conn.goaway", "streams", close_cause_names[cause], n->streams);
    unlist(w, n);
    if (ch->type->multiplexed) pool_of(w, n)->count--;
    n->state = CONNECTION_CLOSING;
    n->cause = cause;
    if (cause == CLOSE_AGE && ch->spec->age_grace_ns > 0)
        engine_at(w->engine, time_add(now_ns(w), ch->spec->age_grace_ns), &connection_grace, id,
                  n->generation);
    wake_if_wanted(w, n);
}

void transport_stopping(struct world *w, uint32_t group, uint32_t backend)
{
    const struct transport *t = transport_of(w);
    for (uint32_t id = 0; t && id < t->connection_count; id++) {
        const struct connection *n = &t->connections[id];
        if (n->state == CONNECTION_FREE || n->backend != backend) continue;
        const struct channel *ch = t->channels[n->channel];
        if (ch->group == group && ch->spec->drain == DRAIN_GOAWAY)
            connection_retire(w, id, CLOSE_DRAINED);
    }
}

/* ------------------------------------------------------------------------- its beginning */

static uint32_t connection_new(struct world *w)
{
    struct transport *t = transport_of(w);
    if (t->free != CONNECTION_NONE) {
        uint32_t id = t->free;
        t->free = t->connections[id].next;
        return id;
    }
    if (t->connection_count == t->connection_capacity) {
        uint32_t n = t->connection_capacity, wider = n ? 2 * n : CONNECTIONS_FIRST;
        t->connections = arena_grow(w->arena, t->connections, n * sizeof *t->connections,
                                    wider * sizeof *t->connections);
        t->connection_capacity = wider;
    }
    return t->connection_count++;
}

static void on_age(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    connection_retire(w, id, CLOSE_AGE);
}

static const struct event_type connection_age = { EVENT("conn.age"), on_age, connection_is, PHASE_WORK };

static void on_idle(struct world *w, uint32_t id, uint32_t generation);
static const struct event_type connection_idle = { EVENT("conn.idle"), on_idle, connection_is,
                                                   PHASE_WORK };

/* One timer follows the connection about: it looks again when it was used in the meantime. */
static void arm_idle(struct world *w, struct connection *n, uint32_t id)
{
    int64_t limit_ns = channel_get(w, n->channel)->spec->idle_ns;
    if (n->timed || limit_ns == 0) return;
    n->timed = true;
    engine_at(w->engine, time_add(n->idle_ns, limit_ns), &connection_idle, id, n->generation);
}

static void on_idle(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    struct connection *n = connection_get(w, id);
    n->timed = false;
    if (n->streams > 0 || n->state != CONNECTION_OPEN) return;
    if (now_ns(w) - n->idle_ns >= channel_get(w, n->channel)->spec->idle_ns)
        connection_close(w, id, CLOSE_IDLE);
    else
        arm_idle(w, n, id);
}

static void establish(struct world *w, uint32_t id)
{
    struct connection *n = connection_get(w, id);
    struct channel *ch = channel_get(w, n->channel);
    uint32_t place = n->backend - group_get(w, ch->group)->first;
    pool_of(w, n)->opening--;
    n->state = CONNECTION_OPEN;
    n->idle_ns = now_ns(w);
    if (ch->spec->resumption != RESUMPTION_NONE) ch->tickets[n->instance][place] = 1;
    list(w, n, id);
    arm_idle(w, n, id);
    if (ch->spec->age_ns == 0) return;
    double spread = 1 + AGE_JITTER * (2 * rng_uniform(&ch->rngs[n->instance]) - 1);
    engine_at(w->engine, time_add(now_ns(w), (int64_t)((double)ch->spec->age_ns * spread)),
              &connection_age, id, n->generation);
}

static void on_ready(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    establish(w, id);
    const struct connection *n = connection_get(w, id);
    pool_wake(w, channel_get(w, n->channel), n->instance, n->pool);
}

static const struct event_type connection_ready = { EVENT("conn.ready"), on_ready, connection_is,
                                                    PHASE_WORK };

void connection_begin(struct world *w, struct channel *ch, uint32_t instance, uint32_t pool,
                      uint32_t call)
{
    uint32_t id = connection_new(w), backend = call_get(w, call)->pod;
    uint32_t place = backend - group_get(w, ch->group)->first;
    struct connection *n = connection_get(w, id);
    uint32_t generation = n->generation ? n->generation : 1; /* 0 is a passage never begun */
    const struct protocol_spec *s = ch->spec;
    bool resumed =
        s->resumption != RESUMPTION_NONE && s->tls != TLS_NONE && ch->tickets[instance][place];
    *n = (struct connection){ .number = ++transport_of(w)->number,
                              .channel = ch->id,
                              .instance = instance,
                              .pool = pool,
                              .backend = backend,
                              .generation = generation,
                              .state = CONNECTION_OPENING,
                              .hop = (uint8_t)call_hop(w, call),
                              .there.window = WIRE_WINDOW_FIRST,
                              .back.window = WIRE_WINDOW_FIRST };
    uint32_t rtts = wire_setup_rtts(s->tls, s->resumption, resumed);
    int64_t setup_ns = rtts * 2 * flow_of(w)->hop_ns[n->hop] + (resumed ? 0 : s->handshake_ns);
    struct pool *p = pool_of(w, n);
    p->count++;
    p->opening++;
    ch->opened_total++;
    if (++ch->open > ch->open_max) ch->open_max = ch->open;
    if (ch->l4) ch->l4_connections[instance][place]++;
    if (counts_now(w)) {
        ch->counts.opened++;
        ch->counts.resumed += resumed;
    }
    trace(w, n, "conn.open", "round_trips", resumed ? "wanted, resumed" : "wanted", rtts);
    if (setup_ns == 0)
        establish(w, id);
    else
        engine_at(w->engine, time_add(now_ns(w), setup_ns), &connection_ready, id, generation);
}

/* ------------------------------------------------------------------------- in use */

uint32_t connection_take(struct world *w, struct pool *p)
{
    uint32_t id = p->first;
    if (id == CONNECTION_NONE) return id;
    struct connection *n = connection_get(w, id);
    const struct protocol_spec *s = channel_get(w, n->channel)->spec;
    unlist(w, n);
    n->streams++;
    n->requests++;
    if (n->streams < s->streams_max && n->requests < s->requests_max) list(w, n, id);
    return id;
}

void connection_give(struct world *w, uint32_t id)
{
    struct connection *n = connection_get(w, id);
    struct channel *ch = channel_get(w, n->channel);
    const struct protocol_spec *s = ch->spec;
    check(n->streams > 0);
    n->streams--;
    ch->released_total++;
    bool worn = n->requests >= s->requests_max;
    if (n->streams == 0) n->idle_ns = now_ns(w);
    if (n->state == CONNECTION_CLOSING || worn) {
        if (n->streams == 0)
            connection_close(w, id, n->state == CONNECTION_CLOSING ? n->cause : CLOSE_WORN);
        return;
    }
    if (!n->listed) list(w, n, id);
    struct pool *p = pool_of(w, n);
    if (p->waiting > 0) {
        pool_wake(w, ch, n->instance, n->pool);
    } else if (n->streams == 0) {
        if (!ch->type->multiplexed && p->spare > s->idle_max)
            connection_close(w, id, CLOSE_SURPLUS);
        else
            arm_idle(w, n, id);
    }
}

/* After a GOAWAY its streams are known not to have been begun; a crash leaves that open. */
static void lose(struct world *w, uint32_t id)
{
    const struct connection *n = connection_get(w, id);
    bool drained = n->state == CONNECTION_CLOSING && n->cause == CLOSE_DRAINED;
    if (drained && n->streams > 0) transport_refused(w, id, n->generation);
    connection_close(w, id, drained ? CLOSE_DRAINED : CLOSE_LOST);
}

void transport_ended(struct world *w, uint32_t group, uint32_t backend)
{
    const struct transport *t = transport_of(w);
    for (uint32_t i = 0; t && i < t->channel_count; i++) {
        const struct channel *ch = t->channels[i];
        uint32_t caller = backend - ch->instance_base;
        const struct group *g = group_get(w, ch->group);
        for (uint32_t n = 0; ch->group == group && n < ch->instance_count; n++)
            if (ch->tickets[n]) ch->tickets[n][backend - g->first] = 0;
        if (ch->by_pod && caller < ch->instance_count && ch->tickets[caller])
            memset(ch->tickets[caller], 0, g->capacity);
    }
    for (uint32_t id = 0; t && id < t->connection_count; id++) {
        const struct connection *n = &t->connections[id];
        if (n->state == CONNECTION_FREE) continue;
        const struct channel *ch = t->channels[n->channel];
        if (ch->group == group && n->backend == backend)
            lose(w, id);
        else if (ch->by_pod && backend - ch->instance_base == n->instance)
            connection_close(w, id, CLOSE_CALLER);
    }
}

/* ------------------------------------------------------------------------- invariants */

void connections_check(const struct world *w)
{
    const struct transport *t = transport_of(w);
    uint64_t open = 0, streams = 0, carried = 0, opened = 0, closed = 0, released = 0, said = 0;
    for (uint32_t id = 0; id < t->connection_count; id++) {
        const struct connection *n = &t->connections[id];
        if (n->state == CONNECTION_FREE) continue;
        const struct protocol_spec *s = t->channels[n->channel]->spec;
        open++;
        streams += n->streams;
        check(n->streams <= s->streams_max && n->requests <= s->requests_max);
        bool can = n->state == CONNECTION_OPEN && n->streams < s->streams_max &&
                   n->requests < s->requests_max;
        check(n->listed == can);
    }
    for (uint32_t i = 0; i < t->channel_count; i++) {
        const struct channel *ch = t->channels[i];
        opened += ch->opened_total;
        closed += ch->closed_total;
        carried += ch->carried_total;
        released += ch->released_total;
        said += ch->open;
    }
    check(opened == closed + open && open == said);
    check(carried == released + streams);
}
