/* match.c - which requests a gateway's route is for, and which of two routes goes first.
 *
 * Source of the rules: Kubernetes Gateway API v1, HTTPRouteSpec.hostnames, HTTPRouteRule.matches,
 * HTTPPathMatch and HTTPPathModifier. */
#include "service/match.h"

#include "base/arena.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool host_matches(const char *pattern, const char *host)
{
    if (!pattern) return true;
    if (!host) return false;
    if (pattern[0] != '*') return strcasecmp(pattern, host) == 0;
    size_t tail = strlen(pattern + 1), length = strlen(host);
    return length > tail && strcasecmp(host + length - tail, pattern + 1) == 0;
}

/* A slash at a prefix's end says nothing. */
static size_t prefix_length(const char *prefix)
{
    size_t n = strlen(prefix);
    return n > 0 && prefix[n - 1] == '/' ? n - 1 : n;
}

bool path_matches(enum path_sort sort, const char *pattern, const char *path)
{
    if (sort == PATH_EXACT) return strcmp(pattern, path) == 0;
    if (sort == PATH_EXPRESSION) return expression_matches(pattern, path);
    size_t n = prefix_length(pattern);
    return strncmp(pattern, path, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* ------------------------------------------------------------------------- expressions */

#define EXPRESSION_BYTES_MAX 256

static bool is_repeat(char c)
{
    return c == '*' || c == '+' || c == '?';
}

/* Past the piece at `at`: a character, a set or an escape; NULL when it is none. */
static const char *piece_end(const char *at)
{
    if (*at == '\\') return at[1] ? at + 2 : NULL;
    if (*at != '[') return *at && !strchr("(){}|*+?]^$", *at) ? at + 1 : NULL;
    at += at[1] == '^' ? 2 : 1;
    for (bool first = true; *at && (*at != ']' || first); first = false)
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at == ']' ? at + 1 : NULL;
}

const char *expression_fault(const char *expression)
{
    if (strlen(expression) > EXPRESSION_BYTES_MAX) return "it is longer than 256 bytes";
    for (const char *at = expression; *at;) {
        const char *end = piece_end(at);
        if (!end && is_repeat(*at)) return "there is nothing before a *, + or ? to repeat";
        if (!end && *at == '[') return "a [ is not closed";
        if (!end && *at == '\\') return "it ends in a \\";
        if (!end) return "it has no groups, alternatives or anchors: it is always for the whole text";
        at = is_repeat(*end) ? end + 1 : end;
    }
    return NULL;
}

static bool class_holds(char class, char c)
{
    bool digit = c >= '0' && c <= '9', lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    if (class == 'd') return digit;
    if (class == 'w') return digit || lower || upper || c == '_';
    return c == class;
}

static bool set_holds(const char *at, const char *end, char c)
{
    bool wanted = at[1] != '^', found = false;
    for (at += wanted ? 1 : 2; at < end - 1; at++) {
        if (*at == '\\') {
            found |= class_holds(*++at, c);
        } else if (at[1] == '-' && at + 2 < end - 1) {
            found |= c >= at[0] && c <= at[2];
            at += 2;
        } else {
            found |= c == *at;
        }
    }
    return found == wanted;
}

static bool piece_holds(const char *at, const char *end, char c)
{
    if (*at == '.') return true;
    if (*at == '\\') return class_holds(at[1], c);
    return *at == '[' ? set_holds(at, end, c) : *at == c;
}

/* All places that the expression can have reached move through the text together, so that no
 * expression takes longer than its length times the text's. */
static void reach(const char *expression, bool *at, size_t from)
{
    for (;;) { /* past pieces that may be left out */
        at[from] = true;
        const char *end = expression[from] ? piece_end(expression + from) : NULL;
        if (!end || (*end != '*' && *end != '?')) return;
        from = (size_t)(end + 1 - expression);
    }
}

bool expression_matches(const char *expression, const char *text)
{
    bool now[EXPRESSION_BYTES_MAX + 1] = { false }, next[EXPRESSION_BYTES_MAX + 1];
    size_t length = strlen(expression);
    reach(expression, now, 0);
    for (; *text; text++) {
        memset(next, 0, sizeof next);
        for (size_t i = 0; i < length; i++) {
            const char *end = now[i] ? piece_end(expression + i) : NULL;
            if (!end || !piece_holds(expression + i, end, *text)) continue;
            if (*end == '*' || *end == '+') reach(expression, next, i);
            reach(expression, next, (size_t)(end - expression) + is_repeat(*end));
        }
        memcpy(now, next, sizeof now);
    }
    return now[length];
}

/* ------------------------------------------------------------------------- precedence */

static int more(size_t a, size_t b)
{
    return a > b ? -1 : a < b;
}

/* More characters of a host without a wildcard, then more characters of a host. */
static int host_order(const char *a, const char *b)
{
    size_t length_a = a ? strlen(a) : 0, length_b = b ? strlen(b) : 0;
    size_t exact_a = a && a[0] != '*' ? length_a : 0, exact_b = b && b[0] != '*' ? length_b : 0;
    int order = more(exact_a, exact_b);
    return order ? order : more(length_a, length_b);
}

int match_order(const struct http_match *a, const struct http_match *b)
{
    int order = host_order(a->host, b->host);
    if (!order) order = more(a->sort, b->sort);
    if (!order) order = more(strlen(a->path), strlen(b->path));
    if (!order) order = more(a->method != NULL, b->method != NULL);
    if (!order) order = more(a->header_count, b->header_count);
    return order ? order : a->index < b->index ? -1 : a->index > b->index;
}

static bool text_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool match_same(const struct http_match *a, const struct http_match *b)
{
    bool host = a->host && b->host ? strcasecmp(a->host, b->host) == 0 : a->host == b->host;
    if (!host || a->sort != b->sort || !text_same(a->method, b->method)) return false;
    if (a->sort != PATH_PREFIX) return strcmp(a->path, b->path) == 0;
    size_t n = prefix_length(a->path);
    return n == prefix_length(b->path) && strncmp(a->path, b->path, n) == 0;
}

const char *path_replace_prefix(struct arena *a, const char *path, const char *prefix,
                                const char *replacement)
{
    const char *rest = path + prefix_length(prefix);
    const char *made = arena_format(a, "%.*s%s", (int)prefix_length(replacement), replacement, rest);
    return *made ? made : "/";
}

uint32_t weight_index(const double *cumulative, uint32_t count, double point)
{
    double at = point * cumulative[count - 1];
    uint32_t i = 0;
    while (i + 1 < count && cumulative[i] <= at)
        i++;
    return i;
}
