/* filter_retry.c - try again, after a while, if the failure is of a sort that may pass.
 *
 * While it waits the call rests in this filter (CALL_CALLER, stage = this filter's index) with
 * exactly one event pending; an outer timeout that gives up meanwhile closes the id, and the
 * event dies with it. Never waits past the deadline the call came in with. */
#include "orrery/filter.h"
#include "orrery/route.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/judge.h"
#include "traffic/backoff.h"
#include "traffic/budget.h"
#include "traffic/marks.h"

#include <inttypes.h>

#define ATTEMPTS_MAX 255      /* an attempt's number travels in a byte */
#define BACKOFF_CAP_FACTOR 10 /* Envoy's max_interval: ten times the base */

struct retry_spec {
    uint32_t attempts;
    struct backoff backoff;
    struct list on;   /* uint32_t: indices into retry_outcomes */
    uint32_t on_mask; /* derived: bit o stands for outcome o */
    struct part budget;
};

/* Of all callers on the route. */
struct retry_shared {
    struct marks costs; /* by call: what its last retry cost; with a budget */
    uint64_t retries, unpaid;
};

/* What can be worth another try, by outcome_names: all but ok and abandoned. */
static const char *const retry_outcomes[] = { "error",   "timeout", "unavailable", "overloaded",
                                              "crashed", "expired", "rejected",    NULL };
static const enum outcome retry_outcome[] = { OUTCOME_ERROR,       OUTCOME_TIMEOUT,
                                              OUTCOME_UNAVAILABLE, OUTCOME_OVERLOADED,
                                              OUTCOME_CRASHED,     OUTCOME_EXPIRED,
                                              OUTCOME_REJECTED };
static const char *const growth_names[] = { "exponential", "linear", "envoy", NULL };
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
    EVENT("call.retry"), .fire = on_retry, .live = call_live, .phase = PHASE_WORK
};

static bool retry_is_quiet(const void *spec)
{
    return !((const struct retry_spec *)spec)->budget.kind;
}

static enum verdict retry_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                  enum outcome *outcome)
{
    (void)outcome;
    const struct retry_spec *s = site->spec;
    struct retry_shared *shared = site->shared;
    budget_call(&s->budget, site->state, w);
    marks_set(&shared->costs, w, id, 0);
    return FILTER_PASS;
}

/* ------------------------------------------------------------------------- with a budget */

/* The reply of an attempt: what it cost is known, and no longer out. */
static void settle(const struct filter_site *site, const struct call *c, uint32_t id)
{
    const struct retry_spec *s = site->spec;
    const struct retry_shared *shared = site->shared;
    bool failed = s->on_mask >> c->outcome & 1;
    budget_answer(&s->budget, site->state, failed, c->outcome, marks_get(&shared->costs, id));
    if (c->attempt > 0) budget_extra_over(&s->budget, site->state);
}

static bool afford(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct retry_spec *s = site->spec;
    struct retry_shared *shared = site->shared;
    const struct call *c = call_get(w, id);
    int64_t cost = budget_take(&s->budget, site->state, w, c->outcome);
    if (cost != BUDGET_REFUSED) marks_set(&shared->costs, w, id, cost);
    shared->unpaid += cost == BUDGET_REFUSED;
    if (cost == BUDGET_REFUSED && w->tracing)
        recorder_trace(w->recorder, now_ns(w), "retry.reject",
                       "%s key=%016llx attempt=%u cause=%s", route_name(w, c->route),
                       (unsigned long long)c->key, c->attempt + 1, s->budget.kind->name);
    return cost != BUDGET_REFUSED;
}

static void retry_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct retry_spec *s = site->spec;
    const struct call *c = call_get(w, id);
    if (!s->budget.kind) return;
    bool waits = c->state == CALL_CALLER && c->stage == site->index;
    if (waits || c->attempt > 0) budget_extra_over(&s->budget, site->state);
    budget_call_over(&s->budget, site->state);
}

static void retry_on_moved(const struct filter_site *site, struct world *w, uint32_t id,
                           uint32_t old)
{
    const struct retry_spec *s = site->spec;
    struct retry_shared *shared = site->shared;
    if (s->budget.kind) marks_set(&shared->costs, w, id, marks_get(&shared->costs, old));
}

/* ------------------------------------------------------------------------- the reply */

static void trace_retry(const struct world *w, const struct call *c, int64_t wait_ns)
{
    recorder_trace(w->recorder, now_ns(w), "call.retry",
                   "%s key=%016llx attempt=%u cause=%s backoff_ms=%.6f", route_name(w, c->route),
                   (unsigned long long)c->key, c->attempt + 1, outcome_names[c->outcome],
                   ns_to_ms(wait_ns));
}

static bool try_again(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct retry_spec *s = site->spec;
    const struct call *c = call_get(w, id);
    if (!(s->on_mask >> c->outcome & 1)) return false;
    if (c->attempt + 1u >= s->attempts) return false;
    /* Attempts further up make this another storm: its waits are drawn anew. */
    uint64_t key = c->key + call_side(w, id)->tries * UINT64_C(0x9e3779b97f4a7c15);
    int64_t wait_ns = backoff_ns(&s->backoff, key, c->attempt);
    int64_t at_ns = time_add(now_ns(w), wait_ns);
    if (at_ns >= call_side(w, id)->budget_ns) return false; /* nobody would wait for it */
    if (s->budget.kind && !afford(site, w, id)) return false;
    if (w->tracing) trace_retry(w, c, wait_ns);
    ((struct retry_shared *)site->shared)->retries++;
    engine_at(w->engine, at_ns, &call_retry, id, c->generation);
    return true;
}

static enum verdict retry_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct retry_spec *s = site->spec;
    if (s->budget.kind) settle(site, call_get(w, id), id);
    if (try_again(site, w, id)) return FILTER_WAIT;
    if (s->budget.kind) budget_call_over(&s->budget, site->state);
    return FILTER_PASS;
}

static void *retry_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)spec, (void)route, (void)index;
    return arena_alloc(w->arena, sizeof(struct retry_shared));
}

static void retry_reset(void *shared, const struct world *w)
{
    (void)w;
    ((struct retry_shared *)shared)->retries = ((struct retry_shared *)shared)->unpaid = 0;
}

static void retry_report(const void *shared, struct world *w, const char *object)
{
    struct recorder *r = w->recorder;
    const struct retry_shared *counts = shared;
    recorder_value(r, "guards", object, "extra", "1", (double)counts->retries);
    if (counts->unpaid)
        recorder_value(r, "guards", object, "unpaid", "1", (double)counts->unpaid);
}

static bool retry_heeds_ok(const void *spec)
{
    return ((const struct retry_spec *)spec)->budget.kind != NULL;
}

static const struct filter_type retry_type = {
    .state_size = sizeof(struct budget),
    .prepare = retry_prepare,
    .on_call = retry_on_call,
    .quiet = retry_is_quiet,
    .on_reply = retry_on_reply,
    .heeds_ok = retry_heeds_ok,
    .on_moved = retry_on_moved,
    .on_gone = retry_on_gone,
    .reset = retry_reset,
    .report = retry_report,
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
    if (s->backoff.growth != GROWTH_EXPONENTIAL && s->backoff.multiplier != 2)
        judge_field(d, at, path, "multiplier", "leave it out", "%s growth has none",
                    growth_names[s->backoff.growth]);
    if (s->backoff.growth != GROWTH_EXPONENTIAL && s->backoff.jitter == JITTER_DECORRELATED)
        judge_field(d, at, path, "growth", "leave it out",
                    "decorrelated waits grow by the wait before, not by %s steps",
                    growth_names[s->backoff.growth]);
    if (s->backoff.max_ns == 0) s->backoff.max_ns = BACKOFF_CAP_FACTOR * s->backoff.base_ns;
    if (s->backoff.max_ns < s->backoff.base_ns)
        judge_field(d, at, path, "maxBackoff", "swap them?", "it is shorter than backoff");
}

static const struct field retry_fields[] = {
    COUNT(struct retry_spec, "attempts", attempts, .preset = "3", .min = 1, .max = ATTEMPTS_MAX,
          .position = 1, .doc = "How many times the call is tried in all, the first included."),
    DURATION(struct retry_spec, "backoff", backoff.base_ns, .preset = "25ms", .min = 0,
             .max = 3600e9, .doc = "The wait before the second attempt, before jitter."),
    CHOICE(struct retry_spec, "growth", backoff.growth, .preset = "exponential",
           .choices = growth_names,
           .doc = "How waits grow, before jitter: exponential (times multiplier), linear (by backoff "
                  "each time), or envoy: backoff times 1, 3, 7, 15 ..."),
    NUMBER(struct retry_spec, "multiplier", backoff.multiplier, .preset = "2", .min = 1, .max = 100,
           .doc = "Of exponential growth: each wait is this many times the one before, before jitter; "
                  "1 for a constant wait."),
    DURATION(struct retry_spec, "maxBackoff", backoff.max_ns, .preset = "", .min = 1,
             .max = 36000e9, .doc = "No wait is longer than this; ten times backoff unless said."),
    CHOICE(struct retry_spec, "jitter", backoff.jitter, .preset = "full", .choices = jitter_names,
           .doc = "How the wait v is spread: none (v), full (0 to v), equal (v/2 to v), or "
                  "decorrelated (backoff to three times the wait before)."),
    LIST(struct retry_spec, "on", on, FIELD_CHOICE,
         .preset = "[\"error\", \"timeout\", \"unavailable\", \"overloaded\", \"crashed\"]",
         .choices = retry_outcomes, .doc = "The outcomes that are tried again."),
    PART(struct retry_spec, "budget", budget, "budget", .preset = "",
         .doc = "What all retries of this caller together may add to the load; a bare ratio is a "
                "tokenBudget. Unlimited unless said."),
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
              "x-envoy-retry-on 5xx; Envoy's own back-off: growth envoy, backoff 25ms, maxBackoff "
              "250ms",
    .example = "retry { attempts = 3, backoff = \"100ms\", jitter = \"full\" }",
    .spec_size = sizeof(struct retry_spec),
    .fields = retry_fields,
    .check = retry_check,
    .vtable = &retry_type,
};
