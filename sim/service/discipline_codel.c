/* discipline_codel.c - the queue sheds what has waited too long once it no longer empties. */
#include "orrery/discipline.h"

#include "engine/judge.h"
#include "service/codel.h"

struct codel_spec {
    struct codel_rule rule;
    bool adaptive_lifo;
};

static int64_t patience(const void *spec, int64_t backlogged_ns)
{
    return codel_patience_ns(&((const struct codel_spec *)spec)->rule, backlogged_ns);
}

static bool newest(const void *spec, int64_t backlogged_ns)
{
    const struct codel_spec *s = spec;
    return s->adaptive_lifo && codel_backlogged(s->rule.interval_ns, backlogged_ns);
}

static const struct discipline_type codel_type = { .order = ORDER_MANAGED,
                                                   .patience = patience,
                                                   .newest = newest };

static void codel_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    const struct codel_spec *s = spec;
    if (s->rule.target_ns > s->rule.interval_ns)
        judge_field(d, at, path, "target", "swap them?", "it is longer than interval");
}

static const struct field codel_fields[] = {
    DURATION(struct codel_spec, "target", rule.target_ns, .preset = "5ms", .min = 1, .max = 3600e9,
             .doc = "How long a call may wait that joins a queue which has not been empty for "
                    "interval."),
    DURATION(struct codel_spec, "interval", rule.interval_ns, .preset = "100ms", .min = 1,
             .max = 3600e9, .doc = "How long a call may wait otherwise."),
    BOOL(struct codel_spec, "adaptiveLifo", adaptive_lifo, .preset = "false",
         .doc = "Whether the newest call goes first while the queue has not been empty for interval."),
    FIELDS_END
};

const struct kind discipline_codel = {
    .name = "codel",
    .role = "discipline",
    .room = "service",
    .doc = "First come, first served, with a bound on waiting: short while the queue has not been "
           "empty for a while, longer otherwise. Who waited longer is turned away (outcome "
           "overloaded) when its turn comes.",
    .source = "Maurer, Fail at scale, ACM Queue 13 (2015): M = 5 ms, N = 100 ms, after Nichols & "
              "Jacobson's CoDel (2012); with adaptive LIFO as there",
    .example = "discipline = codel { target = \"5ms\", interval = \"100ms\", adaptiveLifo = true }",
    .spec_size = sizeof(struct codel_spec),
    .fields = codel_fields,
    .check = codel_check,
    .vtable = &codel_type,
};
