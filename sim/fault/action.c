/* action.c - begins actions and ends them when their time is over.
 *
 * Every beginning and end is an entry of the timeline, and the beginning is the cause of both the
 * end and all that the action does. Invariant: an action with an end is under way at most once. */
#include "fault/fault.h"

#include "base/check.h"
#include "base/units.h"

#include <string.h>

#include "base/poison.h"

static void action_end(struct world *w, uint32_t index, uint32_t cause)
{
    struct scheduled *s = &schedule_of(w)->items[index];
    check(s->under_way);
    s->under_way = false;
    schedule_of(w)->ended++;
    uint32_t entry = recorder_event(w->recorder, now_ns(w), "fault.end", s->type->subject(s->spec),
                                    cause, "%s is over", s->kind->name);
    s->type->end(s->spec, s->state, w, entry ? entry : cause);
}

static const struct event_type action_ends = { EVENT("fault.end"), action_end, NULL, PHASE_FAULT };

/* 0: to the end of the run. */
static int64_t duration_of(const struct scheduled *s)
{
    return s->type->duration ? s->type->duration(s->spec) : 0;
}

static uint32_t beginning_tell(struct world *w, const struct scheduled *s)
{
    if (!s->type->subject) return 0;
    const char *subject = s->type->subject(s->spec), *name = s->kind->name;
    if (!s->type->end)
        return recorder_event(w->recorder, now_ns(w), "action", subject, 0, "%s", name);
    char lasting[40];
    if (duration_of(s) == 0)
        return recorder_event(w->recorder, now_ns(w), "fault.begin", subject, 0,
                              "%s, to the end of the run", name);
    return recorder_event(w->recorder, now_ns(w), "fault.begin", subject, 0, "%s, for %s", name,
                          units_print_duration(duration_of(s), lasting));
}

void action_begin(struct world *w, uint32_t index)
{
    struct scheduled *s = &schedule_of(w)->items[index];
    uint32_t cause = beginning_tell(w, s);
    if (s->type->end) {
        check(!s->under_way);
        s->under_way = true;
        schedule_of(w)->begun++;
        if (duration_of(s) > 0)
            engine_at(w->engine, time_add(now_ns(w), duration_of(s)), &action_ends, index, cause);
    }
    memset(s->state, 0, s->type->state_size);
    s->type->begin(s->spec, s->state, w, cause);
}
