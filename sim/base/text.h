/* text.h - growing text, and the few questions asked of strings. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* always NUL-terminated once something was added; NULL before */
    size_t length, capacity;
};

void text_close(struct text *t);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
__attribute__((format(printf, 2, 3))) void text_format(struct text *t, const char *format, ...);
const char *text_data(const struct text *t); /* "" when nothing was added */

/* Damerau-Levenshtein distance, capped; for "did you mean". */
uint32_t text_distance(const char *a, const char *b, uint32_t cap);
/* The nearest of `count` names within a third of its length, or NULL; ties: the first. */
const char *text_nearest(const char *wanted, const char *const *names, uint32_t count);
bool text_has_ending(const char *s, const char *ending); /* and something before it */
bool text_is_utf8(const char *s, size_t n);
/* The shortest decimal that reads back as the same double ("0.1", "1e+30"); buf >= 32. */
const char *text_double(double v, char *buf);
/* A plain decimal ("-1.5e3") that fills all n bytes. False for anything else: hex, inf, nan,
 * spaces, more than TEXT_NUMBER_MAX characters, or a value that no double holds. */
#define TEXT_NUMBER_MAX 400
bool text_read_double(const char *s, size_t n, double *v);
/* JSON string with quotes and escapes. */
void text_add_json(struct text *t, const char *s);
/* On one line: what a scenario or a file is called must not move a terminal's cursor. */
void text_add_line(struct text *t, const char *s);
/* A word of a shell: quoted where it has to be, and never an option. */
void text_add_word(struct text *t, const char *s);

#endif
