/* table.h - the table of references: what theory says, and which scenario has to say the same. */
#ifndef THEORY_TABLE_H
#define THEORY_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

enum bound { EXACTLY, AT_MOST, AT_LEAST };

struct row {
    const char *metric, *formula;
    double reference;
    double tolerance; /* absolute, in the figure's unit */
    enum bound bound; /* whether the figure must equal the reference, or may be on one side of it */
    const char *goal; /* both, as text: "10.00 +- 1 %" */
};

struct local {
    const char *name, *value; /* value: a Lua expression */
};

/* One scenario, run once for all its rows. */
struct theory_case {
    const char *family, *scenario, *parameters; /* parameters: "lam=0.5 mu=1" */
    const struct local *locals;
    const struct row *rows;
    uint32_t local_count, row_count;
    bool slice; /* belongs to the short form */
    bool whole; /* its length is part of the model, so the short form does not cut it */
};

struct left_out {
    const char *family, *why;
};

struct table {
    struct theory_case *cases;
    struct left_out *left_out;
    uint32_t case_count, left_out_count;
};

extern const char *const bound_signs[]; /* "", "<= ", ">= " */

/* False after saying on stderr what is wrong with the file. */
bool table_read(struct table *t, struct arena *a, const char *file);

#endif
