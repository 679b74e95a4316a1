/* marks.h - one number a filter notes about each call on its route, by the call's id.
 *
 * A call has no room for what each of its filters wants to know (when did I let it out?). Ids are
 * dense and at one time unique, so a table shared by a route's instances is as long as the most
 * calls there ever were in flight. A filter with marks follows its calls in on_moved. */
#ifndef TRAFFIC_MARKS_H
#define TRAFFIC_MARKS_H

#include "orrery/filter.h"

struct marks {
    int64_t *items;
    uint32_t count;
};

/* A filter's `prepare` when marks are all it shares, and its on_moved. */
void *marks_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index);
void marks_on_moved(const struct filter_site *site, struct world *w, uint32_t call, uint32_t old);

void marks_set(struct marks *m, struct world *w, uint32_t call, int64_t value);
int64_t marks_get(const struct marks *m, uint32_t call);

#endif
