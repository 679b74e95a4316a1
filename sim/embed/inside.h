/* inside.h - what the files of this room share: the handles of orrery.h from within. */
#ifndef EMBED_INSIDE_H
#define EMBED_INSIDE_H

#include "embed/scenario.h"
#include "orrery/orrery.h"
#include "store/result.h"

#include <fenv.h>
#include <locale.h>

struct orrery_problems {
    uint32_t count, error_count;
    const struct orrery_problem *items;
};

struct orrery_scenario {
    struct arena *arena;
    struct scenario scenario;
    struct orrery_problems problems;
};

struct orrery_result {
    struct arena *arena;
    enum orrery_status status;
    const char *failure;
    struct orrery_problems problems;
    struct orrery_summary summary;
    const struct result *rows; /* NULL: nothing finished */
    const struct orrery_figure *figures;
    const struct orrery_verdict *verdicts;
    uint32_t figure_count, verdict_count;
    bool holds;
    struct json *json; /* all that ever changes, under its own lock */
};

/* --- problems.c: what d has, for as long as `a` lives; closes d */
struct orrery_problems problems_take(struct arena *a, struct diag *d);

/* --- result.c: an empty one, and what fills it from its rows */
struct orrery_result *result_open(void);
void result_show(struct orrery_result *r, const struct result *rows);

/* --- host.c: the state of the calling thread that must not reach a number. A comma for a decimal
 * point would change what is read and written, another rounding or flushed denormals what is
 * computed. */
struct host {
    locale_t locale, plain;
    fenv_t floats;
};
/* From the host's state to orrery's, which threads begun from here on share; and back, for good. */
void host_open(struct host *h);
void host_close(struct host *h);
/* In between: back to the host while its callback runs. */
void host_return(const struct host *h);
void host_leave(struct host *h);

#endif
