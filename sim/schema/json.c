/* json.c - the JSON door's reader: text to value tree, with places.
 *
 * A library would lose what matters here: the line of each value, duplicate keys and the digits
 * of numbers. Reading stops at the first error of syntax, because what follows cannot be trusted;
 * duplicate keys and unusable numbers are reported and reading goes on. `c` never passes `end`. */
#include "schema/json.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

struct reader {
    struct arena *arena;
    struct diag *diag;
    const char *c, *end;
    struct place at;
    struct text path; /* JSON pointer (RFC 6901) of the value being read */
    struct text word; /* the string being read */
    uint32_t depth;
    bool failed;
};

/* Keys longer than this are shortened in a path. */
#define PATH_KEY_BYTES 60

static struct value *value_read(struct reader *r);

__attribute__((format(printf, 3, 4))) static void *fail(struct reader *r, const char *hint,
                                                        const char *format, ...)
{
    if (r->failed) return NULL; /* one error of syntax: the rest would be its echo */
    r->failed = true;
    char message[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    diag_error(r->diag, r->at, text_data(&r->path), hint, "%s", message);
    return NULL;
}

static void skip_space(struct reader *r)
{
    for (; r->c < r->end; r->c++) {
        if (*r->c == '\n' && r->at.line) r->at.line++;
        if (*r->c != ' ' && *r->c != '\t' && *r->c != '\n' && *r->c != '\r') return;
    }
}

static bool next_is(struct reader *r, char wanted)
{
    skip_space(r);
    if (r->c == r->end || *r->c != wanted) return false;
    r->c++;
    return true;
}

/* What stands at the reading point, for messages. */
static const char *found(struct reader *r)
{
    skip_space(r);
    if (r->c == r->end) return "the end of the text";
    unsigned char c = (unsigned char)*r->c;
    if (c < 0x20 || c >= 0x7f) return arena_format(r->arena, "byte 0x%02x", c);
    return arena_format(r->arena, "'%c'", c);
}

/* ------------------------------------------------------------------------- paths */

static void path_push(struct reader *r, const char *key)
{
    text_add(&r->path, "/");
    for (size_t n = 0; *key && n < PATH_KEY_BYTES; key++, n++) {
        if (*key == '~')
            text_add(&r->path, "~0");
        else if (*key == '/')
            text_add(&r->path, "~1");
        else
            text_add_n(&r->path, key, 1);
    }
}

static void path_cut(struct reader *r, size_t length)
{
    if (r->path.length == length) return;
    r->path.length = length;
    r->path.data[length] = '\0';
}

/* ------------------------------------------------------------------------- strings */

static int hex4(struct reader *r)
{
    int code = 0;
    if (r->end - r->c < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = *r->c++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

static void word_add_code(struct reader *r, uint32_t code)
{
    char utf8[4];
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n; i-- > 1; code >>= 6)
        utf8[i] = (char)(0x80 | (code & 0x3f));
    utf8[0] = (char)(lead[n] | code);
    text_add_n(&r->word, utf8, n);
}

static bool escape_unicode(struct reader *r)
{
    int code = hex4(r);
    if (code < 0) return fail(r, NULL, "\\u needs four hexadecimal digits"), false;
    if (code == 0) return fail(r, NULL, "text must not contain the character U+0000"), false;
    if (code >= 0xdc00 && code <= 0xdfff)
        return fail(r, NULL, "a lone surrogate \\u%04x", code), false;
    if (code >= 0xd800 && code <= 0xdbff) {
        int low = -1;
        if (r->end - r->c >= 6 && r->c[0] == '\\' && r->c[1] == 'u') {
            r->c += 2;
            low = hex4(r);
        }
        if (low < 0xdc00 || low > 0xdfff)
            return fail(r, NULL, "a lone surrogate \\u%04x", code), false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    word_add_code(r, (uint32_t)code);
    return true;
}

static bool escape_read(struct reader *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = r->c < r->end ? *r->c++ : '\0';
    if (c == 'u') return escape_unicode(r);
    const char *at = c ? strchr(from, c) : NULL;
    if (!at)
        return fail(r, "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", "unknown escape"), false;
    text_add_n(&r->word, &to[at - from], 1);
    return true;
}

/* After the opening quote. NULL after an error. */
static const char *string_read(struct reader *r)
{
    r->word.length = 0;
    for (;;) {
        const char *begin = r->c;
        while (r->c < r->end && *r->c != '"' && *r->c != '\\' && (unsigned char)*r->c >= 0x20)
            r->c++;
        text_add_n(&r->word, begin, (size_t)(r->c - begin));
        if (r->c == r->end) return fail(r, "close it with \"", "text without an end");
        if ((unsigned char)*r->c < 0x20)
            return fail(r, "write \\n for a new line", "a control character inside text");
        if (*r->c++ == '"') break;
        if (!escape_read(r)) return NULL;
    }
    if (!text_is_utf8(r->word.data, r->word.length))
        return fail(r, NULL, "text is not valid UTF-8");
    return arena_text_n(r->arena, r->word.data, r->word.length);
}

/* ------------------------------------------------------------------------- numbers */

static bool digits_skip(struct reader *r)
{
    const char *begin = r->c;
    while (r->c < r->end && *r->c >= '0' && *r->c <= '9')
        r->c++;
    return r->c > begin;
}

static bool number_skip(struct reader *r, bool *integer)
{
    *integer = true;
    if (r->c < r->end && *r->c == '-') r->c++;
    const char *begin = r->c;
    if (!digits_skip(r)) return false;
    if (*begin == '0' && r->c - begin > 1) return false; /* RFC 8259: no leading zeros */
    if (r->c < r->end && *r->c == '.') {
        *integer = false;
        r->c++;
        if (!digits_skip(r)) return false;
    }
    if (r->c < r->end && (*r->c == 'e' || *r->c == 'E')) {
        *integer = false;
        r->c++;
        if (r->c < r->end && (*r->c == '+' || *r->c == '-')) r->c++;
        if (!digits_skip(r)) return false;
    }
    return true;
}

/* Every whole number up to 2^53 is a double; beyond, digits may be lost without a word. */
static bool integer_is_exact(const char *digits, size_t length, double v)
{
    char back[TEXT_NUMBER_MAX + 2];
    if (fabs(v) < 0x1p53) return true;
    int n = snprintf(back, sizeof back, "%.0f", v);
    return n == (int)length && !memcmp(back, digits, length);
}

static struct value *number_read(struct reader *r)
{
    const char *begin = r->c;
    bool integer;
    double v;
    if (!number_skip(r, &integer)) return fail(r, NULL, "not a number as JSON has them");
    size_t length = (size_t)(r->c - begin);
    const char *shown = arena_text_n(r->arena, begin, length < 40 ? length : 40);
    if (!text_read_double(begin, length, &v))
        diag_error(r->diag, r->at, text_data(&r->path), NULL,
                   "%s is too large or too long a number", shown),
            v = 0;
    else if (integer && !integer_is_exact(begin, length, v))
        diag_error(r->diag, r->at, text_data(&r->path), "write it as text, in quotes",
                   "%s cannot be kept exactly as a number", shown);
    return value_number(r->arena, r->at, v, integer);
}

/* ------------------------------------------------------------------------- lists and objects */

static struct value *list_read(struct reader *r)
{
    struct value *list = value_list(r->arena, r->at);
    size_t length = r->path.length;
    if (next_is(r, ']')) return list;
    do {
        text_format(&r->path, "/%u", list->list_count);
        struct value *item = value_read(r);
        if (!item) return NULL;
        value_append(list, item);
        path_cut(r, length);
    } while (next_is(r, ','));
    if (next_is(r, ']')) return list;
    return fail(r, NULL, "expected ',' or ']' in a list, found %s", found(r));
}

/* Appends without value_set's walk over the keys: `seen` already knows that the key is new. */
static void member_add(struct value *map, const char *key, struct value *item)
{
    item->key = key;
    if (map->last)
        map->last->next = item;
    else
        map->first = item;
    map->last = item;
    map->count++;
}

/* "kind" and "#" say what the map is, all else what it holds. */
static void member_keep(struct reader *r, struct value *map, const char *key, struct value *item)
{
    if (!strcmp(key, "kind") && item->type == VALUE_TEXT) {
        map->tag = item->text;
    } else if (!strcmp(key, "#") && item->type == VALUE_LIST) {
        map->list_first = item->list_first;
        map->list_last = item->list_last;
        map->list_count = item->list_count;
    } else if (!strcmp(key, "kind")) {
        diag_error(r->diag, item->at, text_data(&r->path), NULL, "kind must be text, not %s",
                   value_type_name(item));
    } else if (!strcmp(key, "#")) {
        diag_error(r->diag, item->at, text_data(&r->path), NULL,
                   "positional items must be a list, not %s", value_type_name(item));
    } else {
        member_add(map, key, item);
    }
}

static bool member_read(struct reader *r, struct value *map, struct map_text **seen)
{
    if (!next_is(r, '"'))
        return fail(r, NULL, "expected a key in quotes, found %s", found(r)), false;
    struct place at = r->at;
    const char *key = string_read(r);
    if (!key) return false;
    path_push(r, key);
    if (!next_is(r, ':'))
        return fail(r, NULL, "expected ':' after a key, found %s", found(r)), false;
    if (!*seen) *seen = map_open(r->arena);
    uint32_t first = map_get(*seen, key);
    struct value *item = value_read(r);
    if (!item) return false;
    if (first != MAP_NONE) {
        const char *hint = first ? arena_format(r->arena, "first on line %u", first) : NULL;
        diag_error(r->diag, at, text_data(&r->path), hint, "duplicate key");
        return true;
    }
    map_put(*seen, key, at.line);
    member_keep(r, map, key, item);
    return true;
}

static struct value *object_read(struct reader *r)
{
    struct value *map = value_map(r->arena, r->at);
    struct map_text *seen = NULL;
    size_t length = r->path.length;
    if (next_is(r, '}')) return map;
    do {
        if (!member_read(r, map, &seen)) return NULL;
        path_cut(r, length);
    } while (next_is(r, ','));
    if (next_is(r, '}')) return map;
    return fail(r, NULL, "expected ',' or '}' in an object, found %s", found(r));
}

static struct value *nested_read(struct reader *r)
{
    if (r->depth == VALUE_DEPTH_MAX)
        return fail(r, NULL, "nested deeper than %d levels", VALUE_DEPTH_MAX);
    r->depth++;
    struct value *v = *r->c++ == '[' ? list_read(r) : object_read(r);
    r->depth--;
    return v;
}

static bool word_is(struct reader *r, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(r->end - r->c) < length || memcmp(r->c, word, length)) return false;
    r->c += length;
    return true;
}

static struct value *value_read(struct reader *r)
{
    skip_space(r);
    if (r->c == r->end) return fail(r, NULL, "expected a value, found the end of the text");
    if (*r->c == '{' || *r->c == '[') return nested_read(r);
    if (*r->c == '-' || (*r->c >= '0' && *r->c <= '9')) return number_read(r);
    if (next_is(r, '"')) {
        struct place at = r->at;
        const char *text = string_read(r);
        return text ? value_text(r->arena, at, text) : NULL;
    }
    if (word_is(r, "true")) return value_bool(r->arena, r->at, true);
    if (word_is(r, "false")) return value_bool(r->arena, r->at, false);
    if (word_is(r, "null")) return value_nil(r->arena, r->at);
    return fail(r, "text needs quotes", "expected a value, found %s", found(r));
}

struct value *json_read(struct arena *a, const char *text, size_t length, struct place begin,
                        struct diag *d)
{
    uint32_t errors = diag_error_count(d);
    struct reader r = { .arena = a, .diag = d, .c = text, .end = text + length, .at = begin };
    struct value *v = NULL;
    if (length > JSON_BYTES_MAX)
        fail(&r, NULL, "larger than %zu MiB", JSON_BYTES_MAX >> 20);
    else if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        fail(&r, "save it as UTF-8 without one", "the text begins with a byte order mark");
    else
        v = value_read(&r);
    skip_space(&r);
    if (v && r.c < r.end) fail(&r, NULL, "expected the end of the text, found %s", found(&r));
    text_close(&r.path);
    text_close(&r.word);
    return diag_error_count(d) == errors ? v : NULL;
}
