/* expect.c - bounds: the shared half of every expectation.
 *
 * The mean over replications decides. The interval is shown beside it, and when it crosses a
 * bound the text says that the verdict is within the noise. */
#include "experiment/expect.h"

#include "base/text.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double bound_said(double value)
{
    return value > 0 ? value : NAN; /* every bound's least value is above 0, so 0 means silence */
}

const char *figure_print_ms(double ms, char *buf)
{
    if (ms >= 10000)
        snprintf(buf, 40, "%.4gs", ms / 1000);
    else
        snprintf(buf, 40, "%.4gms", ms);
    return buf;
}

const char *figure_print_ratio(double ratio, char *buf)
{
    snprintf(buf, 40, "%.7g%%", ratio * 100); /* 99.9999 % must not read as 100 % */
    return buf;
}

const char *figure_print_rate(double per_s, char *buf)
{
    snprintf(buf, 40, "%.5g/s", per_s);
    return buf;
}

const char *figure_print_count(double count, char *buf)
{
    snprintf(buf, 40, "%.10g", count);
    return buf;
}

struct clause {
    const char *word;
    double bound;
    bool (*holds)(double value, double bound);
};

static bool is_above(double value, double bound)
{
    return value > bound;
}

static bool is_at_least(double value, double bound)
{
    return value >= bound;
}

static bool is_below(double value, double bound)
{
    return value < bound;
}

static bool is_at_most(double value, double bound)
{
    return value <= bound;
}

static void add(char *text, const char *format, const char *a, const char *b)
{
    size_t length = strlen(text);
    snprintf(text + length, EXPECT_TEXT_BYTES - length, format, a, b);
}

/* All clauses that are said hold for the value. target NULL: only judge. */
static bool all_hold(const struct bounds *b, double value, bound_print *print, char *target)
{
    const struct clause clauses[] = { { "above", b->above, is_above },
                                      { "at least", b->at_least, is_at_least },
                                      { "below", b->below, is_below },
                                      { "at most", b->at_most, is_at_most } };
    char buf[40], more[40];
    bool pass = true;
    for (uint32_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (isnan(clauses[i].bound)) continue;
        pass = pass && clauses[i].holds(value, clauses[i].bound);
        if (!target) continue;
        if (*target) add(target, "%s%s", " and ", "");
        add(target, "%s %s", clauses[i].word, print(clauses[i].bound, buf));
    }
    if (isnan(b->near)) return pass;
    if (target && *target) add(target, "%s%s", " and ", "");
    if (target) add(target, "%s +- %s", print(b->near, buf), figure_print_ratio(b->within, more));
    return pass && fabs(value - b->near) <= b->within * b->near;
}

void bounds_judge(const struct bounds *b, bound_print *print, const struct expect_type *self,
                  const struct expect_head *head, const struct expect_results *results,
                  struct verdict *v)
{
    v->observed = results->find(results->state, head->subject, self->metric, &v->figure);
    v->pass = all_hold(b, v->figure.mean, print, v->target_text) && v->observed;
    if (!v->observed) {
        snprintf(v->observed_text, sizeof v->observed_text, "nothing was measured");
        return;
    }
    char buf[40], low[40], high[40];
    add(v->observed_text, "%s%s", print(v->figure.mean, buf), "");
    if (v->figure.n < 2) return;
    add(v->observed_text, " [%s, %s]", print(v->figure.ci95_low, low),
        print(v->figure.ci95_high, high));
    if (all_hold(b, v->figure.ci95_low, print, NULL) !=
        all_hold(b, v->figure.ci95_high, print, NULL))
        add(v->observed_text, "%s%s", ", within the noise: more --reps would settle it", "");
}

/* Who answers or asks: the others have no calls to judge. */
static bool has_calls(const struct object *o, bool clients)
{
    const char *kind = o->kind->name;
    return strcmp(kind, "service") == 0 || strcmp(kind, "gateway") == 0 ||
           (clients && strcmp(kind, "client") == 0);
}

#define NEAR_NAMES_MAX 256 /* a misspelt name is looked for among so many */

static bool subject_among(const struct document *doc, const char *subject, bool clients,
                          struct place at, const char *path, struct diag *d)
{
    const char *names[NEAR_NAMES_MAX] = { NULL };
    uint32_t count = 0;
    const struct object *other = NULL;
    for (uint32_t i = 0; i < doc->object_count; i++) {
        const char *name = doc->objects[i].name;
        if (!name || !*name) continue;
        bool wanted = has_calls(&doc->objects[i], clients), same = strcmp(name, subject) == 0;
        if (same && wanted) return true;
        if (same) other = &doc->objects[i];
        if (!wanted) continue;
        if (count < NEAR_NAMES_MAX) names[count++] = name;
    }
    const char *near = text_nearest(subject, names, count);
    const char *asked = clients ? "name a client, a service or a gateway of this scenario"
                                : "name a service or a gateway of this scenario";
    char hint[100];
    snprintf(hint, sizeof hint, "did you mean '%s'?", near ? near : "");
    if (other)
        diag_error(d, at, path, asked, "'%s' is a %s, which has no such figure", subject,
                   other->kind->name);
    else
        diag_error(d, at, path, near ? hint : asked, "'%s' is not an object of this scenario",
                   subject);
    return false;
}

bool subject_judge(const struct document *doc, const char *subject, struct place at,
                   const char *path, struct diag *d)
{
    return subject_among(doc, subject, true, at, path, d);
}

bool subject_judge_service(const struct document *doc, const char *subject, struct place at,
                           const char *path, struct diag *d)
{
    return subject_among(doc, subject, false, at, path, d);
}

void bounds_check(const struct bounds *b, struct place at, const char *path, struct diag *d)
{
    double low = fmax(b->above, b->at_least), high = fmin(b->below, b->at_most); /* NAN: absent */
    if (isnan(low) && isnan(high) && isnan(b->near))
        diag_error(d, at, path, "say above, atLeast, below, atMost, or near with within",
                   "nothing is expected");
    if (isnan(b->near) != isnan(b->within))
        diag_error(d, at, path, "near = \"10ms\", within = \"5%\"",
                   "near and within go together, and only one is said");
    if (low > high)
        diag_error(d, at, path, "swap them?", "the lower bound exceeds the upper bound");
}
