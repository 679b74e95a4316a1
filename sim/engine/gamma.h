/* gamma.h - gamma draws of scale 1, for the kinds that are made of them. */
#ifndef ENGINE_GAMMA_H
#define ENGINE_GAMMA_H

#include "orrery/rng.h"

struct gamma_law {
    double d, c;    /* of Marsaglia & Tsang, for shape + 1 when shape < 1 */
    double inverse; /* 1/shape when shape < 1, else 0 */
};

struct gamma_law gamma_law_of(double shape);                 /* shape > 0 */
double gamma_draw(const struct gamma_law *g, struct rng *r); /* mean and variance: the shape */

#endif
