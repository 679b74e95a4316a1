/* filter_bulkhead.c - so many calls at once, and no more: one slow callee cannot take all a caller
 * has.
 *
 * Calls that find no slot wait in order of arrival, each with its own patience. A slot that comes
 * free goes straight to the first of them, so while any waits none is free. Invariant: in_flight
 * counts the calls let through (one on its way in included) and never exceeds the limit. */
#include "traffic/outcomes.h"

#include "base/check.h"

#include <string.h>

#include "base/poison.h"

struct bulkhead_spec {
    uint32_t calls_max, waiting_max;
    int64_t wait_ns_max;
};

/* A waiting call is linked through call.next and side.queued_at, which only queues use, and keeps
 * the event that ends its patience in side.remaining_ns; 0 there: it has been let in. */
struct bulkhead {
    uint32_t in_flight, waiting;
    uint32_t first, last;
};

static int64_t event_pack(struct event_id e)
{
    int64_t packed;
    _Static_assert(sizeof e == sizeof packed, "an event's handle fits a number");
    memcpy(&packed, &e, sizeof packed);
    return packed;
}

static struct event_id event_unpack(int64_t packed)
{
    struct event_id e;
    memcpy(&e, &packed, sizeof e);
    return e;
}

static void queue_push(struct bulkhead *b, struct world *w, uint32_t id)
{
    call_get(w, id)->next = CALL_NONE;
    call_side(w, id)->queued_at = b->waiting ? b->last : CALL_NONE;
    if (b->waiting)
        call_get(w, b->last)->next = id;
    else
        b->first = id;
    b->last = id;
    b->waiting++;
}

static void queue_remove(struct bulkhead *b, struct world *w, uint32_t id)
{
    uint32_t next = call_get(w, id)->next, previous = call_side(w, id)->queued_at;
    check(b->waiting > 0);
    if (previous == CALL_NONE)
        b->first = next;
    else
        call_get(w, previous)->next = next;
    if (next == CALL_NONE)
        b->last = previous;
    else
        call_side(w, next)->queued_at = previous;
    b->waiting--;
}

/* ------------------------------------------------------------------------- events */

static void on_enter(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    call_resume(w, id, (uint8_t)(call_get(w, id)->stage + 1));
}

static const struct event_type bulkhead_enter = {
    .name = "bulkhead.enter", .fire = on_enter, .live = call_live, .phase = PHASE_WORK
};

static void on_late(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    uint8_t index = call_get(w, id)->stage;
    struct filter_site site = filter_site_of(w, id, index);
    queue_remove(site.state, w, id);
    if (w->tracing) filter_trace(w, id, "bulkhead.reject", "cause=waited too long");
    call_answer(w, id, index, OUTCOME_REJECTED);
}

static const struct event_type bulkhead_late = {
    .name = "bulkhead.late", .fire = on_late, .live = call_live, .phase = PHASE_WORK
};

/* Begins at once, but not from within another call's reply. */
static void slot_pass_on(struct bulkhead *b, struct world *w)
{
    if (b->waiting == 0) {
        check(b->in_flight > 0);
        b->in_flight--;
        return;
    }
    uint32_t id = b->first;
    queue_remove(b, w, id);
    engine_cancel(w->engine, event_unpack(call_side(w, id)->remaining_ns));
    call_side(w, id)->remaining_ns = 0;
    engine_at(w->engine, now_ns(w), &bulkhead_enter, id, call_get(w, id)->generation);
}

/* ------------------------------------------------------------------------- the filter */

static enum verdict reject(struct world *w, uint32_t id, enum outcome *outcome, const char *cause,
                           const struct bulkhead *b)
{
    if (w->tracing)
        filter_trace(w, id, "bulkhead.reject", "cause=%s in_flight=%u waiting=%u", cause,
                     b->in_flight, b->waiting);
    *outcome = OUTCOME_REJECTED;
    return FILTER_ANSWER;
}

static enum verdict bulkhead_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                     enum outcome *outcome)
{
    const struct bulkhead_spec *s = site->spec;
    struct bulkhead *b = site->state;
    if (b->in_flight < s->calls_max) {
        b->in_flight++;
        return FILTER_PASS;
    }
    if (s->wait_ns_max == 0) return reject(w, id, outcome, "full", b);
    if (b->waiting >= s->waiting_max) return reject(w, id, outcome, "queue full", b);
    queue_push(b, w, id);
    struct event_id late = engine_timer(w->engine, time_add(now_ns(w), s->wait_ns_max), &bulkhead_late,
                                     id, call_get(w, id)->generation);
    call_side(w, id)->remaining_ns = event_pack(late);
    if (w->tracing)
        filter_trace(w, id, "bulkhead.wait", "in_flight=%u waiting=%u", b->in_flight, b->waiting);
    return FILTER_WAIT;
}

static enum verdict bulkhead_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    (void)id;
    slot_pass_on(site->state, w);
    return FILTER_PASS;
}

static void bulkhead_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    bool kept_here = c->state == CALL_CALLER && c->stage == site->index;
    int64_t late = kept_here ? call_side(w, id)->remaining_ns : 0;
    if (late == 0) {
        slot_pass_on(site->state, w);
        return;
    }
    engine_cancel(w->engine, event_unpack(late));
    queue_remove(site->state, w, id);
}

static const struct filter_type bulkhead_type = {
    .state_size = sizeof(struct bulkhead),
    .on_call = bulkhead_on_call,
    .on_reply = bulkhead_on_reply,
    .on_gone = bulkhead_on_gone,
};

static const struct field bulkhead_fields[] = {
    COUNT(struct bulkhead_spec, "maxConcurrentCalls", calls_max, .preset = "25", .min = 1,
          .max = CALLS_MAX, .position = 1, .doc = "How many calls may be out at once."),
    DURATION(struct bulkhead_spec, "maxWaitDuration", wait_ns_max, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc = "How long a call waits for its turn; 0s: not at all."),
    COUNT(struct bulkhead_spec, "maxWaiting", waiting_max, .preset = "unlimited", .min = 0,
          .max = UINT32_MAX, .doc = "How many calls may wait; more are refused."),
    FIELDS_END
};

const struct kind filter_bulkhead = {
    .name = "bulkhead",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Lets only so many calls of one caller be out at once; others wait in order, or are "
           "refused (outcome rejected). Counts attempts when it stands inside a retry.",
    .source =
        "resilience4j BulkheadConfig, its defaults; Envoy's thresholds are maxConcurrentCalls "
        "(max_requests) and maxWaiting (max_pending_requests), both 1024",
    .example = "bulkhead { maxConcurrentCalls = 10, maxWaitDuration = \"50ms\" }",
    .spec_size = sizeof(struct bulkhead_spec),
    .fields = bulkhead_fields,
    .vtable = &bulkhead_type,
};
