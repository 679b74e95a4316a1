/* trial.h - one case of the table: its scenario is run until its figures are known well enough. */
#ifndef THEORY_TRIAL_H
#define THEORY_TRIAL_H

#include "table.h"

#define TRIAL_ROWS_MAX 24

struct trial_options {
    const char *scenarios; /* the folder of the scenarios */
    const char *rendered;  /* the folder in which each case is written down as it was run */
    uint32_t threads;
    bool slice; /* an eighth of the length, five times the tolerance */
};

struct trial_result {
    const char *failure; /* why there are no figures; NULL: there are */
    uint32_t replications;
    struct {
        double simulated, half_width, tolerance;
        bool good;
    } rows[TRIAL_ROWS_MAX];
};

/* number: the case's own in the table, from 1; also its seed. Texts live in the arena. */
void trial_run(const struct theory_case *c, uint32_t number, const struct trial_options *o,
               struct arena *a, struct trial_result *out);

#endif
