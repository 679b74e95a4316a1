/* report.h - results for people and for programs. It opens only the store: any report can be
 * made again years later, and says the same. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/text.h"
#include "store/result.h"

struct report_options {
    bool color;
    const char *file; /* the result file, for the next command; NULL: results were not kept */
};

/* What `orrery run` prints: the head, expectations, a table per section, events, what next. */
void report_table(const struct result *r, const struct report_options *o, struct text *out);
/* The object of `orrery run --json`, without a final newline. */
void report_json(const struct result *r, struct text *out);
/* The JSON Schema of that object. */
void report_json_schema(struct text *out);
/* The same tables for a README or a pull request. */
void report_markdown(const struct result *r, struct text *out);

/* One HTML page of all results in the store, with every plot that has something to draw.
 * It is complete in itself: no script, nothing fetched. False with the reason in error
 * (OUTPUT_ERROR_BYTES); without gnuplot the page says so and has no pictures. */
struct store;
bool report_html(struct store *s, struct text *out, char *error);

#endif
