/* parts.h - parts for tests of one kind, without a scenario around them.
 *
 * `part_of(p, &dist_gamma, "mean=4 scv=0.5")` fills the spec by the kind's own field table
 * (quantities as a user writes them; an AMOUNT is a plain number), presets included, and runs the
 * kind's check. */
#ifndef SUPPORT_PARTS_H
#define SUPPORT_PARTS_H

#include "orrery/kind.h"

struct arena;

struct parts {
    struct arena *arena;
    struct document document;
    struct diag *diag; /* what the checks said */
};

void parts_open(struct parts *p);
void parts_close(struct parts *p);

/* Fails the test when `said` names no field of the kind or lacks a required one. */
struct part part_of(struct parts *p, const struct kind *kind, const char *said);

/* The same in two steps, for what text cannot say: fill, set lists and parts, check. */
struct part part_filled(struct parts *p, const struct kind *kind, const char *said);
void *part_member(const struct part *part, const char *field);
struct part part_checked(struct parts *p, struct part part);

/* What the checks said so far, as the user would see it; then forgets it. */
const char *parts_said(struct parts *p);

#endif
