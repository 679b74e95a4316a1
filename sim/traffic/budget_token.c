/* budget_token.c - every call saves a part of a retry. */
#include "traffic/budget.h"

#include "base/poison.h"

struct token_spec {
    double ratio;
    uint32_t capacity;
};

static int64_t tokens_max(const struct token_spec *s)
{
    return (int64_t)s->capacity * BUDGET_TOKEN;
}

static void open(const void *spec, struct budget *b, struct arena *a)
{
    (void)a;
    budget_bucket_open(&b->bucket, tokens_max(spec));
}

static void call(const void *spec, struct budget *b, int64_t now_ns)
{
    (void)now_ns;
    const struct token_spec *s = spec;
    budget_bucket_deposit(&b->bucket, tokens_max(s), (int64_t)(s->ratio * BUDGET_TOKEN + 0.5));
}

static int64_t take(const void *spec, struct budget *b, int64_t now_ns, enum outcome cause)
{
    (void)spec, (void)now_ns, (void)cause;
    return budget_bucket_take(&b->bucket) ? BUDGET_FREE : BUDGET_REFUSED;
}

static const struct field token_fields[] = {
    RATIO(struct token_spec, "ratio", ratio, .preset = "10%", .min = 0.001, .max = 1, .position = 1,
          .doc =
              "What each call adds, of one attempt more: the share by which load can grow in the "
              "long run."),
    COUNT(struct token_spec, "capacity", capacity, .preset = "5", .min = 1, .max = 1000000,
          .doc = "Attempts that can be saved up; there at the start."),
    FIELDS_END
};

static const struct budget_type token_type = { .open = open, .call = call, .take = take };

const struct kind budget_token = {
    .name = "tokenBudget",
    .role = "budget",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "A bucket filled by calls: each adds a part of a token, each retry or hedge takes a whole "
        "one, so that they add at most that part to the load.",
    .source = "Brooker, Fixing retries with token buckets and circuit breakers (2022): 0.1 a call; "
              "his runs hold five",
    .example = "retry { attempts = 4, budget = \"10%\" }",
    .spec_size = sizeof(struct token_spec),
    .fields = token_fields,
    .scalar = true,
    .vtable = &token_type,
};
