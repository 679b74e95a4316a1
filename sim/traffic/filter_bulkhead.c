/* filter_bulkhead.c - so many calls at once, and no more: one slow callee cannot take all a caller
 * has.
 *
 * Calls that find no slot wait in order of arrival, each with its own patience. A slot that comes
 * free goes straight to the first of them, so while any waits none is free. Invariant: in_flight
 * counts the calls let through (one on its way in included) and never exceeds the limit. */
#include "traffic/outcomes.h"

#include "orrery/route.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

#include "base/poison.h"

struct bulkhead_spec {
    uint32_t calls_max, waiting_max;
    int64_t wait_ns_max;
    uint32_t retries_max; /* attempts but the first, let through at once */
};

/* A waiting call is linked through call.next and side.queued_at, which only queues use, and keeps
 * the event that ends its patience in side.remaining_ns; 0 there: it has been let in, PATIENT: it
 * has no such event. */
#define PATIENT (-1)
struct bulkhead {
    uint32_t in_flight, waiting, retries;
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

/* Whether this is an attempt but the first: known only where attempts pass one by one. */
static bool is_again(const struct filter_site *site, const struct world *w, uint32_t id)
{
    const bool *per_attempt = site->shared;
    return *per_attempt && call_get(w, id)->attempt > 0;
}

/* An attempt that was let through, or waits, counts no more. */
static void retry_over(const struct filter_site *site, const struct world *w, uint32_t id)
{
    struct bulkhead *b = site->state;
    bool again = is_again(site, w, id);
    check(!again || b->retries > 0);
    b->retries -= again;
}

/* ------------------------------------------------------------------------- events */

static void on_enter(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    call_resume(w, id, (uint8_t)(call_get(w, id)->stage + 1));
}

static const struct event_type bulkhead_enter = {
    EVENT("bulkhead.enter"), .fire = on_enter, .live = call_live, .phase = PHASE_WORK
};

static void on_late(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    uint8_t index = call_get(w, id)->stage;
    struct filter_site site = filter_site_of(w, id, index);
    queue_remove(site.state, w, id);
    retry_over(&site, w, id);
    if (w->tracing) filter_trace(w, id, "bulkhead.reject", "cause=waited too long");
    call_answer(w, id, index, OUTCOME_REJECTED);
}

static const struct event_type bulkhead_late = {
    EVENT("bulkhead.late"), .fire = on_late, .live = call_live, .phase = PHASE_WORK
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
    if (call_side(w, id)->remaining_ns != PATIENT)
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

static void *bulkhead_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)spec;
    bool *per_attempt = arena_alloc(w->arena, sizeof *per_attempt);
    *per_attempt = route_retry_index(w, route) < index;
    return per_attempt;
}

static enum verdict bulkhead_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                     enum outcome *outcome)
{
    const struct bulkhead_spec *s = site->spec;
    struct bulkhead *b = site->state;
    bool again = is_again(site, w, id);
    if (again && b->retries >= s->retries_max) return reject(w, id, outcome, "retries", b);
    if (b->in_flight < s->calls_max) {
        b->retries += again;
        b->in_flight++;
        return FILTER_PASS;
    }
    if (s->wait_ns_max == 0) return reject(w, id, outcome, "full", b);
    if (b->waiting >= s->waiting_max) return reject(w, id, outcome, "queue full", b);
    queue_push(b, w, id);
    b->retries += again;
    call_side(w, id)->remaining_ns = PATIENT;
    if (s->wait_ns_max < TIME_MAX_NS) {
        struct event_id late = engine_timer(w->engine, time_add(now_ns(w), s->wait_ns_max),
                                            &bulkhead_late, id, call_get(w, id)->generation);
        call_side(w, id)->remaining_ns = event_pack(late);
    }
    if (w->tracing)
        filter_trace(w, id, "bulkhead.wait", "in_flight=%u waiting=%u", b->in_flight, b->waiting);
    return FILTER_WAIT;
}

static enum verdict bulkhead_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    retry_over(site, w, id);
    slot_pass_on(site->state, w);
    return FILTER_PASS;
}

static void bulkhead_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    retry_over(site, w, id);
    bool kept_here = c->state == CALL_CALLER && c->stage == site->index;
    int64_t late = kept_here ? call_side(w, id)->remaining_ns : 0;
    if (late == 0) {
        slot_pass_on(site->state, w);
        return;
    }
    if (late != PATIENT) engine_cancel(w->engine, event_unpack(late));
    queue_remove(site->state, w, id);
}

static const struct filter_type bulkhead_type = {
    .state_size = sizeof(struct bulkhead),
    .prepare = bulkhead_prepare,
    .on_call = bulkhead_on_call,
    .on_reply = bulkhead_on_reply,
    .on_gone = bulkhead_on_gone,
};

static void bulkhead_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d;
    ((struct bulkhead_spec *)spec)->retries_max = UINT32_MAX;
}

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
    .source = "resilience4j BulkheadConfig, its defaults",
    .example = "bulkhead { maxConcurrentCalls = 10, maxWaitDuration = \"50ms\" }",
    .spec_size = sizeof(struct bulkhead_spec),
    .fields = bulkhead_fields,
    .check = bulkhead_check,
    .vtable = &bulkhead_type,
};

/* ------------------------------------------------------------------------- Envoy's */

enum upstream { UPSTREAM_HTTP2, UPSTREAM_HTTP1 };
static const char *const upstream_names[] = { "http2", "http1", NULL };

struct thresholds_spec {
    struct bulkhead_spec bulkhead; /* first, so that the filter finds it */
    uint32_t connections_max, requests_max, pending_max, upstream;
};

/* Over HTTP/1.1 a request needs a connection of its own, and waits for one; HTTP/2 always has one. */
static void thresholds_check(void *spec, const struct document *doc, struct place at,
                             const char *path, struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d;
    struct thresholds_spec *s = spec;
    bool http1 = s->upstream == UPSTREAM_HTTP1;
    s->bulkhead.calls_max = http1 ? s->connections_max : s->requests_max;
    s->bulkhead.waiting_max = http1 ? s->pending_max : 0;
    s->bulkhead.wait_ns_max = http1 ? TIME_MAX_NS : 0;
}

static const struct field thresholds_fields[] = {
    COUNT(struct thresholds_spec, "maxConnections", connections_max, .preset = "1024", .min = 1,
          .max = CALLS_MAX, .doc = "Of http1: connections, and so requests out at once."),
    COUNT(struct thresholds_spec, "maxPendingRequests", pending_max, .preset = "1024", .min = 0,
          .max = CALLS_MAX, .doc = "Of http1: requests that may wait for a connection."),
    COUNT(struct thresholds_spec, "maxRequests", requests_max, .preset = "1024", .min = 1,
          .max = CALLS_MAX, .doc = "Of http2: requests out at once."),
    COUNT(struct thresholds_spec, "maxRetries", bulkhead.retries_max, .preset = "3", .min = 0,
          .max = CALLS_MAX,
          .doc = "Attempts beyond the first out at once; put it inside the retry to bound those."),
    CHOICE(struct thresholds_spec, "upstream", upstream, .preset = "http2",
           .choices = upstream_names, .doc = "How the called service is spoken to."),
    FIELDS_END
};

const struct kind filter_thresholds = {
    .name = "thresholds",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Envoy's circuit breaker thresholds: what exceeds one is refused at once (outcome "
           "rejected). Each caller's instance counts its own, as each Envoy does.",
    .source = "Envoy, circuit_breakers.thresholds: max_connections, max_pending_requests and "
              "max_requests 1024, max_retries 3",
    .example = "thresholds { maxRequests = 100 }",
    .spec_size = sizeof(struct thresholds_spec),
    .fields = thresholds_fields,
    .check = thresholds_check,
    .vtable = &bulkhead_type,
};
