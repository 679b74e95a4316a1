/* budget_throttling.c - retries stop while too many attempts fail. */
#include "traffic/budget.h"

#include "base/poison.h"

struct throttling_spec {
    double tokens_max, token_ratio;
};

static int64_t thousandths(double tokens)
{
    return (int64_t)(tokens * BUDGET_TOKEN + 0.5);
}

static void open(const void *spec, struct budget *b, struct arena *a)
{
    (void)a;
    budget_throttle_open(&b->throttle,
                         thousandths(((const struct throttling_spec *)spec)->tokens_max));
}

static int64_t take(const void *spec, struct budget *b, int64_t now_ns, enum outcome cause)
{
    (void)now_ns, (void)cause;
    const struct throttling_spec *s = spec;
    return budget_throttle_allows(&b->throttle, thousandths(s->tokens_max)) ? BUDGET_FREE
                                                                            : BUDGET_REFUSED;
}

static void answer(const void *spec, struct budget *b, bool failed, enum outcome outcome,
                   int64_t cost)
{
    (void)cost;
    const struct throttling_spec *s = spec;
    if (!failed && outcome != OUTCOME_OK) return;
    budget_throttle_record(&b->throttle, thousandths(s->tokens_max), thousandths(s->token_ratio),
                           failed);
}

static const struct field throttling_fields[] = {
    NUMBER(struct throttling_spec, "maxTokens", tokens_max, .preset = "10", .min = 0.001,
           .max = 1000, .doc = "Tokens at the start and at most; retries need more than half."),
    NUMBER(struct throttling_spec, "tokenRatio", token_ratio, .preset = "0.1", .min = 0.001,
           .max = 1000, .doc = "Tokens that a success gives back; a failure takes one."),
    FIELDS_END
};

static const struct budget_type throttling_type = { .open = open, .take = take, .answer = answer };

const struct kind budget_throttling = {
    .name = "retryThrottling",
    .role = "budget",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Allows retries while more than half of the tokens are left: each failed attempt takes "
        "one, each success gives some back. From full, the fifth straight failure is not retried.",
    .source = "gRFC A6, retryThrottling, with the example's 10 and 0.1; maxTokens in 0..1000, "
              "tokenRatio to three decimals",
    .example =
        "retry { attempts = 4, budget = retryThrottling { maxTokens = 10, tokenRatio = 0.1 } }",
    .spec_size = sizeof(struct throttling_spec),
    .fields = throttling_fields,
    .vtable = &throttling_type,
};
