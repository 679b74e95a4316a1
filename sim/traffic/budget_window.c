/* budget_window.c - retries in proportion to the calls of the last while. */
#include "traffic/budget.h"

#include "base/poison.h"

struct window_spec {
    double ratio, retries_per_s;
    int64_t ttl_ns;
};

static void open(const void *spec, struct budget *b, struct arena *a)
{
    const struct window_spec *s = spec;
    budget_window_open(&b->window, a, s->ratio, s->ttl_ns, s->retries_per_s);
}

static void call(const void *spec, struct budget *b, int64_t now_ns)
{
    (void)spec;
    budget_window_deposit(&b->window, now_ns);
}

static int64_t take(const void *spec, struct budget *b, int64_t now_ns, enum outcome cause)
{
    (void)spec, (void)cause;
    return budget_window_take(&b->window, now_ns) ? BUDGET_FREE : BUDGET_REFUSED;
}

static const struct field window_fields[] = {
    RATIO(struct window_spec, "retryRatio", ratio, .preset = "20%", .min = 0.001, .max = 1,
          .position = 1, .doc = "Retries there may be, of the calls of the last ttl."),
    RATE(struct window_spec, "minRetriesPerSecond", retries_per_s, .preset = "10/s", .min = 0,
         .max = 1e6, .doc = "Retries that are always affordable."),
    DURATION(struct window_spec, "ttl", ttl_ns, .preset = "10s", .min = 1e6, .max = 3600e9,
             .doc = "How far back calls count."),
    FIELDS_END
};

static const struct budget_type window_type = { .open = open, .call = call, .take = take };

const struct kind budget_window = {
    .name = "retryBudget",
    .role = "budget",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Each call of the last ttl allows a part of a retry, and some are always allowed, as "
           "Finagle and Linkerd do.",
    .source = "Finagle RetryBudget; Linkerd ServiceProfile retryBudget: retryRatio 0.2, "
              "minRetriesPerSecond 10, ttl 10s",
    .example = "retry { attempts = 3, budget = retryBudget { retryRatio = \"20%\" } }",
    .spec_size = sizeof(struct window_spec),
    .fields = window_fields,
    .vtable = &window_type,
};
