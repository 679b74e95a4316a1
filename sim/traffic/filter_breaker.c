/* filter_breaker.c - stop calling what keeps failing.
 *
 * The state machine is breaker.c; here are its two dialects, resilience4j's and Hystrix's, and what
 * they say. Each caller's instance has its own breaker. Every call that passes is recorded when it
 * is answered, or released when no answer will come: a timeout must stand within to be counted. */
#include "traffic/breaker.h"
#include "traffic/marks.h"
#include "traffic/outcomes.h"

#include "orrery/route.h"

#include "engine/judge.h"

#include <stdio.h>

#include "base/poison.h"

#define WINDOW_CALLS_MAX 100000 /* a byte each */

struct breaker_spec {
    struct breaker_rule rule;
    struct list on;
    uint32_t on_mask;
    uint32_t type, size; /* as said */
    int64_t window_ns;
};

struct breaker_site {
    struct breaker breaker;
    bool opened;
};

static struct breaker *breaker_of(const struct filter_site *site, struct world *w)
{
    const struct breaker_spec *s = site->spec;
    struct breaker_site *b = site->state;
    if (!b->opened) breaker_open(&b->breaker, &s->rule, w->arena);
    b->opened = true;
    return &b->breaker;
}

/* The timeline, and so the trace, shows every change of state, with what decided it. */
static void tell(struct world *w, const struct call *c, const struct breaker *b)
{
    static const char *const kinds[] = { "breaker.closed", "breaker.open", "breaker.halfOpen" };
    struct breaker_counts judged = b->judged;
    char cause[100];
    if (b->state == BREAKER_HALF_OPEN)
        snprintf(cause, sizeof cause, "rested, lets calls through to try");
    else
        snprintf(cause, sizeof cause, "%u failed and %u slow of %u calls", judged.failures,
                 judged.slow, judged.calls);
    recorder_event(w->recorder, now_ns(w), kinds[b->state], route_name(w, c->route), 0, "%s",
                   cause);
}

static enum verdict breaker_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                    enum outcome *outcome)
{
    const struct breaker_spec *s = site->spec;
    struct breaker *b = breaker_of(site, w);
    enum breaker_state before = b->state;
    bool permitted = breaker_permits(b, &s->rule, now_ns(w));
    if (b->state != before) tell(w, call_get(w, id), b);
    if (permitted) {
        marks_set(site->shared, w, id, now_ns(w));
        return FILTER_PASS;
    }
    if (w->tracing)
        filter_trace(w, id, "breaker.reject", "cause=%s", breaker_state_names[b->state]);
    *outcome = OUTCOME_REJECTED;
    return FILTER_ANSWER;
}

static enum verdict breaker_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct breaker_spec *s = site->spec;
    const struct call *c = call_get(w, id);
    struct breaker *b = breaker_of(site, w);
    bool failed = failure_counts(s->on_mask, c);
    int64_t took_ns = now_ns(w) - marks_get(site->shared, id);
    if (breaker_record(b, &s->rule, now_ns(w), failed, took_ns)) tell(w, c, b);
    return FILTER_PASS;
}

static void breaker_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    (void)id;
    breaker_release(breaker_of(site, w));
}

static const struct filter_type breaker_type = {
    .state_size = sizeof(struct breaker_site),
    .prepare = marks_prepare,
    .on_call = breaker_on_call,
    .on_reply = breaker_on_reply,
    .on_moved = marks_on_moved,
    .on_gone = breaker_on_gone,
};

/* ------------------------------------------------------------------------- resilience4j */

enum window_type { WINDOW_COUNT, WINDOW_TIME };
static const char *const window_names[] = { "count", "time", NULL };

static void breaker_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    struct breaker_spec *s = spec;
    s->on_mask = failure_mask(s->on, at, path, d);
    s->rule.timed = s->type == WINDOW_TIME;
    s->rule.window = s->size;
    s->rule.bucket_ns = NS_PER_S;
    if (s->rule.timed && s->size > ROLLING_BUCKETS_MAX)
        judge_field(d, at, path, "slidingWindowSize", NULL,
                    "a window of time has at most %d seconds", ROLLING_BUCKETS_MAX);
}

#define ON_PRESET                                                                                  \
    "[\"error\", \"timeout\", \"unavailable\", \"overloaded\", \"crashed\", \"expired\", "         \
    "\"rejected\"]"

static const struct field breaker_fields[] = {
    RATIO(struct breaker_spec, "failureRateThreshold", rule.failure_ratio, .preset = "50%",
          .min = 1e-6, .max = 1, .position = 1,
          .doc = "Share of failures in the window at or above which it opens."),
    RATIO(struct breaker_spec, "slowCallRateThreshold", rule.slow_ratio, .preset = "100%",
          .min = 1e-6, .max = 1, .doc = "Share of slow calls at or above which it opens."),
    DURATION(struct breaker_spec, "slowCallDurationThreshold", rule.slow_ns, .preset = "60s",
             .min = 1, .max = (double)TIME_MAX_NS, .doc = "A call that takes longer is slow."),
    CHOICE(struct breaker_spec, "slidingWindowType", type, .preset = "count",
           .choices = window_names, .doc = "Whether the window is of calls or of seconds."),
    COUNT(struct breaker_spec, "slidingWindowSize", size, .preset = "100", .min = 1,
          .max = WINDOW_CALLS_MAX, .doc = "How many calls, or seconds, the window holds."),
    COUNT(struct breaker_spec, "minimumNumberOfCalls", rule.minimum, .preset = "100", .min = 1,
          .max = 1e9,
          .doc =
              "Fewer calls in the window are not judged; at most its size when it counts calls."),
    DURATION(struct breaker_spec, "waitDurationInOpenState", rule.open_ns, .preset = "60s",
             .min = 1, .max = (double)TIME_MAX_NS,
             .doc = "How long it stays open before it tries again."),
    COUNT(struct breaker_spec, "permittedNumberOfCallsInHalfOpenState", rule.trials, .preset = "10",
          .min = 1, .max = WINDOW_CALLS_MAX,
          .doc = "Calls let through when it tries again; judged by the same shares."),
    LIST(struct breaker_spec, "on", on, FIELD_CHOICE, .preset = ON_PRESET, .choices = failure_names,
         .doc = "The outcomes that count as failures."),
    FIELDS_END
};

const struct kind filter_breaker = {
    .name = "breaker",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A circuit breaker: refuses calls (outcome rejected) while too many of the latest ones "
           "failed or were slow, then lets a few through to see. Put a timeout inside it, so that "
           "calls without an answer are seen to fail.",
    .source = "resilience4j CircuitBreakerConfig, its defaults; Nygard, Release It! (2007)",
    .example = "breaker { failureRateThreshold = \"50%\", waitDurationInOpenState = \"5s\" }",
    .spec_size = sizeof(struct breaker_spec),
    .fields = breaker_fields,
    .check = breaker_check,
    .vtable = &breaker_type,
};

/* ------------------------------------------------------------------------- Hystrix */

#define HYSTRIX_TRIALS 1

static void hystrix_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    struct breaker_spec *s = spec;
    s->on_mask = failure_mask(s->on, at, path, d);
    s->rule.timed = true;
    s->rule.window = s->size;
    s->rule.bucket_ns = s->window_ns / s->size;
    s->rule.trials = HYSTRIX_TRIALS;
    s->rule.slow_ratio = 2; /* knows no slow calls: never reached */
    s->rule.slow_ns = TIME_MAX_NS;
    if (s->window_ns % s->size)
        judge_field(d, at, path, "rollingWindow", NULL, "it is not a whole number of buckets");
}

static const struct field hystrix_fields[] = {
    RATIO(struct breaker_spec, "errorThreshold", rule.failure_ratio, .preset = "50%", .min = 1e-6,
          .max = 1, .position = 1,
          .doc = "Share of failures in the window at or above which it opens."),
    COUNT(struct breaker_spec, "requestVolumeThreshold", rule.minimum, .preset = "20", .min = 1,
          .max = 1e9, .doc = "Fewer calls in the window are not judged."),
    DURATION(struct breaker_spec, "sleepWindow", rule.open_ns, .preset = "5s", .min = 1,
             .max = (double)TIME_MAX_NS, .doc = "How long it refuses before it tries one call."),
    DURATION(struct breaker_spec, "rollingWindow", window_ns, .preset = "10s", .min = 1e6,
             .max = 3600e9, .doc = "How far back it looks."),
    COUNT(struct breaker_spec, "buckets", size, .preset = "10", .min = 1,
          .max = ROLLING_BUCKETS_MAX, .doc = "In how many steps the window moves."),
    LIST(struct breaker_spec, "on", on, FIELD_CHOICE, .preset = ON_PRESET, .choices = failure_names,
         .doc = "The outcomes that count as failures."),
    FIELDS_END
};

const struct kind filter_hystrix = {
    .name = "hystrix",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A circuit breaker as Netflix Hystrix had it: a window of time in buckets, and one call "
           "that tries whether the other side is well again.",
    .source = "Netflix Hystrix, HystrixCommandProperties and HystrixCircuitBreaker",
    .example = "hystrix { sleepWindow = \"5s\" }",
    .spec_size = sizeof(struct breaker_spec),
    .fields = hystrix_fields,
    .check = hystrix_check,
    .vtable = &breaker_type,
};
