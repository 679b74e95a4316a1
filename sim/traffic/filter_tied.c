/* filter_tied.c - the same call stands in several queues; where it is begun first, it leaves the
 * others.
 *
 * The servers tell each other, which takes `cancelDelay`; what has been begun by then is not
 * withdrawn. `begun` holds the attempt that was begun first. */
#include "traffic/marks.h"
#include "traffic/outcomes.h"

#include "orrery/route.h"

#include "base/arena.h"

#include "base/poison.h"

#define ATTEMPTS_MAX 16

struct tied_spec {
    uint32_t attempts;
    int64_t delay_ns, cancel_ns;
};

struct tied_shared {
    struct marks begun; /* by call: CALL_NONE until an attempt is begun */
    uint32_t due_lane, cancel_lane;
    uint64_t extra, withdrawn, both;
};

/* The attempts from `first` on, while nobody has begun. The call may be over when this returns. */
static void send_from(const struct filter_site *site, struct world *w, uint32_t id, uint32_t first)
{
    const struct tied_spec *s = site->spec;
    struct tied_shared *shared = site->shared;
    uint32_t generation = call_get(w, id)->generation;
    for (uint32_t n = first; n < s->attempts && call_is_open(w, id, generation); n++) {
        if (marks_get(&shared->begun, id) != CALL_NONE) return;
        shared->extra += n > 0;
        if (w->tracing && n > 0) filter_trace(w, id, "call.tied", "next=%u cause=not begun yet", n);
        call_attempt(w, id, (uint8_t)n);
    }
}

static void on_due(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    const struct call *c = call_get(w, id);
    if (c->flags & (CALL_ORPHAN | CALL_ATTEMPT)) return;
    struct filter_site site = filter_site_of(w, id, route_retry_index(w, c->route));
    if (c->stage <= site.index || c->flags & CALL_BEGUN) return; /* answered, or soon to be */
    struct tied_shared *shared = site.shared;
    uint32_t trunk = call_split(w, id, site.index);
    call_get(w, trunk)->deadline_ns = call_side(w, trunk)->budget_ns;
    marks_set(&shared->begun, w, trunk, CALL_NONE);
    send_from(&site, w, trunk, 1);
}

static void on_cancel(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    struct filter_site site = filter_site_of(w, id, call_get(w, id)->stage);
    struct tied_shared *shared = site.shared;
    uint32_t attempts = call_get(w, id)->pending, withdrawn = call_withdraw(w, id);
    shared->withdrawn += withdrawn;
    shared->both += attempts > withdrawn + 1;
}

static const struct event_type tied_due = { EVENT("call.tied"), on_due, call_live, PHASE_WORK };
static const struct event_type tied_cancel = { EVENT("call.tied.cancel"), on_cancel, call_live,
                                               PHASE_WORK };

static void *tied_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)route, (void)index;
    const struct tied_spec *s = spec;
    struct tied_shared *shared = arena_alloc(w->arena, sizeof *shared);
    shared->due_lane = engine_lane(w->engine, s->delay_ns, &tied_due);
    shared->cancel_lane = engine_lane(w->engine, s->cancel_ns, &tied_cancel);
    return shared;
}

static enum verdict tied_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                 enum outcome *outcome)
{
    (void)outcome;
    const struct tied_spec *s = site->spec;
    struct tied_shared *shared = site->shared;
    if (s->delay_ns > 0) {
        engine_lane_push(w->engine, shared->due_lane, id, call_get(w, id)->generation);
        return FILTER_PASS;
    }
    marks_set(&shared->begun, w, id, CALL_NONE);
    send_from(site, w, id, 0);
    return FILTER_WAIT;
}

static void tied_on_begun(const struct filter_site *site, struct world *w, uint32_t id,
                          uint32_t attempt)
{
    struct tied_shared *shared = site->shared;
    if (marks_get(&shared->begun, id) != CALL_NONE) return;
    marks_set(&shared->begun, w, id, attempt);
    if (w->tracing)
        filter_trace(w, attempt, "tied.begun", "in_flight=%u", call_get(w, id)->pending);
    engine_lane_push(w->engine, shared->cancel_lane, id, call_get(w, id)->generation);
}

static enum verdict tied_on_attempt(const struct filter_site *site, struct world *w, uint32_t id,
                                    uint32_t attempt)
{
    (void)site;
    bool ok = call_get(w, attempt)->outcome == OUTCOME_OK;
    return ok || call_get(w, id)->pending == 0 ? FILTER_ANSWER : FILTER_WAIT;
}

static void tied_reset(void *shared, const struct world *w)
{
    (void)w;
    struct tied_shared *counts = shared;
    counts->extra = counts->withdrawn = counts->both = 0;
}

static void tied_report(const void *shared, struct world *w, const char *object)
{
    struct recorder *r = w->recorder;
    const struct tied_shared *counts = shared;
    recorder_value(r, "guards", object, "extra", "1", (double)counts->extra);
    recorder_value(r, "guards", object, "withdrawn", "1", (double)counts->withdrawn);
    recorder_value(r, "guards", object, "both_begun", "1", (double)counts->both);
}

static const struct filter_type tied_type = {
    .prepare = tied_prepare,
    .on_call = tied_on_call,
    .on_attempt = tied_on_attempt,
    .on_begun = tied_on_begun,
    .reset = tied_reset,
    .report = tied_report,
    .retries = true,
};

static const struct field tied_fields[] = {
    COUNT(struct tied_spec, "attempts", attempts, .preset = "2", .min = 2, .max = ATTEMPTS_MAX,
          .position = 1, .doc = "In how many queues the call stands."),
    DURATION(struct tied_spec, "delay", delay_ns, .preset = "0s", .min = 0, .max = 3600e9,
             .doc =
                 "How long after the first the others are sent, if it is not begun by then: twice "
                 "the network's delay keeps two idle servers from both beginning."),
    DURATION(struct tied_spec, "cancelDelay", cancel_ns, .preset = "0s", .min = 0, .max = 60e9,
             .doc = "How long the word that it is begun takes from one server to the others."),
    FIELDS_END
};

const struct kind filter_tied = {
    .name = "tied",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Sends a call to several servers that know of each other: whichever begins it first "
        "withdraws it from the others' queues. The service's onAbandon must be cancel, or it stays "
        "there and is worked on in vain. Not beside a retry.",
    .source =
        "Dean & Barroso, The tail at scale, Communications of the ACM 56 (2013), tied requests",
    .example = "tied { delay = \"1ms\", cancelDelay = \"0.5ms\" }",
    .spec_size = sizeof(struct tied_spec),
    .fields = tied_fields,
    .vtable = &tied_type,
};
