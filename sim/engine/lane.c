/* lane.c - events that all wait equally long stand in line: only the first is in the queue.
 *
 * At any time: a lane that is not empty has one entry in the queue, for its head. */
#include "engine/inside.h"

#include "base/arena.h"
#include "base/check.h"

static bool never_asked(const struct world *w, uint32_t a, uint32_t b)
{
    (void)w, (void)a, (void)b;
    check(false);
    return false;
}

const struct event_type lane_entry_type = { EVENT("lane"), .live = never_asked };

uint32_t engine_lane(struct engine *e, int64_t delay_ns, const struct event_type *type)
{
    check(delay_ns >= 0 && delay_ns <= TIME_MAX_NS);
    for (uint32_t i = 0; i < e->lane_count; i++)
        if (e->s.lanes[i].delay_ns == delay_ns && e->s.lanes[i].type == type) return i;
    size_t bytes = e->lane_count * sizeof *e->s.lanes;
    e->s.lanes = arena_grow(e->arena, e->s.lanes, bytes, bytes + sizeof *e->s.lanes);
    e->s.lanes[e->lane_count] = (struct lane){ .type = type,
                                                  .delay_ns = delay_ns,
                                                  .mask = UINT32_MAX };
    return e->lane_count++;
}

/* The ring is full (or not there): what had wrapped to its beginning moves behind its old end. */
static __attribute__((noinline)) void lane_grow(struct engine *e, struct lane *lane)
{
    uint32_t old = lane->ring ? lane->mask + 1 : 0, wider = old ? 2 * old : 16;
    uint32_t head = lane->head & lane->mask, count = lane->tail - lane->head;
    size_t entry = sizeof *lane->ring;
    lane->ring = arena_grow(e->arena, lane->ring, old * entry, wider * entry);
    memcpy(lane->ring + old, lane->ring, head * entry);
    lane->head = head;
    lane->tail = head + count;
    lane->mask = wider - 1;
}

static void head_wait(struct engine *e, uint32_t index)
{
    const struct lane *lane = &e->s.lanes[index];
    const struct lane_entry *x = &lane->ring[lane->head & lane->mask];
    struct waiter waiter = { event_key(x->time_ns, lane->type->phase), &lane_entry_type, x->age,
                             about_of(index, 0) };
    engine_wait(e, &waiter);
}

void engine_lane_push_slowly(struct engine *e, uint32_t index, uint32_t a, uint32_t b)
{
    struct lane *lane = &e->s.lanes[index];
    if (lane->delay_ns == 0) {
        engine_at(e, e->s.now_ns, lane->type, a, b);
        return;
    }
    if (lane->tail - lane->head == lane->mask + 1) lane_grow(e, lane);
    bool was_empty = lane->tail == lane->head;
    lane->ring[lane->tail++ & lane->mask] =
        (struct lane_entry){ time_add(e->s.now_ns, lane->delay_ns), e->s.age++, about_of(a, b) };
    if (was_empty) head_wait(e, index);
}

/* The first entry from `at` on that is still live, or the tail. */
static uint32_t live_from(const struct engine *e, const struct lane *lane, uint32_t at)
{
    uint32_t tail = lane->tail, mask = lane->mask;
    const struct lane_entry *ring = lane->ring;
    if (lane->type->live && lane->type->live == e->s.pool_live)
        while (at != tail && !pool_is_live(e, ring[at & mask].about))
            at++;
    else
        while (at != tail && !is_live(e, lane->type, ring[at & mask].about))
            at++;
    return at;
}

void lane_take(struct engine *e, struct waiter *out)
{
    uint32_t index = waiter_a(out);
    struct lane *lane = &e->s.lanes[index];
    out->type = lane->type;
    out->about = lane->ring[lane->head & lane->mask].about;
    lane->head = live_from(e, lane, lane->head + 1);
    if (lane->head != lane->tail) head_wait(e, index);
}
