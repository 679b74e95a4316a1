/* concurrency.c - how many calls to have out at once, learnt from how long they take.
 *
 * Invariant: 1 <= limit <= limit_max once begun. */
#include "traffic/concurrency.h"

#include "base/check.h"

#include <math.h>

#include "base/poison.h"

#define LONG_WARMUP 10  /* samples averaged plainly before the exponential average begins */
#define LONG_DECAY 0.95 /* each sample while the long average is over twice the short one */

void concurrency_begin(struct concurrency *c, const struct concurrency_rule *rule)
{
    *c = (struct concurrency){ .limit = rule->limit_first, .probe_share = 1 };
}

/* max(1, floor(log10(limit))), and the root from 1000 on, as upstream has it. */
uint32_t vegas_step(double limit)
{
    if (limit >= 1000) return (uint32_t)sqrt(floor(limit));
    return limit < 100 ? 1 : 2;
}

static double bounded(double v, double min, double max)
{
    return v < min ? min : v > max ? max : v;
}

/* The limit that Vegas would have, before bounds; its own when it is content. */
static double vegas_wanted(const struct concurrency *c, int64_t rtt_ns, uint32_t in_flight,
                           bool dropped)
{
    double step = vegas_step(c->limit);
    if (dropped) return c->limit - step;
    if (in_flight * 2.0 < c->limit) return c->limit; /* it is not what holds calls back */
    double queue = ceil(c->limit * (1 - (double)c->shortest_ns / (double)rtt_ns));
    if (queue <= step) return c->limit + 6 * step;
    if (queue < 3 * step) return c->limit + step;
    return queue > 6 * step ? c->limit - step : c->limit;
}

static bool vegas_probes(struct concurrency *c, const struct concurrency_rule *rule, double draw)
{
    if (++c->samples < c->probe_share * rule->probe_factor * c->limit) return false;
    c->samples = 0;
    c->probe_share = 0.5 + draw / 2; /* so that clients do not probe together */
    return true;
}

void vegas_update(struct concurrency *c, const struct concurrency_rule *rule, int64_t rtt_ns,
                  uint32_t in_flight, bool dropped, double draw)
{
    check(rtt_ns > 0);
    if (vegas_probes(c, rule, draw) || c->shortest_ns == 0 || rtt_ns < c->shortest_ns) {
        c->shortest_ns = rtt_ns;
        return;
    }
    double wanted = vegas_wanted(c, rtt_ns, in_flight, dropped);
    if (wanted == c->limit) return;
    wanted = bounded(wanted, rule->limit_min, rule->limit_max);
    c->limit = (1 - rule->smoothing) * c->limit + rule->smoothing * wanted;
}

static void long_average_add(struct concurrency *c, const struct concurrency_rule *rule, double rtt)
{
    if (c->samples < LONG_WARMUP) {
        c->samples++;
        c->long_ns += (rtt - c->long_ns) / c->samples;
        return;
    }
    double weight = 2.0 / (rule->long_window + 1.0);
    c->long_ns = c->long_ns * (1 - weight) + rtt * weight;
}

void gradient2_update(struct concurrency *c, const struct concurrency_rule *rule, int64_t rtt_ns,
                      uint32_t in_flight)
{
    check(rtt_ns > 0);
    double rtt = (double)rtt_ns;
    long_average_add(c, rule, rtt);
    double longer = c->long_ns;
    if (longer / rtt > 2) c->long_ns *= LONG_DECAY; /* the load has gone: learn it sooner */
    if (in_flight < c->limit / 2) return;           /* it is not what holds calls back */
    double gradient = bounded(rule->tolerance * longer / rtt, 0.5, 1);
    double wanted = c->limit * gradient + rule->queue;
    wanted = c->limit * (1 - rule->smoothing) + wanted * rule->smoothing;
    c->limit = bounded(wanted, rule->limit_min, rule->limit_max);
}
