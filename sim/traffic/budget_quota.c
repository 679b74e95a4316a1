/* budget_quota.c - retries are paid from a purse that successes fill. */
#include "traffic/budget.h"

#include "base/poison.h"

struct quota_spec {
    uint32_t capacity, retry_cost, timeout_cost, increment;
};

static void open(const void *spec, struct budget *b, struct arena *a)
{
    (void)a;
    budget_bucket_open(&b->bucket, ((const struct quota_spec *)spec)->capacity);
}

static int64_t take(const void *spec, struct budget *b, int64_t now_ns, enum outcome cause)
{
    (void)now_ns;
    const struct quota_spec *s = spec;
    int64_t cost = cause == OUTCOME_TIMEOUT ? s->timeout_cost : s->retry_cost;
    return budget_quota_take(&b->bucket, cost) ? cost : BUDGET_REFUSED;
}

static void answer(const void *spec, struct budget *b, bool failed, enum outcome outcome,
                   int64_t cost)
{
    (void)failed;
    const struct quota_spec *s = spec;
    if (outcome != OUTCOME_OK) return;
    budget_bucket_deposit(&b->bucket, s->capacity, cost ? cost : s->increment);
}

static const struct field quota_fields[] = {
    COUNT(struct quota_spec, "capacity", capacity, .preset = "500", .min = 1, .max = 1000000,
          .doc = "Tokens there are at the start, and at most."),
    COUNT(struct quota_spec, "retryCost", retry_cost, .preset = "5", .min = 1, .max = 1000000,
          .doc = "Tokens that a retry takes."),
    COUNT(struct quota_spec, "timeoutCost", timeout_cost, .preset = "10", .min = 1, .max = 1000000,
          .doc = "Tokens that a retry after a timeout takes."),
    COUNT(struct quota_spec, "increment", increment, .preset = "1", .min = 0, .max = 1000000,
          .doc =
              "Tokens that a success without retry gives; one after a retry gives back what that "
              "retry took."),
    FIELDS_END
};

static const struct budget_type quota_type = { .open = open, .take = take, .answer = answer };

const struct kind budget_quota = {
    .name = "retryQuota",
    .role = "budget",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "A purse of tokens that retries empty and successes fill, as the AWS SDKs have in standard "
        "mode.",
    .source =
        "AWS SDKs and Tools Reference Guide, retry behavior, standard mode: 500 tokens, a retry "
        "costs 5, after a timeout 10, a success gives 1 or the last cost",
    .example = "retry { attempts = 3, budget = retryQuota {} }",
    .spec_size = sizeof(struct quota_spec),
    .fields = quota_fields,
    .vtable = &quota_type,
};
