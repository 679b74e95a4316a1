/* occupancy.c - how the calls in flight at a pod are spread over time.
 *
 * A histogram of levels weighted by the ns they lasted, pooled over a service's pods: its share
 * above n is the chance that a random moment (and, by PASTA, a Poisson caller) finds more than n
 * calls there. Only time in which a pod serves counts. Kept when the service asks for it. */
#include "service/pod.h"

static bool serves(const struct pod *p)
{
    return p->state == POD_READY || p->state == POD_DRAINING;
}

void occupancy_mark(const struct world *w, const struct pod *p)
{
    const struct service_room *room = service_room_of(w);
    struct pod_side *side = &room->sides[p - room->pods];
    int64_t lasted_ns = now_ns(w) - side->level_ns;
    side->level_ns = now_ns(w);
    if (serves(p)) histogram_record_many(&p->owner->occupancy, p->in_flight, (uint64_t)lasted_ns);
}

void occupancy_reset(struct world *w, struct service *s)
{
    if (!s->occupied) return;
    histogram_reset(&s->occupancy);
    for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++)
        service_room_of(w)->sides[pod].level_ns = now_ns(w);
}

void occupancy_report(struct world *w, struct service *s)
{
    if (!s->occupied) return;
    for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++)
        occupancy_mark(w, pod_get(w, pod));
    recorder_histogram(w->recorder, "services", s->name, "occupancy", &s->occupancy);
}
