/* discipline_priority.c - the most important first, in order of arrival within a priority. */
#include "orrery/discipline.h"

struct priority_spec {
    bool preemptive, evicting;
};

static int64_t rank(const void *spec, const struct waiting *call)
{
    (void)spec;
    return -(int64_t)call->priority;
}

static bool preempts(const void *spec)
{
    return ((const struct priority_spec *)spec)->preemptive;
}

static bool evicts(const void *spec)
{
    return ((const struct priority_spec *)spec)->evicting;
}

static const struct field priority_fields[] = {
    BOOL(struct priority_spec, "preemptive", preemptive, .preset = "false",
         .doc = "Whether a more important call interrupts a running one, which resumes before "
                "others of its own priority."),
    BOOL(struct priority_spec, "evict", evicting, .preset = "false",
         .doc = "Whether a call that finds the queue full takes the place of a less important one, "
                "which is turned away (outcome overloaded)."),
    FIELDS_END
};

static const struct discipline_type priority_type = { .order = ORDER_RANKED,
                                                      .rank = rank,
                                                      .preempts = preempts,
                                                      .evicts = evicts };

const struct kind discipline_priority = {
    .name = "priority",
    .role = "discipline",
    .room = "service",
    .doc = "Calls of clients with a higher `priority` go first (Cobham's model, preemptive-resume "
           "if asked). With evict a full queue sheds the least important first.",
    .source = "Cobham, Priority assignment in waiting line problems, Operations Research 2 (1954); "
              "shedding by criticality: Beyer et al., Site Reliability Engineering (2016), ch. 21",
    .example = "discipline = priority { preemptive = true }",
    .spec_size = sizeof(struct priority_spec),
    .fields = priority_fields,
    .vtable = &priority_type,
};
