/* retry_budget.c - whether one more retry may be afforded: five rules in use. */
#include "traffic/retry_budget.h"

#include "orrery/time.h"

#include "base/check.h"

#include "base/poison.h"

bool budget_concurrent_allows(double ratio, uint32_t retries_min, uint32_t requests_active,
                              uint32_t retries_active)
{
    uint32_t share = (uint32_t)(ratio * requests_active);
    return retries_active < (share > retries_min ? share : retries_min);
}

void budget_throttle_open(struct budget_throttle *b, int64_t tokens_max)
{
    b->tokens = tokens_max;
}

void budget_throttle_record(struct budget_throttle *b, int64_t tokens_max, int64_t token_ratio,
                            bool failed)
{
    b->tokens += failed ? -BUDGET_TOKEN : token_ratio;
    if (b->tokens < 0) b->tokens = 0;
    if (b->tokens > tokens_max) b->tokens = tokens_max;
}

bool budget_throttle_allows(const struct budget_throttle *b, int64_t tokens_max)
{
    return b->tokens > tokens_max / 2;
}

void budget_bucket_open(struct budget_bucket *b, int64_t tokens_max)
{
    b->tokens = tokens_max;
}

void budget_bucket_deposit(struct budget_bucket *b, int64_t tokens_max, int64_t deposit)
{
    b->tokens += deposit;
    if (b->tokens > tokens_max) b->tokens = tokens_max;
}

bool budget_bucket_take(struct budget_bucket *b)
{
    return budget_quota_take(b, BUDGET_TOKEN);
}

bool budget_quota_take(struct budget_bucket *b, int64_t cost)
{
    if (b->tokens < cost) return false;
    b->tokens -= cost;
    return true;
}

enum { SUM_BALANCE };

/* The cost is rounded down to a thousandth, as in Finagle. */
void budget_window_open(struct budget_window *b, struct arena *a, double ratio, int64_t ttl_ns,
                        double retries_per_s)
{
    check(ratio > 0 && ttl_ns >= BUDGET_WINDOW_STEPS);
    rolling_open(&b->balance, a, ttl_ns / BUDGET_WINDOW_STEPS, BUDGET_WINDOW_STEPS);
    b->cost = (int64_t)(BUDGET_TOKEN / ratio);
    b->reserve = (int64_t)(retries_per_s * ns_to_s(ttl_ns) * (double)b->cost);
}

void budget_window_deposit(struct budget_window *b, int64_t now_ns)
{
    rolling_add(&b->balance, now_ns, SUM_BALANCE, BUDGET_TOKEN);
}

bool budget_window_take(struct budget_window *b, int64_t now_ns)
{
    rolling_advance(&b->balance, now_ns);
    if (b->balance.sums[SUM_BALANCE] + b->reserve < b->cost) return false;
    rolling_add(&b->balance, now_ns, SUM_BALANCE, -b->cost);
    return true;
}
