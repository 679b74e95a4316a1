/* arrival_mmpp.c - a Markov-modulated Poisson process: busy and quiet by turns.
 *
 * States follow one another in the order said, each for an exponential time; with two states this
 * is the MMPP(2). It begins in a state drawn by how long states last, so it is stationary from the
 * start. `switch_ns` is always after the last time that was asked about. */
#include "orrery/arrival.h"

#include "engine/judge.h"
#include "workload/gap.h"

#include "base/poison.h"

struct mmpp_state_spec {
    double rate_per_s;
    int64_t dwell_ns;
};

struct mmpp_spec {
    struct list states; /* of struct part, each an mmpp_state_spec */
};

struct mmpp {
    int64_t switch_ns; /* when the present state ends */
    uint32_t state;
};

static const struct mmpp_state_spec *mmpp_state(const struct mmpp_spec *s, uint32_t index)
{
    return ((const struct part *)s->states.items)[index].spec;
}

static double dwell_total(const struct mmpp_spec *s)
{
    double total = 0;
    for (uint32_t i = 0; i < s->states.count; i++)
        total += (double)mmpp_state(s, i)->dwell_ns;
    return total;
}

/* At least 1 ns, so that the states' turns always move the clock. */
static void mmpp_dwell(const struct mmpp_spec *s, struct mmpp *m, struct rng *r)
{
    int64_t dwell = gap_of(rng_exponential(r) * (double)mmpp_state(s, m->state)->dwell_ns);
    m->switch_ns = time_add(m->switch_ns, dwell > 0 ? dwell : 1);
}

static void mmpp_open(const void *spec, void *state, struct rng *r)
{
    const struct mmpp_spec *s = spec;
    struct mmpp *m = state;
    double place = rng_uniform(r) * dwell_total(s);
    while (m->state + 1 < s->states.count && place >= (double)mmpp_state(s, m->state)->dwell_ns)
        place -= (double)mmpp_state(s, m->state++)->dwell_ns;
    mmpp_dwell(s, m, r);
}

static int64_t mmpp_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    const struct mmpp_spec *s = spec;
    struct mmpp *m = state;
    double area = rng_exponential(r); /* spent under the rate, across switches */
    for (int64_t from_ns = now_ns; from_ns <= TIME_MAX_NS;) {
        if (m->switch_ns > from_ns) {
            double rate = mmpp_state(s, m->state)->rate_per_s;
            double left = rate * (double)(m->switch_ns - from_ns) / (double)NS_PER_S;
            if (area < left) return from_ns - now_ns + gap_of(area * gap_mean_ns(rate));
            area -= left;
            from_ns = m->switch_ns;
        }
        m->state = (m->state + 1) % s->states.count;
        mmpp_dwell(s, m, r);
    }
    return TIME_NEVER;
}

static double mmpp_rate(const void *spec, int64_t duration_ns)
{
    (void)duration_ns;
    const struct mmpp_spec *s = spec;
    double calls = 0;
    for (uint32_t i = 0; i < s->states.count; i++)
        calls += mmpp_state(s, i)->rate_per_s * (double)mmpp_state(s, i)->dwell_ns;
    return calls / dwell_total(s);
}

static void mmpp_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc;
    const struct mmpp_spec *s = spec;
    if (s->states.count < 2) {
        judge_field(d, at, path, "states", "use poisson", "needs at least two states, not %u",
                    s->states.count);
        return;
    }
    if (!(mmpp_rate(s, 0) > 0))
        judge_field(d, at, path, "states", NULL, "no state has a rate greater than 0");
}

/* Shorter turns than this cost more than they model. */
#define DWELL_NS_MIN 1e3

static const struct field mmpp_state_fields[] = {
    RATE(struct mmpp_state_spec, "rate", rate_per_s, .position = 1,
         .doc = "Mean calls per second while in this state."),
    DURATION(struct mmpp_state_spec, "dwell", dwell_ns, .position = 2, .min = DWELL_NS_MIN,
             .max = (double)TIME_MAX_NS, .doc = "Mean time in this state; exponential."),
    FIELDS_END,
};

const struct kind arrival_mmpp_state = {
    .name = "mmppState",
    .role = "mmppState",
    .form = KIND_PART,
    .room = "workload",
    .doc = "One state of an mmpp: a rate and how long it lasts.",
    .example = "mmppState(\"200/s\", \"30s\")",
    .spec_size = sizeof(struct mmpp_state_spec),
    .fields = mmpp_state_fields,
};

static const struct field mmpp_fields[] = {
    LIST(struct mmpp_spec, "states", states, FIELD_PART, .role = "mmppState",
         .position = FIELD_REST, .doc = "The states, in the order in which they take turns."),
    FIELDS_END,
};

static const struct arrival_type mmpp_type = {
    .state_size = sizeof(struct mmpp),
    .open = mmpp_open,
    .next_gap = mmpp_gap,
    .mean_rate = mmpp_rate,
};

const struct kind arrival_mmpp = {
    .name = "mmpp",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Busy and quiet by turns: Poisson calls whose rate switches at random moments.",
    .source = "W. Fischer & K. Meier-Hellstern, The Markov-modulated Poisson process cookbook, "
              "Performance Evaluation 18, 1993",
    .example = "mmpp { mmppState(\"20/s\", \"5m\"), mmppState(\"200/s\", \"30s\") }",
    .spec_size = sizeof(struct mmpp_spec),
    .fields = mmpp_fields,
    .check = mmpp_check,
    .vtable = &mmpp_type,
};
