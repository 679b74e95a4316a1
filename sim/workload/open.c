/* open.c - the open loop: calls come when they come, whatever became of those before.
 *
 * One event an arrival, at the moment the call is meant to be sent; nothing ever delays a
 * send, so latency counted from there cannot omit what a slow system would hide. Exactly one
 * arrival of a client is pending while there are any more. */
#include "workload/send.h"

#include "base/arena.h"
#include "workload/gap.h"

static void on_arrival(struct world *w, uint32_t index, uint32_t unused);

static const struct event_type client_arrival = {
    EVENT("client.arrival"), .fire = on_arrival, .phase = PHASE_ARRIVAL
};

static inline void arrival_next(struct world *w, struct client *cl, int64_t from_ns)
{
    struct rng *r = &cl->arrival_rng;
    int64_t gap_ns = __builtin_expect(cl->exponential_ns > 0, 1)
                         ? gap_of(cl->exponential_ns * rng_exponential(r))
                         : cl->arrival->next_gap(cl->spec->rate.spec, cl->arrival_state, from_ns, r);
    int64_t at_ns = time_add(from_ns, gap_ns);
    if (at_ns < cl->spec->stop_ns) engine_stage(w->engine, at_ns, &client_arrival, cl->index, 0);
}

static inline __attribute__((always_inline)) void send_next(struct world *w, struct client *cl)
{
    uint64_t number = cl->number++;
    client_send(w, cl, key_child(cl->customer_key, number), (uint32_t)number, 0);
}

static __attribute__((noinline)) void send_batch(struct world *w, struct client *cl)
{
    uint32_t left = cl->arrival->batch(cl->spec->rate.spec, cl->arrival_state, &cl->arrival_rng);
    arrival_next(w, cl, now_ns(w));
    while (left-- > 0 && !engine_stopped(w->engine))
        send_next(w, cl);
}

static void on_arrival(struct world *w, uint32_t index, uint32_t unused)
{
    (void)unused;
    struct client *cl = client_get(w, index);
    if (__builtin_expect(cl->arrival->batch != NULL, 0)) {
        send_batch(w, cl);
        return;
    }
    arrival_next(w, cl, now_ns(w));
    send_next(w, cl);
}

void open_open(struct world *w, struct client *cl)
{
    const char *stream = arena_format(w->arena, "client %s", cl->name);
    cl->arrival = cl->spec->rate.kind->vtable;
    cl->arrival_rng = rng_open(stream_key(w->root_key, stream, "arrival"));
    if (cl->arrival->exponential_ns)
        cl->exponential_ns = cl->arrival->exponential_ns(cl->spec->rate.spec);
    cl->arrival_state = arena_alloc(w->arena, cl->arrival->state_size);
    if (cl->arrival->open)
        cl->arrival->open(cl->spec->rate.spec, cl->arrival_state, &cl->arrival_rng);
}

void open_begin(struct world *w, struct client *cl)
{
    arrival_next(w, cl, cl->spec->start_ns);
}
