/* expect_throughput.c - good calls per second: expect.throughput. */
#include "experiment/expect.h"

struct expect_throughput_spec {
    struct expect_head head;
    double above_per_s, at_least_per_s, below_per_s, at_most_per_s, near_per_s, within_ratio;
};

#define BOUND(name, member, text)                                                                  \
    RATE(struct expect_throughput_spec, name, member, .preset = "", .min = 1e-9, .max = 1e12,      \
         .doc = text)

static const struct field throughput_fields[] = {
    TEXT(struct expect_throughput_spec, "subject", head.subject, .position = 1,
         .judge = subject_judge, .doc = "The client or service whose calls are counted."),
    BOUND("above", above_per_s, "Good calls per second must be above this."),
    BOUND("atLeast", at_least_per_s, "Good calls per second must be this or more."),
    BOUND("below", below_per_s, "Good calls per second must be below this."),
    BOUND("atMost", at_most_per_s, "Good calls per second must be this or less."),
    BOUND("near", near_per_s, "Good calls per second must be this, give or take `within`."),
    RATIO(struct expect_throughput_spec, "within", within_ratio, .preset = "", .min = 1e-9,
          .max = 1, .doc = "Share of `near` by which the throughput may miss it."),
    FIELDS_END
};

static struct bounds throughput_bounds(const struct expect_throughput_spec *s)
{
    return (struct bounds){ .above = bound_said(s->above_per_s),
                            .at_least = bound_said(s->at_least_per_s),
                            .below = bound_said(s->below_per_s),
                            .at_most = bound_said(s->at_most_per_s),
                            .near = bound_said(s->near_per_s),
                            .within = bound_said(s->within_ratio) };
}

static void throughput_check(void *spec, const struct document *doc, struct place at,
                             const char *path, struct diag *d)
{
    const struct expect_throughput_spec *s = spec;
    struct bounds b = throughput_bounds(s);
    (void)doc;
    bounds_check(&b, at, path, d);
}

static void throughput_holds(const struct expect_type *self, const void *spec,
                             const struct expect_results *results, struct verdict *v)
{
    const struct expect_throughput_spec *s = spec;
    struct bounds b = throughput_bounds(s);
    v->unit = "1/s";
    bounds_judge(&b, figure_print_rate, self, &s->head, results, v);
}

static const struct expect_type throughput_type = { "throughput_per_s", throughput_holds };

extern const struct kind expect_throughput;
const struct kind expect_throughput = {
    .name = "expect.throughput",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "experiment",
    .doc = "Expects the good calls per second, after the warm-up, to keep their bounds.",
    .example = "expect.throughput(\"shoppers\", { atLeast = \"100/s\" })",
    .spec_size = sizeof(struct expect_throughput_spec),
    .fields = throughput_fields,
    .check = throughput_check,
    .vtable = &throughput_type,
};
