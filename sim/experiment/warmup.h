/* warmup.h - where steady state begins, when the scenario says "auto"; not for other rooms. */
#ifndef EXPERIMENT_WARMUP_H
#define EXPERIMENT_WARMUP_H

#include "experiment/replicate.h"

struct warmup_choice {
    int64_t warmup_ns;
    char text[400]; /* how it was chosen, for the reader of the results */
};

/* From the rows of a pilot run without a warm-up: MSER-5 on every client's mean response per
 * window; the latest of the answers. */
void warmup_choose(const struct recorder *pilot, int64_t until_ns, struct warmup_choice *choice);

#endif
