/* expect_replicas.c - how far a service was scaled: expect.replicas.
 *
 * Two figures are judged: the fewest replicas ever against atLeast, the most against atMost. */
#include "experiment/expect.h"

#include <stdio.h>

struct expect_replicas_spec {
    struct expect_head head;
    uint32_t at_least_count, at_most_count;
};

static const struct field replicas_fields[] = {
    TEXT(struct expect_replicas_spec, "subject", head.subject, .position = 1,
         .judge = subject_judge_service, .doc = "The service whose ready replicas are counted."),
    COUNT(struct expect_replicas_spec, "atLeast", at_least_count, .preset = "0", .min = 0,
          .max = 1e6, .doc = "Never fewer replicas than this, after the warm-up."),
    COUNT(struct expect_replicas_spec, "atMost", at_most_count, .preset = "unlimited", .min = 0,
          .max = UINT32_MAX, .doc = "Never more replicas than this, after the warm-up."),
    FIELDS_END
};

static void replicas_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    const struct expect_replicas_spec *s = spec;
    (void)doc;
    if (s->at_least_count == 0 && s->at_most_count == COUNT_UNLIMITED)
        diag_error(d, at, path, "say atLeast or atMost", "nothing is expected");
    if (s->at_least_count > s->at_most_count)
        diag_error(d, at, path, "swap them?", "atLeast %u exceeds atMost %u", s->at_least_count,
                   s->at_most_count);
}

static void replicas_holds(const struct expect_type *self, const void *spec,
                           const struct expect_results *results, struct verdict *v)
{
    (void)self;
    const struct expect_replicas_spec *s = spec;
    bool capped = s->at_most_count != COUNT_UNLIMITED;
    struct expect_figure least = { 0 }, most = { 0 };
    v->unit = "1";
    v->observed = results->find(results->state, s->head.subject, "replicas.min", &least) &&
                  results->find(results->state, s->head.subject, "replicas.max", &most);
    v->figure = capped ? most : least;
    v->pass = v->observed && least.mean >= s->at_least_count &&
              (!capped || most.mean <= s->at_most_count);
    char low[40], high[40];
    figure_print_count(least.mean, low);
    figure_print_count(most.mean, high);
    if (v->observed)
        snprintf(v->observed_text, sizeof v->observed_text, "%s to %s", low, high);
    else
        snprintf(v->observed_text, sizeof v->observed_text, "nothing was measured");
    if (capped && s->at_least_count)
        snprintf(v->target_text, sizeof v->target_text, "at least %u and at most %u",
                 s->at_least_count, s->at_most_count);
    else
        snprintf(v->target_text, sizeof v->target_text, capped ? "at most %u" : "at least %u",
                 capped ? s->at_most_count : s->at_least_count);
}

static const struct expect_type replicas_type = { "replicas.max", replicas_holds };

extern const struct kind expect_replicas;
const struct kind expect_replicas = {
    .name = "expect.replicas",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "experiment",
    .doc = "Expects the number of ready replicas of a service to stay between bounds.",
    .example = "expect.replicas(\"cart\", { atLeast = 3, atMost = 20 })",
    .spec_size = sizeof(struct expect_replicas_spec),
    .fields = replicas_fields,
    .check = replicas_check,
    .vtable = &replicas_type,
};
