/* expect_failed.c - how many calls failed: expect.failed. */
#include "experiment/expect.h"

#include <math.h>

struct expect_failed_spec {
    struct expect_head head;
    uint32_t at_least_count, at_most_count;
};

static const struct field failed_fields[] = {
    TEXT(struct expect_failed_spec, "subject", head.subject, .position = 1, .judge = subject_judge,
         .doc = "The client or service whose calls are counted."),
    COUNT(struct expect_failed_spec, "atLeast", at_least_count, .preset = "0", .min = 0, .max = 4e9,
          .doc = "At least this many calls must fail."),
    COUNT(struct expect_failed_spec, "atMost", at_most_count, .preset = "unlimited", .min = 0,
          .max = UINT32_MAX, .doc = "At most this many calls may fail."),
    FIELDS_END
};

static struct bounds failed_bounds(const struct expect_failed_spec *s)
{
    bool capped = s->at_most_count != COUNT_UNLIMITED;
    return (struct bounds){ .above = NAN,
                            .at_least = bound_said(s->at_least_count),
                            .below = NAN,
                            .at_most = capped ? s->at_most_count : NAN,
                            .near = NAN,
                            .within = NAN };
}

static void failed_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    const struct expect_failed_spec *s = spec;
    struct bounds b = failed_bounds(s);
    (void)doc;
    bounds_check(&b, at, path, d);
}

static void failed_holds(const struct expect_type *self, const void *spec,
                         const struct expect_results *results, struct verdict *v)
{
    const struct expect_failed_spec *s = spec;
    struct bounds b = failed_bounds(s);
    v->unit = "1";
    bounds_judge(&b, figure_print_count, self, &s->head, results, v);
}

static const struct expect_type failed_type = { "failed", failed_holds };

extern const struct kind expect_failed;
const struct kind expect_failed = {
    .name = "expect.failed",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "experiment",
    .doc = "Expects the number of failed calls, after the warm-up, to keep its bounds.",
    .example = "expect.failed(\"shoppers\", { atMost = 0 })",
    .spec_size = sizeof(struct expect_failed_spec),
    .fields = failed_fields,
    .check = failed_check,
    .vtable = &failed_type,
};
