/* locality_zone_failover.c - the own zone first, others when it is not well.
 *
 * Backends of other zones stand one priority level further down. */
#include "traffic/locality.h"

#include "orrery/endpoint.h"

#include "base/poison.h"

static uint8_t failover_level(const void *spec, uint8_t here, uint8_t zone, uint8_t level)
{
    (void)spec;
    uint32_t further = 2u * level + (here != ZONE_OUTSIDE && here != zone);
    return (uint8_t)(further < LEVELS_MAX ? further : LEVELS_MAX - 1);
}

static const struct locality_type failover_type = { .level = failover_level };

static const struct field failover_fields[] = { FIELDS_END };

const struct kind locality_zone_failover = {
    .name = "zoneFailover",
    .role = "locality",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Calls stay in the caller's zone and spill over to others as its backends there fall "
           "below 1 / overprovisioningFactor healthy. Needs outlierDetection or healthCheck to see "
           "what is not healthy but ready.",
    .source = "Istio localityLbSetting, failover by zone, which sets Envoy's priority levels",
    .example = "locality = zoneFailover {}",
    .fields = failover_fields,
    .vtable = &failover_type,
};
