/* filter_throttle.c - adaptive throttling: a client that is often refused asks less often.
 *
 * Needs no word from the server but its answers: what it accepted in the last window, times K, is
 * about what it is sent. Calls refused here count as requests too, or it would forget. */
#include "traffic/outcomes.h"
#include "traffic/rolling.h"
#include "traffic/throttle.h"

#include "orrery/rng.h"

#include "base/poison.h"

/* Keeps this draw apart from all others keyed by the call. */
#define THROTTLE_PURPOSE UINT64_C(0x7468726f74746c65)
#define THROTTLE_BUCKETS 120 /* a second each, in the book's two minutes */

enum { SUM_REQUESTS, SUM_ACCEPTS };

struct throttle_spec {
    double k;
    int64_t window_ns;
    struct list on;
    uint32_t on_mask;
};

double throttle_reject_ratio(double k, int64_t requests, int64_t accepts)
{
    double above = (double)requests - k * (double)accepts;
    return above > 0 ? above / (double)(requests + 1) : 0;
}

static struct rolling *rolling_of(const struct filter_site *site, struct world *w)
{
    const struct throttle_spec *s = site->spec;
    struct rolling *r = site->state;
    if (!r->buckets) rolling_open(r, w->arena, s->window_ns / THROTTLE_BUCKETS, THROTTLE_BUCKETS);
    rolling_advance(r, now_ns(w));
    return r;
}

/* By the call and its attempt alone: the same customer has the same luck in every variant. */
static double luck(const struct call *c)
{
    struct rng r = rng_keyed(key_child(c->key ^ THROTTLE_PURPOSE, c->attempt));
    return rng_uniform(&r);
}

static enum verdict throttle_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                     enum outcome *outcome)
{
    const struct throttle_spec *s = site->spec;
    struct rolling *r = rolling_of(site, w);
    int64_t requests = r->sums[SUM_REQUESTS], accepts = r->sums[SUM_ACCEPTS];
    double ratio = throttle_reject_ratio(s->k, requests, accepts);
    rolling_add(r, now_ns(w), SUM_REQUESTS, 1);
    if (luck(call_get(w, id)) >= ratio) return FILTER_PASS;
    if (w->tracing)
        filter_trace(w, id, "throttle.reject", "cause=requests %lld accepts %lld ratio %.6f",
                     (long long)requests, (long long)accepts, ratio);
    *outcome = OUTCOME_REJECTED;
    return FILTER_ANSWER;
}

static enum verdict throttle_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct throttle_spec *s = site->spec;
    if (!failure_counts(s->on_mask, call_get(w, id)))
        rolling_add(rolling_of(site, w), now_ns(w), SUM_ACCEPTS, 1);
    return FILTER_PASS;
}

static const struct filter_type throttle_type = {
    .state_size = sizeof(struct rolling),
    .on_call = throttle_on_call,
    .on_reply = throttle_on_reply,
};

static void throttle_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    (void)doc;
    struct throttle_spec *s = spec;
    s->on_mask = failure_mask(s->on, at, path, d);
}

static const struct field throttle_fields[] = {
    NUMBER(struct throttle_spec, "k", k, .preset = "2", .min = 1, .max = 1000, .position = 1,
           .doc = "The server is sent about this many times what it accepts."),
    DURATION(struct throttle_spec, "window", window_ns, .preset = "2m", .min = 1e9, .max = 36000e9,
             .doc = "How far back requests and accepts are counted, in 120 steps."),
    LIST(struct throttle_spec, "on", on, FIELD_CHOICE,
         .preset = "[\"unavailable\", \"overloaded\", \"timeout\"]", .choices = failure_names,
         .doc = "The outcomes that mean that the server did not accept the call."),
    FIELDS_END
};

const struct kind filter_throttle = {
    .name = "throttle",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Adaptive throttling: refuses calls at random (outcome rejected) once the server has "
           "accepted less than 1/k of the latest ones.",
    .source = "Beyer et al., Site Reliability Engineering (2016), ch. 21, Handling overload",
    .example = "throttle { k = 2, window = \"2m\" }",
    .spec_size = sizeof(struct throttle_spec),
    .fields = throttle_fields,
    .check = throttle_check,
    .vtable = &throttle_type,
};
