/* discipline_priority.c - the most important first, in order of arrival within a priority. */
#include "orrery/discipline.h"

struct priority_spec {
    bool preemptive;
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

static const struct field priority_fields[] = {
    BOOL(struct priority_spec, "preemptive", preemptive, .preset = "false",
         .doc = "Whether a more important call interrupts a running one, which later resumes."),
    FIELDS_END
};

static const struct discipline_type priority_type = { ORDER_RANKED, rank, preempts, false };

const struct kind discipline_priority = {
    .name = "priority",
    .role = "discipline",
    .room = "service",
    .doc = "Calls of clients with a higher `priority` go first (Cobham's model, preemptive-resume "
           "if asked).",
    .source = "Cobham, Priority assignment in waiting line problems, Operations Research 2 (1954)",
    .example = "discipline = priority { preemptive = true }",
    .spec_size = sizeof(struct priority_spec),
    .fields = priority_fields,
    .vtable = &priority_type,
};
