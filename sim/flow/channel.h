/* channel.h - the connections of one caller to one group, and the calls on them.
 *
 * Routes of one caller to one group that name the very same protocol (the group's own, say) share a
 * channel, as the calls of a process share its connection pools. Each caller instance has a pool
 * for each backend or, behind an L4 balancer, one for all. */
#ifndef FLOW_CHANNEL_H
#define FLOW_CHANNEL_H

#include "flow/flow.h"
#include "flow/wire.h"
#include "orrery/probe.h"

#define CONNECTION_NONE UINT32_MAX

enum connection_state { CONNECTION_FREE, CONNECTION_OPENING, CONNECTION_OPEN, CONNECTION_CLOSING };

enum close_cause {
    CLOSE_IDLE,      /* unused for too long */
    CLOSE_SURPLUS,   /* more idle ones than are kept */
    CLOSE_WORN,      /* it has carried all the calls it may */
    CLOSE_AGE,       /* the server limits its life */
    CLOSE_DRAINED,   /* the backend is going away, and says so */
    CLOSE_LOST,      /* the backend's process has ended */
    CLOSE_ABANDONED, /* a call on it was given up, and it cannot carry another */
    CLOSE_CALLER,    /* the caller's process has ended */
    CLOSE_COUNT
};

/* One direction of a connection: when it is free again, and TCP's window. */
struct direction {
    int64_t free_ns, window;
};

struct connection {
    uint64_t number; /* in order of opening, for traces */
    uint32_t channel, instance, pool;
    uint32_t backend;
    uint32_t generation;
    uint32_t streams;        /* calls on it now */
    uint32_t requests;       /* and in all its life */
    uint32_t next, previous; /* among those of its pool that can take a call, or in the free list */
    uint8_t state, hop, cause; /* cause: why it is CLOSING */
    bool resumed, listed, timed;
    int64_t idle_ns; /* since when it has had no call */
    struct direction there, back;
};

struct pool {
    uint32_t first, last;    /* connections that can take a call */
    uint32_t spare;          /* how many */
    uint32_t count, opening; /* those that count against the limit; and those not ready yet */
    uint32_t waiting_first, waiting_last, waiting;
    bool woken; /* pool_wake is pending */
};

/* By call id, while the call is on a route with a protocol. */
struct passage {
    uint32_t connection, generation; /* CONNECTION_NONE: it waits, or has none */
    uint32_t next, previous;         /* who waits with it */
    bool waits;
    bool again; /* its connection was drained before the request had come: it is sent anew */
    int64_t asked_ns;
};

struct channel_counts {
    uint64_t opened, resumed, closed[CLOSE_COUNT];
    uint64_t carried, fresh; /* calls; those that were the first on their connection */
    uint64_t waited, acknowledged;
    uint64_t sent_bytes, received_bytes, cross_zone_bytes;
};

struct channel {
    const struct protocol_spec *spec;
    const struct protocol_type *type;
    const struct l4_type *l4;
    const char *name; /* "shoppers > cart" */
    uint32_t id, group, owner, instance_base, instance_count;
    bool by_pod;
    uint32_t pool_count; /* of an instance */
    struct pool **pools; /* by instance; NULL until it calls */
    uint8_t **tickets;   /* by instance: backends it can resume a session with */
    void **l4_states, **l4_sources;
    uint32_t **l4_connections; /* by instance, backend */
    struct rng *rngs;
    uint64_t *by_backend; /* calls that were carried to each */
    uint32_t open, open_max;
    struct channel_counts counts;
    struct histogram wait; /* ns a call waited for a connection */
    uint64_t opened_total, closed_total, carried_total, released_total, waiting;
};

/* All of a run; NULL where no route has a protocol. */
struct transport {
    struct channel **channels;
    uint32_t channel_count;
    struct connection *connections;
    uint32_t connection_count, connection_capacity, free;
    uint64_t number;
    struct passage *passages; /* by call id */
    uint32_t *scratch; /* an L4 choice: as many as the largest group has backends, twice */
    uint32_t scratch_count;
};

static inline struct transport *transport_of(const struct world *w)
{
    return flow_of(w)->transport;
}

static inline struct connection *connection_get(const struct world *w, uint32_t id)
{
    return &transport_of(w)->connections[id];
}

static inline struct channel *channel_get(const struct world *w, uint32_t id)
{
    return transport_of(w)->channels[id];
}

static inline struct pool *pool_of(const struct world *w, const struct connection *n)
{
    return &channel_get(w, n->channel)->pools[n->instance][n->pool];
}

static inline bool counts_now(const struct world *w)
{
    return measured(w, now_ns(w));
}

/* connection.c: their lives. */
/* Begins one to the backend of the call, which wants it; it may be ready on return. */
void connection_begin(struct world *w, struct channel *ch, uint32_t instance, uint32_t pool,
                      uint32_t call);
void connection_close(struct world *w, uint32_t id, enum close_cause cause);
/* A connection of the pool that can take a call, now with one more on it; or CONNECTION_NONE. */
uint32_t connection_take(struct world *w, struct pool *p);
/* The call on it is over. */
void connection_give(struct world *w, uint32_t id);
extern const char *const close_cause_names[CLOSE_COUNT];
bool connection_is(const struct world *w, uint32_t id, uint32_t generation);
void connections_check(const struct world *w);

/* transport.c */
/* Soon, hands connections of the pool to those that wait, and begins more. */
void pool_wake(struct world *w, const struct channel *ch, uint32_t instance, uint32_t pool);
/* A backend that has drained closes a connection with calls on it: none of them was begun. */
void transport_refused(struct world *w, uint32_t connection, uint32_t generation);
/* A connection was closed by force with calls on it: they fail. */
void transport_reset(struct world *w, uint32_t connection, uint32_t generation);

#endif
