/* csv_time.c - a moment as text: seconds, or a date and time of day (ISO 8601, the common part). */
#include "workload/csv_time.h"

#include "base/text.h"
#include "orrery/time.h"

#include "base/poison.h"

#define SECONDS_MAX 4e9 /* the difference of any two, in ns, is an int64 */
#define YEAR_MIN 1970
#define YEAR_MAX 2199

bool csv_time_seconds(const char *s, size_t n, int64_t *ns)
{
    double seconds;
    if (!text_read_double(s, n, &seconds)) return false;
    if (!(seconds > -SECONDS_MAX && seconds < SECONDS_MAX)) return false;
    double exact = seconds * (double)NS_PER_S;
    *ns = (int64_t)(exact < 0 ? exact - 0.5 : exact + 0.5);
    return true;
}

struct scan {
    const char *s, *end;
};

static bool scan_char(struct scan *c, const char *any_of)
{
    for (; *any_of != '\0'; any_of++)
        if (c->s < c->end && *c->s == *any_of) return c->s++, true;
    return false;
}

/* Exactly `digits` digits, low..high. */
static bool scan_number(struct scan *c, int digits, int low, int high, int *value)
{
    *value = 0;
    for (; digits > 0; digits--, c->s++) {
        if (c->s == c->end || *c->s < '0' || *c->s > '9') return false;
        *value = *value * 10 + (*c->s - '0');
    }
    return *value >= low && *value <= high;
}

static bool year_is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && year_is_leap(year));
}

static bool scan_date(struct scan *c, int64_t *day)
{
    int year, month, of_month;
    if (!scan_number(c, 4, YEAR_MIN, YEAR_MAX, &year) || !scan_char(c, "-")) return false;
    if (!scan_number(c, 2, 1, 12, &month) || !scan_char(c, "-")) return false;
    if (!scan_number(c, 2, 1, month_days(year, month), &of_month)) return false;
    *day = of_month - 1;
    for (int y = YEAR_MIN; y < year; y++)
        *day += 365 + year_is_leap(y);
    for (int m = 1; m < month; m++)
        *day += month_days(year, m);
    return true;
}

/* What follows the point: nine digits count, more are read and dropped. */
static bool scan_fraction(struct scan *c, int64_t *ns)
{
    const char *begin = c->s;
    int64_t unit = NS_PER_S / 10;
    for (*ns = 0; c->s < c->end && *c->s >= '0' && *c->s <= '9'; c->s++, unit /= 10)
        *ns += (*c->s - '0') * unit;
    return c->s > begin;
}

static bool scan_clock(struct scan *c, int64_t *ns)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (!scan_number(c, 2, 0, 23, &hour) || !scan_char(c, ":")) return false;
    if (!scan_number(c, 2, 0, 59, &minute)) return false;
    if (scan_char(c, ":")) {
        if (!scan_number(c, 2, 0, 59, &second)) return false;
        if (scan_char(c, ".") && !scan_fraction(c, &fraction)) return false;
    }
    *ns = hour * NS_PER_HOUR + minute * NS_PER_MIN + second * NS_PER_S + fraction;
    return true;
}

/* Nothing, Z, or hours and minutes ahead of UTC. */
static bool scan_zone(struct scan *c, int64_t *ahead_ns)
{
    int hours, minutes;
    *ahead_ns = 0;
    if (c->s == c->end || scan_char(c, "Z")) return true;
    int sign = scan_char(c, "-") ? -1 : 1;
    if (sign > 0 && !scan_char(c, "+")) return false;
    if (!scan_number(c, 2, 0, 14, &hours)) return false;
    scan_char(c, ":");
    if (!scan_number(c, 2, 0, 59, &minutes)) return false;
    *ahead_ns = sign * (hours * NS_PER_HOUR + minutes * NS_PER_MIN);
    return true;
}

bool csv_time_date(const char *s, size_t n, int64_t *ns)
{
    struct scan c = { s, s + n };
    int64_t day, clock_ns, ahead_ns;
    if (!scan_date(&c, &day) || !scan_char(&c, " T")) return false;
    if (!scan_clock(&c, &clock_ns) || !scan_zone(&c, &ahead_ns) || c.s != c.end) return false;
    *ns = day * NS_PER_DAY + clock_ns - ahead_ns;
    return true;
}
