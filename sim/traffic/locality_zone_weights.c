/* locality_zone_weights.c - each zone its share, less what of it is not well. */
#include "traffic/locality.h"

#include "engine/judge.h"
#include "infra/infra.h"

#include "base/poison.h"

struct weights_spec {
    struct map zones; /* name -> weight */
    double weights[ZONES_MAX];
};

static bool weights_share(const void *spec, const struct locality_view *v, double *shares)
{
    const struct weights_spec *s = spec;
    bool any = false;
    for (uint32_t i = 0; i < v->zone_count; i++) {
        double health = v->total[i] ? v->overprovisioning * v->healthy[i] / v->total[i] : 0;
        shares[i] = s->weights[i] * (health < 1 ? health : 1);
        any = any || shares[i] > 0;
    }
    return any;
}

static const struct locality_type weights_type = { .share = weights_share, .in_turn = true };

static void weights_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    struct weights_spec *s = spec;
    double sum = 0;
    for (uint32_t i = 0; i < s->zones.count; i++) {
        uint8_t zone = infra_zone_find(doc, s->zones.entries[i].key);
        if (zone == ZONE_NONE) continue; /* the judge of the key has told */
        s->weights[zone] = s->zones.entries[i].number;
        sum += s->weights[zone];
    }
    if (s->zones.count > 0 && !(sum > 0))
        judge_field(d, at, path, "zones", "as in zoneWeights { zones = { [\"eu-1a\"] = 80 } }",
                    "at least one weight must be above 0");
}

static const struct field weights_fields[] = {
    MAP(struct weights_spec, "zones", zones, FIELD_NUMBER, .min = 0, .max = 1e9,
        .judge = infra_zone_judge, .position = 1,
        .doc = "The weight of each zone; zones that are not named get nothing, unless no named one "
               "has a healthy backend."),
    FIELDS_END
};

const struct kind locality_zone_weights = {
    .name = "zoneWeights",
    .role = "locality",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Locality-weighted load balancing: zones take turns by weight, that of a zone shrinking "
        "once fewer than 72 % of its backends are healthy; the balancer chooses within the zone.",
    .source = "Envoy, Locality weighted load balancing; Istio localityLbSetting.distribute",
    .example = "locality = zoneWeights { zones = { [\"eu-1a\"] = 80, [\"eu-1b\"] = 20 } }",
    .spec_size = sizeof(struct weights_spec),
    .fields = weights_fields,
    .check = weights_check,
    .vtable = &weights_type,
};
