/* filter_ratelimit.c - so many calls in a while, and no more.
 *
 * The arithmetic is ratelimit.c. A call that must wait has taken its turn already: when its caller
 * gives up meanwhile the turn is lost, as in Guava and resilience4j. */
#include "traffic/outcomes.h"
#include "traffic/ratelimit.h"

#include "base/arena.h"
#include "engine/judge.h"

#include "base/poison.h"

#define WINDOW_CALLS_MAX 1000000 /* so that calls * nanoseconds of an hour fit 64 bits */
#define BURST_MAX 1000000

enum scope { SCOPE_CALLER, SCOPE_ROUTE };
static const char *const scope_names[] = { "caller", "route", NULL };
static const char *const algorithm_names[] = { "tokenBucket",   "leakyBucket", "gcra",
                                               "slidingWindow", "fixedWindow", NULL };

struct ratelimit_spec {
    struct ratelimit_rule rule;
    double rate_per_s;
    uint32_t scope;
    int64_t sync_ns; /* 0: all on the route share one count */
};

static void on_turn(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    call_resume(w, id, (uint8_t)(call_get(w, id)->stage + 1));
}

static const struct event_type ratelimit_turn = {
    EVENT("ratelimit.turn"), .fire = on_turn, .live = call_live, .phase = PHASE_WORK
};

static void *ratelimit_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)spec, (void)route, (void)index;
    return arena_alloc(w->arena, sizeof(struct ratelimit_all));
}

static enum verdict ratelimit_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                      enum outcome *outcome)
{
    const struct ratelimit_spec *s = site->spec;
    struct ratelimit_all *all = site->shared;
    struct ratelimit_own *own = site->state;
    struct ratelimit *l = s->scope == SCOPE_ROUTE ? &all->counted : &own->counted;
    int64_t wait_ns;
    if (s->sync_ns == 0)
        wait_ns = ratelimit_take(l, &s->rule, now_ns(w));
    else
        wait_ns = ratelimit_take_apart(all, own, &s->rule, s->sync_ns, now_ns(w)) ? 0
                                                                                  : RATELIMIT_REJECT;
    if (wait_ns == 0) return FILTER_PASS;
    if (wait_ns == RATELIMIT_REJECT) {
        if (w->tracing)
            filter_trace(w, id, "ratelimit.reject", "cause=%s of %.6g/s",
                         algorithm_names[s->rule.algorithm], s->rate_per_s);
        *outcome = OUTCOME_REJECTED;
        return FILTER_ANSWER;
    }
    if (w->tracing) filter_trace(w, id, "ratelimit.wait", "wait_ms=%.6f", ns_to_ms(wait_ns));
    engine_at(w->engine, time_add(now_ns(w), wait_ns), &ratelimit_turn, id,
              call_get(w, id)->generation);
    return FILTER_WAIT;
}

static const struct filter_type ratelimit_type = {
    .state_size = sizeof(struct ratelimit_own),
    .prepare = ratelimit_prepare,
    .on_call = ratelimit_on_call,
};

static void window_check(struct ratelimit_spec *s, struct place at, const char *path,
                         struct diag *d)
{
    if (s->rule.window_ns == 0) s->rule.window_ns = NS_PER_S;
    double calls = s->rate_per_s * ns_to_s(s->rule.window_ns);
    if (calls < 1 || calls > WINDOW_CALLS_MAX)
        judge_field(d, at, path, "window", "choose another one",
                    "%.6g calls in a window are outside 1..%d", calls, WINDOW_CALLS_MAX);
    else
        s->rule.window_calls = (uint32_t)(calls + 0.5);
    const char *name = algorithm_names[s->rule.algorithm];
    if (s->rule.burst) judge_field(d, at, path, "burst", "leave it out", "a %s has none", name);
    if (s->rule.wait_ns_max)
        judge_field(d, at, path, "maxWait", "a tokenBucket or gcra can", "a %s lets no call wait",
                    name);
}

static void bucket_check(struct ratelimit_spec *s, struct place at, const char *path,
                         struct diag *d)
{
    if (s->rule.burst == 0) s->rule.burst = 1;
    if ((double)s->rule.interval_ns * s->rule.burst > (double)TIME_MAX_NS)
        judge_field(d, at, path, "burst", "make it smaller",
                    "the bucket takes over ten years to fill");
    if (s->rule.window_ns)
        judge_field(d, at, path, "window", "leave it out", "a %s has none",
                    algorithm_names[s->rule.algorithm]);
    if (s->rule.algorithm == RATELIMIT_LEAKY_BUCKET && s->rule.wait_ns_max)
        judge_field(d, at, path, "maxWait", "its burst says how many wait",
                    "a leakyBucket holds calls back anyway");
}

static void ratelimit_check(void *spec, const struct document *doc, struct place at,
                            const char *path, struct diag *d)
{
    (void)doc;
    struct ratelimit_spec *s = spec;
    s->rule.interval_ns = (int64_t)(1e9 / s->rate_per_s);
    bool windowed = s->rule.algorithm == RATELIMIT_SLIDING_WINDOW ||
                    s->rule.algorithm == RATELIMIT_FIXED_WINDOW;
    (windowed ? window_check : bucket_check)(s, at, path, d);
    if (s->sync_ns && (s->rule.algorithm != RATELIMIT_FIXED_WINDOW || s->scope != SCOPE_ROUTE))
        judge_field(d, at, path, "syncEvery", "say algorithm = \"fixedWindow\", scope = \"route\"",
                    "only callers that share a fixed window count together");
}

static const struct field ratelimit_fields[] = {
    RATE(struct ratelimit_spec, "rate", rate_per_s, .min = 1e-5, .max = 1e9, .position = 1,
         .doc = "Calls let through in the long run."),
    COUNT(struct ratelimit_spec, "burst", rule.burst, .preset = "", .min = 1, .max = BURST_MAX,
          .doc = "Calls that may pass at once after a quiet time, 1 unless said; of a leakyBucket, "
                 "those that it holds back. Not for windows."),
    CHOICE(struct ratelimit_spec, "algorithm", rule.algorithm, .preset = "tokenBucket",
           .choices = algorithm_names,
           .doc = "tokenBucket and gcra let bursts through, leakyBucket spaces calls evenly, a "
                  "window counts."),
    DURATION(struct ratelimit_spec, "window", rule.window_ns, .preset = "", .min = 1e6,
             .max = 3600e9,
             .doc = "Of slidingWindow and fixedWindow, 1s unless said: rate times this may pass, rounded "
                    "to a whole number."),
    DURATION(struct ratelimit_spec, "maxWait", rule.wait_ns_max, .preset = "0s", .min = 0,
             .max = 36000e9, .doc = "How long a call waits for its turn rather than be refused."),
    CHOICE(struct ratelimit_spec, "scope", scope, .preset = "caller", .choices = scope_names,
           .doc = "Whether each caller (each pod of a service) has its own limit or all on the "
                  "route share one."),
    DURATION(struct ratelimit_spec, "syncEvery", sync_ns, .preset = "", .min = 1e3, .max = 3600e9,
             .doc = "Of a shared fixedWindow: how often callers tell each other what they let through; "
                    "until then each knows only its own, and more than the rate passes. At once "
                    "unless said."),
    FIELDS_END
};

const struct kind filter_ratelimit = {
    .name = "rateLimit",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Lets calls through at a limited rate; the others wait for their turn or are refused "
           "(outcome rejected).",
    .source = "GCRA: ITU-T I.371; leaky bucket: nginx limit_req, whose burst is one at a time "
              "unless said; token bucket: Envoy local rate limit; sliding window: Cloudflare, How "
              "we built rate limiting (2017)",
    .example = "rateLimit { rate = \"100/s\", burst = 20 }",
    .spec_size = sizeof(struct ratelimit_spec),
    .fields = ratelimit_fields,
    .check = ratelimit_check,
    .vtable = &ratelimit_type,
};
