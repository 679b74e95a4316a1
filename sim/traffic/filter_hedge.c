/* filter_hedge.c - ask a second time before the first answer has come, and take the better.
 *
 * A call passes like any other; when its hedge is due it is split, and from then on waits here with
 * its attempts in flight. `due` holds the one time at which a timer of the call still means
 * something, so no timer is ever cancelled. The budget counts a call's extra attempts until the
 * call is over. */
#include "traffic/budget.h"
#include "traffic/hedging.h"
#include "traffic/learned.h"
#include "traffic/marks.h"
#include "traffic/outcomes.h"

#include "orrery/dist.h"
#include "orrery/rng.h"
#include "orrery/route.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/judge.h"

#include "base/poison.h"

#define ATTEMPTS_MAX 16
#define DELAY_PURPOSE UINT64_C(0x6865646765000000) /* keeps these draws apart from others */
#define DUE_NEVER INT64_MAX
#define DUE_PAID (INT64_MAX - 1) /* the next attempt is paid for, and about to be sent */

struct hedge_spec {
    uint32_t attempts;
    struct part delay; /* none: by the quantile */
    struct learned_rule rule;
    struct list on;
    uint32_t on_mask;
    struct part budget;
};

struct hedge_site {
    struct learned learned;
    struct budget budget;
};

struct hedge_counts {
    uint64_t hedged, extra, won, unpaid;
};

struct hedge_shared {
    struct marks begun_ns, due_ns; /* by call: when it came, when its next attempt is due */
    struct hedge_counts counts;
    uint32_t lane;
    bool constant; /* the delay: its timers stand in the lane */
    int64_t delay_ns;
};

static const struct event_type hedge_due, hedge_next;

/* ------------------------------------------------------------------------- when */

static int64_t hedge_delay(const struct filter_site *site, const struct call *c)
{
    const struct hedge_spec *s = site->spec;
    const struct hedge_shared *shared = site->shared;
    if (shared->constant) return shared->delay_ns;
    if (s->delay.kind) {
        struct rng r = rng_keyed(key_child(c->key ^ DELAY_PURPOSE, c->attempt));
        return dist_draw_ns(&s->delay, &r);
    }
    const struct hedge_site *h = site->state;
    return h->learned.value_ns > 0 ? h->learned.value_ns : TIME_NEVER;
}

static void arm(const struct filter_site *site, struct world *w, uint32_t id, int64_t delay_ns)
{
    struct hedge_shared *shared = site->shared;
    uint32_t generation = call_get(w, id)->generation;
    int64_t due_ns = delay_ns < TIME_NEVER ? time_add(now_ns(w), delay_ns) : DUE_NEVER;
    marks_set(&shared->due_ns, w, id, due_ns);
    if (due_ns == DUE_NEVER) return;
    if (shared->constant)
        engine_lane_push(w->engine, shared->lane, id, generation);
    else
        engine_at(w->engine, due_ns, &hedge_due, id, generation);
}

/* ------------------------------------------------------------------------- sending */

/* One more attempt of a call that waits here, which may be over when this returns. */
static void send(const struct filter_site *site, struct world *w, uint32_t id, const char *cause)
{
    const struct hedge_spec *s = site->spec;
    struct hedge_shared *shared = site->shared;
    const struct call *c = call_get(w, id);
    uint32_t number = c->attempt + 1u;
    shared->counts.extra++;
    shared->counts.hedged += number == 1;
    if (w->tracing)
        filter_trace(w, id, "call.hedge", "next=%u in_flight=%u cause=%s", number, c->pending,
                     cause);
    if (number + 1 < s->attempts)
        arm(site, w, id, hedge_delay(site, c));
    else
        marks_set(&shared->due_ns, w, id, DUE_NEVER);
    call_attempt(w, id, (uint8_t)number);
}

static bool afford(const struct filter_site *site, struct world *w, uint32_t id, enum outcome cause)
{
    const struct hedge_spec *s = site->spec;
    struct hedge_site *h = site->state;
    struct hedge_shared *shared = site->shared;
    if (budget_take(&s->budget, &h->budget, w, cause) != BUDGET_REFUSED) return true;
    shared->counts.unpaid++;
    if (w->tracing) filter_trace(w, id, "hedge.reject", "cause=%s", s->budget.kind->name);
    return false;
}

/* The caller's side of a call that is under way, here. */
static uint32_t split(const struct filter_site *site, struct world *w, uint32_t old)
{
    struct hedge_shared *shared = site->shared;
    uint32_t id = call_split(w, old, site->index);
    call_get(w, id)->deadline_ns = call_side(w, id)->budget_ns;
    marks_set(&shared->begun_ns, w, id, marks_get(&shared->begun_ns, old));
    return id;
}

static void on_due(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    const struct call *c = call_get(w, id);
    if (c->flags & (CALL_ORPHAN | CALL_ATTEMPT)) return; /* the call has another id */
    struct filter_site site = filter_site_of(w, id, route_retry_index(w, c->route));
    const struct hedge_shared *shared = site.shared;
    bool here = c->state == CALL_CALLER && c->stage == site.index;
    if (c->stage < site.index || marks_get(&shared->due_ns, id) != now_ns(w)) return;
    if (!afford(&site, w, id, OUTCOME_OK)) return;
    send(&site, w, here ? id : split(&site, w, id), "no answer yet");
}

static void on_next(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    struct filter_site site = filter_site_of(w, id, call_get(w, id)->stage);
    send(&site, w, id, "a failure that another attempt may mend");
}

static const struct event_type hedge_due = { EVENT("call.hedge"), on_due, call_live, PHASE_WORK };
static const struct event_type hedge_next = { EVENT("call.hedge.next"), on_next, call_live, PHASE_WORK };

/* ------------------------------------------------------------------------- the filter */

static void *hedge_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)route, (void)index;
    const struct hedge_spec *s = spec;
    struct hedge_shared *shared = arena_alloc(w->arena, sizeof *shared);
    if (!s->delay.kind || dist_scv(&s->delay) != 0) return shared;
    struct rng unused = rng_keyed(0);
    shared->constant = true;
    shared->delay_ns = dist_draw_ns(&s->delay, &unused);
    shared->lane = engine_lane(w->engine, shared->delay_ns, &hedge_due);
    return shared;
}

/* All at once: the call waits here from the start. */
static enum verdict send_all(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct hedge_spec *s = site->spec;
    struct hedge_shared *shared = site->shared;
    uint32_t generation = call_get(w, id)->generation;
    marks_set(&shared->due_ns, w, id, DUE_NEVER);
    call_attempt(w, id, 0);
    for (uint32_t n = 1; n < s->attempts && call_is_open(w, id, generation); n++) {
        if (marks_get(&shared->due_ns, id) != DUE_NEVER || call_get(w, id)->attempt + 1u != n)
            break; /* it has failed at once, and the next follows it */
        if (!afford(site, w, id, OUTCOME_OK)) break;
        shared->counts.extra++;
        shared->counts.hedged += n == 1;
        if (w->tracing) filter_trace(w, id, "call.hedge", "next=%u cause=all at once", n);
        call_attempt(w, id, (uint8_t)n);
    }
    return FILTER_WAIT;
}

static enum verdict hedge_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                  enum outcome *outcome)
{
    (void)outcome;
    const struct hedge_spec *s = site->spec;
    struct hedge_site *h = site->state;
    struct hedge_shared *shared = site->shared;
    const struct call *c = call_get(w, id);
    budget_call(&s->budget, &h->budget, w);
    marks_set(&shared->begun_ns, w, id, now_ns(w));
    int64_t delay_ns = hedge_delay(site, c);
    if (delay_ns == 0) return send_all(site, w, id);
    arm(site, w, id, s->attempts > 1 ? delay_ns : TIME_NEVER);
    return FILTER_PASS;
}

/* The call is over: its extra attempts count no more. */
static void leave(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct hedge_spec *s = site->spec;
    struct hedge_site *h = site->state;
    const struct hedge_shared *shared = site->shared;
    uint32_t extra = call_get(w, id)->attempt;
    extra += marks_get(&shared->due_ns, id) == DUE_PAID;
    for (uint32_t i = 0; i < extra; i++)
        budget_extra_over(&s->budget, &h->budget);
    budget_call_over(&s->budget, &h->budget);
}

/* A timeout further in is known to have been longer, not how much: it counts at its length. */
static void learn(const struct filter_site *site, struct world *w, uint32_t id,
                  enum outcome outcome)
{
    const struct hedge_spec *s = site->spec;
    struct hedge_site *h = site->state;
    const struct hedge_shared *shared = site->shared;
    if (s->delay.kind || (outcome != OUTCOME_OK && outcome != OUTCOME_TIMEOUT)) return;
    learned_add(&h->learned, &s->rule, w->arena, now_ns(w),
                now_ns(w) - marks_get(&shared->begun_ns, id));
}

/* What to do now that `answered`, the call itself or an attempt of it, has its reply. */
static enum verdict judge(const struct filter_site *site, struct world *w, uint32_t id,
                          uint32_t answered)
{
    const struct hedge_spec *s = site->spec;
    struct hedge_site *h = site->state;
    struct hedge_shared *shared = site->shared;
    const struct call *c = call_get(w, id), *a = call_get(w, answered);
    enum outcome outcome = a->outcome;
    bool failed = failure_counts(s->on_mask, a);
    budget_answer(&s->budget, &h->budget, failed, outcome, a->attempt > 0 ? BUDGET_FREE : 0);
    uint32_t sent = c->attempt + 1u;
    bool paid = marks_get(&shared->due_ns, id) == DUE_PAID; /* one more is on its way already */
    bool affordable = failed && !paid && sent < s->attempts && afford(site, w, id, outcome);
    enum hedging what = hedging_answered(failed, sent, s->attempts, c->pending + paid, affordable);
    if (what == HEDGING_WAIT) return FILTER_WAIT;
    if (what == HEDGING_SEND) {
        marks_set(&shared->due_ns, w, id, DUE_PAID);
        engine_at(w->engine, now_ns(w), &hedge_next, id, c->generation);
        return FILTER_WAIT;
    }
    learn(site, w, id, outcome);
    shared->counts.won += a->attempt > 0 && outcome == OUTCOME_OK;
    if (w->tracing && c->attempt > 0)
        filter_trace(w, answered, "hedge.answer", "%s others_abandoned=%u", outcome_names[outcome],
                     c->pending);
    leave(site, w, id);
    return FILTER_ANSWER;
}

static enum verdict hedge_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    return judge(site, w, id, id) == FILTER_WAIT ? FILTER_WAIT : FILTER_PASS;
}

static enum verdict hedge_on_attempt(const struct filter_site *site, struct world *w, uint32_t id,
                                     uint32_t attempt)
{
    return judge(site, w, id, attempt);
}

static void hedge_on_moved(const struct filter_site *site, struct world *w, uint32_t id,
                           uint32_t old)
{
    struct hedge_shared *shared = site->shared;
    if (call_get(w, id)->flags & CALL_ATTEMPT) return; /* only the whole call is kept here */
    marks_set(&shared->begun_ns, w, id, marks_get(&shared->begun_ns, old));
    marks_set(&shared->due_ns, w, id, DUE_NEVER); /* its reply is on its way */
}

static void hedge_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    leave(site, w, id);
}

static void hedge_reset(void *shared, const struct world *w)
{
    (void)w;
    ((struct hedge_shared *)shared)->counts = (struct hedge_counts){ 0 };
}

static void hedge_report(const void *shared, struct world *w, const char *object)
{
    struct recorder *r = w->recorder;
    const struct hedge_counts *c = &((const struct hedge_shared *)shared)->counts;
    recorder_value(r, "guards", object, "hedged", "1", (double)c->hedged);
    recorder_value(r, "guards", object, "extra", "1", (double)c->extra);
    recorder_value(r, "guards", object, "won", "1", (double)c->won);
    if (c->unpaid) recorder_value(r, "guards", object, "unpaid", "1", (double)c->unpaid);
}

static const struct filter_type hedge_type = {
    .state_size = sizeof(struct hedge_site),
    .prepare = hedge_prepare,
    .on_call = hedge_on_call,
    .on_reply = hedge_on_reply,
    .on_attempt = hedge_on_attempt,
    .on_moved = hedge_on_moved,
    .on_gone = hedge_on_gone,
    .reset = hedge_reset,
    .report = hedge_report,
    .retries = true,
};

static void hedge_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    struct hedge_spec *s = spec;
    if (s->on.count) s->on_mask = failure_mask(s->on, at, path, d);
    if (s->rule.quantile == 0)
        s->rule.quantile = 0.95;
    else if (s->delay.kind)
        judge_field(d, at, path, "quantile", "leave one of them out",
                    "the delay is said, so none is learned");
}

static const struct field hedge_fields[] = {
    PART(struct hedge_spec, "delay", delay, "dist", .preset = "", .unit = UNIT_DURATION,
         .position = 1,
         .doc = "How long after an attempt the next is sent, as a duration; 0s: all at once. "
                "Learned, as quantile says, unless said."),
    RATIO(struct hedge_spec, "quantile", rule.quantile, .preset = "", .min = 0.01, .max = 0.9999,
          .doc = "The next attempt is sent when a call takes longer than this share of the latest "
                 "ones did; 95% unless said."),
    DURATION(struct hedge_spec, "window", rule.window_ns, .preset = "15s", .min = 1e6,
             .max = 3600e9, .doc = "The quantile is learned anew in each such while."),
    COUNT(struct hedge_spec, "minimumCalls", rule.minimum, .preset = "100", .min = 1,
          .max = 1000000, .doc = "Calls to learn from before the first is hedged."),
    COUNT(struct hedge_spec, "maxAttempts", attempts, .preset = "2", .min = 1, .max = ATTEMPTS_MAX,
          .doc = "Attempts of one call in all, the first included."),
    LIST(struct hedge_spec, "nonFatal", on, FIELD_CHOICE, .preset = "", .choices = failure_names,
         .doc = "Failures that do not end the call: the next attempt is sent at once. None unless "
                "said: then any answer is the answer."),
    PART(struct hedge_spec, "budget", budget, "budget", .preset = "",
         .doc = "What the extra attempts may add to the load; a bare ratio is a tokenBudget. "
                "Unlimited unless said."),
    FIELDS_END
};

const struct kind filter_hedge = {
    .name = "hedge",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Sends a call a second time when the first answer is late, takes whichever answer comes "
        "first, and abandons the other attempts: worked on in vain, or cancelled, as the service's "
        "onAbandon says. The balancer chooses anew for each attempt. Not beside a retry.",
    .source =
        "Dean & Barroso, The tail at scale, Communications of the ACM 56 (2013); gRPC proposal "
        "A6, hedgingPolicy: maxAttempts, hedgingDelay, nonFatalStatusCodes; Finagle "
        "BackupRequestFilter",
    .example = "hedge { quantile = \"95%\", budget = \"5%\" }",
    .spec_size = sizeof(struct hedge_spec),
    .fields = hedge_fields,
    .check = hedge_check,
    .vtable = &hedge_type,
};
