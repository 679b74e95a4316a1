/* path.c - writing and reading paths. */
#include "schema/path.h"

#include "base/arena.h"

#include <string.h>

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static bool is_word(const char *key)
{
    size_t n = 0;
    while (is_word_char(key[n]))
        n++;
    return n > 0 && !key[n] && n <= PATH_KEY_BYTES;
}

/* The most bytes of s, at most `bytes`, that end where a character ends. */
static size_t character_end(const char *s, size_t bytes)
{
    size_t n = strlen(s);
    if (n <= bytes) return n;
    for (n = bytes; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
        n--;
    return n;
}

const char *text_shortened(struct arena *a, const char *s, size_t bytes)
{
    size_t n = character_end(s, bytes);
    return s[n] ? arena_format(a, "%.*s...", (int)n, s) : s;
}

const char *with_article(struct arena *a, const char *noun)
{
    return arena_format(a, "%s %s", *noun && strchr("aeiouAEIOU", *noun) ? "an" : "a", noun);
}

void path_key(struct text *path, const char *key)
{
    if (is_word(key)) {
        text_format(path, "%s%s", path->length ? "." : "", key);
        return;
    }
    size_t n = character_end(key, PATH_KEY_BYTES);
    text_add(path, "[\"");
    for (size_t i = 0; i < n; i++) {
        if (key[i] == '"' || key[i] == '\\') text_add(path, "\\");
        text_add_n(path, &key[i], 1);
    }
    text_add(path, key[n] ? "...\"]" : "\"]");
}

void path_index(struct text *path, uint32_t position)
{
    text_format(path, "[%u]", position);
}

void path_cut(struct text *path, size_t length)
{
    if (path->length == length) return;
    path->length = length;
    path->data[length] = '\0';
}

/* ------------------------------------------------------------------------- reading */

static const char *quoted_read(struct arena *a, const char *c, struct path_step *step)
{
    step->key = arena_alloc(a, strlen(c) + 1);
    for (char *out = step->key; *c; *out++ = *c++) {
        if (*c == '"') return c[1] == ']' ? c + 2 : NULL;
        if (*c == '\\' && c[1]) c++;
    }
    return NULL;
}

static const char *index_read(const char *c, struct path_step *step)
{
    uint32_t v = 0;
    for (; *c >= '0' && *c <= '9' && v < 100000000; c++)
        v = v * 10 + (uint32_t)(*c - '0');
    step->index = v;
    return v && *c == ']' ? c + 1 : NULL;
}

static const char *step_read(struct arena *a, const char *c, bool first, struct path_step *step)
{
    *step = (struct path_step){ 0 };
    if (c[0] == '[' && c[1] == '"') return quoted_read(a, c + 2, step);
    if (c[0] == '[') return index_read(c + 1, step);
    if (!first && *c++ != '.') return NULL;
    size_t n = 0;
    while (is_word_char(c[n]))
        n++;
    step->key = arena_text_n(a, c, n);
    return n ? c + n : NULL;
}

int path_read(struct arena *a, const char *text, struct path_step steps[PATH_STEPS_MAX])
{
    int count = 0;
    const char *c = text;
    while (c && *c) {
        if (count == PATH_STEPS_MAX) return -1;
        c = step_read(a, c, count == 0, &steps[count]);
        count++;
    }
    return c && count ? count : -1;
}
