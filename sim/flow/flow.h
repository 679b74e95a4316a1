/* flow.h - the room's own state: groups, routes and the network between them. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "orrery/balancer.h"
#include "orrery/discovery.h"
#include "orrery/filter.h"
#include "orrery/policy.h"
#include "orrery/route.h"
#include "orrery/transport.h"

/* One caller's own view of a route: what a real client process would hold. */
struct instance {
    struct backend *backends; /* packed: the ready ones */
    uint32_t *position;       /* by backend - group.first; POSITION_NONE when not ready */
    uint32_t count, version;
    int64_t fresh_ns; /* when the backends were last brought up to date */
    bool disordered;  /* the policy is to arrange them anew */
    void *balancer_state;
    struct policy_site *policy; /* NULL: none */
    struct rng rng;
    struct filter_site *sites; /* one a filter */
};
#define POSITION_NONE UINT32_MAX

/* What a route has when its callers believe what a discovery tells them. */
struct discovered {
    const struct discovery_type *type;
    const struct discovery_spec *spec;
    struct discovery_site *sites; /* by instance */
    struct view **views;
    struct view *scratch;
    uint32_t lane_silent;
    /* What became of connections: these add up. `waited` of them had to wait to know anything. */
    uint64_t tried, reached, refused, unanswered, wrong_pod, nowhere, waited;
    struct histogram stale, late; /* ns a view kept who had left, and lacked who was ready */
};

/* What became of the calls a guard was given, in the whole run: see tally.c. */
struct tally {
    uint64_t calls, answered, returned, gone;
    uint64_t inside; /* while they are counted */
};

struct route {
    const struct balancer_type *balancer;
    const void *balancer_spec;
    void *balancer_shared;
    const struct policy_type *policy; /* NULL: none */
    void *policy_shared;
    struct group *to;
    uint32_t id, group, operation, owner;
    uint32_t instance_base, instance_count;
    uint8_t filter_count;
    uint8_t proxies; /* of the mesh, that its calls pass */
    bool by_pod;
    bool counts;   /* something is kept of the calls at each backend */
    bool observes; /* the balancer or the policy wants to know what came of them */
    bool clear;    /* no policy, discovery, protocol, network, trace: only filters and a choice */
    bool heeds_ok; /* some filter wants to hear of calls that ended well */
    bool bare;     /* clear, to pods, without counts; its filters at most bound a call: see call_arm */
    bool straight_ok; /* answers that all went well may go straight to their maker */
    uint64_t passed;   /* calls that passed all filters in one go; not yet in their tallies */
    uint64_t straight; /* answers that went past all filters; neither */
    uint64_t straight_before; /* those that are */
    uint64_t sent;     /* attempts that were given to a backend, or to a connection to one */
    uint64_t back[OUTCOME_COUNT]; /* those that are over as far as the caller can tell, but straight */
    uint64_t there;    /* for books_check */
    struct instance *instances;
    struct discovered *discovered; /* NULL: its callers see the group itself */
    struct channel *channel;  /* NULL: no protocol, and messages only travel */
    struct message_work work; /* what the channel's protocol makes of it */
    bool caller_works;        /* the caller has steps for its part of that */
    void (*reply)(struct world *w, uint32_t call);
    void (*proceed)(struct world *w, uint32_t parent);
    /* Filters that are not quiet, in order: all that a call which sets out has to ask. */
    struct asked_guard {
        enum verdict (*on_call)(const struct filter_site *site, struct world *w, uint32_t call,
                                enum outcome *outcome);
        struct filter_bound bound; /* in place of it */
        uint8_t index;
        bool retry_passed; /* the one that retries is this, or lies between this and the one before */
        bool plain;        /* neither that, nor a bound */
    } asked[FILTERS_MAX + 1];
    uint8_t asked_count; /* behind them: an entry for what lies behind the last, which asks nobody */
    struct guard {
        const struct filter_type *type;
        bool quiet;
        const void *spec;
        void *shared;
        struct tally tally, begun; /* begun: as it stood when the figures began */
        const char *kind;
    } filters[FILTERS_MAX];
    const uint8_t *zones;
    const char *name;
};

enum hop { HOP_LOCAL, HOP_CROSS_ZONE, HOP_INTERNET, HOP_COUNT };

/* Calls that are attempts of another one (split.c). */
struct attempts {
    uint32_t *trunks; /* by attempt: the call that waits for it; NULL before the first */
    uint64_t begun, taken, untaken, abandoned;
};

struct flow {
    struct group **groups;
    uint32_t group_count;
    struct route **routes;
    uint32_t route_count;
    int64_t *chosen_ns; /* by call: when its backend was chosen; NULL when no balancer observes */
    uint64_t cross_zone_bytes; /* of answers, since the warm-up ended, where metered */
    double price_per_gib;
    bool metered;   /* bytes that cross zones are counted */
    bool begun;     /* every room is open and has begun */
    bool networked; /* some hop takes time */
    uint32_t lane_there[HOP_COUNT], lane_back[HOP_COUNT];
    int64_t hop_ns[HOP_COUNT];
    const struct part *jitter; /* of every hop; NULL: a hop always takes as long */
    struct attempts attempts;
    bool guarded; /* some route has filters */
    struct transport *transport; /* NULL: no route has a protocol */
};

static inline struct flow *flow_of(const struct world *w)
{
    return w->rooms[ROOM_FLOW];
}

static inline struct route *route_get(const struct world *w, uint32_t route)
{
    return flow_of(w)->routes[route];
}

/* The caller's instance of a route that this call travels on. */
static inline struct instance *instance_of(const struct world *w, const struct route *r,
                                           const struct call *c)
{
    return r->by_pod ? &r->instances[call_get(w, c->parent)->pod - r->instance_base] : r->instances;
}

/* pick.c: chooses a backend for the call and counts it there: a position among the instance's
 * backends, or POSITION_NONE when there is none. */
uint32_t route_pick(struct world *w, struct route *r, struct instance *in, uint32_t call);
/* The backend has one call of this caller less, which ended so as far as the caller can tell. */
void route_return(struct world *w, uint32_t call, enum outcome outcome);
/* The same where the books are kept already: the call went straight back. */
void backend_return(struct world *w, uint32_t call, enum outcome outcome);
/* The instance's backends as its caller sees them now. */
void route_look(struct world *w, const struct route *r, struct instance *in, const struct group *g);

/* call.c */
void calls_open(struct world *w);

/* A child joins its parent's list. */
static inline void call_link(struct call *calls, struct call *parent, uint32_t id,
                             struct call *child)
{
    uint32_t sibling = parent->side.child;
    child->side.previous = CALL_NONE;
    child->side.sibling = sibling;
    if (__builtin_expect(sibling != CALL_NONE, 0)) calls[sibling].side.previous = id;
    parent->side.child = id;
}

/* It leaves. */
static inline void call_unlink(struct call *calls, struct call *parent, const struct call *child)
{
    uint32_t previous = child->side.previous, sibling = child->side.sibling;
    if (__builtin_expect(previous == CALL_NONE, 1))
        parent->side.child = sibling;
    else
        calls[previous].side.sibling = sibling;
    if (__builtin_expect(sibling != CALL_NONE, 0)) calls[sibling].side.previous = previous;
}

static inline void calls_give(struct calls *p, struct call *c, uint32_t id)
{
    c->generation++;
    c->state = CALL_FREE;
    c->next = p->free;
    p->free = id;
    p->in_flight--;
}

static inline void call_give(struct world *w, uint32_t id)
{
    calls_give(w->calls, call_get(w, id), id);
}

/* chain.c: out through the filters, and to a backend that has to be chosen. */
void call_forward(struct world *w, uint32_t id);
/* Has its caller choose a backend, call.pod. False: it knows of none, and the call was answered. */
bool call_find_backend(struct world *w, uint32_t id);
/* Out through the filters from call.stage on. False: one has answered, or keeps it. */
bool call_pass(struct world *w, uint32_t id);
/* What the filters of a bare route do to a call that sets out at the time it was meant to: they let
 * it pass. */
void call_arm(struct world *w, struct route *r, uint32_t id, struct call *c);
/* A call that set out was stopped by filter `index`. */
void call_stopped(struct world *w, uint32_t id, struct route *r, uint8_t index,
                  enum verdict verdict, enum outcome outcome);
void call_dispatch(struct world *w, uint32_t id);
void call_choose(struct world *w, uint32_t id); /* the same, once it is known whom to choose from */
/* A call like call_go's along an `addressed` route, which says its backend itself. */
void call_go_to(struct world *w, uint32_t id, uint32_t route, uint32_t backend);
/* Back through the filters below call.stage, to its maker or to the filter that split it. */
void call_backward(struct world *w, uint32_t id);

/* abandon.c */
/* A new call like the old one, at the caller's filter `stage`, in no family yet. */
uint32_t call_copy(struct world *w, uint32_t old, uint8_t stage);
/* The caller's side of a call under a new id, its reply due at filter `index`: it takes the old
 * one's place in the family, and filters further out are told. */
uint32_t call_caller_side(struct world *w, uint32_t old, uint8_t index);
/* Leaves the server's side to itself: worked on unwanted, or gone. The id is then no longer the
 * caller's; whoever gave up has a new one, or needs none. Balancers hear that it ended so. */
void call_release(struct world *w, uint32_t id, enum outcome outcome);
/* The same up to the server: true when that still has it, as an orphan, and call_cancel (id, generation)
 * is to tell it. */
bool call_let_go(struct world *w, uint32_t id, enum outcome outcome);
extern const struct event_type call_cancel;
/* Filters from `first` on that saw the call go out will see no reply to it. */
void call_tell_gone(struct world *w, uint32_t id, uint8_t first);

/* books.c */
void books_check(const struct world *w);

/* tally.c */
void tally_reset(struct world *w);
void tally_check(const struct world *w);
void tally_report(struct world *w);

/* split.c */
/* The stage below which an attempt's reply does not go. */
uint8_t attempt_floor(const struct world *w, uint32_t attempt);
void attempt_replace(struct world *w, uint32_t attempt, uint32_t old);
void attempt_answered(struct world *w, uint32_t attempt);
/* Abandons the attempts of a call. False: what that set free has ended the call itself. */
bool attempts_drop(struct world *w, uint32_t call);
void attempts_check(const struct world *w, uint32_t in_flight);

/* How long a message is on its way to the backend of the call, one way. */
int64_t call_hop_ns(const struct world *w, uint32_t id);
/* The same there or back, as long as this very message takes. */
int64_t network_travel_ns(const struct world *w, uint32_t id, bool back);
enum hop call_hop(const struct world *w, uint32_t id);

/* channel.c: what a route's protocol needs; nothing, when neither it nor its group has one. */
void channel_open(struct world *w, struct route *r, const struct route_spec *spec, struct diag *d);
void channels_reset(struct world *w);
void channels_check(const struct world *w);
void channels_report(struct world *w);

/* transport.c: for routes with a protocol. */
/* Chooses a backend and sends the call to it, at once or when a connection is to be had; false: it
 * knows of no backend. */
bool transport_send(struct world *w, struct route *r, struct instance *in, uint32_t id);
/* Its answer goes back. */
void transport_back(struct world *w, uint32_t id);
/* The caller gives up; true: the call had not been sent. */
bool transport_leave(struct world *w, uint32_t id);
/* The backend is done with the call, or done for, and the caller hears it at once. */
void transport_sever(struct world *w, uint32_t id, enum outcome outcome);

/* view.c */
void view_open(struct world *w, struct route *r, uint32_t route, const struct part *discovery,
               struct diag *d);
/* Whether the caller knows whom to choose from; false: the call is kept. */
bool view_known(struct world *w, const struct route *r, const struct instance *in, uint32_t id);
/* Whether the chosen backend is there; false: the call is on its way to fail. */
bool view_connect(struct world *w, const struct route *r, const struct instance *in, uint32_t id);
void view_nowhere(const struct world *w, const struct route *r); /* it knows of no backend */
void view_begin(struct world *w);
/* view_figures.c */
void view_reset(struct world *w);
void view_check(const struct world *w);
void view_report(struct world *w);

/* transfer.c: an answer has come back from its backend. Where flow.metered. */
void transfer_note(struct world *w, const struct route *r, uint32_t call, enum outcome outcome);

/* policies.c */
void policies_open(struct world *w, struct route *r, uint32_t route, const struct part *policy,
                   struct diag *d);
void policies_begin(struct world *w);
void policies_reset(struct world *w);
void policies_check(const struct world *w);
void policies_report(struct world *w);

/* A call that call_take gave and its taker has filled in, as it stands before its first filter. The
 * parent: of a route whose callers are pods; else NULL. */
static inline __attribute__((always_inline)) void
call_set_out(struct call *calls, struct call *parent, uint32_t id, struct call *c,
             const struct route *r)
{
    c->route = r->id;
    c->pending = 0;
    c->state = CALL_CALLER;
    c->outcome = OUTCOME_OK;
    c->stage = c->attempt = c->flags = 0;
    c->side.child = CALL_NONE;
    c->side.reply_bytes = 0;
    if (parent) call_link(calls, parent, id, c);
}

/* What a filter that only bounds calls does to one that passes it now. */
static inline __attribute__((always_inline)) void
call_bound(struct world *w, const struct filter_bound *b, uint32_t id, struct call *c)
{
    int64_t end_ns = now_ns(w) + b->after_ns;
    if (end_ns < c->deadline_ns) c->deadline_ns = end_ns;
    engine_lane_push(w->engine, b->lane, id, c->generation);
}

/* All filters in one go, from the first. */
static inline __attribute__((always_inline)) bool
call_pass_all(struct world *w, struct route *r, const struct instance *in, uint32_t id,
              struct call *c)
{
    const struct asked_guard *a = r->asked, *end = a + r->asked_count;
    for (; a < end; a++) {
        enum outcome outcome = OUTCOME_REJECTED;
        if (!a->plain) {
            if (a->retry_passed) c->side.budget_ns = c->deadline_ns;
            if (a->bound.after_ns > 0 && (a->bound.late_too || c->sent_ns == now_ns(w))) {
                call_bound(w, &a->bound, id, c);
                continue;
            }
        }
        c->stage = a->index;
        enum verdict verdict = a->on_call(&in->sites[a->index], w, id, &outcome);
        if (__builtin_expect(verdict != FILTER_PASS, 0)) {
            call_stopped(w, id, r, a->index, verdict, outcome);
            return false;
        }
    }
    if (a->retry_passed) c->side.budget_ns = c->deadline_ns;
    c->stage = r->filter_count;
    r->passed++;
    return true;
}

/* Sends it. True: it has passed its filters, nothing else stands between it and call.pod, and whoever
 * asks offers it there, now. False: it is on its way, or was answered. */
static inline __attribute__((always_inline)) bool
call_leaves_at_once(struct world *w, const struct call *parent, struct route *r, uint32_t id,
                    struct call *c)
{
    const struct instance *in = &r->instances[parent ? parent->pod - r->instance_base : 0];
    if (r->filter_count > 0 && !call_pass_all(w, r, in, id, c)) return false;
    const struct group *g = r->to;
    if (!r->clear) {
        call_dispatch(w, id);
        return false;
    }
    if (g->ready_count == 1 && !r->counts)
        c->pod = g->ready[0];
    else if (!call_find_backend(w, id))
        return false;
    r->sent++;
    c->outcome = OUTCOME_OK;
    c->state = CALL_SENT;
    return true;
}

/* Whether its answer may go straight to its maker: nothing on the way back would heed it. */
static inline bool call_returns_at_once(const struct route *r, const struct call *c)
{
    if (!r->clear || c->flags & (CALL_ORPHAN | CALL_ATTEMPT)) return false;
    return r->filter_count == 0 || (c->outcome == OUTCOME_OK && !r->heeds_ok);
}

/* Sends a call that call_take gave and its taker has filled in; parent: as above. */
static inline __attribute__((always_inline)) void
call_go(struct world *w, struct call *parent, uint32_t id, struct call *c, struct route *r)
{
    call_set_out(w->calls->items, parent, id, c, r);
    if (call_leaves_at_once(w, parent, r, id, c)) r->to->type->offer(w, c->pod, id);
}

/* The end of a call whose answer has come through all filters. */
static inline void call_finish(struct world *w, uint32_t id, const struct route *r)
{
    uint32_t parent = call_get(w, id)->parent;
    if (r->by_pod) call_unlink(w->calls->items, call_get(w, parent), call_get(w, id));
    r->reply(w, id);
    call_give(w, id);
    if (r->proceed) r->proceed(w, parent);
}

extern const struct event_type call_arrives, call_returns;
void flow_network_open(struct world *w);
/* Takes the call there (call_arrives) or its answer back (call_returns); false: that takes no time. */
bool network_carry(struct world *w, uint32_t id, const struct event_type *arrival);

#endif
