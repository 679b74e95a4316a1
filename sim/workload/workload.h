/* workload.h - the room's own: clients, what they were told, and what they count. */
#ifndef WORKLOAD_WORKLOAD_H
#define WORKLOAD_WORKLOAD_H

#include "flow/meter.h"
#include "orrery/arrival.h"
#include "orrery/dist.h"
#include "orrery/route.h"
#include "workload/keys.h"

/* More users than this do not fit beside their calls: each waits in one event. */
#define USERS_MAX 8000000u
/* An open loop that nobody keeps up with grows without end: a run stops here and says so. */
#define IN_FLIGHT_MAX (CALLS_MAX / 2)
/* The shortest time between two calls of a user whose calls take none: else a refused closed loop
 * would go round for ever at one instant. */
#define USER_PAUSE_NS (1 * NS_PER_MS)

struct client_spec {
    const char *target;
    struct map mix;      /* target -> weight */
    struct list journey; /* const char *: targets */
    struct part rate;
    uint32_t users;
    struct part think;
    int64_t ramp_ns, start_ns, stop_ns; /* stop: derived TIME_NEVER when not said */
    struct route_said said;
    struct part keys;
    struct route_asks asks;
    uint32_t priority;
};

/* Where a client's calls go: one target, a weighted mix, or a journey in order. */
struct mix {
    struct route **routes;
    double *cumulative; /* of the weights; NULL: by turns */
    uint32_t count;
};

struct user {
    uint32_t iteration; /* calls so far */
    bool hit;           /* saw a failure that counts */
};

struct client {
    const struct client_spec *spec;
    const char *name;
    uint64_t customer_key; /* the root of its calls' keys */
    struct mix mix;
    uint64_t number; /* open loop: calls so far */
    uint32_t index;
    struct meter meter;
    uint64_t sent_total, closed_total;   /* of the whole run */
    uint64_t attempt_count, reply_bytes; /* of what the meter counts */
    const struct arrival_type *arrival;  /* open loop; NULL: closed */
    double exponential_ns;               /* its mean gap, if these are exponential; 0 */
    void *arrival_state;
    struct rng arrival_rng;
    struct user *users; /* closed loop */
    uint64_t users_hit;
};

struct workload {
    struct client *clients;
    uint32_t client_count;
};

static inline struct client *client_get(const struct world *w, uint32_t index)
{
    return &((struct workload *)w->rooms[ROOM_WORKLOAD])->clients[index];
}

/* Draws keyed by a call, kept apart by what they are for; steps use small numbers. */
enum purpose { PURPOSE_MIX = 1 << 24, PURPOSE_KEYS, PURPOSE_THINK };

static inline struct rng call_rng(uint64_t key, enum purpose purpose)
{
    return rng_keyed(key_child(key, purpose));
}

/* mix.c */
/* `at` is where the client was said. */
void mix_open(struct world *w, struct client *cl, struct place at, struct diag *d);
/* The route of the call with this key, the turn-th of its user. */
struct route *mix_route(const struct mix *m, uint64_t key, uint32_t turn);

/* client.c */
void client_reply(struct world *w, uint32_t call);
void client_reset(struct client *cl);
void client_report(const struct world *w, const struct client *cl);

/* open.c, users.c */
void open_open(struct world *w, struct client *cl);
void open_begin(struct world *w, struct client *cl);
void users_open(struct world *w, struct client *cl);
void users_begin(struct world *w, struct client *cl);
/* A user's call is over and took took_ns: think, then the next. */
void user_reply(struct world *w, struct client *cl, uint32_t user, int64_t took_ns);

#endif
