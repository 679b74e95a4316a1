/* expect_latency.c - how long calls take: expect.mean, .p50, .p90, .p95, .p99, .p999.
 *
 * Judged on the recorded latency (for a client: from the intended send time to the end of the
 * last try), in ms. One spec, one table; the kinds differ in the figure they look at. */
#include "experiment/expect.h"
#include "orrery/time.h"

struct expect_latency_spec {
    struct expect_head head;
    int64_t above_ns, at_least_ns, below_ns, at_most_ns, near_ns;
    double within_ratio;
};

#define BOUND(name, member, text)                                                                  \
    DURATION(struct expect_latency_spec, name, member, .preset = "", .min = 1, .max = TIME_MAX_NS, \
             .doc = text)

static const struct field latency_fields[] = {
    TEXT(struct expect_latency_spec, "subject", head.subject, .position = 1, .judge = subject_judge,
         .doc = "The client or service whose latency is judged."),
    BOUND("above", above_ns, "The latency must be above this."),
    BOUND("atLeast", at_least_ns, "The latency must be this or more."),
    BOUND("below", below_ns, "The latency must be below this."),
    BOUND("atMost", at_most_ns, "The latency must be this or less."),
    BOUND("near", near_ns, "The latency must be this, give or take `within`."),
    RATIO(struct expect_latency_spec, "within", within_ratio, .preset = "", .min = 1e-9, .max = 1,
          .doc = "Share of `near` by which the latency may miss it."),
    FIELDS_END
};

static double said_ms(int64_t ns)
{
    return bound_said(ns_to_ms(ns));
}

static struct bounds latency_bounds(const struct expect_latency_spec *s)
{
    return (struct bounds){ .above = said_ms(s->above_ns),
                            .at_least = said_ms(s->at_least_ns),
                            .below = said_ms(s->below_ns),
                            .at_most = said_ms(s->at_most_ns),
                            .near = said_ms(s->near_ns),
                            .within = bound_said(s->within_ratio) };
}

static void latency_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    const struct expect_latency_spec *s = spec;
    struct bounds b = latency_bounds(s);
    (void)doc;
    bounds_check(&b, at, path, d);
}

static void latency_holds(const struct expect_type *self, const void *spec,
                          const struct expect_results *results, struct verdict *v)
{
    const struct expect_latency_spec *s = spec;
    struct bounds b = latency_bounds(s);
    v->unit = "ms";
    bounds_judge(&b, figure_print_ms, self, &s->head, results, v);
}

#define LATENCY_KIND(word, figure, text)                                                           \
    {                                                                                              \
        .name = word, .role = "object", .form = KIND_REPEATED, .room = "experiment", .doc = text,  \
        .example = word "(\"shoppers\", { below = \"300ms\" })",                                   \
        .spec_size = sizeof(struct expect_latency_spec), .fields = latency_fields,                 \
        .check = latency_check, .vtable = &(const struct expect_type)                              \
        {                                                                                          \
            figure, latency_holds                                                                  \
        }                                                                                          \
    }

extern const struct kind expect_mean, expect_p50, expect_p90, expect_p95, expect_p99, expect_p999;

const struct kind expect_mean =
    LATENCY_KIND("expect.mean", "latency_ms.mean",
                 "Expects the mean latency of a client's or service's calls to keep its bounds.");
const struct kind expect_p50 =
    LATENCY_KIND("expect.p50", "latency_ms.p50", "Expects the median latency to keep its bounds.");
const struct kind expect_p90 = LATENCY_KIND(
    "expect.p90", "latency_ms.p90", "Expects the 90th percentile of latency to keep its bounds.");
const struct kind expect_p95 = LATENCY_KIND(
    "expect.p95", "latency_ms.p95", "Expects the 95th percentile of latency to keep its bounds.");
const struct kind expect_p99 = LATENCY_KIND(
    "expect.p99", "latency_ms.p99", "Expects the 99th percentile of latency to keep its bounds.");
const struct kind expect_p999 =
    LATENCY_KIND("expect.p999", "latency_ms.p999",
                 "Expects the 99.9th percentile of latency to keep its bounds.");
