/* dist.h - the role "dist": a distribution of durations, sizes or numbers.
 *
 * A dist's parameters are AMOUNTs: they take the unit of the field they stand in, so the
 * same `lognormal` serves "12s" and "4Ki". To add one: sim/engine/dist_NAME.c and a line in
 * kinds.def. Draws use only exact.h, never libm, so every machine agrees. */
#ifndef ORRERY_DIST_H
#define ORRERY_DIST_H

#include "orrery/kind.h"
#include "orrery/rng.h"
#include "orrery/time.h"

struct dist_type {
    double (*draw)(const void *spec, struct rng *r); /* base units (ns, bytes, 1); never negative */
    double (*mean)(const void *spec);                /* INFINITY when it has none */
    double (*scv)(const void *spec);                 /* variance / mean^2; INFINITY when none */
    bool exponential; /* its draw is mean x rng_exponential, which a hot path may do in line */
};

static inline double dist_draw(const struct part *p, struct rng *r)
{
    return ((const struct dist_type *)p->kind->vtable)->draw(p->spec, r);
}

static inline double dist_mean(const struct part *p)
{
    return ((const struct dist_type *)p->kind->vtable)->mean(p->spec);
}

static inline double dist_scv(const struct part *p)
{
    return ((const struct dist_type *)p->kind->vtable)->scv(p->spec);
}

/* A draw as a delay: rounded to the nearest ns, 0 .. TIME_MAX_NS, where the far tail of a Pareto
 * ends. */
static inline int64_t dist_round_ns(double ns)
{
    double bounded = ns < (double)TIME_MAX_NS ? ns : (double)TIME_MAX_NS; /* no branch */
    return (int64_t)(bounded + 0.5);
}

static inline int64_t dist_draw_ns(const struct part *p, struct rng *r)
{
    return dist_round_ns(dist_draw(p, r));
}

#endif
