/* csv.h - rate series and arrival traces, read from a file's text.
 *
 * Every problem is reported at its own file:line, all of them in one go, and nothing is returned
 * when there was any. Lines are LF or CRLF; empty ones and those that begin with # are passed over;
 * cells may be quoted; a first line that holds no numbers is a header. */
#ifndef WORKLOAD_CSV_H
#define WORKLOAD_CSV_H

#include "orrery/diag.h"

#include <stddef.h>

struct arena;

#define CSV_ROWS_MAX 4000000
#define CSV_COLUMNS_MAX 1000

struct csv_source {
    const char *file; /* for messages */
    const char *text;
    size_t length;
    const char *column; /* header name or number from 1; "" or NULL: see the two readers */
};

/* (time, value) rows at equal steps. */
struct csv_series {
    uint32_t count;
    int64_t step_ns;
    double *values; /* finite, >= 0 */
};

/* Times in the first column, values in `column`, else the second. At least two rows. */
bool csv_read_series(struct arena *a, const struct csv_source *source, struct diag *d,
                     struct csv_series *out);

struct csv_times {
    uint32_t count;
    int64_t *at_ns; /* never falling, >= 0 */
};

/* Moments in `column`, else the first. Seconds count from the run's begin; dates from the first. */
bool csv_read_times(struct arena *a, const struct csv_source *source, struct diag *d,
                    struct csv_times *out);

#endif
