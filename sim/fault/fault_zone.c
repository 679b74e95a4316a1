/* fault_zone.c - `zoneOutage`: every node of a zone is gone for a while, and with it its pods.
 *
 * Nothing starts on those nodes until the outage is over; the service room replaces the pods
 * wherever there is room. */
#include "fault/fault.h"

#include "infra/infra.h"

#include "base/poison.h"

struct zone_outage_spec {
    const char *zone_name;
    int64_t duration_ns;
    uint8_t zone; /* derived */
};

static const struct field zone_outage_fields[] = {
    NAME(struct zone_outage_spec, "zone", zone_name, .position = 1, .judge = infra_zone_judge,
         .doc = "The zone that fails."),
    DURATION(struct zone_outage_spec, "duration", duration_ns, .preset = "", .min = 1,
             .max = TIME_MAX_NS, .doc = "How long it lasts; to the end of the run when left out."),
    FIELDS_END
};

static void zone_outage_check(void *spec, const struct document *doc, struct place at,
                              const char *path, struct diag *d)
{
    struct zone_outage_spec *s = spec;
    (void)at, (void)path, (void)d; /* the field's judge has said all */
    s->zone = infra_zone_find(doc, s->zone_name);
}

static void zone_switch(struct world *w, uint8_t zone, bool up)
{
    for (uint32_t i = 0; i < infra_node_count(w); i++)
        if (infra_node(w, i)->zone == zone) infra_node_up(w, i, up);
}

static bool pod_dies(const struct world *w, uint32_t pod, uint8_t zone)
{
    enum pod_state state = pod_state_of(w, pod);
    bool runs = state == POD_STARTING || state == POD_READY || state == POD_DRAINING;
    return runs && infra_node(w, pod_node(w, pod))->zone == zone;
}

static void zone_outage_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)state;
    const struct zone_outage_spec *s = spec;
    zone_switch(w, s->zone, false);
    for (uint32_t service = 0; service < service_count(w); service++) {
        uint32_t first = service_pod_first(w, service);
        for (uint32_t i = 0; i < service_pod_capacity(w, service); i++)
            if (pod_dies(w, first + i, s->zone)) pod_crash(w, first + i, "zone outage", cause);
    }
}

static void zone_outage_end(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)state, (void)cause;
    zone_switch(w, ((const struct zone_outage_spec *)spec)->zone, true);
}

static int64_t zone_outage_duration(const void *spec)
{
    return ((const struct zone_outage_spec *)spec)->duration_ns;
}

static const char *zone_outage_subject(const void *spec)
{
    return ((const struct zone_outage_spec *)spec)->zone_name;
}

static const struct action_type zone_outage_type = {
    .begin = zone_outage_begin,
    .end = zone_outage_end,
    .duration = zone_outage_duration,
    .subject = zone_outage_subject,
};

const struct kind fault_zone_outage = {
    .name = "zoneOutage",
    .alias = "zone_outage",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "All nodes of a zone fail together: their pods crash, and start elsewhere if there is "
           "room.",
    .example = "at(\"10m\", zoneOutage { zone = \"eu-1a\", duration = \"5m\" })",
    .spec_size = sizeof(struct zone_outage_spec),
    .fields = zone_outage_fields,
    .check = zone_outage_check,
    .vtable = &zone_outage_type,
};
