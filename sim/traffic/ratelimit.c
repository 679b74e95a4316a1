/* ratelimit.c - five ways to let so many calls through in a while: pure functions of time. */
#include "traffic/ratelimit.h"

#include "base/check.h"

#include "base/poison.h"

static int64_t judge(const struct ratelimit_rule *rule, int64_t wait_ns)
{
    return wait_ns <= rule->wait_ns_max ? wait_ns : RATELIMIT_REJECT;
}

/* What is missing from full, in nanoseconds of filling. A call that may wait takes its token in
 * advance, so that those after it wait longer. */
static int64_t token_bucket(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now_ns)
{
    int64_t filled = now_ns - l->at_ns;
    int64_t missing = l->spent_ns > filled ? l->spent_ns - filled : 0;
    int64_t after = missing + rule->interval_ns, full = rule->burst * rule->interval_ns;
    l->spent_ns = missing;
    l->at_ns = now_ns;
    int64_t wait_ns = judge(rule, after > full ? after - full : 0);
    if (wait_ns != RATELIMIT_REJECT) l->spent_ns = after;
    return wait_ns;
}

/* The theoretical arrival time runs ahead of now by at most burst - 1 intervals. */
static int64_t gcra(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now_ns)
{
    int64_t theoretical = l->next_ns > now_ns ? l->next_ns : now_ns;
    int64_t earliest = theoretical - (rule->burst - 1) * rule->interval_ns;
    int64_t wait_ns = judge(rule, earliest > now_ns ? earliest - now_ns : 0);
    if (wait_ns != RATELIMIT_REJECT) l->next_ns = theoretical + rule->interval_ns;
    return wait_ns;
}

/* A queue that lets one out each interval: burst of them may stand in it. */
static int64_t leaky_bucket(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now_ns)
{
    int64_t turn = l->next_ns > now_ns ? l->next_ns : now_ns;
    if (turn - now_ns > rule->burst * rule->interval_ns) return RATELIMIT_REJECT;
    l->next_ns = turn + rule->interval_ns;
    return turn - now_ns;
}

static void window_advance(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now_ns)
{
    int64_t window = now_ns / rule->window_ns;
    if (window == l->window) return;
    l->previous = window == l->window + 1 ? l->current : 0;
    l->current = 0;
    l->window = window;
}

/* previous * (share of it still in the window) + current, of which there may be window_calls. */
static int64_t sliding_window(struct ratelimit *l, const struct ratelimit_rule *rule,
                              int64_t now_ns)
{
    int64_t left_ns = rule->window_ns - now_ns % rule->window_ns;
    if (l->previous * left_ns + (l->current + INT64_C(1)) * rule->window_ns >
        rule->window_calls * rule->window_ns)
        return RATELIMIT_REJECT;
    l->current++;
    return 0;
}

static int64_t fixed_window(struct ratelimit *l, const struct ratelimit_rule *rule)
{
    if (l->current >= rule->window_calls) return RATELIMIT_REJECT;
    l->current++;
    return 0;
}

int64_t ratelimit_take(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now_ns)
{
    switch ((enum ratelimit_algorithm)rule->algorithm) {
    case RATELIMIT_TOKEN_BUCKET:
        return token_bucket(l, rule, now_ns);
    case RATELIMIT_LEAKY_BUCKET:
        return leaky_bucket(l, rule, now_ns);
    case RATELIMIT_GCRA:
        return gcra(l, rule, now_ns);
    case RATELIMIT_SLIDING_WINDOW:
        window_advance(l, rule, now_ns);
        return sliding_window(l, rule, now_ns);
    case RATELIMIT_FIXED_WINDOW:
        window_advance(l, rule, now_ns);
        return fixed_window(l, rule);
    }
    check(!"a known algorithm");
    return RATELIMIT_REJECT;
}

/* Counts begin again with the window; what was told of the last one means nothing then. Nobody is let
 * through between a telling and the first look after it, so that looking then is as good. */
bool ratelimit_take_apart(struct ratelimit_all *all, struct ratelimit_own *own,
                          const struct ratelimit_rule *rule, int64_t sync_ns, int64_t now_ns)
{
    int64_t window = now_ns / rule->window_ns, tick = now_ns / sync_ns;
    if (window != all->counted.window) all->told = 0;
    if (window != own->counted.window) own->at_tick = 0;
    window_advance(&all->counted, rule, now_ns);
    window_advance(&own->counted, rule, now_ns);
    if (tick != all->tick) all->told = all->counted.current;
    if (tick != own->tick) own->at_tick = own->counted.current;
    all->tick = own->tick = tick;
    if (all->told + own->counted.current - own->at_tick >= rule->window_calls) return false;
    all->counted.current++;
    own->counted.current++;
    return true;
}
