/* filter_fallback.c - when the answer does not come, a second-best one does: a cached page, a
 * default.
 *
 * The caller then sees ok; the trace says what it was spared. A fallback that takes time rests here
 * with exactly one event pending, which dies with the call when an outer filter gives up. */
#include "traffic/outcomes.h"

#include "orrery/dist.h"
#include "orrery/rng.h"

#include "base/poison.h"

#define FALLBACK_PURPOSE UINT64_C(0x66616c6c6261636b) /* keeps these draws apart from others */

struct fallback_spec {
    struct part delay;
    int64_t reply_bytes;
    struct list on;
    uint32_t on_mask;
};

static void on_fallback(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    call_answer(w, id, call_get(w, id)->stage, OUTCOME_OK);
}

static const struct event_type fallback_done = {
    EVENT("fallback.done"), .fire = on_fallback, .live = call_live, .phase = PHASE_WORK
};

static int64_t delay_of(const struct fallback_spec *s, const struct call *c)
{
    struct rng r = rng_keyed(key_child(c->key ^ FALLBACK_PURPOSE, c->attempt));
    return dist_draw_ns(&s->delay, &r);
}

static enum verdict fallback_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    const struct fallback_spec *s = site->spec;
    struct call *c = call_get(w, id);
    if (!failure_counts(s->on_mask, c)) return FILTER_PASS;
    if (w->tracing) filter_trace(w, id, "call.fallback", "cause=%s", outcome_names[c->outcome]);
    call_side(w, id)->reply_bytes = (uint32_t)s->reply_bytes;
    int64_t delay_ns = delay_of(s, c);
    if (delay_ns == 0) {
        c->outcome = OUTCOME_OK;
        return FILTER_PASS;
    }
    engine_at(w->engine, time_add(now_ns(w), delay_ns), &fallback_done, id, c->generation);
    return FILTER_WAIT;
}

/* Only replies concern it, but a chain has something to call for every filter on the way out. */
static enum verdict fallback_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                     enum outcome *outcome)
{
    (void)site, (void)w, (void)id, (void)outcome;
    return FILTER_PASS;
}

static const struct filter_type fallback_type = {
    .on_call = fallback_on_call,
    .on_reply = fallback_on_reply,
};

static void fallback_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    (void)doc;
    struct fallback_spec *s = spec;
    s->on_mask = failure_mask(s->on, at, path, d);
}

static const struct field fallback_fields[] = {
    PART(struct fallback_spec, "delay", delay, "dist", .unit = UNIT_DURATION, .preset = "0s",
         .position = 1, .doc = "How long the second-best answer takes, as a duration."),
    BYTES(struct fallback_spec, "replySize", reply_bytes, .preset = "0", .min = 0,
          .max = (double)UINT32_MAX, .doc = "The size of that answer in bytes."),
    LIST(struct fallback_spec, "on", on, FIELD_CHOICE,
         .preset = "[\"error\", \"timeout\", \"unavailable\", \"overloaded\", \"crashed\", "
                   "\"expired\", \"rejected\"]",
         .choices = failure_names, .doc = "The outcomes that are replaced."),
    FIELDS_END
};

const struct kind filter_fallback = {
    .name = "fallback",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Answers ok in place of a failure: a cached copy, a default, an empty list. Put it "
           "outside the timeout, the retry and the breaker whose failures it is to hide.",
    .source = "Hystrix getFallback; Nygard, Release It! (2007)",
    .example = "fallback { delay = \"1ms\", on = { \"timeout\", \"rejected\" } }",
    .spec_size = sizeof(struct fallback_spec),
    .fields = fallback_fields,
    .check = fallback_check,
    .vtable = &fallback_type,
};
