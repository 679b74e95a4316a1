/* locality_zone_aware.c - as much as possible to the caller's own zone, and no backend more than
 * another.
 *
 * If the caller's zone has at least the share of backends that it has of callers, all calls stay
 * there; else those that fit, and the rest goes where there are more backends than callers. */
#include "traffic/locality.h"

#include "infra/infra.h"
#include "orrery/kind.h"

#include "base/poison.h"

struct aware_spec {
    uint32_t cluster_size_min;
    double routing_ratio;
};

#define WHOLE                                                                                      \
    10000 /* shares are counted in hundredths of a percent, the rest dropped, as Envoy's */

static uint32_t share_of(uint32_t part, uint32_t all)
{
    return all ? (uint32_t)((uint64_t)WHOLE * part / all) : 0;
}

static uint32_t sum_of(const uint32_t *counts, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += counts[i];
    return sum;
}

static bool is_routed(uint32_t cluster_size_min, const struct locality_view *v)
{
    if (v->here == ZONE_OUTSIDE || v->level > 0 || v->zone_count < 2) return false;
    if (v->healthy[v->here] == 0 || sum_of(v->callers, v->zone_count) == 0) return false;
    return sum_of(v->healthy, v->zone_count) >= cluster_size_min;
}

/* What other zones have to spare. Where nobody has any, all that have backends are alike. */
static void rest_share(const struct locality_view *v, double rest, double *shares)
{
    uint32_t backends = sum_of(v->healthy, v->zone_count),
             callers = sum_of(v->callers, v->zone_count);
    uint32_t spare[ZONES_MAX], all = 0;
    for (uint32_t i = 0; i < v->zone_count; i++) {
        uint32_t has = share_of(v->healthy[i], backends), wants = share_of(v->callers[i], callers);
        spare[i] = i != v->here && has > wants ? has - wants : 0;
        all += spare[i];
    }
    for (uint32_t i = 0; i < v->zone_count; i++)
        if (all)
            shares[i] += rest * spare[i] / all;
        else
            shares[i] += v->healthy[i] ? rest : 0;
}

bool zone_aware_share(uint32_t cluster_size_min, double routing_ratio,
                      const struct locality_view *v, double *shares)
{
    if (!is_routed(cluster_size_min, v)) return false;
    uint32_t backends = sum_of(v->healthy, v->zone_count),
             callers = sum_of(v->callers, v->zone_count);
    uint32_t has = share_of(v->healthy[v->here], backends);
    uint32_t wants = share_of(v->callers[v->here], callers);
    double near = has >= wants ? 1 : (double)share_of(has, wants) / WHOLE;
    for (uint32_t i = 0; i < v->zone_count; i++) {
        double evenly = (1 - routing_ratio) * v->healthy[i] / backends; /* not routed by zone */
        shares[i] = evenly + (i == v->here ? routing_ratio * near : 0);
    }
    if (near < 1) rest_share(v, routing_ratio * (1 - near), shares);
    return true;
}

static bool aware_share(const void *spec, const struct locality_view *v, double *shares)
{
    const struct aware_spec *s = spec;
    return zone_aware_share(s->cluster_size_min, s->routing_ratio, v, shares);
}

static const struct locality_type aware_type = { .share = aware_share };

static const struct field aware_fields[] = {
    COUNT(struct aware_spec, "minClusterSize", cluster_size_min, .preset = "6", .min = 1,
          .max = 1000000, .doc = "Healthy backends below which zones are not told apart."),
    RATIO(struct aware_spec, "routingEnabled", routing_ratio, .preset = "100%", .min = 0, .max = 1,
          .doc = "The share of calls that are routed by zone."),
    FIELDS_END
};

const struct kind locality_zone_aware = {
    .name = "zoneAware",
    .role = "locality",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Zone-aware routing: keeps calls in the caller's zone as far as its backends there are no "
        "busier than those elsewhere. Callers outside all zones (clients) and backends beyond "
        "priority level 0 are not routed by zone.",
    .source = "Envoy, Zone aware routing: min_cluster_size 6, routing_enabled 100 %",
    .example = "locality = zoneAware {}",
    .spec_size = sizeof(struct aware_spec),
    .fields = aware_fields,
    .vtable = &aware_type,
};
