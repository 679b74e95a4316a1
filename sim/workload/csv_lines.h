/* csv_lines.h - the lines of a CSV text, one at a time, split into cells. */
#ifndef WORKLOAD_CSV_LINES_H
#define WORKLOAD_CSV_LINES_H

#include "workload/csv.h"

/* Points into the text, or, where doubled quotes were made single, into the arena. */
struct csv_cell {
    const char *s;
    size_t n;
};

struct csv_lines {
    struct arena *arena;
    struct diag *diag;
    const char *next, *end; /* what is not read yet */
    struct place at;        /* of the present line */
    struct csv_cell *cells; /* CSV_COLUMNS_MAX */
    uint32_t cell_count;
};

struct csv_lines csv_lines_open(struct arena *a, const struct csv_source *source, struct diag *d);

/* To the next line that says something; false at the end. *good: it could be split. */
bool csv_line_next(struct csv_lines *l, bool *good);

/* A cell as a message may show it: short, and nothing that upsets a terminal. Returns buffer. */
#define CSV_SHOWN_BYTES 44
const char *csv_cell_shown(const struct csv_cell *c, char *buffer);

#endif
