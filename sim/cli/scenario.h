/* scenario.h - a scenario file through its door into a document. */
#ifndef CLI_SCENARIO_H
#define CLI_SCENARIO_H

#include "cli/cli.h"
#include "experiment/run.h"

struct scenario {
    const char *file;
    struct document *document; /* NULL: it has problems */
    struct door_maker doors;   /* open is NULL when it has no callbacks */
};

/* Reads FILE.lua or FILE.json, applies --set, loads. Problems go to d. */
struct scenario scenario_open(struct arena *a, const char *file, const struct option_texts *set,
                              struct diag *d);
/* Prints all problems to stderr; true when there is an error among them. */
bool scenario_problems(const struct diag *d);

#endif
