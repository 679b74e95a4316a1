/* timer.c - events that can be cancelled.
 *
 * At any time: a timer whose `type` is not NULL has one entry in the queue or a batch with its slot
 * and generation. Cancelling changes the generation; the entry is dropped when it is met. */
#include "engine/inside.h"

#include "base/arena.h"
#include "base/check.h"

#define TIMERS_FIRST 16

/* For sweeps only: the short path goes by the address of this type. */
static bool never_asked(const struct world *w, uint32_t a, uint32_t b)
{
    (void)w, (void)a, (void)b;
    check(false);
    return false;
}

const struct event_type timer_entry_type = { EVENT("timer"), .live = never_asked };

static uint32_t timer_make(struct engine *e)
{
    if (e->timer_count == e->timer_capacity) {
        uint32_t wider = e->timer_capacity ? 2 * e->timer_capacity : TIMERS_FIRST;
        e->timers = arena_grow(e->arena, e->timers, e->timer_capacity * sizeof *e->timers,
                               wider * sizeof *e->timers);
        e->timer_capacity = wider;
        if (e->timer_count == 0) e->timer_count = 1;
    }
    return e->timer_count++;
}

static void timer_give(struct engine *e, uint32_t slot)
{
    struct timer *t = &e->timers[slot];
    t->generation++;
    t->type = NULL;
    t->next = e->free_timer;
    e->free_timer = slot;
}

struct event_id engine_timer(struct engine *e, int64_t time_ns, const struct event_type *type,
                             uint32_t a, uint32_t b)
{
    check(time_ns >= e->s.now_ns);
    if (time_ns > key_time(KEY_LAST)) return (struct event_id){ 0, 0 };
    uint32_t slot = e->free_timer;
    if (slot)
        e->free_timer = e->timers[slot].next;
    else
        slot = timer_make(e);
    struct timer *t = &e->timers[slot];
    t->type = type;
    t->a = a;
    t->b = b;
    struct waiter x = { event_key(time_ns, type->phase), &timer_entry_type, e->s.age++,
                        about_of(slot, t->generation) };
    engine_wait(e, &x);
    return (struct event_id){ slot, t->generation };
}

bool engine_pending(const struct engine *e, struct event_id id)
{
    return id.slot != 0 && e->timers[id.slot].generation == id.generation;
}

bool engine_cancel(struct engine *e, struct event_id id)
{
    if (!engine_pending(e, id)) return false;
    timer_give(e, id.slot);
    e->cancelled++;
    return true;
}

bool timer_dead(const struct engine *e, uint32_t slot, uint32_t generation)
{
    return e->timers[slot].generation != generation;
}

bool timer_take(struct engine *e, struct waiter *x)
{
    uint32_t slot = waiter_a(x);
    if (timer_dead(e, slot, waiter_b(x))) return false;
    const struct timer *t = &e->timers[slot];
    x->type = t->type;
    x->about = about_of(t->a, t->b);
    timer_give(e, slot);
    return true;
}
