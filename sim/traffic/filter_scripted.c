/* filter_scripted.c - a breaker whose rule is written in Lua.
 *
 * As the built-in one: asked for every call on its way out, told of every answer, and of calls that
 * will have none. Each caller's instance has a table of its own for what it remembers. */
#include "orrery/hook.h"
#include "orrery/route.h"

#include "traffic/marks.h"
#include "traffic/outcomes.h"
#include "traffic/scripted.h"

#include "base/poison.h"

struct breaker_spec {
    uint32_t on_call, on_reply, on_gone;
};

struct breaker_state {
    uint32_t table;
    bool refusing; /* it let the latest call not pass */
};

static struct argument now_of(const struct world *w)
{
    return (struct argument){ .type = ARGUMENT_NUMBER, .number = ns_to_s(now_ns(w)) };
}

/* The timeline, and so the trace, shows every change of mind. */
static void tell(struct world *w, const struct call *c, struct breaker_state *own, bool refusing,
                 const char *cause)
{
    const char *kind = refusing ? "breaker.open" : "breaker.closed";
    if (own->refusing == refusing) return;
    own->refusing = refusing;
    recorder_event(w->recorder, now_ns(w), kind, route_name(w, c->route), 0, "%s", cause);
}

static enum verdict scripted_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                     enum outcome *outcome)
{
    struct breaker_state *own = site->state;
    struct seen_call seen = { w, id };
    struct records call = scripted_call(&seen);
    const struct argument arguments[] = { scripted_state(w, &own->table), now_of(w),
                                          { .type = ARGUMENT_RECORD, .records = &call } };
    struct hook_question q = { .function = ((const struct breaker_spec *)site->spec)->on_call,
                          .arguments = arguments,
                          .count = 3,
                          .answer = ANSWER_VERDICT };
    struct argument answer;
    bool asked = hook_ask(w, &q, &answer);
    if (asked && answer.type == ARGUMENT_BOOL && answer.boolean) {
        tell(w, call_get(w, id), own, false, "the script lets calls through");
        marks_set(site->shared, w, id, now_ns(w));
        return FILTER_PASS;
    }
    const char *cause = answer.type == ARGUMENT_TEXT ? answer.text : "the script refuses";
    tell(w, call_get(w, id), own, true, cause);
    if (w->tracing) filter_trace(w, id, "breaker.reject", "cause=%s", cause);
    *outcome = OUTCOME_REJECTED;
    return FILTER_ANSWER;
}

static enum verdict scripted_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    struct breaker_state *own = site->state;
    const struct call *c = call_get(w, id);
    int64_t took_ns = now_ns(w) - marks_get(site->shared, id);
    const struct argument arguments[] = {
        scripted_state(w, &own->table),
        now_of(w),
        { .type = ARGUMENT_TEXT, .text = outcome_names[c->outcome] },
        { .type = ARGUMENT_NUMBER, .number = ns_to_s(took_ns) },
    };
    struct hook_question q = { .function = ((const struct breaker_spec *)site->spec)->on_reply,
                          .arguments = arguments,
                          .count = 4 };
    struct argument ignored;
    hook_ask(w, &q, &ignored);
    return FILTER_PASS;
}

static void scripted_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    struct breaker_state *own = site->state;
    const struct breaker_spec *s = site->spec;
    (void)id;
    if (!s->on_gone) return;
    const struct argument arguments[] = { scripted_state(w, &own->table), now_of(w) };
    struct hook_question q = { .function = s->on_gone, .arguments = arguments, .count = 2 };
    struct argument ignored;
    hook_ask(w, &q, &ignored);
}

static const struct filter_type scripted_type = {
    .state_size = sizeof(struct breaker_state),
    .prepare = marks_prepare,
    .on_call = scripted_on_call,
    .on_reply = scripted_on_reply,
    .on_moved = marks_on_moved,
    .on_gone = scripted_on_gone,
};

static const struct field scripted_fields[] = {
    HOOK(struct breaker_spec, "onCall", on_call, .position = 1,
         .doc = "function(state, now, call): true lets the call out; false, or a text that says why, "
                "refuses it (outcome rejected). now is in seconds; call has customer, attempt, "
                "priority and now; state is a table of this caller's own."),
    HOOK(struct breaker_spec, "onReply", on_reply, .position = 2,
         .doc = "function(state, now, outcome, latency): told of each answer to a call let out, "
                "latency in seconds."),
    HOOK(struct breaker_spec, "onGone", on_gone, .preset = "",
         .doc = "function(state, now): told of each call let out that will have no answer, because "
                "something further out gave up."),
    FIELDS_END
};

const struct kind filter_scripted = {
    .name = "scriptedBreaker",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A circuit breaker whose rule is a script's. Its functions decide and cannot act. Put a "
           "timeout inside it, so that calls without an answer are seen to fail.",
    .example = "scriptedBreaker { onCall = function(state, now, call) return true end, onReply = "
               "function(state, now, outcome, latency) end }",
    .spec_size = sizeof(struct breaker_spec),
    .fields = scripted_fields,
    .vtable = &scripted_type,
};
