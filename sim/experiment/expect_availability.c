/* expect_availability.c - the share of calls that ended well: expect.availability. */
#include "experiment/expect.h"

struct expect_availability_spec {
    struct expect_head head;
    double above_ratio, at_least_ratio, below_ratio, at_most_ratio;
};

/* 0 % is no bound: nothing is below it, and everything but a total outage is above. */
#define BOUND(name, member, text)                                                                  \
    RATIO(struct expect_availability_spec, name, member, .preset = "", .min = 1e-9, .max = 1,      \
          .doc = text)

static const struct field availability_fields[] = {
    TEXT(struct expect_availability_spec, "subject", head.subject, .position = 1,
         .judge = subject_judge, .doc = "The client or service whose calls are judged."),
    BOUND("above", above_ratio, "The share of good calls must be above this."),
    BOUND("atLeast", at_least_ratio, "The share of good calls must be this or more."),
    BOUND("below", below_ratio, "The share of good calls must be below this."),
    BOUND("atMost", at_most_ratio, "The share of good calls must be this or less."),
    FIELDS_END
};

static struct bounds availability_bounds(const struct expect_availability_spec *s)
{
    return (struct bounds){ .above = bound_said(s->above_ratio),
                            .at_least = bound_said(s->at_least_ratio),
                            .below = bound_said(s->below_ratio),
                            .at_most = bound_said(s->at_most_ratio),
                            .near = bound_said(0),
                            .within = bound_said(0) };
}

static void availability_check(void *spec, const struct document *doc, struct place at,
                               const char *path, struct diag *d)
{
    const struct expect_availability_spec *s = spec;
    struct bounds b = availability_bounds(s);
    (void)doc;
    bounds_check(&b, at, path, d);
}

static void availability_holds(const struct expect_type *self, const void *spec,
                               const struct expect_results *results, struct verdict *v)
{
    const struct expect_availability_spec *s = spec;
    struct bounds b = availability_bounds(s);
    v->unit = "1";
    bounds_judge(&b, figure_print_ratio, self, &s->head, results, v);
}

static const struct expect_type availability_type = { "availability", availability_holds };

extern const struct kind expect_availability;
const struct kind expect_availability = {
    .name = "expect.availability",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "experiment",
    .doc = "Expects the share of calls that ended well, of all that ended, to keep its bounds.",
    .example = "expect.availability(\"shoppers\", { above = \"99.9%\" })",
    .spec_size = sizeof(struct expect_availability_spec),
    .fields = availability_fields,
    .check = availability_check,
    .vtable = &availability_type,
};
