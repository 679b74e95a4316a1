/* sections.h - which figures a person sees of which section; not for other rooms. */
#ifndef REPORT_SECTIONS_H
#define REPORT_SECTIONS_H

#include "report/grid.h"
#include "store/result.h"

struct section_table {
    const char *name; /* "clients" */
    struct grid grid;
};

/* A table for every section but cost, in the order recorded; count in *count. Sections with a list
 * of columns below show those; any other shows its figures as they come. */
const struct section_table *sections_build(struct arena *a, const struct result *r,
                                           uint32_t *count);
/* The keys of a map of figures as "timeout 12, refused 3", largest first; "" when there are none.
 */
const char *section_map(struct arena *a, const struct result *r, const char *section,
                        const char *object, const char *prefix);
/* How an object's failed calls ended, "timeout 12, refused 3 (of which ...)"; "" when none failed. */
const char *section_endings(struct arena *a, const struct result *r, const char *section,
                            const char *object);
/* What it all cost and why, "12.3 USD  (workers 12, across zones 0.3)"; "" when nothing has a price. */
const char *section_cost(struct arena *a, const struct result *r);
/* A figure with its interval where it has one: "12.3 ±0.4". */
const char *figure_text(struct arena *a, const struct result_figure *f);

#endif
