/* progress.h - one line on stderr that tells how far a run is; only on a terminal. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "experiment/run.h"

#define PROGRESS_BYTES 400

struct progress_bar {
    const char *label;
    double until_s, last_s; /* until_s: simulated time of a replication */
    bool shown;
};

/* True when stderr is a terminal that can redraw a line. */
bool progress_wanted(void);
/* For experiment_options.progress; state is a struct progress_bar. */
void progress_show(void *state, const struct progress *p);
void progress_clear(struct progress_bar *bar);
/* The line itself, without the escape that clears it; buf >= PROGRESS_BYTES. */
void progress_line(const struct progress_bar *bar, const struct progress *p, char *buf);

#endif
