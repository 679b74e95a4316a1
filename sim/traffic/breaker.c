/* breaker.c - a circuit breaker's rule and state: pure functions of time and outcomes.
 *
 * Invariant: calls in the window <= its length, failures and slow ones <= calls. */
#include "traffic/breaker.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

#include "base/poison.h"

const char *const breaker_state_names[] = { "closed", "open", "halfOpen" };

enum { SUM_CALLS, SUM_FAILURES, SUM_SLOW };
enum { WAS_FAILED = 1, WAS_SLOW = 2 };

void breaker_open(struct breaker *b, const struct breaker_rule *rule, struct arena *a)
{
    check(rule->window > 0 && rule->trials > 0);
    *b = (struct breaker){ .state = BREAKER_CLOSED };
    if (rule->timed)
        rolling_open(&b->rolling, a, rule->bucket_ns, rule->window);
    else
        b->ring = arena_alloc(a, rule->window);
}

struct breaker_counts breaker_counts(const struct breaker *b, const struct breaker_rule *rule)
{
    if (!rule->timed || b->state != BREAKER_CLOSED) return b->counts;
    const int64_t *sums = b->rolling.sums;
    return (struct breaker_counts){ (uint32_t)sums[SUM_CALLS], (uint32_t)sums[SUM_FAILURES],
                                    (uint32_t)sums[SUM_SLOW] };
}

static void enter(struct breaker *b, const struct breaker_rule *rule, enum breaker_state state,
                  int64_t now_ns)
{
    b->judged = breaker_counts(b, rule);
    b->state = state;
    b->counts = (struct breaker_counts){ 0 };
    b->at = 0;
    b->permitted = rule->trials;
    b->until_ns = now_ns + rule->open_ns;
    if (state == BREAKER_CLOSED && rule->timed) rolling_clear(&b->rolling);
}

bool breaker_permits(struct breaker *b, const struct breaker_rule *rule, int64_t now_ns)
{
    if (b->state == BREAKER_CLOSED) return true;
    if (b->state == BREAKER_OPEN) {
        if (now_ns < b->until_ns) return false;
        enter(b, rule, BREAKER_HALF_OPEN, now_ns);
    }
    if (b->permitted == 0) return false;
    b->permitted--;
    return true;
}

void breaker_release(struct breaker *b)
{
    if (b->state == BREAKER_HALF_OPEN) b->permitted++;
}

static void count(struct breaker_counts *c, uint8_t was)
{
    c->calls++;
    c->failures += (was & WAS_FAILED) != 0;
    c->slow += (was & WAS_SLOW) != 0;
}

static void count_in_ring(struct breaker *b, const struct breaker_rule *rule, uint8_t was)
{
    if (b->counts.calls == rule->window) {
        uint8_t old = b->ring[b->at];
        b->counts.calls--;
        b->counts.failures -= (old & WAS_FAILED) != 0;
        b->counts.slow -= (old & WAS_SLOW) != 0;
    }
    b->ring[b->at] = was;
    b->at = (b->at + 1) % rule->window;
    count(&b->counts, was);
}

static void count_in_time(struct breaker *b, int64_t now_ns, uint8_t was)
{
    rolling_add(&b->rolling, now_ns, SUM_CALLS, 1);
    rolling_add(&b->rolling, now_ns, SUM_FAILURES, (was & WAS_FAILED) != 0);
    rolling_add(&b->rolling, now_ns, SUM_SLOW, (was & WAS_SLOW) != 0);
}

static bool trips(const struct breaker_rule *rule, struct breaker_counts c)
{
    double calls = c.calls; /* divided, so that 7 of 100 reaches "7%" exactly */
    return c.failures / calls >= rule->failure_ratio || c.slow / calls >= rule->slow_ratio;
}

/* resilience4j: a window of fewer calls than the minimum is judged when it is full. */
static uint32_t minimum_of(const struct breaker_rule *rule)
{
    return !rule->timed && rule->window < rule->minimum ? rule->window : rule->minimum;
}

static bool record_closed(struct breaker *b, const struct breaker_rule *rule, int64_t now_ns,
                          uint8_t was)
{
    if (rule->timed)
        count_in_time(b, now_ns, was);
    else
        count_in_ring(b, rule, was);
    struct breaker_counts c = breaker_counts(b, rule);
    if (c.calls < minimum_of(rule) || !trips(rule, c)) return false;
    enter(b, rule, BREAKER_OPEN, now_ns);
    return true;
}

bool breaker_record(struct breaker *b, const struct breaker_rule *rule, int64_t now_ns, bool failed,
                    int64_t took_ns)
{
    uint8_t was = (uint8_t)((failed ? WAS_FAILED : 0) | (took_ns > rule->slow_ns ? WAS_SLOW : 0));
    if (b->state == BREAKER_CLOSED) return record_closed(b, rule, now_ns, was);
    if (b->state == BREAKER_OPEN) return false; /* it went out before the trip */
    count(&b->counts, was);
    if (b->counts.calls < rule->trials) return false;
    enter(b, rule, trips(rule, b->counts) ? BREAKER_OPEN : BREAKER_CLOSED, now_ns);
    return true;
}
