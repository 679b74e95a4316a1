/* number.c - numbers as people read them. Files and JSON carry all digits; these are for eyes. */
#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "1234567.5" -> "1,234,567.5"; other forms ("1e+20") have too few digits to change. */
static const char *group(const char *plain, char *buf)
{
    const char *digits = plain + (*plain == '-');
    size_t whole = strspn(digits, "0123456789"), used = (size_t)(digits - plain);
    memcpy(buf, plain, used);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) buf[used++] = ',';
        buf[used++] = digits[i];
    }
    strcpy(buf + used, digits + whole);
    return buf;
}

const char *number_print(double value, char *buf)
{
    char plain[NUMBER_BYTES];
    double size = fabs(value);
    if (size >= 1e15 || (size > 0 && size < 0.1))
        snprintf(plain, sizeof plain, size < 0.001 ? "%.2g" : "%.4g", value);
    else if (value == nearbyint(value))
        snprintf(plain, sizeof plain, "%.0f", value);
    else {
        int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        snprintf(plain, sizeof plain, "%.*f", decimals, value);
    }
    return group(plain, buf);
}

const char *number_print_half(double value, char *buf)
{
    char plain[NUMBER_BYTES];
    if (value >= 10 && value < 1e15)
        snprintf(plain, sizeof plain, "%.0f", value);
    else
        snprintf(plain, sizeof plain, "%.2g", value);
    return group(plain, buf);
}

const char *number_print_share(double ratio, char *buf)
{
    double percent = ratio * 100;
    if (ratio == 0 || ratio == 1) {
        snprintf(buf, NUMBER_BYTES, "%.0f%%", percent);
        return buf;
    }
    /* As many decimals as it takes to differ from 0 and from 100. */
    double step = 0.01;
    int decimals = 2;
    for (; decimals < 12 && (percent < step || fabs(percent - 100) < step); decimals++)
        step /= 10;
    snprintf(buf, NUMBER_BYTES, "%.*f%%", decimals, percent);
    return buf;
}

const char *number_print_seconds(double seconds, char *buf)
{
    static const struct {
        const char *name, *next;
        double length_s, next_s;
    } units[] = { { "d", "h", 86400, 3600 }, { "h", "m", 3600, 60 }, { "m", "s", 60, 1 } };
    if (seconds < 60) {
        if (seconds < 0.0995)
            snprintf(buf, NUMBER_BYTES, "%.3gms", seconds * 1e3);
        else
            snprintf(buf, NUMBER_BYTES, "%.3gs", seconds);
        return buf;
    }
    for (uint32_t i = 0; i < 3; i++) {
        if (seconds < units[i].length_s) continue;
        double rest = nearbyint(fmod(seconds, units[i].length_s) / units[i].next_s);
        double whole = floor(seconds / units[i].length_s);
        if (rest * units[i].next_s >= units[i].length_s) {
            whole++;
            rest = 0;
        }
        int used = snprintf(buf, NUMBER_BYTES, "%.0f%s", whole, units[i].name);
        if (rest > 0)
            snprintf(buf + used, NUMBER_BYTES - (size_t)used, "%.0f%s", rest, units[i].next);
        return buf;
    }
    return buf;
}
