/* locality_zone_only.c - cross-zone load balancing switched off: the own zone or nobody. */
#include "traffic/locality.h"

#include "orrery/kind.h"

#include "base/poison.h"

static uint8_t only_level(const void *spec, uint8_t here, uint8_t zone, uint8_t level)
{
    (void)spec;
    return here == ZONE_OUTSIDE || here == zone ? level : LEVEL_NEVER;
}

static const struct locality_type only_type = { .level = only_level };

static const struct field only_fields[] = { FIELDS_END };

const struct kind locality_zone_only = {
    .name = "zoneOnly",
    .role = "locality",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Cross-zone load balancing switched off: calls go to backends of the caller's zone, and "
        "are refused (outcome unavailable) when it has none. Callers outside all zones (clients) "
        "use them all.",
    .source = "AWS Elastic Load Balancing, cross-zone load balancing off",
    .example = "locality = zoneOnly {}",
    .fields = only_fields,
    .vtable = &only_type,
};
