/* rules_guards.c - the rules of breakers, limits, budgets and back-off, asked by vectors. */
#include "conformance.h"

#include "orrery/kind.h"
#include "orrery/time.h"
#include "service/codel.h"
#include "traffic/backoff.h"
#include "traffic/breaker.h"
#include "traffic/concurrency.h"
#include "traffic/hedging.h"
#include "traffic/ratelimit.h"
#include "traffic/retry_budget.h"
#include "traffic/throttle.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------------- rate limits */

static struct ratelimit_rule ask_limit(struct question *q)
{
    static const char *const names[] = { "tokenBucket",   "leakyBucket", "gcra",
                                         "slidingWindow", "fixedWindow", NULL };
    struct ratelimit_rule rule = { .algorithm = ask_choice(q, q->input, "algorithm", names) };
    if (rule.algorithm >= RATELIMIT_SLIDING_WINDOW) {
        rule.window_ns = ask_ns(q, q->input, "window_ms");
        rule.window_calls = ask_count(q, q->input, "calls", 1, 1000000);
        if (rule.window_ns <= 0) q->problem = "input: window_ms is above 0";
        return rule;
    }
    rule.interval_ns = ask_ns(q, q->input, "interval_ms");
    rule.burst = ask_count(q, q->input, "burst", 1, 1000000);
    if (value_get(q->input, "maxWait_ms")) rule.wait_ns_max = ask_ns(q, q->input, "maxWait_ms");
    return rule;
}

/* Calls at the times of at_ms; what each must wait in ms, or "reject". */
static struct value *rate_limit(struct question *q)
{
    struct ratelimit_rule rule = ask_limit(q);
    struct ratelimit l = { 0 };
    struct value *list = tell_list(q);
    if (q->problem) return list;
    for (const struct value *v = ask_list(q, q->input, "at_ms")->list_first; v; v = v->next) {
        int64_t wait_ns = ratelimit_take(&l, &rule, (int64_t)llround(v->number * 1e6));
        value_append(list, wait_ns == RATELIMIT_REJECT ? tell_text(q, "reject")
                                                       : tell_number(q, (double)wait_ns / 1e6));
    }
    return list;
}

/* Steps {at_ms, by}: an instance's call; whether it passes. */
static struct value *rate_limit_apart(struct question *q)
{
    struct ratelimit_rule rule = { .algorithm = RATELIMIT_FIXED_WINDOW,
                                   .window_ns = ask_ns(q, q->input, "window_ms"),
                                   .window_calls = ask_count(q, q->input, "calls", 1, 1000000) };
    int64_t sync_ns = ask_ns(q, q->input, "syncEvery_ms");
    struct ratelimit_all all = { 0 };
    struct ratelimit_own own[8] = { 0 };
    struct value *list = tell_list(q);
    if (rule.window_ns <= 0 || sync_ns <= 0) q->problem = "input: times are above 0";
    for (const struct value *v = ask_list(q, q->input, "steps")->list_first; v; v = v->next) {
        uint32_t by = ask_count(q, v, "by", 0, 7);
        int64_t now_ns = ask_ns(q, v, "at_ms");
        if (q->problem) return list;
        value_append(list, tell_bool(q, ratelimit_take_apart(&all, &own[by], &rule, sync_ns, now_ns)));
    }
    return list;
}

/* ------------------------------------------------------------------------- budgets */

/* outcomes: "s" and "f"; whether a retry is allowed after each. */
static struct value *grpc_throttle(struct question *q)
{
    int64_t max = (int64_t)llround(ask_number(q, q->input, "maxTokens") * BUDGET_TOKEN);
    int64_t ratio = (int64_t)llround(ask_number(q, q->input, "tokenRatio") * BUDGET_TOKEN);
    struct budget_throttle b;
    struct value *list = tell_list(q);
    budget_throttle_open(&b, max);
    for (const char *c = ask_text(q, q->input, "outcomes"); *c; c++) {
        budget_throttle_record(&b, max, ratio, *c == 'f');
        value_append(list, tell_bool(q, budget_throttle_allows(&b, max)));
    }
    return list;
}

static struct value *envoy_budget(struct question *q)
{
    return tell_bool(q, budget_concurrent_allows(ask_number(q, q->input, "ratio"),
                                                 ask_count(q, q->input, "minRetries", 0, 1000000),
                                                 ask_count(q, q->input, "requests", 0, 1000000),
                                                 ask_count(q, q->input, "retries", 0, 1000000)));
}

/* `calls` first attempts, every one followed by as many retries as it can pay for, up to three. */
static struct value *bucket_budget(struct question *q)
{
    int64_t max = (int64_t)llround(ask_number(q, q->input, "maxTokens") * BUDGET_TOKEN);
    int64_t deposit = (int64_t)llround(ask_number(q, q->input, "deposit") * BUDGET_TOKEN);
    uint32_t calls = ask_count(q, q->input, "calls", 1, 10000000), attempts = 0;
    struct budget_bucket b;
    budget_bucket_open(&b, max);
    for (uint32_t i = 0; i < calls; i++) {
        budget_bucket_deposit(&b, max, deposit);
        attempts++;
        for (int retry = 0; retry < 3 && budget_bucket_take(&b); retry++)
            attempts++;
    }
    return tell_number(q, (double)attempts / calls);
}

/* Steps {at_ms, requests}: how many retries can be paid for after each. */
static struct value *window_budget(struct question *q)
{
    struct budget_window b;
    struct value *list = tell_list(q);
    double ratio = ask_number(q, q->input, "ratio");
    int64_t ttl_ns = ask_ns(q, q->input, "ttl_ms");
    double least = ask_number(q, q->input, "retriesPerSecond");
    if (!(ratio > 0) || ttl_ns < NS_PER_MS) q->problem = "input: ratio and ttl_ms are above 0";
    if (q->problem) return list;
    budget_window_open(&b, q->arena, ratio, ttl_ns, least);
    for (const struct value *v = ask_list(q, q->input, "steps")->list_first; v; v = v->next) {
        int64_t now_ns = ask_ns(q, v, "at_ms");
        uint32_t requests = ask_count(q, v, "requests", 0, 1000000), taken = 0;
        if (q->problem) return list;
        for (uint32_t i = 0; i < requests; i++)
            budget_window_deposit(&b, now_ns);
        while (budget_window_take(&b, now_ns))
            taken++;
        value_append(list, tell_number(q, taken));
    }
    return list;
}

/* Acts: "r" a retry, "t" a retry after a timeout, "s" a success at once, "R" and "T" one after such a
 * retry. The tokens after each; a retry that cannot be paid leaves them. */
static struct value *quota(struct question *q)
{
    uint32_t capacity = ask_count(q, q->input, "capacity", 1, 1000000);
    struct budget_bucket b;
    struct value *list = tell_list(q);
    budget_bucket_open(&b, capacity);
    for (const char *c = ask_text(q, q->input, "acts"); *c; c++) {
        int64_t cost = *c == 't' || *c == 'T' ? 10 : 5;
        if (*c == 'r' || *c == 't')
            budget_quota_take(&b, cost);
        else
            budget_bucket_deposit(&b, capacity, *c == 's' ? 1 : cost);
        value_append(list, tell_number(q, (double)b.tokens));
    }
    return list;
}

/* ------------------------------------------------------------------------- breakers */

static struct breaker_rule ask_breaker(struct question *q)
{
    const struct value *in = q->input;
    struct breaker_rule rule = {
        .timed = ask_bool(q, in, "timed"),
        .window = ask_count(q, in, "window", 1, ROLLING_BUCKETS_MAX),
        .bucket_ns = NS_PER_S,
        .minimum = ask_count(q, in, "minimum", 1, 1000000),
        .failure_ratio = ask_number(q, in, "failureRate"),
        .slow_ratio = ask_number(q, in, "slowRate"),
        .slow_ns = ask_ns(q, in, "slow_ms"),
        .open_ns = ask_ns(q, in, "open_ms"),
        .trials = ask_count(q, in, "trials", 1, 1000000),
    };
    return rule;
}

/* Steps {at_ms, do, times}: do is "ask" (is a call let out?), or "ok", "fail", "slow" (one answer).
 * Tells the state after each, or "permitted" or "refused", of the last time. */
static struct value *breaker(struct question *q)
{
    static const char *const acts[] = { "ask", "ok", "fail", "slow", NULL };
    struct breaker_rule rule = ask_breaker(q);
    struct breaker b;
    struct value *list = tell_list(q);
    if (q->problem) return list;
    breaker_open(&b, &rule, q->arena);
    for (const struct value *v = ask_list(q, q->input, "steps")->list_first; v; v = v->next) {
        int64_t now_ns = ask_ns(q, v, "at_ms");
        uint32_t act = ask_choice(q, v, "do", acts), times = ask_count(q, v, "times", 1, 1000000);
        bool permitted = false;
        if (q->problem) return list;
        for (uint32_t i = 0; i < times; i++)
            if (act == 0)
                permitted = breaker_permits(&b, &rule, now_ns);
            else
                breaker_record(&b, &rule, now_ns, act == 2, act == 3 ? rule.slow_ns + 1 : 0);
        value_append(list, tell_text(q, act == 0 ? permitted ? "permitted" : "refused"
                                                 : breaker_state_names[b.state]));
    }
    return list;
}

/* ------------------------------------------------------------------------- throttling, limits */

static struct value *throttle(struct question *q)
{
    return tell_number(q, throttle_reject_ratio(ask_number(q, q->input, "k"),
                                                (int64_t)ask_number(q, q->input, "requests"),
                                                (int64_t)ask_number(q, q->input, "accepts")));
}

static struct value *vegas(struct question *q)
{
    static const struct concurrency_rule rule = {
        .limit_first = 20, .limit_min = 1, .limit_max = 1000, .smoothing = 1, .probe_factor = 30
    };
    struct concurrency c;
    int64_t rtt_ns = ask_ns(q, q->input, "rtt_ms");
    concurrency_begin(&c, &rule);
    c.limit = ask_number(q, q->input, "limit");
    c.shortest_ns = ask_ns(q, q->input, "shortest_ms");
    if (rtt_ns <= 0) q->problem = "input: rtt_ms is above 0";
    if (q->problem) return NULL;
    vegas_update(&c, &rule, rtt_ns, ask_count(q, q->input, "inFlight", 1, 1000000),
                 ask_bool(q, q->input, "dropped"), 0);
    return tell_number(q, c.limit);
}

static struct value *gradient2(struct question *q)
{
    static const struct concurrency_rule rule = { .limit_first = 20,
                                                  .limit_min = 20,
                                                  .limit_max = 200,
                                                  .smoothing = 0.2,
                                                  .queue = 4,
                                                  .tolerance = 1.5,
                                                  .long_window = 600 };
    struct concurrency c;
    concurrency_begin(&c, &rule);
    int64_t before_ns = ask_ns(q, q->input, "before_ms"), rtt_ns = ask_ns(q, q->input, "rtt_ms");
    if (before_ns <= 0 || rtt_ns <= 0) q->problem = "input: round trips are above 0";
    if (q->problem) return NULL;
    for (int i = 0; i < 10; i++) /* all those of the average's warm-up */
        gradient2_update(&c, &rule, before_ns, 0);
    c.limit = ask_number(q, q->input, "limit");
    gradient2_update(&c, &rule, rtt_ns, ask_count(q, q->input, "inFlight", 1, 1000000));
    return tell_number(q, c.limit);
}

/* ------------------------------------------------------------------------- queues */

/* backlogged_ms: how long ago the queue was empty. [how long a call that joins may wait in ms,
 * whether the newest goes first]. */
static struct value *codel(struct question *q)
{
    struct codel_rule rule = { ask_ns(q, q->input, "target_ms"),
                               ask_ns(q, q->input, "interval_ms") };
    struct value *list = tell_list(q);
    int64_t backlogged_ns = ask_ns(q, q->input, "backlogged_ms");
    value_append(list, tell_number(q, (double)codel_patience_ns(&rule, backlogged_ns) / 1e6));
    value_append(list, tell_bool(q, codel_backlogged(rule.interval_ns, backlogged_ns)));
    return list;
}

/* ------------------------------------------------------------------------- hedging */

#define HEDGES_MAX 16

/* attempts: what becomes of each once sent, {after_ms, failed}; an attempt that is not listed never
 * answers. Tells when attempts were sent, and last when the call had its answer. */
static struct value *hedging_policy(struct question *q)
{
    uint32_t most = ask_count(q, q->input, "maxAttempts", 1, HEDGES_MAX), sent = 0, out = 0;
    double delay = ask_number(q, q->input, "delay_ms"), due = 0, at[HEDGES_MAX];
    bool failed[HEDGES_MAX] = { false };
    struct value *list = tell_list(q);
    const struct value *next = ask_list(q, q->input, "attempts")->list_first;
    while (!q->problem) {
        uint32_t first = 0;
        for (uint32_t i = 1; i < sent; i++)
            if (at[i] < at[first]) first = i;
        if (sent < most && (sent == 0 || due <= at[first])) { /* one more goes out */
            value_append(list, tell_number(q, due));
            at[sent] = next ? due + ask_number(q, next, "after_ms") : INFINITY;
            failed[sent] = next && ask_bool(q, next, "failed");
            if (next) next = next->next;
            sent++, out++;
            due += delay;
            continue;
        }
        if (at[first] == INFINITY) return list;
        double now = at[first];
        at[first] = INFINITY;
        enum hedging what = hedging_answered(failed[first], sent, most, --out, sent < most);
        if (what == HEDGING_SEND) due = now;
        if (what == HEDGING_TAKE) value_append(list, tell_number(q, now));
        if (what == HEDGING_TAKE) return list;
    }
    return list;
}

/* ------------------------------------------------------------------------- back-off, defaults */

#define BACKOFF_DRAWS 20000

/* [least, mean, most] in ms over many calls. */
static struct value *backoff(struct question *q)
{
    static const char *const jitters[] = { "none", "full", "equal", "decorrelated", NULL };
    struct backoff b = { .base_ns = ask_ns(q, q->input, "base_ms"),
                         .max_ns = ask_ns(q, q->input, "max_ms"),
                         .multiplier = ask_number(q, q->input, "multiplier"),
                         .jitter = ask_choice(q, q->input, "jitter", jitters) };
    static const char *const growths[] = { "exponential", "linear", "envoy", NULL };
    if (value_get(q->input, "growth")) b.growth = ask_choice(q, q->input, "growth", growths);
    uint32_t attempt = ask_count(q, q->input, "attempt", 0, 1000);
    double least = INFINITY, most = 0, sum = 0;
    for (uint64_t key = 1; key <= BACKOFF_DRAWS; key++) {
        double wait_ms = (double)backoff_ns(&b, key, attempt) / 1e6;
        least = fmin(least, wait_ms);
        most = fmax(most, wait_ms);
        sum += wait_ms;
    }
    struct value *list = tell_list(q);
    value_append(list, tell_number(q, least));
    value_append(list, tell_number(q, sum / BACKOFF_DRAWS));
    value_append(list, tell_number(q, most));
    return list;
}

/* What a filter, budget or discipline does when its fields are left out: the presets of its table, as text. */
static struct value *defaults(struct question *q)
{
    const char *of = ask_text(q, q->input, "of");
    struct value *map = value_map(q->arena, (struct place){ NULL, 0 });
    const struct kind *kind = NULL;
    for (uint32_t i = 0; i < orrery_kind_count; i++)
        if (strcmp(orrery_kinds[i]->role, "object") && !strcmp(orrery_kinds[i]->name, of))
            kind = orrery_kinds[i];
    if (!kind) {
        q->problem = "input: `of` names no part";
        return map;
    }
    for (const struct field *f = kind->fields; f->type != FIELD_NONE; f++)
        if (f->preset) value_set(q->arena, map, f->name, tell_text(q, f->preset));
    return map;
}

const struct rule rules_guards[] = {
    { "rateLimit", rate_limit },
    { "rateLimitApart", rate_limit_apart },
    { "grpcThrottle", grpc_throttle },
    { "envoyRetryBudget", envoy_budget },
    { "bucketRetryBudget", bucket_budget },
    { "windowRetryBudget", window_budget },
    { "retryQuota", quota },
    { "breaker", breaker },
    { "adaptiveThrottle", throttle },
    { "vegas", vegas },
    { "gradient2", gradient2 },
    { "codel", codel },
    { "hedgingPolicy", hedging_policy },
    { "backoff", backoff },
    { "defaults", defaults },
    { NULL, NULL },
};
