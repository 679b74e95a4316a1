/* twin.c - the least filter that splits calls: `count` attempts, at once or the others `after` a
 * while; the first ok wins, and when all have failed the last of them does. */
#include "small_world.h"

#include "orrery/filter.h"
#include "orrery/route.h"

extern const struct kind filter_twin;

struct twin_spec {
    uint32_t count;
    int64_t after_ns;
};

static void send_from(struct world *w, uint32_t id, uint32_t first, uint32_t count)
{
    uint32_t generation = call_get(w, id)->generation;
    for (uint32_t n = first; n < count && call_is_open(w, id, generation); n++)
        call_attempt(w, id, (uint8_t)n);
}

static void on_twin(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    const struct call *c = call_get(w, id);
    if (c->stage == 0 || c->flags & CALL_ORPHAN) return; /* answered, or given up */
    uint8_t index = route_retry_index(w, c->route);
    const struct twin_spec *s = filter_site_of(w, id, index).spec;
    send_from(w, call_split(w, id, index), 1, s->count);
}

static const struct event_type twin_due = { EVENT("twin.due"), on_twin, call_live, PHASE_WORK };

static enum verdict twin_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                 enum outcome *outcome)
{
    (void)outcome;
    const struct twin_spec *s = site->spec;
    if (s->after_ns > 0) {
        engine_at(w->engine, now_ns(w) + s->after_ns, &twin_due, id, call_get(w, id)->generation);
        return FILTER_PASS;
    }
    send_from(w, id, 0, s->count);
    return FILTER_WAIT;
}

static enum verdict twin_on_attempt(const struct filter_site *site, struct world *w, uint32_t id,
                                    uint32_t attempt)
{
    (void)site;
    if (call_get(w, attempt)->outcome == OUTCOME_OK) return FILTER_ANSWER;
    return call_get(w, id)->pending > 0 ? FILTER_WAIT : FILTER_ANSWER;
}

static const struct filter_type twin_type = {
    .on_call = twin_on_call,
    .on_attempt = twin_on_attempt,
    .retries = true,
};

static const struct field twin_fields[] = {
    COUNT(struct twin_spec, "count", count, .preset = "2", .doc = "Attempts of a call."),
    DURATION(struct twin_spec, "after", after_ns, .preset = "0s", .doc = "When the others go out."),
    FIELDS_END
};

const struct kind filter_twin = {
    .name = "twin",
    .role = "filter",
    .form = KIND_PART,
    .room = "test",
    .doc = "Splits calls.",
    .spec_size = sizeof(struct twin_spec),
    .fields = twin_fields,
    .vtable = &twin_type,
};
