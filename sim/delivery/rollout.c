/* rollout.c - replaces the pods of a service step by step, as a Deployment does.
 *
 * Whenever a pod becomes ready or goes, one step is planned for that instant: start new pods up to
 * replicas + surge, then drain old ones while replicas - unavailable stay available. Unready old
 * pods go first. Both sums are those of Kubernetes' deployment controller (rolling.go), where a
 * draining pod counts no more. Invariant: slots are marked old only while a release is active. */
#include "delivery/rollout.h"

#include "base/check.h"

#include <string.h>

#include "base/poison.h"

/* Room on a node can come free without this service noticing, so a blocked release looks again. */
#define BLOCKED_RETRY_NS (5 * NS_PER_S)

const struct rollout_limits rollout_limits_preset = { .surge = 1 };

/* What is there now; old and new are without draining pods. */
struct census {
    uint32_t old_ready, old_unready, new_count, new_available;
};

static bool rollout_live(const struct world *w, uint32_t service, uint32_t generation);
static void rollout_step(struct world *w, uint32_t service, uint32_t generation);
static const struct event_type rollout_next = { EVENT("rollout.next"), rollout_step, rollout_live,
                                                PHASE_CONTROL };

static struct rollout *rollout_of(const struct world *w, uint32_t service)
{
    check(service < delivery_of(w)->rollout_count);
    return &delivery_of(w)->rollouts[service];
}

static bool rollout_live(const struct world *w, uint32_t service, uint32_t generation)
{
    const struct rollout *r = rollout_of(w, service);
    return r->active && r->generation == generation;
}

/* Never steps at once: who tells of a pod's change is still in the middle of it. */
static void rollout_plan(struct world *w, uint32_t service)
{
    struct rollout *r = rollout_of(w, service);
    if (!r->active || engine_pending(w->engine, r->next)) return;
    r->next = engine_timer(w->engine, now_ns(w), &rollout_next, service, r->generation);
}

static bool pod_counts(enum pod_state state)
{
    return state != POD_GONE && state != POD_DRAINING;
}

static struct census take_census(const struct world *w, uint32_t service)
{
    const struct rollout *r = rollout_of(w, service);
    int64_t settled_ns = now_ns(w) - r->limits.min_ready_s * NS_PER_S;
    uint32_t first = service_pod_first(w, service);
    struct census c = { 0 };
    for (uint32_t i = 0; i < service_pod_capacity(w, service); i++) {
        enum pod_state state = pod_state_of(w, first + i);
        if (!pod_counts(state)) continue;
        bool ready = state == POD_READY;
        if (r->old[i]) {
            c.old_ready += ready;
            c.old_unready += !ready;
        } else {
            c.new_count++;
            c.new_available += ready && r->ready_ns[i] <= settled_ns;
        }
    }
    return c;
}

static void rollout_blocked(struct world *w, uint32_t service)
{
    struct rollout *r = rollout_of(w, service);
    if (!engine_pending(w->engine, r->retry))
        r->retry = engine_timer(w->engine, now_ns(w) + BLOCKED_RETRY_NS, &rollout_next, service,
                             r->generation);
    if (r->blocked) return;
    r->blocked = true;
    recorder_event(w->recorder, now_ns(w), "release.blocked", service_name(w, service), r->cause,
                   "no slot or no room on a node for a new pod");
}

static void start_new(struct world *w, uint32_t service, struct census *c)
{
    struct rollout *r = rollout_of(w, service);
    uint32_t replicas = service_replicas(w, service);
    while (c->new_count < replicas &&
           c->old_ready + c->old_unready + c->new_count < replicas + r->limits.surge) {
        if (pod_start(w, service, r->cause) == POD_NONE) {
            rollout_blocked(w, service);
            return;
        }
        c->new_count++;
    }
}

/* Drains up to `most` old pods that are ready, or are not; lowest slots first. */
static uint32_t drain_old(struct world *w, uint32_t service, bool ready, uint32_t most)
{
    struct rollout *r = rollout_of(w, service);
    uint32_t first = service_pod_first(w, service), drained = 0;
    for (uint32_t i = 0; i < service_pod_capacity(w, service) && drained < most; i++) {
        enum pod_state state = pod_state_of(w, first + i);
        if (!r->old[i] || !pod_counts(state) || (state == POD_READY) != ready) continue;
        r->old[i] = false;
        pod_drain(w, first + i, r->cause);
        drained++;
    }
    r->moved += drained;
    if (drained) rollout_plan(w, service); /* what follows need not wait until they are gone */
    return drained;
}

static void stop_old(struct world *w, uint32_t service, struct census *c)
{
    const struct rollout *r = rollout_of(w, service);
    int64_t available_min = (int64_t)service_replicas(w, service) - r->limits.unavailable;
    if (available_min < 0) available_min = 0;
    int64_t new_unavailable = (int64_t)c->new_count - c->new_available;
    int64_t spare =
        (int64_t)c->old_ready + c->old_unready + c->new_count - available_min - new_unavailable;
    if (spare <= 0) return;
    c->old_unready -= drain_old(w, service, false, (uint32_t)spare);
    int64_t surplus = (int64_t)c->old_ready + c->new_available - available_min;
    if (surplus > 0) c->old_ready -= drain_old(w, service, true, (uint32_t)surplus);
}

/* Answers how long it took. */
static int64_t rollout_close(struct world *w, uint32_t service)
{
    struct rollout *r = rollout_of(w, service);
    int64_t took_ns = now_ns(w) - r->began_ns;
    r->active = false;
    engine_cancel(w->engine, r->next);
    engine_cancel(w->engine, r->retry);
    memset(r->old, 0, service_pod_capacity(w, service) * sizeof *r->old);
    if (!r->counted) return took_ns;
    r->release_count++;
    r->moved_total += r->moved;
    r->ended_ns_total += took_ns;
    r->last_ns = took_ns;
    return took_ns;
}

static void rollout_step(struct world *w, uint32_t service, uint32_t generation)
{
    (void)generation;
    struct rollout *r = rollout_of(w, service);
    struct census c = take_census(w, service);
    start_new(w, service, &c);
    stop_old(w, service, &c);
    if (c.old_ready + c.old_unready > 0 || c.new_available < service_replicas(w, service)) return;
    double took_s = ns_to_s(rollout_close(w, service));
    recorder_event(w->recorder, now_ns(w), "release.end", service_name(w, service), r->cause,
                   "%u instances moved in %.3f s", r->moved, took_s);
}

void rollout_pod_changed(struct world *w, uint32_t pod, enum pod_state state)
{
    uint32_t service = pod_service(w, pod), slot = pod - service_pod_first(w, service);
    struct rollout *r = rollout_of(w, service);
    if (state == POD_READY) r->ready_ns[slot] = now_ns(w);
    if (state == POD_GONE) r->old[slot] = false; /* the slot's next pod is a new one */
    rollout_plan(w, service);
    if (r->active && state == POD_READY && r->limits.min_ready_s > 0)
        engine_at(w->engine, now_ns(w) + r->limits.min_ready_s * NS_PER_S, &rollout_next, service,
                  r->generation);
}

static void mark_old(struct world *w, uint32_t service)
{
    struct rollout *r = rollout_of(w, service);
    uint32_t first = service_pod_first(w, service);
    for (uint32_t i = 0; i < service_pod_capacity(w, service); i++)
        r->old[i] = pod_counts(pod_state_of(w, first + i));
}

void rollout_begin(struct world *w, uint32_t service, const struct rollout_limits *limits,
                   uint32_t cause)
{
    struct rollout *r = rollout_of(w, service);
    check(limits->surge + limits->unavailable > 0);
    const char *name = service_name(w, service);
    if (r->active) {
        double took_s = ns_to_s(rollout_close(w, service));
        recorder_event(w->recorder, now_ns(w), "release.end", name, r->cause,
                       "given up for a newer release after %.3f s", took_s);
    }
    r->limits = *limits;
    r->active = true;
    r->blocked = false;
    r->counted = measured(w, now_ns(w));
    r->generation++;
    r->began_ns = now_ns(w);
    r->moved = 0;
    const char *version = limits->version && *limits->version ? limits->version : "a restart";
    r->cause = recorder_event(w->recorder, now_ns(w), "release.begin", name, cause,
                              "%s, to %u replicas", version, service_replicas(w, service));
    mark_old(w, service);
    rollout_plan(w, service);
}

void rollout_report(struct world *w, uint32_t service)
{
    const struct rollout *r = rollout_of(w, service);
    bool unfinished = r->active && r->counted;
    if (r->release_count == 0 && !unfinished) return;
    const char *name = service_name(w, service);
    int64_t open_ns = unfinished ? now_ns(w) - r->began_ns : 0;
    struct recorder *out = w->recorder;
    recorder_value(out, "rollouts", name, "count", "1", r->release_count + unfinished);
    recorder_value(out, "rollouts", name, "unfinished", "1", unfinished);
    recorder_value(out, "rollouts", name, "instances_moved", "1",
                   r->moved_total + (unfinished ? r->moved : 0));
    recorder_value(out, "rollouts", name, "minutes", "min",
                   (double)(r->ended_ns_total + open_ns) / (double)NS_PER_MIN);
    recorder_value(out, "rollouts", name, "last_minutes", "min",
                   (double)(unfinished ? open_ns : r->last_ns) / (double)NS_PER_MIN);
}

void rollout_check(const struct world *w, uint32_t service)
{
    const struct rollout *r = rollout_of(w, service);
    check(r->active || !engine_pending(w->engine, r->next));
    for (uint32_t i = 0; i < service_pod_capacity(w, service) && !r->active; i++)
        check(!r->old[i]);
}
