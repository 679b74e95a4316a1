/* scale.c - `scale`: another number of replicas, as `kubectl scale` does. */
#include "delivery/delivery.h"

#include "orrery/action.h"
#include "service/service.h"

#include "base/poison.h"

struct scale_spec {
    const char *service;
    uint32_t replicas;
};

static const struct field scale_fields[] = {
    TEXT(struct scale_spec, "service", service, .position = 1, .judge = service_judge,
         .doc = "The service that is scaled."),
    COUNT(struct scale_spec, "replicas", replicas, .position = 2, .min = 0, .max = 100000,
          .doc = "How many replicas it should have from then on."),
    FIELDS_END
};

static void scale_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)state;
    const struct scale_spec *s = spec;
    scale_to(w, service_find(w, s->service), s->replicas, cause);
}

static const char *scale_subject(const void *spec)
{
    return ((const struct scale_spec *)spec)->service;
}

static const struct action_type scale_type = {
    .begin = scale_begin,
    .subject = scale_subject,
};

const struct kind delivery_scale = {
    .name = "scale",
    .role = "action",
    .form = KIND_PART,
    .room = "delivery",
    .doc = "Another number of replicas, as `kubectl scale` gives a Deployment. Beyond what the "
           "service may have, the timeline says that it was refused.",
    .example = "at(\"10m\", scale { \"cart\", 6 })",
    .spec_size = sizeof(struct scale_spec),
    .fields = scale_fields,
    .vtable = &scale_type,
};
