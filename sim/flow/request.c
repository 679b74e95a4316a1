/* request.c - what calls ask for, and which customers have which headers and cookies. */
#include "orrery/request.h"

#include "base/arena.h"
#include "engine/judge.h"
#include "orrery/route.h"

#include <string.h>
#include <strings.h>

bool request_read(struct arena *a, const char *operation, struct request *out)
{
    size_t n = operation ? strcspn(operation, " ") : 0;
    if (n == 0 || operation[n] != ' ' || operation[n + 1] != '/') return false;
    for (size_t i = 0; i < n; i++)
        if (operation[i] < 'A' || operation[i] > 'Z') return false;
    out->method = arena_text_n(a, operation, n);
    out->path = arena_text(a, operation + n + 1);
    return true;
}

static bool text_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool map_same(const struct map *a, const struct map *b)
{
    uint32_t count = a ? a->count : 0;
    if (count != (b ? b->count : 0)) return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct header_spec *x = a->entries[i].part.spec, *y = b->entries[i].part.spec;
        if (strcmp(a->entries[i].key, b->entries[i].key) != 0 || x->share != y->share ||
            strcmp(x->value, y->value) != 0)
            return false;
    }
    return true;
}

bool request_same(const struct request *a, const struct request *b)
{
    return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0 &&
           text_same(a->host, b->host) && a->key == b->key && map_same(a->headers, b->headers) &&
           map_same(a->cookies, b->cookies);
}

const struct header_spec *request_header(const struct request *r, const char *name)
{
    for (uint32_t i = 0; r->headers && i < r->headers->count; i++)
        if (strcasecmp(r->headers->entries[i].key, name) == 0)
            return r->headers->entries[i].part.spec;
    return NULL;
}

const struct header_spec *request_cookie(const struct request *r, const char *name)
{
    for (uint32_t i = 0; r->cookies && i < r->cookies->count; i++)
        if (strcmp(r->cookies->entries[i].key, name) == 0) return r->cookies->entries[i].part.spec;
    return NULL;
}

uint64_t request_share_key(const struct request *r, const char *name, bool cookie)
{
    char lower[64];
    size_t n = 0;
    for (; name[n] && n < sizeof lower - 1; n++)
        lower[n] = !cookie && name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] | 32) : name[n];
    lower[n] = '\0';
    return key_child(r->key ^ hash_text(lower), cookie);
}

void route_request_check(const struct document *doc, const struct route_asks *asks,
                         const char *const *targets, uint32_t count, struct place at,
                         const char *path, struct diag *d)
{
    bool said = asks->host || asks->headers.count || asks->cookies.count, gateway = false;
    for (uint32_t i = 0; i < count; i++)
        gateway |= target_is_gateway(doc, targets[i]);
    if (said && !gateway && count > 0)
        judge_field(d, at, path, asks->host ? "host" : asks->headers.count ? "headers" : "cookies",
                    "call a gateway, or leave it out", "only a gateway looks at it");
}

static const struct field header_fields[] = {
    TEXT(struct header_spec, "value", value, .position = 1, .doc = "What it says."),
    RATIO(struct header_spec, "share", share, .preset = "100%", .min = 0, .max = 1,
          .doc = "Of all customers, how many have it; a customer has it at every call or at none."),
    FIELDS_END
};

const struct kind flow_header = {
    .name = "header",
    .role = "header",
    .form = KIND_PART,
    .room = "flow",
    .doc = "A header or a cookie that requests carry; a bare text is one that all have.",
    .example = "cookies = { canary = { \"always\", share = \"5%\" } }",
    .spec_size = sizeof(struct header_spec),
    .fields = header_fields,
    .scalar = true,
};
