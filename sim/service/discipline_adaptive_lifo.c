/* discipline_adaptive_lifo.c - in order of arrival, until the queue no longer empties: then the
 * newest first, who may still be answered in time. */
#include "orrery/discipline.h"

#include "service/codel.h"

struct lifo_spec {
    int64_t interval_ns;
};

static bool newest(const void *spec, int64_t backlogged_ns)
{
    return codel_backlogged(((const struct lifo_spec *)spec)->interval_ns, backlogged_ns);
}

static const struct discipline_type lifo_type = { .order = ORDER_MANAGED, .newest = newest };

static const struct field lifo_fields[] = {
    DURATION(struct lifo_spec, "interval", interval_ns, .preset = "100ms", .min = 0, .max = 3600e9,
             .doc = "How long the queue must not have been empty for the newest call to go first."),
    FIELDS_END
};

const struct kind discipline_adaptive_lifo = {
    .name = "adaptiveLifo",
    .role = "discipline",
    .room = "service",
    .doc = "First come, first served; last come, first served while there is a backlog. What waits "
           "longest is then likely to be given up already: with dropExpired it costs nothing.",
    .source = "Maurer, Fail at scale, ACM Queue 13 (2015)",
    .example = "discipline = adaptiveLifo { interval = \"100ms\" }",
    .spec_size = sizeof(struct lifo_spec),
    .fields = lifo_fields,
    .vtable = &lifo_type,
};
