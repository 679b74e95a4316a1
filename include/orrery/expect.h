/* expect.h - the role of an expectation: what results must show for a scenario to pass.
 *
 * Expectations are objects of the scenario (`expect.p99("shoppers", { below = "300ms" })`), judged
 * once, after the last replication, over recorded figures only: an expectation cannot change
 * a run. To add one: sim/experiment/expect_NAME.c and a line in kinds.def. */
#ifndef ORRERY_EXPECT_H
#define ORRERY_EXPECT_H

#include "orrery/kind.h"

#include <stdbool.h>
#include <stdint.h>

/* A figure over all replications; with n = 1 both ends of the interval are the mean. */
struct expect_figure {
    double mean, ci95_low, ci95_high;
    uint32_t n;
};

/* The results to judge. find is false when the run recorded no such figure. An object is looked
 * for in section "clients", then "services". */
struct expect_results {
    const void *state;
    bool (*find)(const void *state, const char *object, const char *metric,
                 struct expect_figure *figure);
};

#define EXPECT_TEXT_BYTES 160

struct verdict {
    bool pass;
    bool observed; /* false: nothing was measured, and that is a failure */
    struct expect_figure figure;
    const char *unit; /* of figure, as in results: "ms", "1", "1/s" */
    char observed_text[EXPECT_TEXT_BYTES], target_text[EXPECT_TEXT_BYTES];
};

struct expect_type {
    const char *metric; /* of the figure that is judged */
    void (*holds)(const struct expect_type *self, const void *spec,
                  const struct expect_results *results, struct verdict *v);
};

/* Every expect spec begins with this. */
struct expect_head {
    const char *subject; /* the client or service it is about */
};

#endif
