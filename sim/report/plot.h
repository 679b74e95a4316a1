/* plot.h - a view drawn by gnuplot.
 *
 * plots/NAME.gp says in its first line which views it reads ("# view: latency"); each becomes a
 * data block of that name, so a new plot needs no C. A view for plots has the columns run_id, a
 * name, t_s, and what is drawn. "latency:6" gives the six names whose values go highest. How many there
 * are stands in latency_count, how many were left out in latency_more. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "base/text.h"
#include "store/output.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct store;

#define PLOT_NAMES_MAX 64

struct plot_options {
    const char *name;    /* "latency" */
    const char *path;    /* ends in .svg or .png */
    uint32_t experiment; /* 1.. ; its first replication is drawn */
    bool force;
};

enum plot_status {
    PLOT_OK,
    PLOT_EMPTY, /* these results have nothing for it to draw */
    PLOT_USAGE, /* no such plot, no such format, the target exists */
    PLOT_FAILED /* gnuplot is missing or refuses, the disk is full */
};

/* The reason is in error (OUTPUT_ERROR_BYTES) unless PLOT_OK. */
enum plot_status plot_draw(struct store *s, const struct plot_options *o, char *error);
/* The same as the text of an SVG picture, added to `svg`. */
enum plot_status plot_svg(struct store *s, const char *name, uint32_t experiment, struct text *svg,
                          char *error);
/* False, with the reason, when this machine can draw none: no gnuplot, no plots. */
bool plot_possible(struct arena *a, char *error);
/* The plots that ship, in alphabetical order: names and, in docs, the second line of each. */
uint32_t plot_names(struct arena *a, const char *names[PLOT_NAMES_MAX],
                    const char *docs[PLOT_NAMES_MAX]);

#endif
