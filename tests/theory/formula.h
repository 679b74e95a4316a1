/* formula.h - how a figure of theory is read from what a run reports.
 *
 *     services.station.queue_mean / 10
 *     quantile(clients.users.latency_ms, 0.99)
 *     1 - above(services.station.wait_ms, 0)
 *     connections.users > api.open.last
 *
 * A plain path is a figure, as in `orrery run --json`; mean, variance, quantile(path, q) and
 * above(path, x), the share of values greater than x, look at a whole histogram. Times are in
 * seconds. An outcome that never happened counts 0; anything else that is absent is NAN. */
#ifndef THEORY_FORMULA_H
#define THEORY_FORMULA_H

#include "orrery/probe.h"

#include <stdbool.h>
#include <stdint.h>

#define SOURCES_MAX 24
#define FORMULA_STEPS_MAX 24

struct source {
    const char *section, *object, *metric;
    bool spread; /* a histogram, not a figure */
};

/* What the formulas of one case look at, each thing once. */
struct sources {
    struct source items[SOURCES_MAX];
    uint32_t count;
};

enum formula_operation {
    FORMULA_NUMBER,
    FORMULA_FIGURE,
    FORMULA_MEAN,
    FORMULA_VARIANCE,
    FORMULA_QUANTILE,
    FORMULA_ABOVE,
    FORMULA_ADD,
    FORMULA_SUBTRACT,
    FORMULA_MULTIPLY,
    FORMULA_DIVIDE
};

/* Postfix: each step takes its operands from a stack and leaves its result there. */
struct formula {
    struct formula_step {
        enum formula_operation operation;
        uint32_t source;
        double number;
    } steps[FORMULA_STEPS_MAX];
    uint32_t count;
};

/* The values of the sources, of one replication or of several put together. */
struct reading {
    double figures[SOURCES_MAX];
    struct histogram spreads[SOURCES_MAX];
};

struct arena;

/* NULL, or what is wrong with the text. */
const char *formula_read(struct formula *f, struct sources *sources, struct arena *a,
                         const char *text);
double formula_value(const struct formula *f, const struct sources *sources,
                     const struct reading *r);

#endif
