/* quantity.c - fields that hold a number with a meaning: durations, rates, counts, bytes...
 *
 * A quantity is read by its unit's reader, checked against the field's range, and said again by
 * the unit's printer; whole types (durations, bytes) keep all 64 bits. */
#include "schema/load.h"

#include "base/arena.h"
#include "base/units.h"
#include "orrery/time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A quantity as read: whole for DURATION, BYTES; number for all. */
struct quantity {
    double number;
    int64_t whole;
};

static const struct {
    const char *article, *sample;
    double min, max; /* when the field states no range */
} types[] = {
    [FIELD_DURATION] = { "a duration", "\"5ms\"", 0, (double)TIME_MAX_NS },
    [FIELD_RATE] = { "a rate", "\"40/s\"", 0, 1e12 },
    [FIELD_COUNT] = { "a whole number", "3", 0, (double)UINT32_MAX - 1 },
    [FIELD_NUMBER] = { "a number", "1.5", -1e18, 1e18 },
    [FIELD_BYTES] = { "an amount of bytes", "\"128Mi\"", 0, 0x1p60 },
    [FIELD_CPU] = { "an amount of CPU", "\"250m\"", 0, 1e6 },
    [FIELD_RATIO] = { "a ratio", "\"70%\"", 0, 1 },
    [FIELD_MONEY] = { "an amount of money", "0.05", 0, 1e12 },
    [FIELD_BOOL] = { "true or false", "", 0, 0 },
    [FIELD_CHOICE] = { "one of the choices", "", 0, 0 },
    [FIELD_NAME] = { "a name", "\"cart\"", 0, 0 },
    [FIELD_TEXT] = { "text", "", 0, 0 },
    [FIELD_AMOUNT] = { "an amount", "1.5", 0, 1e18 },
    [FIELD_REFERENCE] = { "a name", "\"cart\"", 0, 0 },
    [FIELD_PART] = { "a part", "{ ... }", 0, 0 },
    [FIELD_LIST] = { "a list", "{ ... }", 0, 0 },
    [FIELD_MAP] = { "a table", "{ ... }", 0, 0 },
    [FIELD_HOOK] = { "a function", "function(w) ... end", 0, 0 },
    [FIELD_ANY] = { "any value", "...", 0, 0 },
};

const char *field_type_article(enum field_type type)
{
    return types[type].article;
}

const char *field_type_sample(enum field_type type)
{
    return types[type].sample;
}

enum field_type field_quantity(const struct field *f, enum unit unit)
{
    static const enum field_type by_unit[] = {
        [UNIT_NUMBER] = FIELD_NUMBER, [UNIT_DURATION] = FIELD_DURATION, [UNIT_BYTES] = FIELD_BYTES,
        [UNIT_RATE] = FIELD_RATE,     [UNIT_RATIO] = FIELD_RATIO,
    };
    return f->type == FIELD_AMOUNT ? by_unit[f->unit ? f->unit : unit] : f->type;
}

void field_range(const struct field *f, enum unit unit, double *min, double *max)
{
    enum field_type type = field_quantity(f, unit);
    *min = types[type].min;
    *max = types[type].max;
    if (f->type == FIELD_AMOUNT && type == FIELD_NUMBER) *min = 0; /* draws are never negative */
    if (f->min == 0 && f->max == 0) return;
    *min = f->min;
    if (f->max >= f->min) *max = f->max;
    if (type == FIELD_COUNT && *max > types[type].max) *max = types[type].max;
}

const char *quantity_print(enum field_type type, double v, char *buf)
{
    switch (type) {
    case FIELD_DURATION:
        return units_print_duration((int64_t)v, buf);
    case FIELD_BYTES:
        return units_print_bytes((int64_t)v, buf);
    case FIELD_RATE:
        return units_print_rate(v, buf);
    case FIELD_CPU:
        return units_print_cpu(v, buf);
    case FIELD_RATIO:
        return units_print_ratio(v, buf);
    default:
        return units_print_number(v, buf);
    }
}

/* ------------------------------------------------------------------------- reading */

static const char *quantity_read_text(enum field_type type, const char *text, struct quantity *q)
{
    const char *wrong = NULL;
    switch (type) {
    case FIELD_DURATION:
        wrong = units_read_duration(text, &q->whole);
        break;
    case FIELD_BYTES:
        wrong = units_read_bytes(text, &q->whole);
        break;
    case FIELD_RATE:
        return units_read_rate(text, &q->number);
    case FIELD_CPU:
        return units_read_cpu(text, &q->number);
    case FIELD_RATIO:
        return units_read_ratio(text, &q->number);
    default:
        return units_read_number(text, &q->number);
    }
    if (!wrong) q->number = (double)q->whole;
    return wrong;
}

void *loader_wrong_type(struct loader *l, enum field_type type, const struct value *v)
{
    const char *hint =
        *types[type].sample ? arena_format(l->arena, "such as %s", types[type].sample) : NULL;
    loader_error(l, v->at, hint, "must be %s, not %s", types[type].article, value_type_name(v));
    return NULL;
}

/* A reader's message is "what is wrong: what to write"; the second half is the hint. */
static void *bad_text(struct loader *l, const struct value *v, const char *message)
{
    const char *advice = strstr(message, ": ");
    int length = advice ? (int)(advice - message) : (int)strlen(message);
    loader_error(l, v->at, advice ? advice + 2 : NULL, "%s: %.*s", loader_shown(l, v), length,
                 message);
    return NULL;
}

/* "5" where a duration is wanted: five of what? */
static void *missing_unit(struct loader *l, const struct value *v, enum field_type type, double n)
{
    char number[40];
    units_print_number(n, number);
    const char *hint = type == FIELD_RATE
                           ? arena_format(l->arena, "write \"%s/s\"", number)
                           : arena_format(l->arena, "write \"%sms\" or \"%ss\"", number, number);
    loader_error(l, v->at, hint, "missing unit: %s of what?", number);
    return NULL;
}

static bool needs_unit(enum field_type type)
{
    return type == FIELD_DURATION || type == FIELD_RATE;
}

static bool quantity_read(struct loader *l, enum field_type type, const struct value *v,
                          struct quantity *q)
{
    double bare;
    if (v->type == VALUE_TEXT) {
        bool number = needs_unit(type) && !units_read_number(v->text, &bare) && bare != 0;
        if (number) return missing_unit(l, v, type, bare), false;
        const char *wrong = quantity_read_text(type, v->text, q);
        return wrong ? bad_text(l, v, wrong), false : true;
    }
    if (v->type != VALUE_NUMBER) return loader_wrong_type(l, type, v), false;
    if (needs_unit(type) && v->number != 0) return missing_unit(l, v, type, v->number), false;
    q->number = v->number;
    q->whole = fabs(v->number) < 0x1p62 ? (int64_t)v->number : 0; /* beyond: out of range anyway */
    return true;
}

/* Bounds of a rate in one unit: 0/s..1000000000000/s, not ..3.6e+15/h. */
static const char *bound_print(enum field_type type, double v, char *buf)
{
    if (type != FIELD_RATE) return quantity_print(type, v, buf);
    units_print_number(v, buf);
    return strcat(buf, "/s");
}

static bool quantity_within(struct loader *l, const struct field *f, enum unit unit,
                            const struct value *v, double x)
{
    double min, max;
    enum field_type type = field_quantity(f, unit);
    field_range(f, unit, &min, &max);
    if (x >= min && x <= max) return true; /* NaN is not */
    char low[64], high[64], percent[64];
    const char *hint = NULL;
    if (x < 0 && min == 0 && f->min == 0 && f->max == 0) {
        loader_error(l, v->at, NULL, "%s is negative", loader_shown(l, v));
        return false;
    }
    if (type == FIELD_RATIO && v->type == VALUE_NUMBER && x / 100 >= min && x / 100 <= max)
        hint = arena_format(l->arena, "write \"%s%%\"", units_print_number(x, percent));
    bool unlimited = type == FIELD_COUNT && f->max == (double)COUNT_UNLIMITED;
    loader_error(l, v->at, hint, "%s is outside %s..%s%s", loader_shown(l, v),
                 bound_print(type, min, low), bound_print(type, max, high),
                 unlimited ? " or \"unlimited\"" : "");
    return false;
}

static void quantity_store(enum field_type stored, const struct quantity *q, void *member)
{
    if (stored == FIELD_DURATION || stored == FIELD_BYTES)
        *(int64_t *)member = q->whole;
    else if (stored == FIELD_COUNT)
        *(uint32_t *)member = (uint32_t)q->number;
    else
        *(double *)member = q->number;
}

static struct value *quantity_said(struct loader *l, enum field_type type, struct place at,
                                   const struct quantity *q)
{
    char buf[64];
    if (type == FIELD_COUNT || type == FIELD_NUMBER || type == FIELD_MONEY)
        return value_number(l->arena, at, q->number, q->number == floor(q->number));
    if (type == FIELD_DURATION)
        return value_text(l->arena, at, units_print_duration(q->whole, buf));
    if (type == FIELD_BYTES) return value_text(l->arena, at, units_print_bytes(q->whole, buf));
    return value_text(l->arena, at, quantity_print(type, q->number, buf));
}

struct value *quantity_load(struct loader *l, const struct field *f, enum unit unit,
                            const struct value *v, void *member)
{
    enum field_type type = field_quantity(f, unit);
    struct quantity q = { 0 };
    if (type == FIELD_COUNT && f->max == (double)COUNT_UNLIMITED && v->type == VALUE_TEXT &&
        !strcmp(v->text, "unlimited")) {
        *(uint32_t *)member = COUNT_UNLIMITED;
        return value_text(l->arena, v->at, "unlimited");
    }
    if (!quantity_read(l, type, v, &q)) return NULL;
    if (!quantity_within(l, f, unit, v, q.number)) return NULL;
    bool whole = type == FIELD_COUNT || type == FIELD_BYTES;
    if (whole && q.number != floor(q.number)) {
        loader_error(l, v->at, NULL, "%s is not a whole number", loader_shown(l, v));
        return NULL;
    }
    quantity_store(f->type, &q, member);
    return quantity_said(l, type, v->at, &q);
}
