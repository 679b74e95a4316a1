/* balancer_scripted.c - the script chooses.
 *
 * The function sees what any balancer sees, reads it in place, and has a table of its own for each
 * caller instance. It is a policy: it answers and cannot act. Calls that other balancers spread never
 * enter Lua. */
#include "orrery/balancer.h"
#include "orrery/hook.h"
#include "orrery/route.h"

#include "infra/infra.h"
#include "traffic/scripted.h"

#include "base/poison.h"

struct scripted_spec {
    uint32_t pick, observe;
};

struct scripted_state {
    uint32_t table;
};

/* The backends of one question, and who asks. */
struct shown {
    struct world *w;
    const struct backend *backends;
    uint32_t first; /* the group's first id, so that pods count from 0 as in traces */
    int64_t now_ns;
};

enum { COLUMN_POD, COLUMN_IN_FLIGHT, COLUMN_WEIGHT, COLUMN_ZONE, COLUMN_LEVEL, COLUMN_AGE };
static const char *const columns[] = { "pod", "inFlight", "weight", "zone", "level", "age", NULL };

static void backend_read(const void *rows, uint32_t row, uint32_t column, struct argument *out)
{
    const struct shown *s = rows;
    const struct backend *b = &s->backends[row];
    out->type = ARGUMENT_NUMBER;
    switch (column) {
    case COLUMN_POD:
        out->number = b->id - s->first;
        return;
    case COLUMN_IN_FLIGHT:
        out->number = b->in_flight;
        return;
    case COLUMN_WEIGHT:
        out->number = b->weight;
        return;
    case COLUMN_ZONE:
        out->type = ARGUMENT_TEXT;
        out->text = infra_zone_name(s->w, b->zone);
        return;
    case COLUMN_LEVEL:
        out->number = b->level;
        return;
    default:
        out->number = ns_to_s(s->now_ns - b->since_ns);
    }
}

static uint32_t first_of(const struct world *w, uint32_t call)
{
    return group_get(w, route_group(w, call_get(w, call)->route))->first;
}

static uint32_t scripted_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                              const struct pick *pick)
{
    struct scripted_state *own = state;
    struct world *w = pick->w;
    struct shown shown = { w, backends, first_of(w, pick->call), pick->now_ns };
    struct records rows = { columns, &shown, n, backend_read };
    struct seen_call seen = { w, pick->call };
    struct records call = scripted_call(&seen);
    const struct argument arguments[] = { scripted_state(w, &own->table),
                                          { .type = ARGUMENT_RECORDS, .records = &rows },
                                          { .type = ARGUMENT_RECORD, .records = &call } };
    struct hook_question q = { .function = ((const struct scripted_spec *)spec)->pick,
                          .arguments = arguments,
                          .count = 3,
                          .answer = ANSWER_INDEX,
                          .index_max = n,
                          .rng = pick->rng };
    struct argument answer;
    if (!hook_ask(w, &q, &answer) || answer.number == 0) return BACKEND_NONE;
    return (uint32_t)answer.number - 1;
}

static void scripted_observe(const void *spec, void *state, struct backend *backend,
                             const struct observation *seen)
{
    const struct scripted_spec *s = spec;
    struct scripted_state *own = state;
    if (!s->observe) return;
    struct shown shown = { seen->w, backend, seen->first, seen->now_ns };
    struct records row = { columns, &shown, 1, backend_read };
    const struct argument arguments[] = {
        scripted_state(seen->w, &own->table),
        { .type = ARGUMENT_RECORD, .records = &row },
        { .type = ARGUMENT_TEXT, .text = outcome_names[seen->outcome] },
        { .type = ARGUMENT_NUMBER, .number = ns_to_s(seen->latency_ns) },
    };
    struct hook_question q = { .function = s->observe, .arguments = arguments, .count = 4 };
    struct argument ignored;
    hook_ask(seen->w, &q, &ignored);
}

static const struct balancer_type scripted_type = {
    .state_size = sizeof(struct scripted_state),
    .pick = scripted_pick,
    .observe = scripted_observe,
    .counts = true,
    .refuses = true,
};

static const struct field scripted_fields[] = {
    HOOK(struct scripted_spec, "pick", pick, .position = 1,
         .doc = "function(state, backends, call): the number of the backend that gets the call, "
                "counted from 1, or 0 for none (outcome unavailable). Each of backends has pod, "
                "inFlight, weight, zone, level and age (s since it became ready); call has customer, "
                "attempt, priority and now (s). state is a table of this caller's own."),
    HOOK(struct scripted_spec, "observe", observe, .preset = "",
         .doc = "function(state, backend, outcome, latency): told what came of each call that a "
                "backend was given, and after how many seconds."),
    FIELDS_END
};

const struct kind balancer_scripted = {
    .name = "scripted",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A function of the script chooses the backend. It decides and cannot act; math.random in "
           "it draws from this caller's own stream. A bare function means this.",
    .example = "balancer = function(state, backends, call) return call.customer % #backends + 1 end",
    .spec_size = sizeof(struct scripted_spec),
    .fields = scripted_fields,
    .scalar = true,
    .vtable = &scripted_type,
};
