/* cpu.c - CPU work: alone on a core, or sharing.
 *
 * A pod is fast when nothing can slow it: no more workers than its CPU limit, and a node that never
 * has to share. Its work then takes exactly its time: one event, no book-keeping. Other pods share in
 * virtual time: all tasks of a pod progress at one rate, so each is a tag in a heap and a change of
 * rate moves no tag (O(log n) a task). What that rate is says node_cpu.c. */
#include "base/arena.h"
#include "base/check.h"
#include "service/node_cpu.h"
#include "service/pod.h"

#include <math.h>

static struct pod_side *side_of(const struct world *w, uint32_t pod)
{
    return &service_room_of(w)->sides[pod];
}

static void advance(struct world *w, uint32_t pod);

double pod_cores(const struct service *s)
{
    double cores = (double)s->spec->workers;
    return s->limited && s->limits.cpu < cores ? s->limits.cpu : cores;
}

/* For disciplines that interrupt: takes the call off the pod's list. */
static void on_cpu_done_listed(struct world *w, uint32_t call, uint32_t generation)
{
    (void)generation;
    cpu_stop(w, call);
    program_worked(w, call);
}

static const struct event_type cpu_done_listed = { EVENT("cpu.done"), on_cpu_done_listed, call_live,
                                                   PHASE_WORK };

static void list_add(struct world *w, uint32_t pod, uint32_t call, int64_t work_ns)
{
    struct pod_side *side = side_of(w, pod);
    const struct service *s = pod_get(w, pod)->owner;
    if (!side->on_cpu)
        side->on_cpu = arena_alloc(w->arena, s->spec->workers * sizeof *side->on_cpu);
    check(side->on_cpu_count < s->spec->workers);
    int64_t done_ns = now_ns(w) + work_ns;
    side->on_cpu[side->on_cpu_count++] = (struct on_cpu){
        call, done_ns,
        engine_timer(w->engine, done_ns, &cpu_done_listed, call, call_get(w, call)->generation)
    };
}

static struct on_cpu *list_find(const struct world *w, uint32_t call)
{
    struct pod_side *side = side_of(w, call_get(w, call)->pod);
    for (uint32_t i = 0; i < side->on_cpu_count; i++)
        if (side->on_cpu[i].call == call) return &side->on_cpu[i];
    return NULL;
}

/* What each task of a sharing pod has been given so far, now. */
static double served_now(const struct world *w, const struct pod_side *side)
{
    return side->served + side->rate * (double)(now_ns(w) - side->advanced_ns);
}

/* Of the work alone, however slowly it goes; rounded up, so that nothing is lost. */
static int64_t task_left(const struct world *w, const struct pod_side *side, uint32_t at)
{
    double left = side->tasks[at].tag - served_now(w, side);
    return left > 0 ? (int64_t)ceil(left) : 0;
}

static uint32_t task_find(const struct pod_side *side, uint32_t call)
{
    uint32_t at = 0;
    while (at < side->task_count && side->tasks[at].call != call)
        at++;
    return at;
}

int64_t cpu_remaining(const struct world *w, uint32_t call)
{
    const struct pod_side *side = side_of(w, call_get(w, call)->pod);
    if (!side->fast) {
        uint32_t at = task_find(side, call);
        check(at < side->task_count);
        return task_left(w, side, at);
    }
    const struct on_cpu *x = list_find(w, call);
    check(x != NULL);
    return x->done_ns - now_ns(w);
}

/* Neither list is in any order: of equals the one that came last gives way. */
uint32_t cpu_victim(const struct world *w, uint32_t pod, int64_t rank)
{
    const struct pod_side *side = side_of(w, pod);
    bool fast = side->fast;
    uint32_t worst = CALL_NONE, count = fast ? side->on_cpu_count : side->task_count;
    int64_t worst_rank = rank, worst_entered_ns = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t call = fast ? side->on_cpu[i].call : side->tasks[i].call;
        int64_t left = fast ? side->on_cpu[i].done_ns - now_ns(w) : task_left(w, side, i);
        int64_t at = waiting_rank(w, call, left), entered_ns = call_get(w, call)->entered_ns;
        if (at < worst_rank || (at == worst_rank && entered_ns <= worst_entered_ns)) continue;
        worst = call;
        worst_rank = at;
        worst_entered_ns = entered_ns;
    }
    return worst;
}

static void task_sift_up(struct task *heap, uint32_t at, struct task x)
{
    for (; at > 0; at = (at - 1) / 2) {
        const struct task *up = &heap[(at - 1) / 2];
        if (up->tag < x.tag || (up->tag == x.tag && up->age < x.age)) break;
        heap[at] = *up;
    }
    heap[at] = x;
}

static bool task_before(const struct task *a, const struct task *b)
{
    return a->tag != b->tag ? a->tag < b->tag : a->age < b->age;
}

static void task_sift_down(struct task *heap, uint32_t count, uint32_t at, struct task x)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && task_before(&heap[child + 1], &heap[child])) child++;
        if (!task_before(&heap[child], &x)) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = x;
}

static void task_add(struct world *w, uint32_t pod, uint32_t call, int64_t work_ns)
{
    struct pod_side *side = side_of(w, pod);
    advance(w, pod);
    if (side->task_count == side->task_capacity) {
        uint32_t wider = side->task_capacity ? 2 * side->task_capacity : 16;
        side->tasks = arena_grow(w->arena, side->tasks, side->task_capacity * sizeof *side->tasks,
                                 wider * sizeof *side->tasks);
        side->task_capacity = wider;
    }
    struct task x = { side->served + (double)work_ns, side->age++, call };
    task_sift_up(side->tasks, side->task_count++, x);
    node_cpu_changed(w, pod);
}

static void task_remove(struct world *w, uint32_t pod, uint32_t at)
{
    struct pod_side *side = side_of(w, pod);
    struct task x = side->tasks[--side->task_count];
    if (at == side->task_count) return;
    if (at > 0 && task_before(&x, &side->tasks[(at - 1) / 2]))
        task_sift_up(side->tasks, at, x);
    else
        task_sift_down(side->tasks, side->task_count, at, x);
}

void cpu_begin_slowly(struct world *w, uint32_t call, int64_t work_ns)
{
    uint32_t pod = call_get(w, call)->pod;
    if (!side_of(w, pod)->fast) {
        task_add(w, pod, call, work_ns);
        return;
    }
    pod_get(w, pod)->alone_ns += (uint64_t)work_ns;
    call_side(w, call)->remaining_ns = now_ns(w) + work_ns;
    list_add(w, pod, call, work_ns);
}

/* A stale cpu.done of a fast pod dies with the call's generation: the caller closes it. */
void cpu_stop(struct world *w, uint32_t call)
{
    uint32_t pod = call_get(w, call)->pod;
    struct pod *p = pod_get(w, pod);
    struct pod_side *side = side_of(w, pod);
    if (side->fast) {
        p->alone_ns -= (uint64_t)(call_side(w, call)->remaining_ns - now_ns(w));
        struct on_cpu *x = list_find(w, call);
        if (!x) return;
        engine_cancel(w->engine, x->event);
        *x = side->on_cpu[--side->on_cpu_count];
        return;
    }
    advance(w, pod);
    uint32_t at = task_find(side, call);
    if (at == side->task_count) return; /* it had a worker, but was not on a CPU */
    task_remove(w, pod, at);
    node_cpu_changed(w, pod);
}

static void on_task_done(struct world *w, uint32_t pod, uint32_t unused)
{
    (void)unused;
    struct pod_side *side = side_of(w, pod);
    check(side->task_count > 0);
    advance(w, pod);
    struct task done = side->tasks[0];
    /* The event was rounded up to a whole nanosecond; the work is done exactly. */
    if (side->served < done.tag) side->served = done.tag;
    side->done = (struct event_id){ 0, 0 };
    task_remove(w, pod, 0);
    node_cpu_changed(w, pod);
    program_worked(w, done.call);
}

static const struct event_type task_done = { EVENT("cpu.shared"), on_task_done, NULL, PHASE_WORK };

static void advance(struct world *w, uint32_t pod)
{
    struct pod_side *side = side_of(w, pod);
    double elapsed = (double)(now_ns(w) - side->advanced_ns);
    side->served += side->rate * elapsed;
    side->cpu_ns += side->rate * elapsed * (double)side->task_count;
    side->advanced_ns = now_ns(w);
}

static void schedule_done(struct world *w, uint32_t pod)
{
    struct pod_side *side = side_of(w, pod);
    engine_cancel(w->engine, side->done);
    side->done = (struct event_id){ 0, 0 };
    if (side->task_count == 0 || side->rate <= 0) return;
    double left = side->tasks[0].tag - side->served;
    int64_t delay = left > 0 ? (int64_t)ceil(left / side->rate) : 0;
    side->done = engine_timer(w->engine, time_add(now_ns(w), delay), &task_done, pod, 0);
}

void cpu_set_rate(struct world *w, uint32_t pod, double rate)
{
    struct pod_side *side = side_of(w, pod);
    advance(w, pod);
    side->rate = rate;
    schedule_done(w, pod);
}

/* What begins alone is charged whole, which spares every request a second visit to the books: so the
 * few that are still at it are looked for when someone reads them. */
void cpu_look_ahead(struct world *w)
{
    struct service_room *room = service_room_of(w);
    int64_t now = now_ns(w);
    for (uint32_t pod = 0; pod < room->pod_count; pod++)
        room->sides[pod].ahead_ns = 0;
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct call *c = call_get(w, id);
        if (c->state != CALL_RUNNING || c->side.remaining_ns <= now) continue;
        if (side_of(w, c->pod)->fast)
            side_of(w, c->pod)->ahead_ns += (uint64_t)(c->side.remaining_ns - now);
    }
}

/* Since `cpu_ns` was last brought up to date. Looking must not advance anything: the rounding of
 * one step taken as two would move events. */
static double cpu_since_ns(const struct world *w, const struct pod_side *side)
{
    double elapsed = (double)(now_ns(w) - side->advanced_ns);
    return side->rate * elapsed * (double)side->task_count;
}

double cpu_used_ns(const struct world *w, uint32_t pod)
{
    const struct pod_side *side = side_of(w, pod);
    return (double)(int64_t)(pod_get(w, pod)->alone_ns - side->ahead_ns) + side->cpu_ns +
           cpu_since_ns(w, side);
}

void cpu_reset(struct world *w, uint32_t pod)
{
    pod_get(w, pod)->alone_ns = side_of(w, pod)->ahead_ns;
    side_of(w, pod)->cpu_ns = -cpu_since_ns(w, side_of(w, pod));
}
