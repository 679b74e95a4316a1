/* expect.h - what all families of expectations share: bounds, judged and said alike. */
#ifndef EXPERIMENT_EXPECT_H
#define EXPERIMENT_EXPECT_H

#include "orrery/expect.h"

/* Bounds in the unit of the figure; absent ones are NAN. */
struct bounds {
    double above, at_least, below, at_most;
    double near, within; /* within: share of near */
};

/* buf >= 40. */
typedef const char *bound_print(double value, char *buf);

/* Judges results' figure (subject, self->metric) by the bounds. */
void bounds_judge(const struct bounds *b, bound_print *print, const struct expect_type *self,
                  const struct expect_head *head, const struct expect_results *results,
                  struct verdict *v);
/* For a kind's check: some bound is said, and they can all be met. */
void bounds_check(const struct bounds *b, struct place at, const char *path, struct diag *d);
/* For the subject's field: it is a client, a service or a gateway of the scenario. */
bool subject_judge(const struct document *doc, const char *subject, struct place at,
                   const char *path, struct diag *d);
/* Not a client: what is judged is of pods. */
bool subject_judge_service(const struct document *doc, const char *subject, struct place at,
                           const char *path, struct diag *d);
/* NAN when the field was not said. */
double bound_said(double value);
/* A figure with the digits a reader can use: "12.35ms"; buf >= 40. */
const char *figure_print_ms(double ms, char *buf);
const char *figure_print_ratio(double ratio, char *buf);
const char *figure_print_rate(double per_s, char *buf);
const char *figure_print_count(double count, char *buf);

#endif
