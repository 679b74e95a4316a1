/* discipline_fifo.c - first come, first served. */
#include "orrery/discipline.h"

static const struct field fifo_fields[] = { FIELDS_END };

static const struct discipline_type fifo_type = { .order = ORDER_FIFO };

const struct kind discipline_fifo = {
    .name = "fifo",
    .role = "discipline",
    .room = "service",
    .doc = "First come, first served.",
    .example = "discipline = \"fifo\"",
    .fields = fifo_fields,
    .vtable = &fifo_type,
};
