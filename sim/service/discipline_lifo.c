/* discipline_lifo.c - the latest goes first: fresh work is served while old work times out. */
#include "orrery/discipline.h"

static const struct field lifo_fields[] = { FIELDS_END };

static const struct discipline_type lifo_type = { .order = ORDER_LIFO };

const struct kind discipline_lifo = {
    .name = "lifo",
    .role = "discipline",
    .room = "service",
    .doc = "Last come, first served, without interrupting anyone.",
    .example = "discipline = \"lifo\"",
    .fields = lifo_fields,
    .vtable = &lifo_type,
};
