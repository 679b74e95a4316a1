/* dist_constant.c - always the same value: what a bare "5ms" means where a dist may stand. */
#include "orrery/dist.h"

#include "base/poison.h"

struct constant_spec {
    double value;
};

static double constant_draw(const void *spec, struct rng *r)
{
    (void)r;
    return ((const struct constant_spec *)spec)->value;
}

static double constant_mean(const void *spec)
{
    return ((const struct constant_spec *)spec)->value;
}

static double constant_scv(const void *spec)
{
    (void)spec;
    return 0;
}

static const struct field constant_fields[] = {
    AMOUNT(struct constant_spec, "value", value, .position = 1,
           .doc = "The value, in the unit of the field it stands in."),
    FIELDS_END,
};

static const struct dist_type constant_type = { constant_draw, constant_mean, constant_scv };

const struct kind dist_constant = {
    .name = "constant",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Always the same value. A bare quantity such as \"5ms\" means this.",
    .example = "constant \"5ms\"",
    .spec_size = sizeof(struct constant_spec),
    .fields = constant_fields,
    .scalar = true,
    .vtable = &constant_type,
};
