/* lifecycle.c - pods come, start, become ready, drain, crash and go.
 *
 * Invariant: a pod is in its group's ready set exactly while its state is POD_READY; a pod that is
 * not gone holds room on its node. A shortfall (no room, a node that died) is told once and tried
 * again until it is over. */
#include "service/pod.h"

#include "base/arena.h"
#include "base/check.h"
#include "orrery/discovery.h"
#include "service/node_cpu.h"

#define FILL_RETRY_NS (5 * NS_PER_S)
/* The kubelet's crash-loop back-off: 10 s doubling to 5 min, forgotten after 10 min of running. */
#define CRASH_BACKOFF_NS (10 * NS_PER_S)
#define CRASH_BACKOFF_NS_MAX (300 * NS_PER_S)
#define CRASH_FORGET_NS (600 * NS_PER_S)
/* Kubernetes takes a node for lost after 40 s without a heartbeat (the controller manager's
 * --node-monitor-grace-period; 50 s in later releases); its pods then stay bound to it for their
 * toleration. A node that returns is seen at its next heartbeat, every 10 s (the kubelet's
 * nodeStatusUpdateFrequency). */
#define NODE_GRACE_NS (40 * NS_PER_S)
#define NODE_HEARTBEAT_NS (10 * NS_PER_S)

/* What the kubelet leaves a process whose preStop hook has used up the grace period. */
#define STOP_GRACE_NS (2 * NS_PER_S)

const char *const pod_state_names[] = { "gone", "starting", "ready", "draining", "crashed" };

static struct pod_side *side_of(const struct world *w, uint32_t pod)
{
    return &service_room_of(w)->sides[pod];
}

static void tell(struct world *w, uint32_t pod, enum pod_state state)
{
    const struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->listener_count; i++)
        room->listeners[i](w, pod, state);
}

static uint32_t note(struct world *w, uint32_t pod, const char *kind, uint32_t cause,
                     const char *text)
{
    const struct service *s = pod_get(w, pod)->owner;
    return recorder_event(w->recorder, now_ns(w), kind, s->name, cause, "pod %u %s",
                          pod - s->first_pod, text);
}

static void count_ready(struct world *w, struct service *s, int change)
{
    s->area_ready -= (uint64_t)((int64_t)change * now_ns(w));
    s->ready += (uint32_t)change;
    if (s->ready < s->ready_min) s->ready_min = s->ready;
    if (s->ready > s->ready_max) s->ready_max = s->ready;
}

static bool serves(uint8_t state)
{
    return state == POD_READY || state == POD_DRAINING;
}

static void count_serving(const struct world *w, struct service *s, int change)
{
    s->area_serving -= (uint64_t)((int64_t)change * now_ns(w));
    s->serving += (uint32_t)change;
}

static void set_state(struct world *w, uint32_t pod, enum pod_state state)
{
    struct pod *p = pod_get(w, pod);
    struct service *s = p->owner;
    if (s->occupied) occupancy_mark(w, p);
    if (p->state == POD_READY && state != POD_READY) count_ready(w, s, -1);
    if (p->state != POD_READY && state == POD_READY) count_ready(w, s, +1);
    if (serves(p->state) != serves((uint8_t)state)) count_serving(w, s, serves((uint8_t)state) ? 1 : -1);
    p->state = (uint8_t)state;
    pod_settle(w, p);
    if (state == POD_CRASHED || state == POD_GONE) transport_ended(w, s->group, pod);
    group_ready(w, s->group, pod, state == POD_READY);
    if (state == POD_CRASHED || state == POD_GONE) view_caller(w, pod, false);
}

/* ------------------------------------------------------------------------- where it is */

/* Every pod has an address of its own, which a restart in place keeps. The node stands in it, so
 * that one may ask about an address whose pod is long gone. */
uint64_t pod_address(const struct world *w, uint32_t pod)
{
    const struct pod_side *side = side_of(w, pod);
    return (uint64_t)side->node << 32 | side->address;
}

enum reach pod_reach(const struct world *w, uint32_t pod, uint64_t address)
{
    const struct pod *p = pod_get(w, pod);
    if (!infra_node(w, (uint32_t)(address >> 32))->up) return REACH_SILENT;
    if (p->state == POD_GONE || pod_address(w, pod) != address) return REACH_GONE;
    bool serves = p->state == POD_READY ||
                  (p->state == POD_DRAINING && now_ns(w) < side_of(w, pod)->stop_ns);
    return serves ? REACH_OPEN : REACH_REFUSED; /* one told to end listens no more */
}

bool pod_leaves(const struct world *w, uint32_t pod)
{
    return pod_get(w, pod)->state == POD_DRAINING;
}

/* ------------------------------------------------------------------------- it comes */

static void on_ready(struct world *w, uint32_t pod, uint32_t generation)
{
    if (side_of(w, pod)->generation != generation || pod_get(w, pod)->state != POD_STARTING) return;
    set_state(w, pod, POD_READY);
    if (w->tracing) recorder_trace(w->recorder, now_ns(w), "pod.ready", "pod=%u", pod);
    tell(w, pod, POD_READY);
}

static const struct event_type pod_ready = { EVENT("pod.ready"), on_ready, NULL, PHASE_CONTROL };

static void start_process(struct world *w, uint32_t pod)
{
    struct pod *p = pod_get(w, pod);
    struct service *s = p->owner;
    uint64_t key = stream_key(w->root_key, s->name, "startup");
    struct rng r = rng_keyed(key_child(key_child(key, pod - s->first_pod), side_of(w, pod)->generation));
    side_of(w, pod)->memory = s->spec->memory;
    side_of(w, pod)->started_ns = now_ns(w);
    side_of(w, pod)->lost = false;
    if (now_ns(w) >= w->warmup_ns) s->starts++;
    set_state(w, pod, POD_STARTING);
    view_caller(w, pod, true);
    int64_t startup_ns = dist_draw_ns(&s->spec->startup, &r);
    engine_at(w->engine, time_add(now_ns(w), startup_ns), &pod_ready, pod, side_of(w, pod)->generation);
}

/* Requests reserve CPU: where no pod can want more than it requested, none is ever slowed. One
 * that can takes what is idle, so then all must be watched. */
static bool is_fast(const struct service *s, uint32_t node, const struct world *w)
{
    if (s->discipline->shares || (s->limited && s->limits.cpu < (double)s->spec->workers))
        return false;
    return infra_node(w, node)->cpu > 1e300 || service_room_of(w)->reserved;
}

static bool place(struct world *w, uint32_t pod)
{
    struct service_room *room = service_room_of(w);
    struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    uint32_t node = infra_place(w, s->index, s->requests.cpu, s->requests.memory);
    if (node == NODE_NONE) return false;
    side_of(w, pod)->node = node;
    side_of(w, pod)->address++;
    room->zones[pod] = infra_node(w, node)->zone;
    side_of(w, pod)->fast = is_fast(s, node, w);
    side_of(w, pod)->node_known = true;
    if (!side_of(w, pod)->fast) node_cpu_join(w, pod);
    infra_meter(w, s->name, s->requests.cpu, s->requests.memory, 1);
    return true;
}

static void unplace(struct world *w, uint32_t pod)
{
    struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    uint32_t node = side_of(w, pod)->node;
    if (!side_of(w, pod)->fast) node_cpu_leave(w, pod);
    side_of(w, pod)->node_known = false;
    infra_release(w, s->index, node, s->requests.cpu, s->requests.memory);
    infra_meter(w, s->name, s->requests.cpu, s->requests.memory, -1);
}

static uint32_t active_count(const struct world *w, const struct service *s)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->capacity; i++) {
        uint8_t state = pod_get(w, s->first_pod + i)->state;
        count += state != POD_GONE && state != POD_DRAINING;
    }
    return count;
}

uint32_t pod_start(struct world *w, uint32_t service, uint32_t cause)
{
    struct service *s = &service_room_of(w)->services[service];
    for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++) {
        if (pod_get(w, pod)->state != POD_GONE) continue;
        if (!place(w, pod)) {
            if (!s->unschedulable)
                recorder_event(w->recorder, now_ns(w), "pod.unschedulable", s->name, cause,
                               "no node has room for another pod");
            s->unschedulable = true;
            return POD_NONE;
        }
        side_of(w, pod)->crash_count = 0;
        start_process(w, pod);
        if (active_count(w, s) >= s->replicas) s->unschedulable = false;
        return pod;
    }
    return POD_NONE;
}

static void on_fill(struct world *w, uint32_t service, uint32_t unused);
static const struct event_type service_fill = { EVENT("service.fill"), on_fill, NULL, PHASE_CONTROL };

/* At most one retry is pending, however often a pod goes meanwhile. */
static void fill(struct world *w, uint32_t service)
{
    struct service *s = &service_room_of(w)->services[service];
    while (active_count(w, s) < s->replicas) {
        if (pod_start(w, service, 0) != POD_NONE) continue;
        if (!s->filling) engine_at(w->engine, now_ns(w) + FILL_RETRY_NS, &service_fill, service, 0);
        s->filling = true;
        return;
    }
}

static void on_fill(struct world *w, uint32_t service, uint32_t unused)
{
    (void)unused;
    service_room_of(w)->services[service].filling = false;
    fill(w, service);
}

static void gone(struct world *w, uint32_t pod)
{
    struct pod *p = pod_get(w, pod);
    uint32_t service = p->owner->index;
    check(p->in_flight == 0);
    set_state(w, pod, POD_GONE);
    side_of(w, pod)->generation++;
    unplace(w, pod);
    tell(w, pod, POD_GONE);
    fill(w, service);
}

void pod_drained_check(struct world *w, uint32_t pod)
{
    const struct pod *p = pod_get(w, pod);
    if (p->state != POD_DRAINING || p->in_flight > 0 || p->serving) return;
    if (now_ns(w) >= side_of(w, pod)->stop_ns) gone(w, pod);
}

/* Ends every call at the pod. Answers may cause new calls, which a pod that is not ready refuses. */
static void evict_all(struct world *w, uint32_t pod)
{
    for (uint32_t id = 0; id < w->calls->count && pod_get(w, pod)->in_flight > 0; id++) {
        const struct call *c = call_get(w, id);
        bool here = c->pod == pod && c->state >= CALL_QUEUED && c->state <= CALL_WAITING;
        if (here && group_get(w, route_group(w, c->route))->type == &pod_endpoint)
            pod_evict(w, id, OUTCOME_CRASHED);
    }
}

static void on_grace_over(struct world *w, uint32_t pod, uint32_t generation)
{
    struct pod *p = pod_get(w, pod);
    if (side_of(w, pod)->generation != generation || p->state != POD_DRAINING) return;
    note(w, pod, "pod.killed", 0, "after its grace period");
    side_of(w, pod)->stop_ns = now_ns(w);
    p->serving = 1; /* nobody is started while the dead are counted */
    evict_all(w, pod);
    p->serving = 0;
    pod_drained_check(w, pod);
}

static const struct event_type grace_over = { EVENT("pod.grace"), on_grace_over, NULL, PHASE_CONTROL };

static void on_stop(struct world *w, uint32_t pod, uint32_t generation)
{
    if (side_of(w, pod)->generation != generation) return;
    transport_stopping(w, pod_get(w, pod)->owner->group, pod);
    pod_drained_check(w, pod);
}

static const struct event_type pod_stop = { EVENT("pod.stop"), on_stop, NULL, PHASE_CONTROL };

void pod_drain(struct world *w, uint32_t pod, uint32_t cause)
{
    struct pod *p = pod_get(w, pod);
    const struct service_spec *s = p->owner->spec;
    (void)cause;
    if (p->state == POD_GONE || p->state == POD_DRAINING) return;
    bool serves = p->state == POD_READY && s->pre_stop_ns > 0;
    int64_t stop_ns = s->pre_stop_ns < s->grace_ns ? s->pre_stop_ns : s->grace_ns;
    int64_t kill_ns = s->grace_ns + (serves && stop_ns == s->grace_ns ? STOP_GRACE_NS : 0);
    side_of(w, pod)->stop_ns = now_ns(w) + (serves ? stop_ns : 0);
    set_state(w, pod, POD_DRAINING);
    if (serves)
        engine_at(w->engine, now_ns(w) + stop_ns, &pod_stop, pod, side_of(w, pod)->generation);
    else
        transport_stopping(w, p->owner->group, pod);
    if (p->in_flight > 0 || serves)
        engine_at(w->engine, time_add(now_ns(w), kill_ns), &grace_over, pod, side_of(w, pod)->generation);
    pod_drained_check(w, pod);
}

bool service_scale(struct world *w, uint32_t service, uint32_t replicas, uint32_t cause)
{
    struct service *s = &service_room_of(w)->services[service];
    if (replicas > s->capacity) return false;
    s->replicas = replicas;
    uint32_t active = active_count(w, s);
    for (uint32_t i = s->capacity; i-- > 0 && active > replicas;) {
        uint8_t state = pod_get(w, s->first_pod + i)->state;
        if (state == POD_GONE || state == POD_DRAINING) continue;
        pod_drain(w, s->first_pod + i, cause);
        active--;
    }
    fill(w, service);
    return true;
}

static void on_restart(struct world *w, uint32_t pod, uint32_t generation);
static const struct event_type pod_restart = { EVENT("pod.restart"), on_restart, NULL, PHASE_CONTROL };

/* The pod stays bound to its lost node until it is evicted; then its slot is filled elsewhere. */
static void await_node(struct world *w, uint32_t pod)
{
    const struct pod *p = pod_get(w, pod);
    struct pod_side *side = side_of(w, pod);
    if (!side->lost) side->lost_ns = now_ns(w);
    side->lost = true;
    int64_t evict_ns = time_add(side->lost_ns + NODE_GRACE_NS, p->owner->spec->toleration_ns);
    if (now_ns(w) >= evict_ns) {
        note(w, pod, "pod.evicted", 0, "from a node that is unreachable");
        gone(w, pod);
        return;
    }
    int64_t next_ns = now_ns(w) + NODE_HEARTBEAT_NS;
    engine_at(w->engine, next_ns < evict_ns ? next_ns : evict_ns, &pod_restart, pod,
              side->generation);
}

static void on_restart(struct world *w, uint32_t pod, uint32_t generation)
{
    const struct pod *p = pod_get(w, pod);
    if (side_of(w, pod)->generation != generation || p->state != POD_CRASHED) return;
    if (infra_node(w, side_of(w, pod)->node)->up)
        start_process(w, pod);
    else
        await_node(w, pod);
}

/* A process that died with its node is not to blame. */
static int64_t backoff_of(struct world *w, struct pod_side *side)
{
    if (!infra_node(w, side->node)->up) return 0;
    if (now_ns(w) - side->started_ns > CRASH_FORGET_NS) side->crash_count = 0;
    uint32_t count = side->crash_count++;
    if (count == 0) return 0;
    int64_t backoff_ns = CRASH_BACKOFF_NS << (count - 1 < 6 ? count - 1 : 6);
    return backoff_ns < CRASH_BACKOFF_NS_MAX ? backoff_ns : CRASH_BACKOFF_NS_MAX;
}

void pod_crash(struct world *w, uint32_t pod, const char *reason, uint32_t cause)
{
    struct pod *p = pod_get(w, pod);
    struct service *s = p->owner;
    if (p->state == POD_GONE || p->state == POD_CRASHED) return;
    bool draining = p->state == POD_DRAINING;
    note(w, pod, "pod.crash", cause, reason);
    if (now_ns(w) >= w->warmup_ns) s->restarts++;
    set_state(w, pod, POD_CRASHED);
    side_of(w, pod)->generation++;
    p->serving = 1; /* nobody is started while the dead are counted */
    evict_all(w, pod);
    p->serving = 0;
    check(p->in_flight == 0 && p->queued == 0 && p->running == 0);
    if (draining) {
        gone(w, pod);
        return;
    }
    int64_t backoff_ns = backoff_of(w, side_of(w, pod));
    engine_at(w->engine, now_ns(w) + backoff_ns, &pod_restart, pod, side_of(w, pod)->generation);
}

static void on_out_of_memory(struct world *w, uint32_t pod, uint32_t generation)
{
    if (side_of(w, pod)->generation == generation) pod_crash(w, pod, "OOMKilled", 0);
}

/* Its own event: the call that takes the last byte is in the middle of something. */
static const struct event_type out_of_memory = { EVENT("pod.oom"), on_out_of_memory, NULL, PHASE_FAULT };

void pod_memory_add(struct world *w, uint32_t pod, int64_t bytes)
{
    const struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    struct pod_side *side = side_of(w, pod);
    bool fitted = side->memory <= s->limits.memory;
    side->memory += bytes;
    if (fitted && s->limits.memory > 0 && side->memory > s->limits.memory)
        engine_at(w->engine, now_ns(w), &out_of_memory, pod, side_of(w, pod)->generation);
}

static bool all_reserved(const struct world *w)
{
    const struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->service_count; i++)
        if (pod_cores(&room->services[i]) > room->services[i].requests.cpu) return false;
    return true;
}

/* The first replicas are there when the run begins, without start-up. */
void lifecycle_open(struct world *w)
{
    struct service_room *room = service_room_of(w);
    room->reserved = all_reserved(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        for (uint32_t n = 0; n < s->replicas; n++) {
            uint32_t pod = s->first_pod + n;
            bool placed = place(w, pod);
            check(placed); /* services_check has placed them all before */
            side_of(w, pod)->memory = s->spec->memory;
            set_state(w, pod, POD_READY);
            view_caller(w, pod, true);
        }
        s->ready_min = s->ready_max = s->ready;
    }
}

void service_listen(struct world *w, pod_listener *listener)
{
    struct service_room *room = service_room_of(w);
    check(room->listener_count < ROOM_COUNT);
    room->listeners[room->listener_count++] = listener;
}
