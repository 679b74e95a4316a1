/* text.c - growing text, UTF-8, and the shortest form of a double.
 *
 * text_double and text_read_double are each other's inverse for every finite double. The process
 * never calls setlocale, so the decimal point is always a point. */
#include "base/text.h"

#include "base/check.h"
#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64

static void text_reserve(struct text *t, size_t more)
{
    size_t needed = t->length + more + 1;
    if (needed <= t->capacity) return;
    size_t capacity = t->capacity > 0 ? t->capacity : CAPACITY_FIRST;
    while (capacity < needed)
        capacity *= 2;
    t->data = memory_resize(t->data, capacity);
    t->capacity = capacity;
}

void text_close(struct text *t)
{
    memory_free(t->data);
    *t = (struct text){ 0 };
}

void text_add_n(struct text *t, const char *s, size_t n)
{
    text_reserve(t, n);
    if (n > 0) memcpy(t->data + t->length, s, n);
    t->length += n;
    t->data[t->length] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_n(t, s, strlen(s));
}

void text_format(struct text *t, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    check(length >= 0);
    text_reserve(t, (size_t)length);
    vsnprintf(t->data + t->length, (size_t)length + 1, format, again);
    va_end(again);
    t->length += (size_t)length;
}

const char *text_data(const struct text *t)
{
    return t->data != NULL ? t->data : "";
}

/* Bytes of the well-formed UTF-8 sequence at s, 0 when there is none (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    static const struct {
        unsigned char first, last, second_low, second_high, length;
    } rows[] = {
        { 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (s[0] < rows[i].first || s[0] > rows[i].last) continue;
        if (rows[i].length > n) return 0;
        for (size_t k = 1; k < rows[i].length; k++) {
            unsigned char low = k == 1 ? rows[i].second_low : 0x80;
            unsigned char high = k == 1 ? rows[i].second_high : 0xbf;
            if (s[k] < low || s[k] > high) return 0;
        }
        return rows[i].length;
    }
    return 0;
}

bool text_has_ending(const char *s, const char *ending)
{
    size_t length = strlen(s), wanted = strlen(ending);
    return length > wanted && strcmp(s + length - wanted, ending) == 0;
}

bool text_is_utf8(const char *s, size_t n)
{
    while (n > 0) {
        size_t length = utf8_length((const unsigned char *)s, n);
        if (length == 0) return false;
        s += length;
        n -= length;
    }
    return true;
}

const char *text_double(double v, char *buf)
{
    if (isnan(v)) return strcpy(buf, "nan");
    if (isinf(v)) return strcpy(buf, v > 0 ? "inf" : "-inf");
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, 32, "%.*g", digits, v);
        if (strtod(buf, NULL) == v) break; /* 17 digits always do */
    }
    return buf;
}

static size_t digits_skip(const char *s, size_t n, size_t *i)
{
    size_t begin = *i;
    while (*i < n && s[*i] >= '0' && s[*i] <= '9')
        (*i)++;
    return *i - begin;
}

/* [+-] digits [. digits] [e [+-] digits], at least one digit before the exponent. */
static bool number_is_plain(const char *s, size_t n)
{
    size_t i = 0;
    if (i < n && (s[i] == '+' || s[i] == '-')) i++;
    size_t digits = digits_skip(s, n, &i);
    if (i < n && s[i] == '.') {
        i++;
        digits += digits_skip(s, n, &i);
    }
    if (digits == 0) return false;
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        if (i < n && (s[i] == '+' || s[i] == '-')) i++;
        if (digits_skip(s, n, &i) == 0) return false;
    }
    return i == n;
}

bool text_read_double(const char *s, size_t n, double *v)
{
    char copy[TEXT_NUMBER_MAX + 1];
    if (n > TEXT_NUMBER_MAX || !number_is_plain(s, n)) return false;
    memcpy(copy, s, n);
    copy[n] = '\0';
    *v = strtod(copy, NULL);
    return isfinite(*v);
}

static void json_add_escape(struct text *t, unsigned char c)
{
    static const char plain[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof plain; i += 2)
        if (c == (unsigned char)plain[i]) {
            text_format(t, "\\%c", plain[i + 1]);
            return;
        }
    text_format(t, "\\u%04x", c);
}

void text_add_json(struct text *t, const char *s)
{
    size_t n = strlen(s);
    text_add_n(t, "\"", 1);
    while (n > 0) {
        unsigned char c = (unsigned char)*s;
        size_t length = utf8_length((const unsigned char *)s, n);
        if (length == 0)
            text_add(t, "\\ufffd"); /* a byte that is no UTF-8 must not make the JSON unreadable */
        else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            json_add_escape(t, c);
        else
            text_add_n(t, s, length);
        s += length > 0 ? length : 1;
        n -= length > 0 ? length : 1;
    }
    text_add_n(t, "\"", 1);
}

void text_add_line(struct text *t, const char *s)
{
    size_t before = t->length;
    text_add(t, s);
    for (; before < t->length; before++) {
        unsigned char c = (unsigned char)t->data[before];
        if (c < 0x20 || c == 0x7f) t->data[before] = ' ';
    }
}

void text_add_word(struct text *t, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./@%+=:,-";
    if (*s == '-') text_add(t, "./");
    if (*s && !s[strspn(s, plain)]) {
        text_add(t, s);
        return;
    }
    text_add(t, "'");
    for (const char *quote; (quote = strchr(s, '\'')); s = quote + 1) {
        text_add_n(t, s, (size_t)(quote - s));
        text_add(t, "'\\''");
    }
    text_add(t, s);
    text_add(t, "'");
}
