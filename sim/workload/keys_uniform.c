/* keys_uniform.c - all keys equally popular. */
#include "workload/keys.h"

struct uniform_spec {
    uint32_t n;
};

static uint32_t uniform_draw(const void *spec, struct rng *r)
{
    return rng_below(r, ((const struct uniform_spec *)spec)->n);
}

static const struct keys_type uniform_type = { uniform_draw };

static const struct field uniform_fields[] = { COUNT(struct uniform_spec, "n", n, .min = 1,
                                                     .max = 4e9, .position = 1,
                                                     .doc = "How many keys there are."),
                                               FIELDS_END };

const struct kind keys_uniform = {
    .name = "uniformKeys",
    .role = "keys",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Every one of n keys is equally likely.",
    .example = "keys = uniformKeys { n = 10000 }",
    .spec_size = sizeof(struct uniform_spec),
    .fields = uniform_fields,
    .vtable = &uniform_type,
};
