/* send.h - a client's call sets out, in line: every request passes here. */
#ifndef WORKLOAD_SEND_H
#define WORKLOAD_SEND_H

#include "flow/flow.h"
#include "workload/workload.h"

void client_runs_away(struct world *w, const struct client *cl); /* too many calls in flight */

/* Sends now. `number` is the customer unless `keys` draw one, and comes back as the call's parent. */
static inline __attribute__((always_inline)) void client_send(struct world *w, struct client *cl,
                                                              uint64_t key, uint32_t number,
                                                              uint32_t turn)
{
    const struct client_spec *s = cl->spec;
    struct calls *pool = w->calls;
    int64_t now = now_ns(w);
    if (__builtin_expect(pool->in_flight >= IN_FLIGHT_MAX, 0)) {
        client_runs_away(w, cl);
        return;
    }
    uint32_t customer = number;
    if (__builtin_expect(s->keys.kind != NULL, 0)) {
        struct rng r = call_rng(key, PURPOSE_KEYS);
        customer = keys_draw(&s->keys, &r);
    }
    struct route *r = cl->mix.count == 1 ? cl->mix.routes[0] : mix_route(&cl->mix, key, turn);
    cl->sent_total++;
    cl->meter.offered++;
    uint32_t id = call_take(w);
    struct call *c = &pool->items[id];
    c->key = key;
    c->sent_ns = now;
    c->deadline_ns = TIME_NEVER;
    c->parent = number;
    c->priority = (uint8_t)s->priority;
    c->side.customer = customer;
    c->side.tries = 0;
    call_go(w, NULL, id, c, r);
}

#endif
