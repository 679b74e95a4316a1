/* world.h - all changing state of one run.
 *
 * No globals, no thread-locals: worlds interleave on any thread. A room keeps its own state
 * behind rooms[ROOM_X] and shows it to nobody; rooms meet through calls, groups of endpoints,
 * roles and signals. */
#ifndef ORRERY_WORLD_H
#define ORRERY_WORLD_H

#include "orrery/engine.h"
#include "orrery/hook.h"
#include "orrery/kind.h"
#include "orrery/probe.h"

/* Opened in this order, reported in this order: what routes lean on comes before who opens them. */
enum room_id {
    ROOM_FLOW,
    ROOM_INFRA,
    ROOM_TRAFFIC,
    ROOM_SERVICE,
    ROOM_WORKLOAD,
    ROOM_DELIVERY,
    ROOM_FAULT,
    ROOM_COUNT
};

struct calls;

struct world {
    struct engine *engine;
    struct calls *calls; /* the pool: on every path, so not behind rooms[] */
    void *rooms[ROOM_COUNT];
    struct arena *arena;
    const struct document *doc;
    struct recorder *recorder;
    struct hook_door door;
    uint64_t root_key; /* of everything random: hash(seed, replication) */
    int64_t warmup_ns, duration_ns;
    int64_t counted_from_ns; /* what began earlier is not in the figures as they stand */
    bool tracing;        /* recorder_tracing, asked once: it is on every path */
    bool closing;        /* the run is over: figures only */
    const char *failure; /* why a callback stopped the run; NULL: nothing did */
};

/* One room's part in a world. Any member but name may be NULL. */
struct room {
    const char *name;
    size_t state_size;
    /* Goes on after telling d: the next room opens too, so that a user sees every problem
     * at once. */
    void (*open)(struct world *w, void *state, struct diag *d);
    void (*judge)(struct world *w, struct diag *d); /* what shows only when every room is open */
    void (*begin)(struct world *w);  /* all is well: first events */
    void (*reset)(struct world *w);  /* the warm-up is over: figures start again, state goes on */
    void (*sample)(struct world *w, int64_t window_ns); /* the end of a window */
    void (*check)(const struct world *w); /* the room's invariants, by check() */
    void (*report)(struct world *w); /* final figures to the recorder */
};

extern const struct room flow_room, infra_room, traffic_room, service_room, workload_room,
    delivery_room, fault_room;

static inline int64_t now_ns(const struct world *w)
{
    return engine_now(w->engine);
}

/* Whether a thing that began at this time belongs to the measured part of the run. */
static inline bool measured(const struct world *w, int64_t began_ns)
{
    return began_ns >= w->warmup_ns;
}

/* Whether it belongs in the figures as they stand: while the warm-up lasts everything does, since series and
 * signals are made of them, and at its end they are thrown away. */
static inline bool counted(const struct world *w, int64_t began_ns)
{
    return began_ns >= w->counted_from_ns;
}

#endif
