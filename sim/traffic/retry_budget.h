/* retry_budget.h - whether one more retry may be afforded: five rules in use, pure.
 *
 * Each bounds how much retries can add to the load. Tokens are counted in thousandths, as gRPC does,
 * so that ten tenths are one. */
#ifndef TRAFFIC_RETRY_BUDGET_H
#define TRAFFIC_RETRY_BUDGET_H

#include "traffic/rolling.h"

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_TOKEN 1000 /* one token */

/* Envoy retry_budget: so many retries at once as `ratio` of the requests at once, and always
 * `retries_min` (its defaults: 20 %, 3). */
bool budget_concurrent_allows(double ratio, uint32_t retries_min, uint32_t requests_active,
                              uint32_t retries_active);

/* gRPC retryThrottling (gRFC A6): maxTokens 10, tokenRatio 0.1; only above half of maxTokens. */
struct budget_throttle {
    int64_t tokens; /* thousandths */
};
void budget_throttle_open(struct budget_throttle *b, int64_t tokens_max);
void budget_throttle_record(struct budget_throttle *b, int64_t tokens_max, int64_t token_ratio,
                            bool failed);
bool budget_throttle_allows(const struct budget_throttle *b, int64_t tokens_max);

/* A token bucket filled by calls, not by time (Brooker, 2022; the AWS SDKs' kin): each first attempt
 * puts `deposit` in, up to tokens_max; each retry takes one token. */
struct budget_bucket {
    int64_t tokens;
};
void budget_bucket_open(struct budget_bucket *b, int64_t tokens_max);
void budget_bucket_deposit(struct budget_bucket *b, int64_t tokens_max, int64_t deposit);
bool budget_bucket_take(struct budget_bucket *b); /* true: one retry is paid for */

/* The AWS SDKs' retry quota: the bucket counts whole tokens, a retry takes several, a success puts in
 * what its retry took or a little. */
bool budget_quota_take(struct budget_bucket *b, int64_t cost);

/* Finagle's and Linkerd's RetryBudget: each request deposits 1, a retry costs 1/ratio, deposits expire
 * after ttl (in ten steps); retries_per_s are always affordable. Defaults: 20 %, 10 s, 10/s. */
struct budget_window {
    struct rolling balance;
    int64_t reserve, cost;
};
#define BUDGET_WINDOW_STEPS 10
void budget_window_open(struct budget_window *b, struct arena *a, double ratio, int64_t ttl_ns,
                        double retries_per_s);
void budget_window_deposit(struct budget_window *b, int64_t now_ns);
bool budget_window_take(struct budget_window *b, int64_t now_ns);

#endif
