/* exact_tables.h - the constants behind exact_log and exact_exp. */
#ifndef BASE_EXACT_TABLES_H
#define BASE_EXACT_TABLES_H

#define EXACT_CELLS 128 /* cells an octave: 3 + 2 KB of tables, degree 9 and 5 polynomials */

struct exact_log_cell {
    double inverse, hi, lo;
};

struct exact_exp_cell {
    double hi, lo;
};

extern const struct exact_log_cell exact_log_cells[EXACT_CELLS];
extern const struct exact_exp_cell exact_exp_cells[EXACT_CELLS];

#endif
