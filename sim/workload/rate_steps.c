/* rate_steps.c - spending an exponential as area under a piecewise-constant rate.
 *
 * The cursor's step always ends after the time it was last asked about. */
#include "workload/rate_steps.h"

#include "workload/gap.h"

#include "base/poison.h"

static double seconds(int64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* End of a step, counted from the begin of the pass. */
static int64_t step_end(const struct rate_steps *s, uint32_t step)
{
    return step + 1 < s->count ? s->begin_ns[step + 1] : s->end_ns;
}

/* Calls expected from the begin of the pass to until_ns <= end_ns. */
static double area_until(const struct rate_steps *s, int64_t until_ns)
{
    double area = 0;
    for (uint32_t i = 0; i < s->count && s->begin_ns[i] < until_ns; i++) {
        int64_t end = step_end(s, i) < until_ns ? step_end(s, i) : until_ns;
        area += s->per_s[i] * seconds(end - s->begin_ns[i]);
    }
    return area;
}

void rate_steps_close(struct rate_steps *s)
{
    s->cycle_area = 0;
    if (s->cycle == s->count) return;
    s->cycle_area = area_until(s, s->end_ns) - area_until(s, s->begin_ns[s->cycle]);
    if (!(s->cycle_area > 0)) s->cycle = s->count;
}

/* Leaves the step: to the next, or round again. False: nothing follows. */
static bool cursor_step(const struct rate_steps *s, struct rate_cursor *c)
{
    if (++c->step < s->count) return true;
    if (s->cycle == s->count) return false;
    c->base_ns += s->end_ns - s->begin_ns[s->cycle];
    c->step = s->cycle;
    return c->base_ns <= TIME_MAX_NS;
}

/* At the begin of a cycle: whole cycles that `area` outlasts are passed in one step. */
static void cycles_pass(const struct rate_steps *s, struct rate_cursor *c, double *area)
{
    if (c->step != s->cycle || *area < s->cycle_area) return;
    double cycles = (double)(int64_t)(*area / s->cycle_area);
    double period = (double)(s->end_ns - s->begin_ns[s->cycle]);
    if (cycles * period > (double)TIME_MAX_NS) {
        c->base_ns = TIME_MAX_NS; /* beyond every run: the next step says never */
        return;
    }
    *area -= cycles * s->cycle_area;
    c->base_ns += (int64_t)cycles * (s->end_ns - s->begin_ns[s->cycle]);
}

static int64_t cursor_end(const struct rate_steps *s, const struct rate_cursor *c)
{
    return time_add(c->base_ns, step_end(s, c->step));
}

int64_t rate_next_gap(const struct rate_steps *s, struct rate_cursor *c, int64_t now_ns,
                      struct rng *r)
{
    double area = rng_exponential(r); /* drawn even when nothing follows: streams stay in step */
    while (c->step < s->count && cursor_end(s, c) <= now_ns)
        if (!cursor_step(s, c)) return c->step = s->count, TIME_NEVER;
    for (int64_t from_ns = now_ns; c->step < s->count;
         from_ns = c->base_ns + s->begin_ns[c->step]) {
        double rate = s->per_s[c->step];
        int64_t end_ns = cursor_end(s, c);
        double left = end_ns == TIME_NEVER ? area + 1 : rate * seconds(end_ns - from_ns);
        if (area < left) {
            int64_t gap = gap_of(area * gap_mean_ns(rate));
            return gap == TIME_NEVER ? gap : from_ns - now_ns + gap;
        }
        area -= left;
        if (!cursor_step(s, c)) break;
        cycles_pass(s, c, &area);
    }
    return c->step = s->count, TIME_NEVER;
}

double rate_mean(const struct rate_steps *s, int64_t duration_ns)
{
    if (duration_ns <= 0) return 0;
    double area = area_until(s, duration_ns < s->end_ns ? duration_ns : s->end_ns);
    if (duration_ns > s->end_ns && s->cycle < s->count) {
        int64_t begin = s->begin_ns[s->cycle], period = s->end_ns - begin;
        int64_t beyond = duration_ns - s->end_ns;
        area += (double)(beyond / period) * s->cycle_area;
        area += area_until(s, begin + beyond % period) - area_until(s, begin);
    }
    return area / seconds(duration_ns);
}
