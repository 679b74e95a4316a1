/* scenario.h - a scenario through its door into a document. */
#ifndef EMBED_SCENARIO_H
#define EMBED_SCENARIO_H

#include "experiment/run.h"

struct scenario_source {
    const char *file; /* FILE.lua or FILE.json: the ending chooses the door */
    const char *text; /* its text, when it is not in a file; NULL: read it */
    size_t length;
    const char *const *settings; /* what follows --set */
    uint32_t setting_count;
};

struct scenario {
    const char *file;
    struct document *document; /* NULL: it has problems */
    struct door_maker doors;   /* open is NULL when it has no callbacks */
};

/* Everything lives in `a`. Problems go to d. */
struct scenario scenario_open(struct arena *a, const struct scenario_source *source,
                              struct diag *d);
/* Builds its world once and tells d what shows only there: what gateways are asked for,
 * names, protocols. */
void scenario_try(const struct scenario *s, struct diag *d);

#endif
