/* fault.c - the room: the schedule of a world, from its open to its checks. */
#include "fault/fault.h"

#include "base/check.h"

#include "base/poison.h"

static void fault_open(struct world *w, void *state, struct diag *d)
{
    schedule_open(w, state, d);
}

static void fault_check(const struct world *w)
{
    const struct schedule *f = schedule_of(w);
    uint64_t under_way = 0;
    for (uint32_t i = 0; i < f->count; i++)
        under_way += f->items[i].under_way;
    check(f->begun == f->ended + under_way);
    check(!w->failure || engine_stopped(w->engine));
}

const struct room fault_room = {
    .name = "fault",
    .state_size = sizeof(struct schedule),
    .open = fault_open,
    .begin = schedule_begin,
    .check = fault_check,
};
