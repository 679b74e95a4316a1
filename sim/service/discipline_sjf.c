/* discipline_sjf.c - the shortest first, by the CPU work of the call's (next) cpu step. */
#include "orrery/discipline.h"

static int64_t rank(const void *spec, const struct waiting *call)
{
    (void)spec;
    return call->work_ns;
}

static bool always(const void *spec)
{
    (void)spec;
    return true;
}

static const struct field no_fields[] = { FIELDS_END };

static const struct discipline_type sjf_type = { .order = ORDER_RANKED, .rank = rank };

const struct kind discipline_sjf = {
    .name = "shortestFirst",
    .alias = "sjf",
    .role = "discipline",
    .room = "service",
    .doc = "Shortest job first: knows each call's work, interrupts nobody.",
    .example = "discipline = \"sjf\"",
    .fields = no_fields,
    .vtable = &sjf_type,
};

static const struct discipline_type srpt_type = { .order = ORDER_RANKED,
                                                   .rank = rank,
                                                   .preempts = always };

const struct kind discipline_srpt = {
    .name = "shortestRemaining",
    .alias = "srpt",
    .role = "discipline",
    .room = "service",
    .doc = "Shortest remaining processing time: a shorter call interrupts a longer one, which keeps "
           "what it has done. The least mean response time any policy can have.",
    .source = "Schrage, A proof of the optimality of SRPT, Operations Research 16 (1968)",
    .example = "discipline = \"srpt\"",
    .fields = no_fields,
    .vtable = &srpt_type,
};
