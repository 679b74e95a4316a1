/* dist_mixture.c - one of several distributions, by weight: cache hits and misses, a slow 1 %.
 *
 * `cumulative` ends in exactly 1, so every uniform draw falls in some part. */
#include "orrery/dist.h"

#include "base/arena.h"
#include "engine/judge.h"

#include <math.h>

#include "base/poison.h"

struct weighted_spec {
    double weight;
    struct part dist;
};

struct mixture_spec {
    struct list parts;  /* of struct part, each a weighted_spec */
    double *cumulative; /* derived: shares summed */
};

static const struct weighted_spec *mixture_part(const struct mixture_spec *s, uint32_t index)
{
    return ((const struct part *)s->parts.items)[index].spec;
}

static double mixture_draw(const void *spec, struct rng *r)
{
    const struct mixture_spec *s = spec;
    double u = rng_uniform(r);
    uint32_t i = 0;
    while (u >= s->cumulative[i])
        i++;
    return dist_draw(&mixture_part(s, i)->dist, r);
}

static double mixture_share(const struct mixture_spec *s, uint32_t index)
{
    return s->cumulative[index] - (index > 0 ? s->cumulative[index - 1] : 0);
}

static double mixture_mean(const void *spec)
{
    const struct mixture_spec *s = spec;
    double sum = 0;
    if (s->cumulative == NULL) return 0; /* refused by check: someone else's check may still ask */
    for (uint32_t i = 0; i < s->parts.count; i++)
        if (mixture_share(s, i) > 0)
            sum += mixture_share(s, i) * dist_mean(&mixture_part(s, i)->dist);
    return sum;
}

static double mixture_scv(const void *spec)
{
    const struct mixture_spec *s = spec;
    double mean = mixture_mean(s), square = 0;
    if (s->cumulative == NULL) return 0;
    for (uint32_t i = 0; i < s->parts.count; i++) {
        const struct part *p = &mixture_part(s, i)->dist;
        double m = dist_mean(p);
        if (mixture_share(s, i) > 0) square += mixture_share(s, i) * m * m * (1 + dist_scv(p));
    }
    if (isinf(square))
        return INFINITY; /* and so the mean, perhaps: infinity over itself is no number */
    return mean > 0 ? square / (mean * mean) - 1 : 0;
}

static void mixture_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    struct mixture_spec *s = spec;
    double total = 0, sum = 0;
    for (uint32_t i = 0; i < s->parts.count; i++)
        total += mixture_part(s, i)->weight;
    if (!(total > 0)) {
        diag_error(d, at, path, "mixture { weighted(0.99, \"1ms\"), weighted(0.01, \"50ms\") }",
                   "needs at least one part with a weight greater than 0");
        return;
    }
    s->cumulative = arena_alloc(doc->arena, s->parts.count * sizeof *s->cumulative);
    uint32_t last = 0;
    for (uint32_t i = 0; i < s->parts.count; i++) {
        sum += mixture_part(s, i)->weight;
        s->cumulative[i] = sum / total;
        if (mixture_part(s, i)->weight > 0) last = i;
    }
    for (; last < s->parts.count; last++) /* rounding may have left it a little below 1 */
        s->cumulative[last] = 1;
}

static const struct field weighted_fields[] = {
    NUMBER(struct weighted_spec, "weight", weight, .min = 0, .max = 1e9, .position = 1,
           .doc = "How often, relative to the other parts."),
    PART(struct weighted_spec, "dist", dist, "dist", .position = 2, .doc = "What is then drawn."),
    FIELDS_END,
};

const struct kind dist_weighted = {
    .name = "weighted",
    .role = "mixturePart",
    .form = KIND_PART,
    .room = "engine",
    .doc = "One part of a mixture.",
    .example = "weighted(0.01, normal(\"100ms\", \"10ms\"))",
    .spec_size = sizeof(struct weighted_spec),
    .fields = weighted_fields,
};

static const struct field mixture_fields[] = {
    LIST(struct mixture_spec, "parts", parts, FIELD_PART, .role = "mixturePart",
         .position = FIELD_REST, .doc = "The parts; weights need not sum to 1."),
    FIELDS_END,
};

static const struct dist_type mixture_type = { mixture_draw, mixture_mean, mixture_scv };

const struct kind dist_mixture = {
    .name = "mixture",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "One of several distributions, by weight: cache hits and misses, a slow 1 %.",
    .example = "mixture { weighted(0.99, normal(\"10ms\", \"2ms\")), weighted(0.01, \"100ms\") }",
    .spec_size = sizeof(struct mixture_spec),
    .fields = mixture_fields,
    .check = mixture_check,
    .vtable = &mixture_type,
};
