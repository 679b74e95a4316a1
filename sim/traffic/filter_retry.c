/* filter_retry.c - try again, after a while, if the failure is of a sort that may pass.
 *
 * While it waits the call rests in this filter (CALL_CALLER, stage = this filter's index) with
 * exactly one event pending; an outer timeout that gives up meanwhile closes the id, and the
 * event dies with it. Never waits past the deadline the call came in with. */
#include "orrery/filter.h"
#include "orrery/route.h"

#include "base/check.h"
#include "engine/judge.h"
#include "traffic/backoff.h"

#include <inttypes.h>

#define ATTEMPTS_MAX 255      /* an attempt's number travels in a byte */
#define BACKOFF_CAP_FACTOR 10 /* Envoy's max_interval: ten times the base */

struct retry_spec {
    uint32_t attempts;
    struct backoff backoff;
    struct list on;   /* uint32_t: indices into retry_outcomes */
    uint32_t on_mask; /* derived: bit o stands for outcome o */
};

/* What can be worth another try, by outcome_names: all but ok and abandoned. */
static const char *const retry_outcomes[] = { "error",   "timeout", "unavailable", "overloaded",
                                              "crashed", "expired", "rejected",    NULL };
static const enum outcome retry_outcome[] = { OUTCOME_ERROR,       OUTCOME_TIMEOUT,
                                              OUTCOME_UNAVAILABLE, OUTCOME_OVERLOADED,
                                              OUTCOME_CRASHED,     OUTCOME_EXPIRED,
                                              OUTCOME_REJECTED };
static const char *const jitter_names[] = { "none", "full", "equal", "decorrelated", NULL };

/* A new attempt begins as a new call does, with what is left of the caller's time. */
static void on_retry(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    struct call *c = call_get(w, id);
    struct call_side *side = call_side(w, id);
    check(c->state == CALL_CALLER);
    c->attempt++;
    c->deadline_ns = side->budget_ns;
    side->reply_bytes = 0;
    call_resume(w, id, (uint8_t)(c->stage + 1));
}

static const struct event_type call_retry = {
    .name = "call.retry", .fire = on_retry, .live = call_live, .phase = PHASE_WORK
};

static enum verdict retry_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                  enum outcome *outcome)
{
    (void)site, (void)outcome;
    call_side(w, id)->budget_ns = call_get(w, id)->deadline_ns;
    return FILTER_PASS;
}

static void trace_retry(const struct world *w, const struct call *c, int64_t wait_ns)
{
    recorder_trace(w->recorder, now_ns(w), "call.retry",
                   "%s key=%016llx attempt=%u cause=%s backoff_ms=%.6f", route_name(w, c->route),
                   (unsigned long long)c->key, c->attempt + 1, outcome_names[c->outcome],
                   ns_to_ms(wait_ns));
}

static enum verdict retry_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct retry_spec *s = site->spec;
    const struct call *c = call_get(w, id);
    if (!(s->on_mask >> c->outcome & 1)) return FILTER_PASS;
    if (c->attempt + 1u >= s->attempts) return FILTER_PASS;
    /* Attempts further up make this another storm: its waits are drawn anew. */
    uint64_t key = c->key + call_side(w, id)->tries * UINT64_C(0x9e3779b97f4a7c15);
    int64_t wait_ns = backoff_ns(&s->backoff, key, c->attempt);
    int64_t at_ns = time_add(now_ns(w), wait_ns);
    if (at_ns >= call_side(w, id)->budget_ns) return FILTER_PASS; /* nobody would wait for it */
    if (w->tracing) trace_retry(w, c, wait_ns);
    engine_at(w->engine, at_ns, &call_retry, id, c->generation);
    return FILTER_WAIT;
}

static const struct filter_type retry_type = {
    .on_call = retry_on_call,
    .on_reply = retry_on_reply,
    .retries = true,
};

static void retry_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    struct retry_spec *s = spec;
    const uint32_t *on = s->on.items;
    for (uint32_t i = 0; i < s->on.count; i++)
        s->on_mask |= 1u << retry_outcome[on[i]];
    if (s->on.count == 0)
        judge_field(d, at, path, "on", "leave it out for the usual ones", "no outcome is retried");
    if (s->backoff.max_ns == 0) s->backoff.max_ns = BACKOFF_CAP_FACTOR * s->backoff.base_ns;
    if (s->backoff.max_ns < s->backoff.base_ns)
        judge_field(d, at, path, "maxBackoff", "swap them?", "it is shorter than backoff");
}

static const struct field retry_fields[] = {
    COUNT(struct retry_spec, "attempts", attempts, .preset = "3", .min = 1, .max = ATTEMPTS_MAX,
          .position = 1, .doc = "How many times the call is tried in all, the first included."),
    DURATION(struct retry_spec, "backoff", backoff.base_ns, .preset = "25ms", .min = 0,
             .max = 3600e9, .doc = "The wait before the second attempt, before jitter."),
    NUMBER(struct retry_spec, "multiplier", backoff.multiplier, .preset = "2", .min = 1, .max = 100,
           .doc = "Each wait is this many times the one before, before jitter."),
    DURATION(struct retry_spec, "maxBackoff", backoff.max_ns, .preset = "", .min = 1,
             .max = 36000e9, .doc = "No wait is longer than this; ten times backoff unless said."),
    CHOICE(struct retry_spec, "jitter", backoff.jitter, .preset = "full", .choices = jitter_names,
           .doc = "How the wait v is spread: none (v), full (0 to v), equal (v/2 to v), or "
                  "decorrelated (backoff to three times the wait before)."),
    LIST(struct retry_spec, "on", on, FIELD_CHOICE,
         .preset = "[\"error\", \"timeout\", \"unavailable\", \"overloaded\", \"crashed\"]",
         .choices = retry_outcomes, .doc = "The outcomes that are tried again."),
    FIELDS_END
};

const struct kind filter_retry = {
    .name = "retry",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Tries a failed call again after exponential back-off with jitter, unless the deadline "
           "would pass first. At most one on a route.",
    .source = "Brooker, Exponential backoff and jitter (AWS, 2015); outcomes as in Envoy's "
              "x-envoy-retry-on 5xx",
    .example = "retry { attempts = 3, backoff = \"100ms\", jitter = \"full\" }",
    .spec_size = sizeof(struct retry_spec),
    .fields = retry_fields,
    .check = retry_check,
    .vtable = &retry_type,
};
