/* match.h - which requests a gateway's route is for, and which of two routes goes first: pure rules.
 *
 * As the Gateway API has them for HTTPRoute. Requests are known before the run, so this is judged
 * once, not at every call. */
#ifndef SERVICE_MATCH_H
#define SERVICE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* From the least to the most specific. The API leaves the place of expressions open; this is Envoy
 * Gateway's order. */
enum path_sort { PATH_PREFIX, PATH_EXPRESSION, PATH_EXACT };

struct http_match {
    const char *host; /* "shop.example.com", "*.example.com", or NULL: any */
    enum path_sort sort;
    const char *path;
    const char *method;    /* NULL: any */
    uint32_t header_count; /* headers and cookies that are wanted */
    uint32_t index;        /* its place in the list: of equals the first said goes first */
};

/* A wildcard stands for one or more labels: "*.example.com" is not for "example.com". */
bool host_matches(const char *pattern, const char *host);
/* A prefix ends where an element of the path ends: "/cart" is for "/cart/1" and not for "/carts". */
bool path_matches(enum path_sort sort, const char *pattern, const char *path);
/* The whole text; expressions as in match_expression. */
bool expression_matches(const char *expression, const char *text);
/* NULL when the expression is one that is understood: characters, ".", "[a-z]", "[^/]", "\" before a
 * character that means itself, \d \w, and "*", "+", "?" behind one of these; no groups. */
const char *expression_fault(const char *expression);

/* Negative: a is asked before b. Never 0 for two of one list. */
int match_order(const struct http_match *a, const struct http_match *b);
/* They are for the same requests as far as host, path and method go. */
bool match_same(const struct http_match *a, const struct http_match *b);

/* The path with the prefix that matched replaced, as ReplacePrefixMatch has it. */
const char *path_replace_prefix(struct arena *a, const char *path, const char *prefix,
                                const char *replacement);

/* Which of count weights a point in [0, 1) falls on, by their running sums. */
uint32_t weight_index(const double *cumulative, uint32_t count, double point);

#endif
