/* dist_empirical.c - a distribution known by some of its quantiles, linear in between.
 *
 * Points are sorted by p from exactly 0 to exactly 1, and values never fall. Both ends must be
 * said: what lies beyond a p99 nobody can guess, and it is where latency hurts. */
#include "orrery/dist.h"

#include "base/arena.h"
#include "base/text.h"
#include "engine/judge.h"

#include <string.h>

#include "base/poison.h"

#define POINTS_MAX 1000

struct point {
    double p, value;
};

struct empirical_spec {
    struct map quantiles;
    struct point *points; /* derived; as many as quantiles */
};

static double empirical_draw(const void *spec, struct rng *r)
{
    const struct empirical_spec *s = spec;
    double u = rng_uniform(r);
    uint32_t low = 0, high = s->quantiles.count - 1; /* points[low].p <= u < points[high].p */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->points[middle].p <= u)
            low = middle;
        else
            high = middle;
    }
    const struct point *a = &s->points[low], *b = &s->points[high];
    return a->value + (b->value - a->value) * ((u - a->p) / (b->p - a->p));
}

static double empirical_mean(const void *spec)
{
    const struct empirical_spec *s = spec;
    double sum = 0;
    if (s->points == NULL) return 0; /* refused by check: someone else's check may still ask */
    for (uint32_t i = 1; i < s->quantiles.count; i++) {
        const struct point *a = &s->points[i - 1], *b = &s->points[i];
        sum += (b->p - a->p) * (a->value + b->value) / 2;
    }
    return sum;
}

static double empirical_scv(const void *spec)
{
    const struct empirical_spec *s = spec;
    double sum = 0, mean = empirical_mean(s);
    if (s->points == NULL) return 0;
    for (uint32_t i = 1; i < s->quantiles.count; i++) {
        double p = s->points[i].p - s->points[i - 1].p;
        double from = s->points[i - 1].value - mean, to = s->points[i].value - mean;
        sum += p * (from * from + from * to + to * to) / 3;
    }
    return mean > 0 ? sum / (mean * mean) : 0;
}

/* "p50", "p99.9" or "0.5" to 0..1. "p999" is refused: some mean 99.9 by it, and 999 is none. */
static bool point_read(const char *key, double *p)
{
    bool percent = key[0] == 'p';
    if (!text_read_double(key + percent, strlen(key + percent), p)) return false;
    if (percent) *p /= 100;
    return *p >= 0 && *p <= 1;
}

/* By p; two of the same p are reported by the caller, so their order does not matter. */
static void points_sort(struct point *points, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && points[k - 1].p > points[k].p; k--) {
            struct point swap = points[k];
            points[k] = points[k - 1];
            points[k - 1] = swap;
        }
}

static void points_judge(const struct empirical_spec *s, struct place at, const char *path,
                         struct diag *d)
{
    uint32_t last = s->quantiles.count - 1;
    if (s->points[0].p != 0)
        judge_field(d, at, path, "quantiles", NULL, "the least value is missing: give p0");
    if (s->points[last].p != 1)
        judge_field(d, at, path, "quantiles", NULL, "the greatest value is missing: give p100");
    for (uint32_t i = 1; i <= last; i++) {
        const struct point *a = &s->points[i - 1], *b = &s->points[i];
        if (a->p == b->p)
            judge_field(d, at, path, "quantiles", NULL, "p%g is given twice", 100 * a->p);
        else if (a->value > b->value)
            judge_field(d, at, path, "quantiles", NULL, "p%g is below p%g", 100 * b->p, 100 * a->p);
    }
}

static void empirical_check(void *spec, const struct document *doc, struct place at,
                            const char *path, struct diag *d)
{
    struct empirical_spec *s = spec;
    uint32_t count = s->quantiles.count, before = diag_error_count(d);
    if (count < 2 || count > POINTS_MAX) {
        judge_field(d, at, path, "quantiles", "{ p0 = \"1ms\", p50 = \"4ms\", p100 = \"80ms\" }",
                    "needs 2..%d points, not %u", POINTS_MAX, count);
        return;
    }
    s->points = arena_alloc(doc->arena, count * sizeof *s->points);
    for (uint32_t i = 0; i < count; i++) {
        const struct map_entry *e = &s->quantiles.entries[i];
        s->points[i].value = e->number;
        if (!point_read(e->key, &s->points[i].p))
            judge_field(d, e->at, path, "quantiles", "write p50, p99.9 or 0.5",
                        "'%s' is no quantile between p0 and p100", e->key);
    }
    if (diag_error_count(d) > before) return;
    points_sort(s->points, count);
    points_judge(s, at, path, d);
}

static const struct field empirical_fields[] = {
    MAP(struct empirical_spec, "quantiles", quantiles, FIELD_AMOUNT, .position = 1,
        .doc = "Values by quantile, from p0 to p100; linear in between."),
    FIELDS_END,
};

static const struct dist_type empirical_type = { empirical_draw, empirical_mean, empirical_scv };

const struct kind dist_empirical = {
    .name = "empirical",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Known by some of its quantiles, linear in between: what a dashboard shows.",
    .example = "empirical { quantiles = { p0 = \"1ms\", p50 = \"4ms\", p99 = \"20ms\", "
               "p100 = \"80ms\" } }",
    .spec_size = sizeof(struct empirical_spec),
    .fields = empirical_fields,
    .check = empirical_check,
    .vtable = &empirical_type,
};
