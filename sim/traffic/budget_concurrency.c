/* budget_concurrency.c - so many retries at once as a share of the calls at once. */
#include "traffic/budget.h"

#include "base/poison.h"

struct concurrency_spec {
    double ratio;
    uint32_t retries_min;
};

static int64_t take(const void *spec, struct budget *b, int64_t now_ns, enum outcome cause)
{
    (void)now_ns, (void)cause;
    const struct concurrency_spec *s = spec;
    return budget_concurrent_allows(s->ratio, s->retries_min, b->calls, b->extra) ? BUDGET_FREE
                                                                                  : BUDGET_REFUSED;
}

static const struct field concurrency_fields[] = {
    RATIO(struct concurrency_spec, "budgetPercent", ratio, .preset = "20%", .min = 0, .max = 1,
          .position = 1, .doc = "How many retries there may be at once, of the calls there are."),
    COUNT(struct concurrency_spec, "minRetryConcurrency", retries_min, .preset = "3", .min = 0,
          .max = CALLS_MAX, .doc = "How many there may always be."),
    FIELDS_END
};

static const struct budget_type concurrency_type = { .take = take };

const struct kind budget_concurrency = {
    .name = "concurrencyBudget",
    .role = "budget",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Bounds how many retries are under way at once, waits before them included, by the number "
        "of calls under way, as Envoy does.",
    .source = "Envoy circuit breakers, retry_budget: budget_percent 20, min_retry_concurrency 3",
    .example = "retry { attempts = 3, budget = concurrencyBudget { budgetPercent = \"20%\" } }",
    .spec_size = sizeof(struct concurrency_spec),
    .fields = concurrency_fields,
    .vtable = &concurrency_type,
};
