/* filter_shed.c - as many calls at once as go well, found out by trying; the rest are shed.
 *
 * The caller's own limit: it rises while round trips stay short and falls when they grow, so a
 * server is spared before it drowns. Who may use the last slots depends on priority. Invariant:
 * in_flight counts the calls let out whose answer has neither come nor been given up. */
#include "traffic/concurrency.h"
#include "traffic/marks.h"
#include "traffic/outcomes.h"
#include "traffic/shed.h"

#include "orrery/rng.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/judge.h"

#include "base/poison.h"

#define PROBE_PURPOSE UINT64_C(0x7665676173000000) /* keeps these draws apart from others */
#define PRIORITIES_MAX 256

struct shed_spec {
    struct concurrency_rule rule;
    struct list shares; /* double */
    struct list on;
    uint32_t on_mask, first, most, least, queue, probe;
};

struct shed_site {
    struct concurrency limit;
    uint32_t in_flight;
};

/* Of each call let out: when, and how many were out with it. */
struct shed_shared {
    struct marks sent_ns, in_flight;
};

static void *shed_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)spec, (void)route, (void)index;
    return arena_alloc(w->arena, sizeof(struct shed_shared));
}

static void shed_on_moved(const struct filter_site *site, struct world *w, uint32_t id,
                          uint32_t old)
{
    struct shed_shared *shared = site->shared;
    marks_set(&shared->sent_ns, w, id, marks_get(&shared->sent_ns, old));
    marks_set(&shared->in_flight, w, id, marks_get(&shared->in_flight, old));
}

bool shed_admits(double limit, uint32_t in_flight, const double *shares, uint32_t count,
                 uint32_t priority)
{
    double share = count == 0 ? 1 : shares[priority < count ? priority : count - 1];
    return in_flight == 0 || in_flight + 1 <= limit * share;
}

static struct shed_site *shed_of(const struct filter_site *site)
{
    const struct shed_spec *s = site->spec;
    struct shed_site *shed = site->state;
    if (shed->limit.limit == 0) concurrency_begin(&shed->limit, &s->rule);
    return shed;
}

static enum verdict shed_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                 enum outcome *outcome)
{
    const struct shed_spec *s = site->spec;
    struct shed_site *shed = shed_of(site);
    const struct call *c = call_get(w, id);
    if (shed_admits(shed->limit.limit, shed->in_flight, s->shares.items, s->shares.count,
                    c->priority)) {
        shed->in_flight++;
        struct shed_shared *shared = site->shared;
        marks_set(&shared->sent_ns, w, id, now_ns(w));
        marks_set(&shared->in_flight, w, id, shed->in_flight);
        return FILTER_PASS;
    }
    if (w->tracing)
        filter_trace(w, id, "shed.reject", "cause=limit %.3f in_flight=%u priority=%u",
                     shed->limit.limit, shed->in_flight, c->priority);
    *outcome = OUTCOME_REJECTED;
    return FILTER_ANSWER;
}

static void leave(struct shed_site *shed)
{
    check(shed->in_flight > 0);
    shed->in_flight--;
}

static enum verdict shed_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    struct shed_site *shed = shed_of(site);
    const struct shed_spec *s = site->spec;
    const struct call *c = call_get(w, id);
    const struct shed_shared *shared = site->shared;
    int64_t rtt_ns = now_ns(w) - marks_get(&shared->sent_ns, id);
    uint32_t in_flight = (uint32_t)marks_get(&shared->in_flight, id);
    double before = shed->limit.limit;
    leave(shed);
    if (rtt_ns == 0) return FILTER_PASS; /* refused on this side of any work: tells nothing */
    bool dropped = failure_counts(s->on_mask, c);
    if (s->rule.long_window) {
        if (!dropped) gradient2_update(&shed->limit, &s->rule, rtt_ns, in_flight);
    } else {
        struct rng r = rng_keyed(key_child(c->key ^ PROBE_PURPOSE, c->attempt));
        vegas_update(&shed->limit, &s->rule, rtt_ns, in_flight, dropped, rng_uniform(&r));
    }
    if (w->tracing && shed->limit.limit != before)
        filter_trace(w, id, "shed.limit", "limit=%.3f was=%.3f cause=%s rtt_ms=%.6f in_flight=%u",
                     shed->limit.limit, before, dropped ? "drop" : "round trip", ns_to_ms(rtt_ns),
                     in_flight);
    return FILTER_PASS;
}

static void shed_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    (void)w, (void)id;
    leave(site->state);
}

static const struct filter_type shed_type = {
    .state_size = sizeof(struct shed_site),
    .prepare = shed_prepare,
    .on_call = shed_on_call,
    .on_reply = shed_on_reply,
    .on_moved = shed_on_moved,
    .on_gone = shed_on_gone,
};

static void shed_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc;
    struct shed_spec *s = spec;
    s->rule.limit_first = s->first;
    s->rule.limit_min = s->least;
    s->rule.limit_max = s->most;
    s->rule.queue = s->queue;
    s->rule.probe_factor = s->probe;
    s->on_mask = failure_mask(s->on, at, path, d);
    if (s->least > s->most)
        judge_field(d, at, path, "minLimit", "swap them?", "%u exceeds maxLimit %u", s->least,
                    s->most);
    else if (s->first < s->least || s->first > s->most)
        judge_field(d, at, path, "initialLimit", NULL, "%u is outside %u..%u", s->first, s->least,
                    s->most);
    const double *shares = s->shares.items;
    for (uint32_t i = 1; i < s->shares.count; i++)
        if (shares[i] < shares[i - 1])
            judge_field(d, at, path, "shares",
                        "the list begins with priority 0, the least important",
                        "priority %u has less than priority %u", i, i - 1);
    if (s->shares.count > PRIORITIES_MAX)
        judge_field(d, at, path, "shares", NULL, "there are at most %d priorities", PRIORITIES_MAX);
}

#define LIMIT_MAX 1000000

#define COMMON_FIELDS                                                                              \
    LIST(struct shed_spec, "shares", shares, FIELD_RATIO, .preset = "[]",                          \
         .doc = "The part of the limit that calls of priority 0, 1, 2... may fill; all of it "     \
                "unless said."),                                                                   \
        LIST(struct shed_spec, "on", on, FIELD_CHOICE,                                             \
             .preset = "[\"timeout\", \"unavailable\", \"overloaded\", \"rejected\"]",             \
             .choices = failure_names,                                                             \
             .doc = "The outcomes that mean that the call was dropped for want of capacity.")

static const struct field vegas_fields[] = {
    COUNT(struct shed_spec, "initialLimit", first, .preset = "20", .min = 1, .max = LIMIT_MAX,
          .position = 1, .doc = "Calls at once, to begin with."),
    COUNT(struct shed_spec, "minLimit", least, .preset = "1", .min = 1, .max = LIMIT_MAX,
          .doc = "The limit never falls below this."),
    COUNT(struct shed_spec, "maxLimit", most, .preset = "1000", .min = 1, .max = LIMIT_MAX,
          .doc = "The limit never rises above this."),
    RATIO(struct shed_spec, "smoothing", rule.smoothing, .preset = "1", .min = 0.01, .max = 1,
          .doc = "How much of each change of the limit is made at once."),
    COUNT(struct shed_spec, "probeMultiplier", probe, .preset = "30", .min = 1, .max = 1000000,
          .doc = "The shortest round trip is measured anew after this many times the limit calls."),
    COMMON_FIELDS,
    FIELDS_END
};

const struct kind filter_vegas = {
    .name = "vegasLimit",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Limits calls at once by TCP Vegas's idea: the limit less what the shortest round trip "
           "would need is the queue at the server; it rises while that is short and falls while it "
           "is long. Calls over the limit are shed (outcome rejected).",
    .source = "Netflix concurrency-limits, VegasLimit; Brakmo & Peterson, TCP Vegas (1995)",
    .example = "vegasLimit { initialLimit = 20 }",
    .spec_size = sizeof(struct shed_spec),
    .fields = vegas_fields,
    .check = shed_check,
    .vtable = &shed_type,
};

static const struct field gradient_fields[] = {
    COUNT(struct shed_spec, "initialLimit", first, .preset = "20", .min = 1, .max = LIMIT_MAX,
          .position = 1, .doc = "Calls at once, to begin with."),
    COUNT(struct shed_spec, "minLimit", least, .preset = "20", .min = 1, .max = LIMIT_MAX,
          .doc = "The limit never falls below this."),
    COUNT(struct shed_spec, "maxLimit", most, .preset = "200", .min = 1, .max = LIMIT_MAX,
          .doc = "The limit never rises above this."),
    RATIO(struct shed_spec, "smoothing", rule.smoothing, .preset = "0.2", .min = 0.01, .max = 1,
          .doc = "How much of each change of the limit is made at once."),
    COUNT(struct shed_spec, "queueSize", queue, .preset = "4", .min = 0, .max = LIMIT_MAX,
          .doc = "Calls that may wait at the server: what the limit grows by."),
    NUMBER(struct shed_spec, "rttTolerance", rule.tolerance, .preset = "1.5", .min = 1, .max = 1000,
           .doc = "Round trips up to this many times the long average do not lower the limit."),
    COUNT(struct shed_spec, "longWindow", rule.long_window, .preset = "600", .min = 1,
          .max = 1000000, .doc = "Round trips in the long average."),
    COMMON_FIELDS,
    FIELDS_END
};

const struct kind filter_gradient = {
    .name = "gradientLimit",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Limits calls at once by Gradient2: the limit shrinks by how much round trips exceed "
           "their long average and grows by a small queue. Calls over the limit are shed (outcome "
           "rejected).",
    .source = "Netflix concurrency-limits, Gradient2Limit",
    .example = "gradientLimit { maxLimit = 100, shares = { 0.5, 1 } }",
    .spec_size = sizeof(struct shed_spec),
    .fields = gradient_fields,
    .check = shed_check,
    .vtable = &shed_type,
};
