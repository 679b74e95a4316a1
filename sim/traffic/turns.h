/* turns.h - weighted turns among backends, some of which may still be starting slowly.
 *
 * What Envoy's round robin and least request have in common: where weights differ or a backend is
 * new they take turns by weight, and otherwise each has a simpler way. */
#ifndef TRAFFIC_TURNS_H
#define TRAFFIC_TURNS_H

#include "orrery/balancer.h"
#include "traffic/edf.h"

struct slow_start {
    int64_t window_ns;
    double aggression, weight_min;
};

struct turns {
    uint32_t version; /* of the backends it was made for; 0: none yet */
    bool weighted;    /* turns are taken by weight */
    struct edf edf;   /* its heap reaches into the balancer's backend state */
};

/* What a backend weighs now, but for its slow start. */
typedef double turns_weight(const void *spec, const struct backend *backend);

/* Made anew when the backends have changed. False: all weigh alike and none starts slowly. */
bool turns_weighted(struct turns *t, const struct slow_start *slow, turns_weight *weight,
                    const void *spec, const struct backend *backends, uint32_t n,
                    const struct pick *pick);
/* Whose turn it is, where turns are taken by weight. */
uint32_t turns_take(struct turns *t, const struct slow_start *slow, turns_weight *weight,
                    const void *spec, const struct backend *backends, const struct pick *pick);

#endif
