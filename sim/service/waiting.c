/* waiting.c - the calls that wait at a pod for a worker.
 *
 * fifo and lifo are a doubly linked list through the calls (call.next, side.queued_at backwards); ranked
 * disciplines are a binary heap on (rank, age), each call knowing its position. Among equals an
 * interrupted call keeps its place: before all that have not begun, and before those that were
 * interrupted earlier, since it is the youngest that gives way (cpu_victim). */
#include "service/pod.h"

#include "base/arena.h"
#include "base/check.h"

static struct pod_side *side_of(const struct world *w, uint32_t pod)
{
    return &service_room_of(w)->sides[pod];
}

int64_t waiting_rank(const struct world *w, uint32_t call, int64_t work_ns)
{
    const struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    struct waiting waiting = { c->entered_ns, work_ns, c->priority };
    return s->discipline->rank(s->discipline_spec, &waiting);
}

static bool before(const struct ranked *a, const struct ranked *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->age < b->age;
}

static void settle(struct world *w, struct ranked *heap, uint32_t at, struct ranked x)
{
    heap[at] = x;
    call_side(w, x.call)->queued_at = at;
}

static void sift_up(struct world *w, struct ranked *heap, uint32_t at, struct ranked x)
{
    for (; at > 0 && before(&x, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        settle(w, heap, at, heap[(at - 1) / 2]);
    settle(w, heap, at, x);
}

static void sift_down(struct world *w, struct ranked *heap, uint32_t count, uint32_t at,
                      struct ranked x)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &x)) break;
        settle(w, heap, at, heap[child]);
        at = child;
    }
    settle(w, heap, at, x);
}

#define AGE_NEW (UINT64_C(1) << 63) /* greater than any age of an interrupted call */

static uint64_t age_of(struct pod_side *side, const struct call *c)
{
    uint64_t pushed = side->age++;
    return c->flags & CALL_INTERRUPTED ? AGE_NEW - 1 - pushed : AGE_NEW + pushed;
}

static void heap_push(struct world *w, uint32_t pod, uint32_t call)
{
    struct pod *p = pod_get(w, pod);
    struct pod_side *side = side_of(w, pod);
    if (p->queued == side->queue_capacity) {
        uint32_t wider = side->queue_capacity ? 2 * side->queue_capacity : 16;
        side->queue = arena_grow(w->arena, side->queue, side->queue_capacity * sizeof *side->queue,
                                 wider * sizeof *side->queue);
        side->queue_capacity = wider;
    }
    struct ranked x = { waiting_rank(w, call, waiting_work(w, call)),
                        age_of(side, call_get(w, call)), call };
    sift_up(w, side->queue, p->queued, x);
}

static void heap_remove(struct world *w, uint32_t pod, uint32_t at)
{
    struct pod_side *side = side_of(w, pod);
    uint32_t last = pod_get(w, pod)->queued - 1;
    struct ranked x = side->queue[last];
    if (at == last) return;
    if (at > 0 && before(&x, &side->queue[(at - 1) / 2]))
        sift_up(w, side->queue, at, x);
    else
        sift_down(w, side->queue, last, at, x);
}

static void list_push(struct world *w, struct pod *p, uint32_t call, bool front)
{
    struct call *c = call_get(w, call);
    c->next = CALL_NONE;
    if (p->queued == 0) {
        p->first = p->last = call;
    } else if (front) {
        c->next = p->first;
        call_side(w, p->first)->queued_at = call;
        p->first = call;
    } else {
        call_get(w, p->last)->next = call;
        call_side(w, call)->queued_at = p->last;
        p->last = call;
    }
}

/* The first call's backward link is never read, so it may be stale. */
static void list_remove(struct world *w, struct pod *p, uint32_t call)
{
    uint32_t next = call_get(w, call)->next;
    if (p->first == call) {
        p->first = next;
        return;
    }
    uint32_t previous = call_side(w, call)->queued_at;
    call_get(w, previous)->next = next;
    if (next != CALL_NONE)
        call_side(w, next)->queued_at = previous;
    else
        p->last = previous;
}

static int64_t backlogged_ns(const struct world *w, uint32_t pod)
{
    return now_ns(w) - side_of(w, pod)->queue_empty_ns;
}

/* Notes how long the call may wait; the place for it is free while it does. */
static void manage(struct world *w, uint32_t pod, uint32_t call)
{
    const struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    if (p->queued == 0) side_of(w, pod)->queue_empty_ns = now_ns(w);
    int64_t (*patience)(const void *, int64_t) = s->discipline->patience;
    if (call_get(w, call)->flags & CALL_BEGUN) patience = NULL; /* some of it is done already */
    call_side(w, call)->remaining_ns =
        patience ? patience(s->discipline_spec, backlogged_ns(w, pod)) : TIME_NEVER;
}

bool pod_sheds(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    uint32_t pod = c->pod;
    const struct service *s = pod_get(w, pod)->owner;
    int64_t waited_ns = now_ns(w) - call_side(w, call)->queued_ns;
    if (waited_ns <= call_side(w, call)->remaining_ns) return false;
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "queue.shed",
                       "%s pod=%u key=%016llx cause=waited_ms %.6f of %.6f queued=%u", s->name,
                       pod - s->first_pod, (unsigned long long)c->key, ns_to_ms(waited_ns),
                       ns_to_ms(call_side(w, call)->remaining_ns), pod_get(w, pod)->queued);
    c->outcome = OUTCOME_OVERLOADED;
    pod_answer(w, call);
    return true;
}

void waiting_push(struct world *w, uint32_t pod, uint32_t call)
{
    struct pod *p = pod_get(w, pod);
    enum queue_order order = p->owner->discipline->order;
    if (order == ORDER_MANAGED) manage(w, pod, call);
    if (order == ORDER_RANKED)
        heap_push(w, pod, call);
    else
        list_push(w, p, call, order == ORDER_LIFO);
    call_get(w, call)->state = CALL_QUEUED;
    p->queued++;
    p->area_queue -= (uint64_t)now_ns(w);
}

void waiting_remove(struct world *w, uint32_t pod, uint32_t call)
{
    struct pod *p = pod_get(w, pod);
    check(p->queued > 0);
    if (p->owner->discipline->order == ORDER_RANKED)
        heap_remove(w, pod, call_side(w, call)->queued_at);
    else
        list_remove(w, p, call);
    p->queued--;
    p->area_queue += (uint64_t)now_ns(w);
}

static uint32_t next_of(const struct world *w, uint32_t pod)
{
    const struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    if (s->discipline->order == ORDER_RANKED) return side_of(w, pod)->queue[0].call;
    bool (*newest)(const void *, int64_t) = s->discipline->newest;
    return newest && newest(s->discipline_spec, backlogged_ns(w, pod)) ? p->last : p->first;
}

uint32_t waiting_pop(struct world *w, uint32_t pod)
{
    uint32_t call = next_of(w, pod);
    waiting_remove(w, pod, call);
    return call;
}

/* Among the leaves of the heap; a queue with a limit is short. */
uint32_t waiting_worst(const struct world *w, uint32_t pod)
{
    const struct ranked *heap = side_of(w, pod)->queue;
    uint32_t count = pod_get(w, pod)->queued, worst = count / 2;
    for (uint32_t i = worst + 1; i < count; i++)
        if (before(&heap[worst], &heap[i])) worst = i;
    return heap[worst].call;
}
