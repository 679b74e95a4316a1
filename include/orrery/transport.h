/* transport.h - the roles "protocol" and "l4": what lies between a chosen backend and its being
 * offered the call, and on the way back.
 *
 * A route without a protocol costs nothing here: a message takes the network's one-way time. With
 * one, each caller instance keeps connections: they are set up by round trips, carry so many calls
 * at once, and die with either end. A protocol is its numbers (protocol_spec, which its kind's
 * fields fill) and its habits (protocol_type); the room of calls does the rest. To add one:
 * sim/traffic/protocol_NAME.c and a line in sim/model/kinds.def. */
#ifndef ORRERY_TRANSPORT_H
#define ORRERY_TRANSPORT_H

#include "orrery/call.h"
#include "orrery/kind.h"
#include "orrery/rng.h"

enum tls { TLS_NONE, TLS_1_2, TLS_1_3 };
enum resumption { RESUMPTION_NONE, RESUMPTION_TICKETS, RESUMPTION_EARLY_DATA };
enum drain { DRAIN_GOAWAY, DRAIN_KEEP };

struct protocol_spec {
    uint32_t connections_max; /* of one caller instance, to each backend or, through l4, to all */
    uint32_t streams_max;     /* calls on one connection at once */
    uint32_t idle_max;        /* connections kept without a call */
    uint32_t requests_max;    /* calls that a connection carries in its life */
    int64_t idle_ns, age_ns, age_grace_ns;
    uint32_t tls, resumption, drain;
    int64_t handshake_ns; /* a full handshake's, besides its round trips */
    struct part l4;       /* kind NULL: each call goes to the backend its balancer chose */
    int64_t request_bytes, reply_bytes, header_bytes;
    int64_t bandwidth; /* bytes a second of one connection, each way; 0: no limit */
    bool slow_start;
    int64_t message_cpu_ns, kib_cpu_ns;
    struct part compression;
};

struct protocol_type {
    uint32_t framing_bytes; /* a message's, besides its headers */
    bool multiplexed;  /* connections take turns; a call that is given up leaves its own whole */
    bool deadlines;    /* what reaches the backend past its deadline is not begun */
    bool acknowledges; /* the caller has its answer when the backend has taken the call */
};

/* What a balancer of connections sees: the backends there are, and how many connections through it
 * each has. */
struct l4_choice {
    const uint32_t *backends; /* ascending */
    const uint32_t *connections;
    uint32_t count;  /* >= 1 */
    uint64_t source; /* a hash of the address the connection comes from */
    struct rng *rng;
    int64_t now_ns;
};

struct l4_type {
    size_t state_size;                   /* zeroed when opened */
    size_t source_state_size;            /* longer by this for each caller instance there can be */
    bool (*is_shared)(const void *spec); /* one for all callers, or one at each */
    /* An index below count. `source_state` belongs to the caller instance that connects. */
    uint32_t (*pick)(const void *spec, void *state, void *source_state,
                     const struct l4_choice *choice);
};

struct compression_spec {
    double ratio;
    int64_t kib_cpu_ns;
};

/* CPU that each end of a call spends on its messages: the caller before it sends and after it has
 * the answer, the backend in all. What a compile step and a pod charge. */
struct message_work {
    int64_t encode_ns, decode_ns, backend_ns;
};
struct message_work route_message_work(const struct world *w, uint32_t route);
/* The caller has steps for its part of it; otherwise that part only takes its time. */
void route_caller_works(struct world *w, uint32_t route);

/* Told by whoever owns backends: this process has been told to end, and lets its connections go as
 * their protocol has it. */
void transport_stopping(struct world *w, uint32_t group, uint32_t backend);
/* And: it has ended, and all connections to it and from it with it. */
void transport_ended(struct world *w, uint32_t group, uint32_t backend);

/* Bytes that have crossed zones since the warm-up ended, headers included. */
double transport_cross_zone_bytes(const struct world *w);

#endif
