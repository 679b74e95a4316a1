/* disturb.c - what faults lay over a service's behaviour while they last.
 *
 * Coins are drawn from the customer and from what the disturbance is: the same customers are hit
 * in every variant of a scenario, whatever other faults there are, and a higher ratio hits those
 * and more. */
#include "service/pod.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

#define DISTURB_PURPOSE UINT64_C(0x6469737475726200) /* "disturb" */

static bool key_taken(const struct service *s, uint64_t key)
{
    for (uint32_t i = 0; i < s->disturbance_count; i++)
        if (s->disturbances[i].key == key) return true;
    return false;
}

/* When and where it began and what sort of thing it does, but not how much of it. */
static uint64_t key_of(const struct world *w, const struct service *s, const struct disturbance *d)
{
    const struct group *g = group_get(w, s->group);
    uint64_t sort = (d->error_ratio > 0) | (d->hang_ratio > 0) << 1 | (d->latency != NULL) << 2 |
                    (d->leak_bytes > 0) << 3 | (uint64_t)d->replicas_limit << 4;
    uint64_t key = key_child(DISTURB_PURPOSE, (uint64_t)now_ns(w));
    if (d->operation != UINT32_MAX) key = key_child(key, hash_text(g->operations[d->operation]));
    key = key_child(key, sort);
    while (key_taken(s, key)) /* equal ones at one instant still toss their own coins */
        key = key_child(key, 0);
    return key;
}

uint32_t service_disturb(struct world *w, const struct disturbance *d)
{
    struct service_room *room = service_room_of(w);
    struct service *s = &room->services[d->service];
    if (s->disturbance_count == s->disturbance_capacity) {
        uint32_t n = s->disturbance_capacity, wider = n ? 2 * n : 4;
        s->disturbances = arena_grow(w->arena, s->disturbances, n * sizeof *s->disturbances,
                                     wider * sizeof *s->disturbances);
        s->disturbance_capacity = wider;
    }
    uint64_t key = key_of(w, s, d);
    s->disturbances[s->disturbance_count++] =
        (struct disturbed){ *d, ++room->disturbance_next, key };
    service_hook(w, s);
    return room->disturbance_next;
}

static bool calm(struct service *s, uint32_t id)
{
    uint32_t n = 0;
    while (n < s->disturbance_count && s->disturbances[n].id != id)
        n++;
    if (n == s->disturbance_count) return false;
    uint32_t tail = --s->disturbance_count - n;
    memmove(&s->disturbances[n], &s->disturbances[n + 1], tail * sizeof *s->disturbances);
    return true;
}

void service_calm(struct world *w, uint32_t disturbance)
{
    struct service_room *room = service_room_of(w);
    uint32_t i = 0;
    while (i < room->service_count && !calm(&room->services[i], disturbance))
        i++;
    if (i < room->service_count) service_hook(w, &room->services[i]);
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
        if (applies(s, &s->disturbances[i].by, operation, pod))
            factor *= s->disturbances[i].by.cpu_factor;
    return factor;
}

/* What one disturbance does to a call: false when it has failed or hangs. */
static bool suffer(struct world *w, uint32_t call, const struct disturbed *disturbed,
                   int64_t *delay_ns)
{
    struct call *c = call_get(w, call);
    const struct disturbance *d = &disturbed->by;
    uint64_t attempt = attempt_number(c, call_side(w, call));
    struct rng r = rng_keyed(key_child(c->key ^ disturbed->key, attempt));
    double error = rng_uniform(&r), hang = rng_uniform(&r);
    if (d->leak_bytes > 0) pod_memory_add(w, c->pod, d->leak_bytes);
    if (error < d->error_ratio) {
        c->outcome = OUTCOME_ERROR;
        if (measured(w, c->entered_ns)) pod_get(w, c->pod)->owner->injected++;
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
        if (!applies(s, &s->disturbances[i].by, operation, c->pod)) continue;
        if (suffer(w, call, &s->disturbances[i], &delay_ns)) continue;
        return c->state == CALL_WAITING; /* failed: the program answers at once */
    }
    if (delay_ns == 0) return false;
    c->state = CALL_WAITING;
    engine_at(w->engine, now_ns(w) + delay_ns, &wait_done, call, c->generation);
    return true;
}
