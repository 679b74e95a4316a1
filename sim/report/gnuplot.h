/* gnuplot.h - running gnuplot on a script; not for other rooms. */
#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

#include "base/text.h"
#include "store/output.h"

#include <stdbool.h>

/* Feeds it the script; what it draws to its standard output is added to `drawn` unless that is NULL.
 * False with what gnuplot said in error (OUTPUT_ERROR_BYTES). */
bool gnuplot_run(const struct text *script, struct text *drawn, char *error);
/* "gnuplot 5.4 patchlevel 4", or NULL when there is none; buf >= 100. */
const char *gnuplot_version(char *buf);

#endif
