/* dist.c - a draw as a delay. */
#include "orrery/dist.h"

#include "orrery/time.h"

#include "base/poison.h"

int64_t dist_draw_ns(const struct part *p, struct rng *r)
{
    double ns = dist_draw(p, r);
    if (!(ns < (double)TIME_MAX_NS)) return TIME_MAX_NS; /* the far tail of a Pareto ends here */
    return (int64_t)(ns + 0.5);
}
