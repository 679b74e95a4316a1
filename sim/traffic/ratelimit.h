/* ratelimit.h - five ways to let so many calls through in a while: pure functions of time.
 *
 * Whole nanoseconds throughout: one call is worth `interval_ns`, so nothing drifts. */
#ifndef TRAFFIC_RATELIMIT_H
#define TRAFFIC_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum ratelimit_algorithm {
    RATELIMIT_TOKEN_BUCKET,   /* fills with time up to `burst`; each call takes one */
    RATELIMIT_LEAKY_BUCKET,   /* calls leave evenly spaced; at most `burst` are held back */
    RATELIMIT_GCRA,           /* the token bucket told by one time (ATM Forum, I.371) */
    RATELIMIT_SLIDING_WINDOW, /* this window's count and a share of the last one's */
    RATELIMIT_FIXED_WINDOW    /* so many in each window; twice as many around its end */
};

struct ratelimit_rule {
    uint32_t algorithm;
    int64_t interval_ns; /* between two calls of the steady rate */
    uint32_t burst;      /* >= 1 for buckets and GCRA */
    int64_t window_ns;   /* the windows */
    uint32_t window_calls;
    int64_t wait_ns_max; /* 0: refuse at once. The leaky bucket always holds back */
};

/* All zero: full of tokens, nothing counted, at time 0. */
struct ratelimit {
    int64_t spent_ns, at_ns;      /* token bucket: what is missing from full, when */
    int64_t next_ns;              /* leaky bucket, GCRA: the next one's time */
    int64_t window;               /* the number of the window */
    uint32_t current, previous;   /* calls in it and in the one before */
};

/* Of several instances that count a fixed window together, but tell each other what they have let
 * through only every `sync_ns`: in between each knows its own and what all had at the last telling. */
struct ratelimit_all {
    struct ratelimit counted; /* by all, now */
    int64_t tick;             /* number of the last telling */
    uint32_t told;            /* what all had counted then */
};
struct ratelimit_own {
    struct ratelimit counted; /* by this one */
    int64_t tick;
    uint32_t at_tick;
};

/* Whether one instance lets a call through; of a fixed window's rule. */
bool ratelimit_take_apart(struct ratelimit_all *all, struct ratelimit_own *own,
                          const struct ratelimit_rule *rule, int64_t sync_ns, int64_t now_ns);

/* How long the next call must wait: 0 and more; or RATELIMIT_REJECT, which takes nothing. */
#define RATELIMIT_REJECT INT64_C(-1)
int64_t ratelimit_take(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now_ns);

#endif
