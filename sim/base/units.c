/* units.c - reading and printing quantities.
 *
 * A quantity is read as decimal digits and a power of ten, never through a binary fraction:
 * "99.9%" is the double nearest to 0.999, and "1.5h" is exactly 5400 s. Every printer's text
 * reads back as the same value. Nothing here depends on the locale. */
#include "base/units.h"

#include "base/text.h"
#include "orrery/time.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* (negative ? -1 : 1) * digits * 10^exponent; `end` is the first character not read. */
struct decimal {
    bool negative;
    uint64_t digits;
    int exponent;
    const char *end;
};

/* Exponents beyond this mean zero or too large, whatever the digits. */
#define EXPONENT_MAX 5000
/* Digits kept: as many as surely fit 64 bits. Further ones only move the point. */
#define DIGITS_MAX 19

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool decimal_digits(struct decimal *n, int *kept, bool fraction)
{
    const char *begin = n->end;
    for (; is_digit(*n->end); n->end++) {
        bool leading = n->digits == 0 && *n->end == '0';
        if (leading || *kept < DIGITS_MAX) {
            n->digits = n->digits * 10 + (uint64_t)(*n->end - '0');
            *kept += !leading;
            if (fraction && n->exponent > -EXPONENT_MAX) n->exponent--;
        } else if (!fraction && n->exponent < EXPONENT_MAX) {
            n->exponent++;
        }
    }
    return n->end != begin;
}

/* "1E" is an exabyte and "1E3" a thousand: an exponent needs a digit. */
static void decimal_exponent(struct decimal *n)
{
    if (*n->end != 'e' && *n->end != 'E') return;
    const char *c = n->end + 1;
    bool negative = *c == '-';
    if (*c == '-' || *c == '+') c++;
    if (!is_digit(*c)) return;
    int e = 0;
    for (; is_digit(*c); c++)
        if (e < EXPONENT_MAX) e = e * 10 + (*c - '0');
    if (e > EXPONENT_MAX) e = EXPONENT_MAX;
    n->exponent += negative ? -e : e;
    n->end = c;
}

static bool decimal_read(const char *text, struct decimal *n)
{
    *n = (struct decimal){ .negative = *text == '-', .end = text };
    if (*text == '-' || *text == '+') n->end++;
    int kept = 0;
    bool any = decimal_digits(n, &kept, false);
    if (*n->end == '.') {
        n->end++;
        any = decimal_digits(n, &kept, true) || any;
    }
    if (any) decimal_exponent(n);
    return any;
}

/* Correctly rounded; no point is written, so no locale can be asked for one. */
static double decimal_double(const struct decimal *n, int shift)
{
    char buf[48];
    snprintf(buf, sizeof buf, "%llue%d", (unsigned long long)n->digits, n->exponent + shift);
    double v = strtod(buf, NULL);
    return n->negative ? -v : v;
}

/* digits * 10^exponent * scale as an integer, rounded half up. False: beyond int64. */
static bool decimal_integer(const struct decimal *n, int64_t scale, int64_t *out, bool *exact)
{
    unsigned __int128 v = (unsigned __int128)n->digits * (uint64_t)scale; /* < 2^128 */
    *exact = true;
    for (int e = n->exponent; e > 0 && v; e--) {
        if (v > (unsigned __int128)INT64_MAX) return false;
        v *= 10;
    }
    unsigned last = 0;
    for (int e = n->exponent; e < 0 && (v || last); e++) {
        *exact = *exact && v % 10 == 0;
        last = (unsigned)(v % 10);
        v /= 10;
    }
    v += last >= 5;
    if (v > (unsigned __int128)INT64_MAX) return false;
    *out = n->negative ? -(int64_t)v : (int64_t)v;
    return true;
}

/* ------------------------------------------------------------------------- durations */

struct unit_row {
    const char *name;
    int64_t ns;
};

/* Larger first; "min" must be tried before "m". */
static const struct unit_row units_time[] = {
    { "d", NS_PER_DAY }, { "h", NS_PER_HOUR },       { "min", NS_PER_MIN },
    { "ms", NS_PER_MS }, { "m", NS_PER_MIN },        { "s", NS_PER_S },
    { "us", NS_PER_US }, { "\xc2\xb5s", NS_PER_US }, { "\xce\xbcs", NS_PER_US },
    { "ns", 1 },
};
#define UNITS_TIME_COUNT (sizeof units_time / sizeof units_time[0])

static const struct unit_row *unit_time(const char *text, const char **end)
{
    for (size_t i = 0; i < UNITS_TIME_COUNT; i++) {
        size_t length = strlen(units_time[i].name);
        if (strncmp(text, units_time[i].name, length)) continue;
        *end = text + length;
        return &units_time[i];
    }
    return NULL;
}

static const char duration_syntax[] =
    "not a duration: write a number with ns, us, ms, s, m, h or d, such as 5ms or 1h30m";

const char *units_read_duration(const char *text, int64_t *ns)
{
    bool negative = *text == '-';
    const char *c = text + (negative || *text == '+');
    int64_t total = 0, finest = INT64_MAX;
    if (!strcmp(c, "0")) return *ns = 0, NULL; /* zero needs no unit */
    do {
        struct decimal n;
        if (!is_digit(*c) && *c != '.') return duration_syntax;
        if (!decimal_read(c, &n)) return duration_syntax;
        if (!*n.end) return "missing unit: write for instance 5ms, 5s or 5m";
        const struct unit_row *unit = unit_time(n.end, &c);
        if (!unit || (*c && !is_digit(*c))) return duration_syntax;
        if (unit->ns >= finest)
            return "units out of order: the larger first, each once, as in 1h30m";
        finest = unit->ns;
        int64_t part = 0;
        bool exact;
        if (!decimal_integer(&n, unit->ns, &part, &exact) || part > TIME_MAX_NS - total)
            return "too long: at most 3653d, ten years";
        if (n.digits && !part) return "too short: the clock counts whole nanoseconds";
        total += part;
    } while (*c);
    *ns = negative ? -total : total;
    return NULL;
}

/* How a text would look to a reader: short, and 0.1s is worse than 100ms. */
static size_t awkwardness(const char *text)
{
    return strlen(text) + (text[0] == '0' && text[1] == '.' ? 3 : 0);
}

static void decimal_print(uint64_t whole, uint64_t part, uint64_t scale, const char *unit,
                          char *buf, size_t size)
{
    int n = snprintf(buf, size, "%llu", (unsigned long long)whole);
    if (part) {
        buf[n++] = '.';
        for (; part && (size_t)n < size - 1; part %= scale) {
            part *= 10; /* part < scale <= 8.64e13: no overflow */
            buf[n++] = (char)('0' + part / scale);
        }
    }
    snprintf(buf + n, size - (size_t)n, "%s", unit);
}

/* Thirds of an hour have no end as decimals; a unit that divides is always there: ns. */
static bool ends_as_decimal(uint64_t part, uint64_t scale)
{
    for (int digits = 0; part && digits < 9; digits++)
        part = part * 10 % scale;
    return part == 0;
}

const char *units_print_duration(int64_t ns, char *buf)
{
    static const struct unit_row rows[] = {
        { "d", NS_PER_DAY }, { "h", NS_PER_HOUR }, { "m", NS_PER_MIN }, { "s", NS_PER_S },
        { "ms", NS_PER_MS }, { "us", NS_PER_US },  { "ns", 1 },
    };
    if (ns == 0) return strcpy(buf, "0s");
    char best[40] = "";
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t scale = (uint64_t)rows[i].ns;
        char one[40];
        if (!ends_as_decimal(magnitude % scale, scale)) continue;
        decimal_print(magnitude / scale, magnitude % scale, scale, rows[i].name, one, sizeof one);
        if (!*best || awkwardness(one) < awkwardness(best)) strcpy(best, one);
    }
    sprintf(buf, "%s%s", ns < 0 ? "-" : "", best);
    return buf;
}

/* ------------------------------------------------------------------------- numbers, rates */

static int decimal_suffix(const char **c)
{
    static const char letters[] = "kMG";
    const char *found = **c ? strchr(letters, **c) : NULL;
    if (!found) return 0;
    ++*c;
    return 3 * (int)(found - letters + 1);
}

const char *units_read_number(const char *text, double *number)
{
    struct decimal n;
    if (!decimal_read(text, &n)) return "not a number: write for instance 3, 0.5, 1e3 or 10k";
    const char *c = n.end;
    int shift = decimal_suffix(&c);
    if (*c) return "not a number: write for instance 3, 0.5, 1e3 or 10k";
    double v = decimal_double(&n, shift);
    if (!isfinite(v)) return "too large for a number";
    *number = v;
    return NULL;
}

const char *units_print_number(double number, char *buf)
{
    if (fabs(number) < 1e15 && number == round(number)) {
        sprintf(buf, "%.0f", number == 0 ? 0.0 : number); /* never "-0" */
        return buf;
    }
    return text_double(number, buf);
}

const char *units_read_rate(const char *text, double *per_s)
{
    static const char syntax[] = "not a rate: write a number per unit of time, such as 40/s";
    struct decimal n;
    if (!decimal_read(text, &n)) return syntax;
    const char *c = n.end;
    int shift = decimal_suffix(&c);
    if (!*c && n.digits == 0) return *per_s = 0, NULL;
    if (!*c) return "missing unit: write for instance 40/s, 40/min or 40/h";
    if (*c++ != '/') return syntax;
    const struct unit_row *unit = unit_time(c, &c);
    if (!unit || *c) return syntax;
    double v = decimal_double(&n, shift);
    v = unit->ns >= NS_PER_S ? v / (double)(unit->ns / NS_PER_S)
                             : v * (double)(NS_PER_S / unit->ns);
    if (!isfinite(v)) return "too large for a rate";
    *per_s = v;
    return NULL;
}

/* 1000/min is 16.666666666666668/s, and sixty times that is a little more than 1000: what reads
 * back equal with 14 digits is what was meant. */
static double rate_in(double per_s, int64_t seconds)
{
    char rounded[40];
    snprintf(rounded, sizeof rounded, "%.14g", per_s * (double)seconds);
    double v = strtod(rounded, NULL);
    return v / (double)seconds == per_s ? v : per_s * (double)seconds;
}

const char *units_print_rate(double per_s, char *buf)
{
    static const struct unit_row rows[] = {
        { "/s", 1 }, { "/min", 60 }, { "/h", 3600 }, { "/d", 86400 }
    };
    static const size_t unusual[] = { 0, 0, 2, 3 }; /* 1000/min rather than 60000/h */
    size_t best_length = SIZE_MAX;
    char best[64] = "";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char one[64], number[32];
        double back;
        units_print_number(rate_in(per_s, rows[i].ns), number);
        snprintf(one, sizeof one, "%s%s", number, rows[i].name);
        if (units_read_rate(one, &back) || back != per_s) continue;
        if (strlen(one) + unusual[i] >= best_length) continue;
        best_length = strlen(one) + unusual[i];
        strcpy(best, one);
    }
    return strcpy(buf, best);
}

/* ------------------------------------------------------------------------- bytes, cores */

static const struct {
    const char *name;
    int64_t bytes;
} units_bytes[] = {
    { "", 1 },
    { "Ki", INT64_C(1) << 10 },
    { "Mi", INT64_C(1) << 20 },
    { "Gi", INT64_C(1) << 30 },
    { "Ti", INT64_C(1) << 40 },
    { "Pi", INT64_C(1) << 50 },
    { "Ei", INT64_C(1) << 60 },
    { "k", 1000 },
    { "M", 1000000 },
    { "G", 1000000000 },
    { "T", INT64_C(1000000000000) },
    { "P", INT64_C(1000000000000000) },
    { "E", INT64_C(1000000000000000000) },
};
#define UNITS_BYTES_COUNT (sizeof units_bytes / sizeof units_bytes[0])

static const char *bytes_unknown(const char *unit)
{
    if (!strcmp(unit, "m")) return "m means thousandths: write M for 10^6 or Mi for 2^20";
    if (!strcmp(unit, "K")) return "there is no K: write k for 1000 or Ki for 1024";
    size_t length = strlen(unit);
    if (length && (unit[length - 1] == 'B' || unit[length - 1] == 'b'))
        return "the B is understood: write Mi for 2^20 or M for 10^6";
    return "not an amount of bytes: write for instance 512, 2k, 128Mi or 1Gi";
}

const char *units_read_bytes(const char *text, int64_t *bytes)
{
    struct decimal n;
    if (!decimal_read(text, &n))
        return "not an amount of bytes: write for instance 512, 2k, 128Mi or 1Gi";
    for (size_t i = 0; i < UNITS_BYTES_COUNT; i++) {
        if (strcmp(n.end, units_bytes[i].name)) continue;
        int64_t v = 0;
        bool exact;
        if (!decimal_integer(&n, units_bytes[i].bytes, &v, &exact)) return "too large: below 8Ei";
        if (!exact) return "not a whole number of bytes";
        *bytes = v;
        return NULL;
    }
    return bytes_unknown(n.end);
}

const char *units_print_bytes(int64_t bytes, char *buf)
{
    char best[40] = "";
    for (size_t i = 0; i < UNITS_BYTES_COUNT; i++) {
        if (bytes % units_bytes[i].bytes) continue;
        char one[40];
        snprintf(one, sizeof one, "%lld%s", (long long)(bytes / units_bytes[i].bytes),
                 units_bytes[i].name);
        if (!*best || strlen(one) < strlen(best)) strcpy(best, one);
    }
    return strcpy(buf, bytes ? best : "0");
}

const char *units_read_cpu(const char *text, double *cores)
{
    static const struct {
        const char *name;
        int shift;
    } rows[] = { { "", 0 }, { "m", -3 }, { "u", -6 }, { "n", -9 }, { "k", 3 } };
    struct decimal n;
    static const char syntax[] = "not an amount of CPU: write cores such as 1.5, or 250m";
    if (!decimal_read(text, &n)) return syntax;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(n.end, rows[i].name)) continue;
        double v = decimal_double(&n, rows[i].shift);
        if (!isfinite(v)) return "too large for an amount of CPU";
        *cores = v;
        return NULL;
    }
    return syntax;
}

/* number * 10^places + unit, when that reads back equal and is shorter than what buf holds. */
static void shorter(double v, double scaled, const char *unit,
                    const char *(*read)(const char *, double *), char *buf)
{
    char one[64], number[32];
    double back;
    snprintf(one, sizeof one, "%s%s", units_print_number(scaled, number), unit);
    if (read(one, &back) || back != v) return;
    if (awkwardness(one) < awkwardness(buf)) strcpy(buf, one);
}

const char *units_print_cpu(double cores, char *buf)
{
    units_print_number(cores, buf);
    shorter(cores, cores * 1e3, "m", units_read_cpu, buf);
    shorter(cores, round(cores * 1e3), "m", units_read_cpu, buf);
    return buf;
}

const char *units_read_ratio(const char *text, double *ratio)
{
    struct decimal n;
    static const char syntax[] = "not a ratio: write for instance 70% or 0.7";
    if (!decimal_read(text, &n)) return syntax;
    if (*n.end && strcmp(n.end, "%")) return syntax;
    double v = decimal_double(&n, *n.end ? -2 : 0);
    if (!isfinite(v)) return "too large for a ratio";
    *ratio = v;
    return NULL;
}

/* A percentage when one of at most 9 decimals says it exactly, else the plain number. */
const char *units_print_ratio(double ratio, char *buf)
{
    char one[64], number[32];
    double back;
    if (ratio == 0) return strcpy(buf, "0%");
    for (double scale = 1; scale <= 1e9; scale *= 10) {
        units_print_number(round(ratio * 100 * scale) / scale, number);
        snprintf(one, sizeof one, "%s%%", number);
        if (!units_read_ratio(one, &back) && back == ratio) return strcpy(buf, one);
    }
    return text_double(ratio, buf);
}
