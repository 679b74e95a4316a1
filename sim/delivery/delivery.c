/* delivery.c - the room: one rollout a service, from a world's open to its figures. */
#include "delivery/rollout.h"

#include "base/arena.h"

#include "base/poison.h"

static void delivery_open(struct world *w, void *state, struct diag *d)
{
    (void)d;
    struct delivery *f = state;
    f->rollout_count = service_count(w);
    f->rollouts = arena_alloc(w->arena, f->rollout_count * sizeof *f->rollouts);
    for (uint32_t i = 0; i < f->rollout_count; i++) {
        uint32_t capacity = service_pod_capacity(w, i);
        f->rollouts[i].old = arena_alloc(w->arena, capacity * sizeof *f->rollouts[i].old);
        f->rollouts[i].ready_ns = arena_alloc(w->arena, capacity * sizeof *f->rollouts[i].ready_ns);
    }
    service_listen(w, rollout_pod_changed);
}

static void delivery_check(const struct world *w)
{
    for (uint32_t i = 0; i < delivery_of(w)->rollout_count; i++)
        rollout_check(w, i);
}

static void delivery_report(struct world *w)
{
    for (uint32_t i = 0; i < delivery_of(w)->rollout_count; i++)
        rollout_report(w, i);
}

bool scale_to(struct world *w, uint32_t service, uint32_t replicas, uint32_t cause)
{
    if (service_scale(w, service, replicas, cause)) return true;
    recorder_event(w->recorder, now_ns(w), "scale.refused", service_name(w, service), cause,
                   "wants %u replicas, but may have at most %u pods", replicas,
                   service_pod_capacity(w, service));
    return false;
}

const struct room delivery_room = {
    .name = "delivery",
    .state_size = sizeof(struct delivery),
    .open = delivery_open,
    .check = delivery_check,
    .report = delivery_report,
};
