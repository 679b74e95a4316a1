/* discipline_ps.c - processor sharing: all calls at once, each a share of the pod's workers. */
#include "orrery/discipline.h"

static const struct field ps_fields[] = { FIELDS_END };

static const struct discipline_type ps_type = { .order = ORDER_FIFO, .shares = true };

const struct kind discipline_ps = {
    .name = "processorSharing",
    .alias = "ps",
    .role = "discipline",
    .room = "service",
    .doc = "Nobody waits: n calls share the pod's `workers` cores evenly, each at most one core. "
           "What an operating system's scheduler does to a process with a thread per request.",
    .source = "Kleinrock, Time-shared systems: a theoretical treatment, J. ACM 14 (1967)",
    .example = "discipline = \"ps\"",
    .fields = ps_fields,
    .vtable = &ps_type,
};
