/* formula.c - reads formulas into steps and works them out.
 *
 * The formulas stand in the table of references, next to the numbers: they are part of what is
 * claimed, so they are read as strictly as any input. */
#include "formula.h"

#include "base/arena.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NESTING_MAX 8

struct reader {
    struct formula *formula;
    struct sources *sources;
    struct arena *arena;
    const char *at;
    const char *wrong;
    uint32_t depth;
};

static void sum_read(struct reader *r);

static void fail(struct reader *r, const char *wrong)
{
    if (!r->wrong) r->wrong = wrong;
}

static void emit(struct reader *r, enum formula_operation operation, uint32_t source, double number)
{
    struct formula *f = r->formula;
    if (f->count == FORMULA_STEPS_MAX) {
        fail(r, "the formula is too long");
        return;
    }
    f->steps[f->count++] = (struct formula_step){ operation, source, number };
}

static bool skip(struct reader *r, char c)
{
    while (*r->at == ' ')
        r->at++;
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static uint32_t source_add(struct reader *r, struct source s)
{
    struct sources *all = r->sources;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct source *old = &all->items[i];
        if (old->spread == s.spread && strcmp(old->section, s.section) == 0 &&
            strcmp(old->object, s.object) == 0 && strcmp(old->metric, s.metric) == 0)
            return i;
    }
    if (all->count == SOURCES_MAX) {
        fail(r, "the case looks at too many figures");
        return 0;
    }
    all->items[all->count] = s;
    return all->count++;
}

/* section.object.metric, where the metric may have dots of its own. */
static uint32_t source_read(struct reader *r, const char *path, size_t length, bool spread)
{
    char *section = arena_text_n(r->arena, path, length);
    char *object = strchr(section, '.'), *metric = object ? strchr(object + 1, '.') : NULL;
    if (!metric) {
        fail(r, "a figure is section.object.metric");
        return 0;
    }
    *object = *metric = '\0';
    return source_add(r, (struct source){ section, object + 1, metric + 1, spread });
}

/* " > " stands in the names of what lies between a caller and its target. */
static size_t word_length(const char *at)
{
    size_t n = 0;
    for (;;) {
        if (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.')
            n++;
        else if (strncmp(at + n, " > ", 3) == 0)
            n += 3;
        else
            return n;
    }
}

static void function_read(struct reader *r, const char *name, size_t length)
{
    static const struct {
        const char *name;
        enum formula_operation operation;
        bool argument;
    } functions[] = { { "mean", FORMULA_MEAN, false },
                      { "variance", FORMULA_VARIANCE, false },
                      { "quantile", FORMULA_QUANTILE, true },
                      { "above", FORMULA_ABOVE, true } };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strlen(functions[i].name) != length || strncmp(functions[i].name, name, length) != 0)
            continue;
        size_t path = word_length(r->at);
        uint32_t source = source_read(r, r->at, path, true);
        r->at += path;
        if (functions[i].argument && !skip(r, ',')) fail(r, "a second argument is missing");
        if (functions[i].argument) sum_read(r);
        if (!skip(r, ')')) fail(r, "')' is missing");
        emit(r, functions[i].operation, source, 0);
        return;
    }
    fail(r, "there is no such function");
}

static void factor_read(struct reader *r)
{
    if (skip(r, '(')) {
        sum_read(r);
        if (!skip(r, ')')) fail(r, "')' is missing");
        return;
    }
    const char *word = r->at;
    size_t length = word_length(word);
    double number = 0;
    r->at += length;
    if (length == 0)
        fail(r, "a number or a figure is missing");
    else if (text_read_double(word, length, &number))
        emit(r, FORMULA_NUMBER, 0, number);
    else if (skip(r, '('))
        function_read(r, word, length);
    else
        emit(r, FORMULA_FIGURE, source_read(r, word, length, false), 0);
}

static void product_read(struct reader *r)
{
    factor_read(r);
    while (!r->wrong) {
        enum formula_operation operation = FORMULA_MULTIPLY;
        if (!skip(r, '*')) {
            if (!skip(r, '/')) return;
            operation = FORMULA_DIVIDE;
        }
        factor_read(r);
        emit(r, operation, 0, 0);
    }
}

static void sum_read(struct reader *r)
{
    if (++r->depth > NESTING_MAX) {
        fail(r, "the formula nests too deeply");
        return;
    }
    product_read(r);
    while (!r->wrong) {
        enum formula_operation operation = FORMULA_ADD;
        if (!skip(r, '+')) {
            if (!skip(r, '-')) break;
            operation = FORMULA_SUBTRACT;
        }
        product_read(r);
        emit(r, operation, 0, 0);
    }
    r->depth--;
}

const char *formula_read(struct formula *f, struct sources *sources, struct arena *a,
                         const char *text)
{
    struct reader r = { .formula = f, .sources = sources, .arena = a, .at = text };
    f->count = 0;
    sum_read(&r);
    if (!r.wrong && *r.at) r.wrong = "something follows the formula";
    return r.wrong;
}

/* Seconds in one unit of the histogram's values. */
static double scale_of(const struct source *s)
{
    size_t length = strlen(s->metric);
    return length > 3 && strcmp(s->metric + length - 3, "_ms") == 0 ? 1e-9 : 1;
}

/* The share of values above x; linear within the bucket that holds x. */
static double share_above(const struct histogram *h, double x)
{
    double above = 0;
    for (uint32_t b = h->bucket_low; b <= h->bucket_high; b++) {
        double low = (double)histogram_bucket_low(b), high = (double)histogram_bucket_low(b + 1);
        if (low > x)
            above += (double)h->buckets[b];
        else if (high - 1 > x)
            above += (double)h->buckets[b] * (high - 1 - x) / (high - low);
    }
    return above / (double)h->count;
}

static double spread_value(enum formula_operation operation, const struct histogram *h,
                           double scale, double argument)
{
    if (h->count == 0) return NAN;
    double deviation = histogram_stddev(h) * scale;
    switch (operation) {
    case FORMULA_MEAN:
        return histogram_mean(h) * scale;
    case FORMULA_VARIANCE:
        return deviation * deviation;
    case FORMULA_QUANTILE:
        return histogram_quantile(h, argument) * scale;
    default:
        return share_above(h, argument / scale);
    }
}

static double combined(enum formula_operation operation, double a, double b)
{
    switch (operation) {
    case FORMULA_ADD:
        return a + b;
    case FORMULA_SUBTRACT:
        return a - b;
    case FORMULA_MULTIPLY:
        return a * b;
    default:
        return a / b;
    }
}

double formula_value(const struct formula *f, const struct sources *sources,
                     const struct reading *r)
{
    double stack[FORMULA_STEPS_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct formula_step *s = &f->steps[i];
        const struct histogram *h = &r->spreads[s->source];
        double scale = s->operation >= FORMULA_MEAN && s->operation <= FORMULA_ABOVE
                           ? scale_of(&sources->items[s->source])
                           : 1;
        switch (s->operation) {
        case FORMULA_NUMBER:
            stack[top++] = s->number;
            break;
        case FORMULA_FIGURE:
            stack[top++] = r->figures[s->source];
            break;
        case FORMULA_MEAN:
        case FORMULA_VARIANCE:
            stack[top++] = spread_value(s->operation, h, scale, 0);
            break;
        case FORMULA_QUANTILE:
        case FORMULA_ABOVE:
            stack[top - 1] = spread_value(s->operation, h, scale, stack[top - 1]);
            break;
        default:
            top--;
            stack[top - 1] = combined(s->operation, stack[top - 1], stack[top]);
        }
    }
    return stack[0];
}
