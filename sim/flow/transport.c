/* transport.c - a call's way over connections: it gets one, or waits; it travels, and comes back.
 *
 * Always: a call on a route with a protocol either waits in exactly one pool, or is on exactly one
 * connection, or on none because the connection was closed under it or the call is the server's
 * alone. Handing a free connection on is an event of its own, so a queue is no recursion. */
#include "flow/channel.h"

#include "base/arena.h"
#include "base/check.h"

static struct passage *passage_of(const struct world *w, uint32_t id)
{
    return &transport_of(w)->passages[id];
}

static void passage_begin(struct world *w, uint32_t id)
{
    *passage_of(w, id) = (struct passage){ .connection = CONNECTION_NONE, .asked_ns = now_ns(w) };
}

static struct channel *channel_of(const struct world *w, uint32_t id)
{
    return flow_of(w)->routes[call_get(w, id)->route]->channel;
}

static uint32_t instance_number(const struct world *w, const struct channel *ch, uint32_t id)
{
    return ch->by_pod ? call_get(w, call_get(w, id)->parent)->pod - ch->instance_base : 0;
}

/* Behind an L4 balancer there is one pool for all backends. */
static uint32_t pool_number(const struct world *w, const struct channel *ch, uint32_t id)
{
    return ch->l4 ? 0 : call_get(w, id)->pod - group_get(w, ch->group)->first;
}

/* ------------------------------------------------------------------------- who waits */

static void queue_put(struct world *w, struct pool *p, uint32_t id)
{
    struct passage *g = passage_of(w, id);
    g->next = CALL_NONE;
    g->previous = p->waiting ? p->waiting_last : CALL_NONE;
    *(p->waiting ? &passage_of(w, p->waiting_last)->next : &p->waiting_first) = id;
    p->waiting_last = id;
    p->waiting++;
    g->waits = true;
    channel_of(w, id)->waiting++;
}

static void queue_remove(struct world *w, struct pool *p, uint32_t id)
{
    struct passage *g = passage_of(w, id);
    check(g->waits && p->waiting > 0);
    *(g->previous == CALL_NONE ? &p->waiting_first : &passage_of(w, g->previous)->next) = g->next;
    *(g->next == CALL_NONE ? &p->waiting_last : &passage_of(w, g->next)->previous) = g->previous;
    p->waiting--;
    g->waits = false;
    channel_of(w, id)->waiting--;
}

static struct pool *pool_for(struct world *w, const struct channel *ch, uint32_t id)
{
    return &ch->pools[instance_number(w, ch, id)][pool_number(w, ch, id)];
}

/* ------------------------------------------------------------------------- on a connection */

static int64_t put_on_wire(const struct world *w, const struct channel *ch,
                           const struct connection *n, struct direction *d, int64_t bytes)
{
    int64_t now = now_ns(w), begin_ns = d->free_ns > now ? d->free_ns : now;
    int64_t rtt_ns = 2 * flow_of(w)->hop_ns[n->hop];
    if (ch->spec->slow_start && begin_ns - d->free_ns > WIRE_IDLE_NS) d->window = WIRE_WINDOW_FIRST;
    d->free_ns = begin_ns + wire_send_ns(bytes, ch->spec->bandwidth, rtt_ns,
                                         ch->spec->slow_start ? &d->window : NULL);
    return d->free_ns - now;
}

static void count_bytes(const struct world *w, struct channel *ch, const struct connection *n,
                        uint64_t *direction, int64_t bytes)
{
    if (!counts_now(w)) return;
    *direction += (uint64_t)bytes;
    if (n->hop == HOP_CROSS_ZONE) ch->counts.cross_zone_bytes += (uint64_t)bytes;
}

static void count_carried(struct world *w, struct channel *ch, const struct connection *n,
                          uint32_t id)
{
    const struct passage *g = passage_of(w, id);
    int64_t waited_ns = now_ns(w) - g->asked_ns;
    ch->carried_total++;
    if (!counts_now(w)) return;
    ch->counts.carried++;
    ch->counts.fresh += n->requests == 1;
    ch->by_backend[n->backend - group_get(w, ch->group)->first]++;
    if (waited_ns == 0) return;
    ch->counts.waited++;
    histogram_record(&ch->wait, waited_ns);
}

static void trace_carried(const struct world *w, const struct connection *n, uint32_t id)
{
    const struct route *r = flow_of(w)->routes[call_get(w, id)->route];
    const struct call *c = call_get(w, id);
    recorder_trace(w->recorder, now_ns(w), "call.sent",
                   "%s pod=%u key=%016llx attempt=%u connection=%llu %s", r->name,
                   c->pod - r->to->first, (unsigned long long)c->key,
                   c->attempt, (unsigned long long)n->number, n->requests == 1 ? "new" : "reused");
}

static void arrive(struct world *w, uint32_t id);

static void on_arrives(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    arrive(w, id);
}

static const struct event_type wire_arrives = { EVENT("wire.arrives"), on_arrives, call_live, PHASE_WORK };

/* The request goes out on a connection that has taken it. */
static void carry(struct world *w, uint32_t id, uint32_t connection)
{
    struct channel *ch = channel_of(w, id);
    struct connection *n = connection_get(w, connection);
    struct passage *g = passage_of(w, id);
    struct call *c = call_get(w, id);
    g->connection = connection;
    g->generation = n->generation;
    c->pod = n->backend;
    c->state = CALL_SENT;
    count_carried(w, ch, n, id);
    if (w->tracing) trace_carried(w, n, id);
    int64_t bytes = wire_bytes(ch->spec, ch->type, ch->spec->request_bytes);
    count_bytes(w, ch, n, &ch->counts.sent_bytes, bytes);
    const struct route *r = flow_of(w)->routes[c->route];
    int64_t took_ns = put_on_wire(w, ch, n, &n->there, bytes) + network_travel_ns(w, id, false);
    if (!r->caller_works) took_ns += r->work.encode_ns;
    const uint8_t *works = group_get(w, ch->group)->works;
    if (!works || !works[r->operation]) took_ns += r->work.backend_ns;
    if (took_ns > 0)
        engine_at(w->engine, time_add(now_ns(w), took_ns), &wire_arrives, id, c->generation);
    else
        arrive(w, id);
}

/* ------------------------------------------------------------------------- getting one */

static uint32_t l4_pick(struct world *w, const struct channel *ch, const struct instance *in,
                        uint32_t number)
{
    struct transport *t = transport_of(w);
    uint32_t first = group_get(w, ch->group)->first;
    if (t->scratch_count < 2 * in->count) {
        t->scratch_count = 2 * group_get(w, ch->group)->capacity;
        t->scratch = arena_alloc(w->arena, t->scratch_count * sizeof *t->scratch);
    }
    uint32_t *ids = t->scratch, *counts = t->scratch + in->count;
    for (uint32_t i = 0; i < in->count; i++) {
        ids[i] = in->backends[i].id;
        counts[i] = ch->l4_connections[number][ids[i] - first];
    }
    struct l4_choice choice = {
        ids, counts, in->count, key_child(hash_text(ch->name), number), &ch->rngs[number], now_ns(w)
    };
    uint32_t chosen =
        ch->l4->pick(ch->spec->l4.spec, ch->l4_states[number], ch->l4_sources[number], &choice);
    check(chosen < in->count);
    return ids[chosen];
}

static bool may_begin(const struct channel *ch, const struct pool *p)
{
    const struct protocol_spec *s = ch->spec;
    bool coming = !ch->type->multiplexed && p->opening >= p->waiting;
    return p->count < s->connections_max && !coming;
}

/* Multiplexed connections are all wanted, whether or not another has room: channels of their own
 * that calls go round. */
static bool is_grown(const struct channel *ch, const struct pool *p)
{
    return !ch->type->multiplexed || p->count >= ch->spec->connections_max;
}

enum wish { WISH_WAITS, WISH_FAILS, WISH_NOWHERE };

/* Begins a connection for a call, where the caller believes there is a backend. */
static enum wish begin_for(struct world *w, struct channel *ch, uint32_t id)
{
    struct route *r = flow_of(w)->routes[call_get(w, id)->route];
    struct instance *in = instance_of(w, r, call_get(w, id));
    uint32_t number = instance_number(w, ch, id);
    if (ch->l4) {
        route_look(w, r, in, group_get(w, ch->group));
        if (in->count == 0) return WISH_NOWHERE;
        call_get(w, id)->pod = l4_pick(w, ch, in, number);
    }
    if (r->discovered && !view_connect(w, r, in, id)) return WISH_FAILS;
    connection_begin(w, ch, number, pool_number(w, ch, id), id);
    return WISH_WAITS;
}

static void pools_open(struct world *w, struct channel *ch, uint32_t instance)
{
    struct pool *p = arena_alloc(w->arena, ch->pool_count * sizeof *p);
    for (uint32_t i = 0; i < ch->pool_count; i++)
        p[i] = (struct pool){ .first = CONNECTION_NONE, .last = CONNECTION_NONE };
    ch->pools[instance] = p;
    ch->tickets[instance] = arena_alloc(w->arena, group_get(w, ch->group)->capacity);
}

static void trace_waits(const struct world *w, const struct pool *p, uint32_t id)
{
    const struct route *r = flow_of(w)->routes[call_get(w, id)->route];
    recorder_trace(w->recorder, now_ns(w), "call.waits",
                   "%s key=%016llx waiting=%u cause=%u connections busy, %u being set up", r->name,
                   (unsigned long long)call_get(w, id)->key, p->waiting,
                   p->count - p->opening - p->spare, p->opening);
}

/* The call waits in the pool, where it may begin a connection; false: there is nowhere to go. */
static bool wait_for_one(struct world *w, struct channel *ch, struct pool *p, uint32_t id)
{
    queue_put(w, p, id);
    enum wish wish = may_begin(ch, p) ? begin_for(w, ch, id) : WISH_WAITS;
    if (wish == WISH_FAILS || (wish == WISH_NOWHERE && p->count == 0)) {
        queue_remove(w, p, id);
        return wish == WISH_FAILS;
    }
    if (p->first != CONNECTION_NONE && p->waiting == 1) { /* the set-up took no time, or was none */
        queue_remove(w, p, id);
        carry(w, id, connection_take(w, p));
        return true;
    }
    if (p->first != CONNECTION_NONE)
        pool_wake(w, ch, instance_number(w, ch, id), pool_number(w, ch, id));
    if (w->tracing) trace_waits(w, p, id);
    return true;
}

bool transport_send(struct world *w, struct route *r, struct instance *in, uint32_t id)
{
    struct channel *ch = r->channel;
    uint32_t number = instance_number(w, ch, id);
    if (!ch->pools[number]) pools_open(w, ch, number);
    if (!ch->l4) {
        uint32_t chosen = route_pick(w, r, in, id);
        if (chosen == POSITION_NONE) return false;
        call_get(w, id)->pod = in->backends[chosen].id;
    }
    call_get(w, id)->state = CALL_SENT;
    passage_begin(w, id);
    struct pool *p = pool_for(w, ch, id);
    if (p->waiting > 0 || p->first == CONNECTION_NONE || !is_grown(ch, p))
        return wait_for_one(w, ch, p, id);
    carry(w, id, connection_take(w, p));
    return true;
}

/* Where the one it waited for cannot be had any more, the call asks anew whom to call. */
static void ask_again(struct world *w, const struct channel *ch, uint32_t id)
{
    if (ch->l4)
        flow_of(w)->routes[call_get(w, id)->route]->sent--; /* nobody was chosen for it yet */
    else
        route_return(w, id, OUTCOME_UNAVAILABLE);
    call_get(w, id)->state = CALL_CALLER;
    call_dispatch(w, id);
}

static bool still_there(struct world *w, const struct channel *ch, uint32_t id)
{
    const struct route *r = flow_of(w)->routes[call_get(w, id)->route];
    return !r->discovered &&
           (ch->l4 || group_is_ready(group_get(w, ch->group), call_get(w, id)->pod));
}

/* For the first that waits: a connection, if the pool may have another; else it asks anew. */
static bool begin_another(struct world *w, struct channel *ch, struct pool *p)
{
    uint32_t id = p->waiting_first;
    if (!may_begin(ch, p)) return false;
    if (still_there(w, ch, id) && begin_for(w, ch, id) == WISH_WAITS) return true;
    queue_remove(w, p, id);
    ask_again(w, ch, id);
    return true;
}

static void on_wake(struct world *w, uint32_t channel, uint32_t where)
{
    struct channel *ch = channel_get(w, channel);
    struct pool *p = &ch->pools[where / ch->pool_count][where % ch->pool_count];
    p->woken = false;
    uint32_t waiting = p->waiting;
    while (p->waiting > 0 && p->first != CONNECTION_NONE) {
        uint32_t id = p->waiting_first;
        queue_remove(w, p, id);
        carry(w, id, connection_take(w, p));
    }
    while (waiting-- > 0 && p->waiting > 0 && p->first == CONNECTION_NONE)
        if (!begin_another(w, ch, p)) break;
    if (p->waiting > 0 && p->first != CONNECTION_NONE)
        pool_wake(w, ch, where / ch->pool_count, where % ch->pool_count);
}

static const struct event_type connection_free = { EVENT("conn.free"), on_wake, NULL, PHASE_WORK };

void pool_wake(struct world *w, const struct channel *ch, uint32_t instance, uint32_t pool)
{
    struct pool *p = &ch->pools[instance][pool];
    if (p->woken) return;
    p->woken = true;
    engine_at(w->engine, now_ns(w), &connection_free, ch->id, instance * ch->pool_count + pool);
}

/* ------------------------------------------------------------------------- at the backend */

/* The backend has the call and works on it for itself: the caller's side comes home under a new
 * id, and takes the connection along. */
static void acknowledge(struct world *w, uint32_t id)
{
    uint32_t copy =
        call_caller_side(w, id, flow_of(w)->routes[call_get(w, id)->route]->filter_count);
    struct channel *ch = channel_of(w, id);
    passage_begin(w, copy);
    *passage_of(w, copy) = *passage_of(w, id);
    passage_of(w, id)->connection = CONNECTION_NONE;
    struct call *c = call_get(w, id);
    c->flags |= CALL_ORPHAN;
    c->parent = CALL_NONE; /* an orphan by intent: its work is not in vain */
    c->deadline_ns = TIME_NEVER;
    if (counts_now(w)) ch->counts.acknowledged++;
    call_get(w, copy)->outcome = OUTCOME_OK;
    transport_back(w, copy);
}

static void trace_reset(const struct world *w, uint32_t id, const char *cause)
{
    const struct call *c = call_get(w, id);
    const struct route *r = flow_of(w)->routes[c->route];
    recorder_trace(
        w->recorder, now_ns(w), "call.reset", "%s pod=%u key=%016llx attempt=%u cause=%s", r->name,
        c->pod - r->to->first, (unsigned long long)c->key, c->attempt, cause);
}

static void fail_reset(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    if (w->tracing) trace_reset(w, id, "its connection was closed on the way");
    c->outcome = OUTCOME_CRASHED;
    route_return(w, id, OUTCOME_CRASHED);
    call_backward(w, id);
}

static void offer(struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    group_get(w, flow_of(w)->routes[c->route]->group)->type->offer(w, c->pod, id);
}

static void arrive(struct world *w, uint32_t id)
{
    const struct channel *ch = channel_of(w, id);
    const struct passage *g = passage_of(w, id);
    const struct call *c = call_get(w, id);
    bool orphan = c->flags & CALL_ORPHAN, late = c->deadline_ns <= now_ns(w);
    uint32_t generation = c->generation;
    if (!orphan && !connection_is(w, g->connection, g->generation)) {
        if (g->again)
            ask_again(w, ch, id);
        else
            fail_reset(w, id);
    } else if (ch->type->deadlines && late) {
        call_reply(w, id, OUTCOME_EXPIRED);
    } else {
        offer(w, id);
        if (!ch->type->acknowledges || orphan || !call_is_open(w, id, generation)) return;
        uint8_t state = call_get(w, id)->state;
        if (state >= CALL_QUEUED && state <= CALL_WAITING) acknowledge(w, id);
    }
}

/* ------------------------------------------------------------------------- and back */

static void settle(struct world *w, uint32_t id)
{
    struct passage *g = passage_of(w, id);
    uint32_t connection = g->connection;
    g->connection = CONNECTION_NONE;
    if (connection_is(w, connection, g->generation)) connection_give(w, connection);
}

static void come_home(struct world *w, uint32_t id)
{
    settle(w, id);
    route_return(w, id, call_get(w, id)->outcome);
    call_backward(w, id);
}

static void on_returns(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    come_home(w, id);
}

static const struct event_type wire_returns = { EVENT("wire.returns"), on_returns, call_live, PHASE_WORK };

void transport_back(struct world *w, uint32_t id)
{
    struct channel *ch = channel_of(w, id);
    const struct passage *g = passage_of(w, id);
    struct call *c = call_get(w, id);
    int64_t took_ns = network_travel_ns(w, id, true);
    if (connection_is(w, g->connection, g->generation)) {
        struct connection *n = connection_get(w, g->connection);
        uint32_t said = call_side(w, id)->reply_bytes;
        int64_t bytes = wire_bytes(ch->spec, ch->type, said ? said : ch->spec->reply_bytes);
        count_bytes(w, ch, n, &ch->counts.received_bytes, bytes);
        took_ns += put_on_wire(w, ch, n, &n->back, bytes);
    }
    const struct route *r = flow_of(w)->routes[c->route];
    if (!r->caller_works) took_ns += r->work.decode_ns;
    c->state = CALL_REPLIED;
    if (took_ns > 0)
        engine_at(w->engine, time_add(now_ns(w), took_ns), &wire_returns, id, c->generation);
    else
        come_home(w, id);
}

/* ------------------------------------------------------------------------- given up, or cut off */

bool transport_leave(struct world *w, uint32_t id)
{
    const struct channel *ch = channel_of(w, id);
    struct passage *g = passage_of(w, id);
    if (g->waits) {
        queue_remove(w, pool_for(w, ch, id), id);
        return true;
    }
    uint32_t connection = g->connection;
    g->connection = CONNECTION_NONE;
    if (!connection_is(w, connection, g->generation)) return false;
    if (ch->type->multiplexed)
        connection_give(w, connection); /* RST_STREAM */
    else
        connection_close(w, connection, CLOSE_ABANDONED); /* its answer would meet the next call */
    return false;
}

void transport_sever(struct world *w, uint32_t id, enum outcome outcome)
{
    struct passage *g = passage_of(w, id);
    uint32_t connection = g->connection;
    if (outcome != OUTCOME_CRASHED || !connection_is(w, connection, g->generation)) {
        settle(w, id);
        return;
    }
    g->connection = CONNECTION_NONE;
    connection_close(w, connection, CLOSE_LOST);
}

/* The caller hears of it at once; what the backend is doing goes on unwanted. */
static void cut_off(struct world *w, uint32_t id)
{
    if (w->tracing) trace_reset(w, id, "maxConnectionAgeGrace is over");
    passage_of(w, id)->connection = CONNECTION_NONE;
    uint32_t copy =
        call_caller_side(w, id, flow_of(w)->routes[call_get(w, id)->route]->filter_count);
    uint32_t generation = call_get(w, copy)->generation;
    call_release(w, id, OUTCOME_CRASHED);
    if (!call_is_open(w, copy, generation)) return;
    call_get(w, copy)->outcome = OUTCOME_CRASHED;
    call_backward(w, copy);
}

void transport_reset(struct world *w, uint32_t connection, uint32_t generation)
{
    const struct transport *t = transport_of(w);
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct passage *g = &t->passages[id];
        if (g->connection == connection && g->generation == generation) cut_off(w, id);
    }
}

void transport_refused(struct world *w, uint32_t connection, uint32_t generation)
{
    const struct transport *t = transport_of(w);
    for (uint32_t id = 0; id < w->calls->count; id++) {
        struct passage *g = &t->passages[id];
        if (g->connection == connection && g->generation == generation) g->again = true;
    }
}
