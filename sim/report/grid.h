/* grid.h - cells in aligned columns; not for other rooms. Names left, numbers right. */
#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;

#define GRID_COLUMNS_MAX 24

struct grid {
    struct arena *arena;
    uint32_t column_count, row_count; /* the first row is the heading */
    const char **cells;               /* row by row; NULL: empty */
    uint32_t left_columns;            /* how many columns are aligned to the left; at least 1 */
};

void grid_open(struct grid *g, struct arena *a, uint32_t column_count);
/* The new row's cells, all empty. */
const char **grid_add_row(struct grid *g);
const char *grid_cell(const struct grid *g, uint32_t row, uint32_t column); /* "" when empty */
/* Whether some row below the heading has something there. */
bool grid_column_used(const struct grid *g, uint32_t column);
/* Columns in which no row but the heading has anything are left out. */
void grid_print(const struct grid *g, const char *indent, struct text *out);
void grid_print_markdown(const struct grid *g, struct text *out);

#endif
