/* rules_routing.c - the rules by which a gateway routes requests, asked by vectors. */
#include "conformance.h"

#include "service/gateway.h"

#include <string.h>

#define ROUTES_MAX 32
#define WEIGHTS_MAX 32
#define HEADERS_MAX 16

extern const struct kind match_text;

static const char *const sorts[] = { "PathPrefix", "RegularExpression", "Exact", NULL };

static const char *optional(const struct value *map, const char *key)
{
    const struct value *v = value_get(map, key);
    return v && v->type == VALUE_TEXT ? v->text : NULL;
}

static struct http_match ask_match(struct question *q, const struct value *said, uint32_t index)
{
    struct http_match m = { .host = optional(said, "host"),
                            .path = optional(said, "path"),
                            .method = optional(said, "method"),
                            .index = index };
    if (optional(said, "type")) m.sort = (enum path_sort)ask_choice(q, said, "type", sorts);
    if (!m.path) m.path = "/";
    const struct value *headers = value_get(said, "headers");
    for (const struct value *h = headers ? headers->first : NULL; h; h = h->next)
        m.header_count++;
    return m;
}

/* The request's headers as a call carries them. */
static struct request ask_headers(struct question *q, const struct value *request)
{
    struct map *map = arena_alloc(q->arena, sizeof *map);
    struct map_entry *entries = arena_alloc(q->arena, HEADERS_MAX * sizeof *entries);
    const struct value *said = value_get(request, "headers");
    for (const struct value *h = said ? said->first : NULL; h && map->count < HEADERS_MAX; h = h->next) {
        struct header_spec *header = arena_alloc(q->arena, sizeof *header);
        *header = (struct header_spec){ h->text, 1 };
        entries[map->count++] = (struct map_entry){ .key = h->key, .part = { .spec = header } };
    }
    map->entries = entries;
    return (struct request){ .headers = map };
}

static bool headers_hold(const struct value *wanted, const struct request *request)
{
    for (const struct value *w = wanted ? wanted->first : NULL; w; w = w->next) {
        const struct header_spec *has = request_header(request, w->key);
        struct text_match_spec value = { w->text };
        struct part match = { .kind = &match_text, .spec = &value };
        if (!has || !text_match_holds(&match, has->value)) return false;
    }
    return true;
}

/* The index of the route that takes the request, or -1. */
static struct value *http_route(struct question *q)
{
    const struct value *routes = ask_list(q, q->input, "routes");
    const struct value *request = value_get(q->input, "request");
    const char *path = ask_text(q, request, "path"), *method = optional(request, "method");
    struct request headers = ask_headers(q, request);
    struct http_match best = { 0 };
    bool found = false;
    uint32_t index = 0;
    for (const struct value *r = routes->list_first; r && index < ROUTES_MAX; r = r->next) {
        struct http_match m = ask_match(q, r, index++);
        if (!host_matches(m.host, optional(request, "host"))) continue;
        if (!path_matches(m.sort, m.path, path)) continue;
        if (m.method && (!method || strcmp(m.method, method) != 0)) continue;
        if (!headers_hold(value_get(r, "headers"), &headers)) continue;
        if (!found || match_order(&m, &best) < 0) best = m;
        found = true;
    }
    return tell_number(q, found ? (double)best.index : -1);
}

static struct value *host_match(struct question *q)
{
    return tell_bool(q, host_matches(ask_text(q, q->input, "pattern"), ask_text(q, q->input, "host")));
}

static struct value *path_match(struct question *q)
{
    enum path_sort sort = (enum path_sort)ask_choice(q, q->input, "type", sorts);
    return tell_bool(q, path_matches(sort, ask_text(q, q->input, "value"), ask_text(q, q->input, "path")));
}

static struct value *prefix_rewrite(struct question *q)
{
    return tell_text(q, path_replace_prefix(q->arena, ask_text(q, q->input, "path"),
                                            ask_text(q, q->input, "prefix"),
                                            ask_text(q, q->input, "replacePrefixMatch")));
}

/* How many of n evenly spread points fall on each weight. */
static struct value *weighted_split(struct question *q)
{
    double cumulative[WEIGHTS_MAX], sum = 0;
    uint32_t counts[WEIGHTS_MAX] = { 0 }, count = 0, n = ask_count(q, q->input, "requests", 1, 1000000);
    const struct value *said = ask_list(q, q->input, "weights");
    for (const struct value *v = said->list_first; v && count < WEIGHTS_MAX; v = v->next)
        cumulative[count++] = sum += v->number;
    if (!(sum > 0)) q->problem = "input: no weight is above 0";
    if (q->problem) return NULL;
    for (uint32_t i = 0; i < n; i++)
        counts[weight_index(cumulative, count, (i + 0.5) / n)]++;
    struct value *list = tell_list(q);
    for (uint32_t i = 0; i < count; i++)
        value_append(list, tell_number(q, counts[i]));
    return list;
}

const struct rule rules_routing[] = {
    { "httpRoute", http_route },
    { "hostMatch", host_match },
    { "pathMatch", path_match },
    { "prefixRewrite", prefix_rewrite },
    { "weightedSplit", weighted_split },
    { NULL, NULL },
};
