/* locate.c - a scenario's source as tokens, and its table literals as lists of entries.
 *
 * A token list always ends in TOKEN_END, so looking one ahead is safe. A literal is read at
 * most once and kept by the token that opens it. Source that Lua refuses may be read
 * wrongly, but never out of bounds. */
#include "script/locate.h"

#include "base/arena.h"

#include <ctype.h>
#include <string.h>

struct tokens {
    struct arena *arena;
    const char *text;
    size_t length;
    struct token *items;
    uint32_t count, capacity;
    struct brace **braces; /* by opening token; NULL until asked for */
};

#define NO_TOKEN UINT32_MAX

/* --- reading */

static void token_add(struct tokens *t, enum token_type type, size_t start, size_t end,
                      uint32_t line)
{
    if (t->count == t->capacity) {
        uint32_t more = t->capacity ? t->capacity * 2 : 256;
        t->items =
            arena_grow(t->arena, t->items, t->capacity * sizeof *t->items, more * sizeof *t->items);
        t->capacity = more;
    }
    t->items[t->count++] = (struct token){ (uint32_t)start, (uint32_t)(end - start), line, type };
}

/* The level of a long bracket that opens at i, or -1: [[ is 0, [=[ is 1. */
static int long_level(const struct tokens *t, size_t i)
{
    size_t at = i + 1;
    while (at < t->length && t->text[at] == '=')
        at++;
    return at < t->length && t->text[at] == '[' ? (int)(at - i - 1) : -1;
}

static size_t long_end(const struct tokens *t, size_t i, int level, uint32_t *line)
{
    for (i += (size_t)level + 2; i < t->length; i++) {
        if (t->text[i] == '\n') ++*line;
        if (t->text[i] != ']') continue;
        size_t at = i + 1;
        while (at < t->length && t->text[at] == '=')
            at++;
        if (at < t->length && t->text[at] == ']' && (int)(at - i - 1) == level) return at + 1;
    }
    return t->length;
}

static size_t quoted_end(const struct tokens *t, size_t i, uint32_t *line)
{
    char quote = t->text[i++];
    for (; i < t->length && t->text[i] != quote; i++) {
        if (t->text[i] == '\\' && i + 1 < t->length) i++;
        if (t->text[i] == '\n') ++*line;
    }
    return i < t->length ? i + 1 : i;
}

static size_t comment_end(const struct tokens *t, size_t i, uint32_t *line)
{
    i += 2;
    if (i < t->length && t->text[i] == '[') {
        int level = long_level(t, i);
        if (level >= 0) return long_end(t, i, level, line);
    }
    while (i < t->length && t->text[i] != '\n')
        i++;
    return i;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Digits, points and exponents, roughly: Lua has judged or will judge the number itself. */
static size_t number_end(const struct tokens *t, size_t i)
{
    bool hex = t->text[i] == '0' && i + 1 < t->length && (t->text[i + 1] | 32) == 'x';
    for (; i < t->length; i++) {
        char c = t->text[i];
        char exponent = hex ? 'p' : 'e';
        if ((c == '+' || c == '-') && (t->text[i - 1] | 32) == exponent) continue;
        if (!is_name(c) && c != '.') break;
    }
    return i;
}

static size_t mark_end(const struct tokens *t, size_t i)
{
    static const char *const twos[] = { "==", "~=", "<=", ">=", "//", "<<", ">>", "..", "::" };
    if (i + 1 >= t->length) return i + 1;
    for (size_t k = 0; k < sizeof twos / sizeof *twos; k++)
        if (t->text[i] == twos[k][0] && t->text[i + 1] == twos[k][1]) return i + 2;
    return i + 1;
}

/* Reads one token, or skips one space or comment; returns where the next begins. */
static size_t token_read(struct tokens *t, size_t i, uint32_t *line)
{
    char c = t->text[i], next = i + 1 < t->length ? t->text[i + 1] : '\0';
    uint32_t first = *line;
    if (c == '\n') ++*line;
    if (isspace((unsigned char)c)) return i + 1;
    if (c == '-' && next == '-') return comment_end(t, i, line);
    enum token_type type = TOKEN_MARK;
    size_t end;
    if (isalpha((unsigned char)c) || c == '_') {
        type = TOKEN_NAME;
        for (end = i + 1; end < t->length && is_name(t->text[end]);)
            end++;
    } else if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)next))) {
        type = TOKEN_NUMBER;
        end = number_end(t, i);
    } else if (c == '"' || c == '\'') {
        type = TOKEN_TEXT;
        end = quoted_end(t, i, line);
    } else if (c == '[' && long_level(t, i) >= 0) {
        type = TOKEN_TEXT;
        end = long_end(t, i, long_level(t, i), line);
    } else {
        end = mark_end(t, i);
    }
    token_add(t, type, i, end, first);
    return end;
}

struct tokens *tokens_read(struct arena *a, const char *text, size_t length)
{
    struct tokens *t = arena_alloc(a, sizeof *t);
    *t = (struct tokens){ .arena = a, .text = text, .length = length };
    uint32_t line = 1;
    for (size_t i = 0; i < length;)
        i = token_read(t, i, &line);
    token_add(t, TOKEN_END, length, length, line);
    t->braces = arena_alloc(a, t->count * sizeof *t->braces);
    return t;
}

/* --- asking */

static bool token_is(const struct tokens *t, uint32_t i, const char *text)
{
    size_t n = strlen(text);
    return i < t->count && t->items[i].type != TOKEN_TEXT && t->items[i].length == n &&
           !memcmp(t->text + t->items[i].start, text, n);
}

/* +1 for what opens a block or bracket, -1 for what closes one. `for` and `while` open by `do`. */
static int token_depth(const struct tokens *t, uint32_t i)
{
    static const char *const opens[] = { "{", "(", "[", "function", "do", "if", "repeat" };
    static const char *const closes[] = { "}", ")", "]", "end", "until" };
    for (size_t k = 0; k < sizeof opens / sizeof *opens; k++)
        if (token_is(t, i, opens[k])) return 1;
    for (size_t k = 0; k < sizeof closes / sizeof *closes; k++)
        if (token_is(t, i, closes[k])) return -1;
    return 0;
}

/* --- literals */

/* The key that begins at token i, if any; returns the token after its `=`, or i. */
static uint32_t entry_key(const struct tokens *t, uint32_t i, struct entry *e, bool *computed)
{
    const struct token *k = &t->items[i];
    if (k->type == TOKEN_NAME && token_is(t, i + 1, "=")) {
        e->key = t->text + k->start;
        e->key_length = k->length;
        return i + 2;
    }
    if (!token_is(t, i, "[")) return i;
    k = &t->items[i + 1];
    if (k->type == TOKEN_TEXT && token_is(t, i + 2, "]") && token_is(t, i + 3, "=") &&
        t->text[k->start] != '[' && k->length >= 2 &&
        !memchr(t->text + k->start, '\\', k->length)) {
        e->key = t->text + k->start + 1;
        e->key_length = k->length - 2;
        return i + 4;
    }
    *computed = true;
    return i;
}

struct entries {
    struct entry *items;
    uint32_t count, capacity;
};

static void entries_add(struct arena *a, struct entries *list, struct entry e)
{
    if (list->count == list->capacity) {
        uint32_t more = list->capacity ? list->capacity * 2 : 8;
        list->items = arena_grow(a, list->items, list->capacity * sizeof e, more * sizeof e);
        list->capacity = more;
    }
    list->items[list->count++] = e;
}

static int key_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int c = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return c ? c : (a_length > b_length) - (a_length < b_length);
}

static bool entry_after(const struct entry *a, const struct entry *b)
{
    int c = key_compare(a->key, a->key_length, b->key, b->key_length);
    return c ? c > 0 : a->value > b->value;
}

/* Bottom-up merge sort: a literal may have thousands of keys, and order must be total. */
static void entries_sort(struct arena *a, struct entries *list)
{
    uint32_t n = list->count;
    struct entry *from = list->items, *to = arena_alloc(a, n * sizeof *to);
    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t low = 0; low < n; low += 2 * width) {
            uint32_t mid = low + width < n ? low + width : n;
            uint32_t high = low + 2 * width < n ? low + 2 * width : n;
            uint32_t i = low, j = mid;
            for (uint32_t k = low; k < high; k++) {
                bool right = j < high && (i == mid || entry_after(&from[i], &from[j]));
                to[k] = right ? from[j++] : from[i++];
            }
        }
        struct entry *swap = from;
        from = to;
        to = swap;
    }
    list->items = from;
}

/* Reads the literal that token `open` begins, up to its own closing brace. */
static struct brace *brace_read(struct tokens *t, uint32_t open)
{
    struct entries keyed = { 0 }, positional = { 0 };
    bool fresh = true;
    int depth = 0;
    for (uint32_t i = open + 1; t->items[i].type != TOKEN_END; i++) {
        if (depth == 0 && token_is(t, i, "}")) break;
        if (depth == 0 && (token_is(t, i, ",") || token_is(t, i, ";"))) {
            fresh = true;
            continue;
        }
        if (fresh) {
            struct entry e = { .line = t->items[i].line };
            bool computed = false;
            uint32_t value = entry_key(t, i, &e, &computed);
            e.value = value;
            if (!computed) entries_add(t->arena, e.key ? &keyed : &positional, e);
            i = value;
            fresh = false;
            if (t->items[i].type == TOKEN_END) break;
            if (depth == 0 && token_is(t, i, "}")) break;
        }
        depth += token_depth(t, i);
    }
    entries_sort(t->arena, &keyed);
    struct brace *b = arena_alloc(t->arena, sizeof *b);
    *b = (struct brace){ keyed.items, positional.items, keyed.count, positional.count };
    return b;
}

static const struct brace *brace_at(struct tokens *t, uint32_t open)
{
    if (!t->braces[open]) t->braces[open] = brace_read(t, open);
    return t->braces[open];
}

/* The token after the bracket that closes the one at i. */
static uint32_t bracket_end(const struct tokens *t, uint32_t i)
{
    int depth = 0;
    for (; t->items[i].type != TOKEN_END; i++) {
        depth += token_depth(t, i);
        if (depth <= 0) return i + 1;
    }
    return i;
}

/* The last argument of the call whose parenthesis opens at i, if it is a literal. */
static uint32_t last_argument(const struct tokens *t, uint32_t i)
{
    uint32_t found = NO_TOKEN;
    int depth = 0;
    for (; t->items[i].type != TOKEN_END; i++) {
        if (depth == 1 && token_is(t, i, "{") &&
            (token_is(t, i - 1, "(") || token_is(t, i - 1, ",")))
            found = i;
        depth += token_depth(t, i);
        if (depth <= 0) break;
    }
    return found;
}

/* The literal passed to the name at token i: name{..} name"x"{..} name(.., {..}) name(..){..} */
static uint32_t call_brace(const struct tokens *t, uint32_t i)
{
    i++;
    if (t->items[i].type == TOKEN_TEXT) i++;
    if (token_is(t, i, "(")) {
        uint32_t after = bracket_end(t, i);
        if (!token_is(t, after, "{")) return last_argument(t, i);
        i = after;
    }
    return token_is(t, i, "{") ? i : NO_TOKEN;
}

static bool brace_has(const struct brace *b, const char *const *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!brace_key(b, keys[i])) return false;
    return true;
}

static uint32_t line_first(const struct tokens *t, uint32_t line)
{
    uint32_t low = 0, high = t->count - 1;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (t->items[mid].line < line)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct brace *tokens_call(struct tokens *t, const char *name, uint32_t line,
                                const char *const *keys, uint32_t key_count)
{
    for (uint32_t i = line_first(t, line); t->items[i].line == line; i++) {
        if (t->items[i].type == TOKEN_END) break;
        if (t->items[i].type != TOKEN_NAME || !token_is(t, i, name)) continue;
        uint32_t open = call_brace(t, i);
        if (open == NO_TOKEN) continue;
        const struct brace *b = brace_at(t, open);
        if (brace_has(b, keys, key_count)) return b;
    }
    return NULL;
}

const struct brace *tokens_entry(struct tokens *t, const struct entry *e)
{
    return token_is(t, e->value, "{") ? brace_at(t, e->value) : NULL;
}

const struct entry *brace_key(const struct brace *b, const char *key)
{
    size_t n = strlen(key);
    uint32_t low = 0, high = b->keyed_count;
    while (low < high) { /* the first entry past the key: the one before it is the last said */
        uint32_t mid = low + (high - low) / 2;
        if (key_compare(b->keyed[mid].key, b->keyed[mid].key_length, key, n) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0) return NULL;
    const struct entry *e = &b->keyed[low - 1];
    return key_compare(e->key, e->key_length, key, n) ? NULL : e;
}

const struct entry *brace_position(const struct brace *b, uint32_t position)
{
    if (b->positional_count == 0 || position == 0) return NULL;
    uint32_t last = b->positional_count;
    return &b->positional[(position < last ? position : last) - 1];
}

uint32_t tokens_power(const struct tokens *t, uint32_t *cursor)
{
    for (uint32_t i = *cursor; t->items[i].type != TOKEN_END; i++) {
        if (!token_is(t, i, "^")) continue;
        if (token_is(t, i + 1, "2") && !token_is(t, i + 2, "^")) continue;
        *cursor = i + 1;
        return t->items[i].line;
    }
    return 0;
}

/* Whether a statement can begin after token i: an expression or a block has just ended. */
static bool ends_before(const struct tokens *t, uint32_t i)
{
    static const char *const opens[] = { "return", "and",   "or",    "not",   "in",       "if",
                                         "elseif", "while", "until", "local", "function", "goto" };
    static const char *const ends[] = { ")", "}", "]", ";" };
    if (t->items[i].type == TOKEN_MARK) {
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
            if (token_is(t, i, ends[k])) return true;
        return false;
    }
    for (size_t k = 0; k < sizeof opens / sizeof *opens; k++)
        if (token_is(t, i, opens[k])) return false;
    return true;
}

bool tokens_is_statement(const struct tokens *t, const char *name, uint32_t line)
{
    bool found = false;
    for (uint32_t i = line_first(t, line); t->items[i].line == line; i++) {
        if (t->items[i].type == TOKEN_END) break;
        if (!token_is(t, i, name)) continue;
        found = true;
        if (i > 0 && !ends_before(t, i - 1)) return false;
    }
    return found;
}
