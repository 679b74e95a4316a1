/* waiting.c - the calls that wait at a pod for a worker.
 *
 * fifo and lifo are a doubly linked list through the calls (call.next, side.queued_at backwards); ranked
 * disciplines are a binary heap on (rank, age), each call knowing its position. */
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
    struct ranked x = { waiting_rank(w, call, waiting_work(w, call)), side->age++, call };
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

void waiting_push(struct world *w, uint32_t pod, uint32_t call)
{
    struct pod *p = pod_get(w, pod);
    enum queue_order order = p->owner->discipline->order;
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

uint32_t waiting_pop(struct world *w, uint32_t pod)
{
    const struct pod *p = pod_get(w, pod);
    bool ranked = p->owner->discipline->order == ORDER_RANKED;
    uint32_t call = ranked ? side_of(w, pod)->queue[0].call : p->first;
    waiting_remove(w, pod, call);
    return call;
}
