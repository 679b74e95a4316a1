/* disturb.c - what faults lay over a service's behaviour while they last.
 *
 * Coins are drawn from the customer and the disturbance, so that the same customers are hit in
 * every variant of a scenario. */
#include "service/pod.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

#define DISTURB_PURPOSE UINT64_C(0x6469737475726200) /* "disturb" */

uint32_t service_disturb(struct world *w, const struct disturbance *d)
{
    struct service_room *room = service_room_of(w);
    struct service *s = &room->services[d->service];
    if (s->disturbance_count == s->disturbance_capacity) {
        uint32_t n = s->disturbance_capacity, wider = n ? 2 * n : 4;
        s->disturbances = arena_grow(w->arena, s->disturbances, n * sizeof *s->disturbances,
                                     wider * sizeof *s->disturbances);
        s->disturbance_ids = arena_grow(w->arena, s->disturbance_ids,
                                        n * sizeof *s->disturbance_ids,
                                        wider * sizeof *s->disturbance_ids);
        s->disturbance_capacity = wider;
    }
    s->disturbances[s->disturbance_count] = *d;
    s->disturbance_ids[s->disturbance_count++] = ++room->disturbance_next;
    return room->disturbance_next;
}

void service_calm(struct world *w, uint32_t disturbance)
{
    struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        for (uint32_t n = 0; n < s->disturbance_count; n++) {
            if (s->disturbance_ids[n] != disturbance) continue;
            uint32_t tail = --s->disturbance_count - n;
            memmove(&s->disturbances[n], &s->disturbances[n + 1], tail * sizeof *s->disturbances);
            memmove(&s->disturbance_ids[n], &s->disturbance_ids[n + 1],
                    tail * sizeof *s->disturbance_ids);
            return;
        }
    }
}

static bool applies(const struct service *s, const struct disturbance *d, uint32_t operation,
                    uint32_t pod)
{
    if (d->operation != UINT32_MAX && d->operation != operation) return false;
    return d->replicas_limit == 0 || pod - s->first_pod < d->replicas_limit;
}

double disturb_cpu_factor(const struct world *w, const struct service *s, uint32_t operation,
                          uint32_t pod)
{
    (void)w;
    double factor = 1;
    for (uint32_t i = 0; i < s->disturbance_count; i++)
        if (applies(s, &s->disturbances[i], operation, pod)) factor *= s->disturbances[i].cpu_factor;
    return factor;
}

/* What one disturbance does to a call: false when it has failed or hangs. */
static bool suffer(struct world *w, uint32_t call, const struct disturbance *d, uint32_t id,
                   int64_t *delay_ns)
{
    struct call *c = call_get(w, call);
    struct rng r = rng_keyed(key_child(c->key ^ DISTURB_PURPOSE, id * 256 + c->attempt));
    double error = rng_uniform(&r), hang = rng_uniform(&r);
    if (d->leak_bytes > 0) pod_memory_add(w, c->pod, d->leak_bytes);
    if (error < d->error_ratio) {
        c->outcome = OUTCOME_ERROR;
        return false;
    }
    if (hang < d->hang_ratio) {
        c->state = CALL_WAITING; /* until someone abandons it or the pod dies */
        return false;
    }
    if (d->latency && d->latency->kind) *delay_ns += dist_draw_ns(d->latency, &r);
    return true;
}

bool disturb_begin(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    uint32_t operation = route_operation(w, c->route);
    int64_t delay_ns = 0;
    for (uint32_t i = 0; i < s->disturbance_count; i++) {
        if (!applies(s, &s->disturbances[i], operation, c->pod)) continue;
        if (suffer(w, call, &s->disturbances[i], s->disturbance_ids[i], &delay_ns)) continue;
        return c->state == CALL_WAITING; /* failed: the program answers at once */
    }
    if (delay_ns == 0) return false;
    c->state = CALL_WAITING;
    engine_at(w->engine, now_ns(w) + delay_ns, &wait_done, call, c->generation);
    return true;
}
