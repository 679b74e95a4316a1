/* gateway_route.c - what a scenario may say about one route of a gateway.
 *
 * The shape is that of HTTPRoute in the Kubernetes Gateway API, one match a route: a rule with several
 * matches is several routes. Cookies count as the headers that they are. */
#include "service/gateway.h"

#include "base/arena.h"
#include "engine/judge.h"

#include <string.h>

#include "base/poison.h"

/* ------------------------------------------------------------------------- matches */

static const enum path_sort path_prefix = PATH_PREFIX, path_exact = PATH_EXACT,
                            path_expression = PATH_EXPRESSION;

static enum path_sort path_sort_of(const struct part *path)
{
    return *(const enum path_sort *)path->kind->vtable;
}

bool text_match_holds(const struct part *match, const char *text)
{
    const struct text_match_spec *s = match->spec;
    bool whole = path_sort_of(match) == PATH_EXACT;
    return whole ? strcmp(s->value, text) == 0 : expression_matches(s->value, text);
}

static void path_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    const struct text_match_spec *s = spec;
    (void)doc;
    if (s->value[0] != '/')
        judge_field(d, at, path, "value", "as in \"/cart\"", "a path begins with /");
}

static void expression_check(void *spec, const struct document *doc, struct place at,
                             const char *path, struct diag *d)
{
    const struct text_match_spec *s = spec;
    const char *fault = expression_fault(s->value);
    (void)doc;
    if (fault)
        judge_field(d, at, path, "value", "as in regex \"/cart/[0-9]+\"", "'%s': %s", s->value, fault);
}

#define EXPRESSION_DOC                                                                             \
    "An expression for the whole text: characters, \".\", sets as \"[a-z]\" or \"[^/]\", \\d, \\w, " \
    "and *, + or ? behind one of these; no groups."

static const struct field prefix_fields[] = {
    TEXT(struct text_match_spec, "value", value, .position = 1,
         .doc = "The path, or its first elements: \"/cart\" is for \"/cart/1\" and not for "
                "\"/carts\"."),
    FIELDS_END
};

static const struct field exact_path_fields[] = {
    TEXT(struct text_match_spec, "value", value, .position = 1, .doc = "The whole path."),
    FIELDS_END
};

static const struct field exact_fields[] = {
    TEXT(struct text_match_spec, "value", value, .position = 1, .doc = "The whole value."),
    FIELDS_END
};

static const struct field regex_fields[] = {
    TEXT(struct text_match_spec, "value", value, .position = 1, .doc = EXPRESSION_DOC),
    FIELDS_END
};

#define MATCH_SOURCE "Kubernetes Gateway API v1, HTTPPathMatch and HTTPHeaderMatch"

const struct kind match_prefix = {
    .name = "prefix",
    .role = "pathMatch",
    .room = "service",
    .doc = "Paths that begin with these elements. A bare text means this.",
    .source = MATCH_SOURCE,
    .example = "path = \"/cart\"",
    .spec_size = sizeof(struct text_match_spec),
    .fields = prefix_fields,
    .scalar = true,
    .check = path_check,
    .vtable = &path_prefix,
};

const struct kind match_exact = {
    .name = "exact",
    .role = "pathMatch",
    .room = "service",
    .doc = "This path and no other.",
    .source = MATCH_SOURCE,
    .example = "path = exact \"/cart\"",
    .spec_size = sizeof(struct text_match_spec),
    .fields = exact_path_fields,
    .check = path_check,
    .vtable = &path_exact,
};

const struct kind match_regex = {
    .name = "regex",
    .role = "pathMatch",
    .room = "service",
    .doc = "Paths that an expression describes.",
    .source = MATCH_SOURCE,
    .example = "path = regex \"/cart/[0-9]+\"",
    .spec_size = sizeof(struct text_match_spec),
    .fields = regex_fields,
    .check = expression_check,
    .vtable = &path_expression,
};

const struct kind match_text = {
    .name = "exact",
    .role = "textMatch",
    .room = "service",
    .doc = "This value and no other. A bare text means this.",
    .source = MATCH_SOURCE,
    .example = "headers = { [\"x-canary\"] = \"always\" }",
    .spec_size = sizeof(struct text_match_spec),
    .fields = exact_fields,
    .scalar = true,
    .vtable = &path_exact,
};

const struct kind match_text_regex = {
    .name = "regex",
    .role = "textMatch",
    .room = "service",
    .doc = "Values that an expression describes.",
    .source = MATCH_SOURCE,
    .example = "headers = { [\"user-agent\"] = regex \"Mobile.*\" }",
    .spec_size = sizeof(struct text_match_spec),
    .fields = regex_fields,
    .check = expression_check,
    .vtable = &path_expression,
};

/* ------------------------------------------------------------------------- rewrite */

static void rewrite_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    const struct rewrite_spec *s = spec;
    (void)doc;
    if (!s->host && !s->path && !s->prefix)
        diag_error(d, at, path, "say path, prefix or host", "it rewrites nothing");
    if (s->path && s->prefix)
        judge_field(d, at, path, "prefix", "leave one of them out",
                    "either the whole path is replaced or its prefix");
    if (s->path && s->path[0] != '/')
        judge_field(d, at, path, "path", "as in \"/cart\"", "a path begins with /");
    if (s->prefix && s->prefix[0] != '/')
        judge_field(d, at, path, "prefix", "as in \"/cart\"", "a path begins with /");
}

static const struct field rewrite_fields[] = {
    TEXT(struct rewrite_spec, "path", path, .preset = "",
         .doc = "What the whole path becomes (ReplaceFullPath)."),
    TEXT(struct rewrite_spec, "prefix", prefix, .preset = "",
         .doc = "What the prefix that matched becomes (ReplacePrefixMatch)."),
    TEXT(struct rewrite_spec, "host", host, .preset = "",
         .doc = "The host that the target is asked for; a gateway behind this one sees it."),
    FIELDS_END
};

const struct kind gateway_rewrite = {
    .name = "rewrite",
    .role = "rewrite",
    .room = "service",
    .doc = "What a request becomes before it goes to its target.",
    .source = "Kubernetes Gateway API v1, HTTPURLRewriteFilter",
    .example = "rewrite = { prefix = \"/v2\" }",
    .spec_size = sizeof(struct rewrite_spec),
    .fields = rewrite_fields,
    .check = rewrite_check,
};

/* ------------------------------------------------------------------------- a route */

static const char *const method_names[] = { "any",     "GET",     "HEAD",  "POST",  "PUT",
                                            "DELETE",  "CONNECT", "OPTIONS", "TRACE", "PATCH",
                                            NULL };

static void host_check(const struct http_route_spec *s, struct place at, const char *path,
                       struct diag *d)
{
    if (!s->host) return;
    const char *star = strchr(s->host, '*');
    bool good = s->host[0] && (!star || (star == s->host && star[1] == '.' && star[2]));
    if (!good || (star && strchr(star + 1, '*')) || strchr(s->host, ' ') || strchr(s->host, '/'))
        judge_field(d, at, path, "host", "as in \"shop.example.com\" or \"*.example.com\"",
                    "'%s' is no host; a * stands only for the labels before a domain", s->host);
}

static void targets_check(const struct http_route_spec *s, struct place at, const char *path,
                          struct diag *d)
{
    double sum = 0;
    for (uint32_t i = 0; i < s->to.count; i++)
        sum += s->to.entries[i].number;
    if ((s->target != NULL) + (s->to.count > 0) != 1)
        diag_error(d, at, path, "as in target = \"cart\", or to = { cart = 9, [\"cart-v2\"] = 1 }",
                   "say where requests go: exactly one of target and to%s",
                   s->target ? ", not both" : "");
    if (s->to.count > 0 && !(sum > 0))
        judge_field(d, at, path, "to", "as in to = { cart = 9, [\"cart-v2\"] = 1 }",
                    "at least one weight must be above 0");
    if (s->sticky && s->to.count < 2)
        judge_field(d, at, path, "sticky", "say to = { ... } with several, or leave it out",
                    "there is nothing to choose from");
}

static void route_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    struct http_route_spec *s = spec;
    (void)doc;
    host_check(s, at, path, d);
    targets_check(s, at, path, d);
    route_said_check(&s->said, at, path, d);
    s->match = (struct http_match){
        .host = s->host,
        .sort = path_sort_of(&s->path),
        .path = ((const struct text_match_spec *)s->path.spec)->value,
        .method = s->method ? method_names[s->method] : NULL,
        .header_count = s->headers.count + s->cookies.count,
    };
    const struct rewrite_spec *rewrite = s->rewrite.kind ? s->rewrite.spec : NULL;
    if (rewrite && rewrite->prefix && s->match.sort != PATH_PREFIX)
        judge_field(d, at, path, "rewrite", "match a prefix, or replace the whole path",
                    "there is no prefix to replace: the path is matched otherwise");
}

static const struct field route_fields[] = {
    TEXT(struct http_route_spec, "host", host, .preset = "",
         .doc = "The host it is for, \"shop.example.com\", or a domain, \"*.example.com\"; any unless "
                "said."),
    PART(struct http_route_spec, "path", path, "pathMatch", .preset = "/",
         .doc = "The paths it is for; a bare text is a prefix."),
    CHOICE(struct http_route_spec, "method", method, .preset = "any", .choices = method_names,
           .doc = "The method it is for."),
    MAP(struct http_route_spec, "headers", headers, FIELD_PART, .role = "textMatch", .preset = "",
        .doc = "Headers that a request must have, all of them, and what they must say."),
    MAP(struct http_route_spec, "cookies", cookies, FIELD_PART, .role = "textMatch", .preset = "",
        .doc = "Cookies that a request must have, and what they must say."),
    TEXT(struct http_route_spec, "target", target, .preset = "", .judge = target_backend_check,
         .doc = "Where its requests go: a service, which is asked for the endpoint that the request "
                "names or for its only one, or a service and an endpoint."),
    MAP(struct http_route_spec, "to", to, FIELD_NUMBER, .preset = "", .min = 0, .max = 1e6,
        .judge = target_backend_check,
        .doc = "Several targets, each with its weight; 0 is none of the requests."),
    BOOL(struct http_route_spec, "sticky", sticky, .preset = "false",
         .doc = "Whether one customer always goes to the same target, and not each request where "
                "its weight says."),
    PART(struct http_route_spec, "rewrite", rewrite, "rewrite", .preset = "",
         .doc = "What the request becomes before it goes on."),
    ROUTE_SAID_FIELDS(struct http_route_spec, said,
        /* timeout */ "How long each attempt at the target is awaited; inside `retry`.",
        /* retry */ "What the gateway does when an attempt fails; it stays with the target.",
        /* filters */ "Further guards, outermost first, outside `retry` and `timeout`.",
        /* balancer */ "How the gateway chooses a pod of the target; the target's own choice by "
            "default.",
        /* protocol */ "How requests travel from the gateway to a pod; as the target wishes by "
            "default.",
        /* discovery */ "How it learns which pods there are; the target's own choice by default.",
        /* trafficPolicy */ "Which of the pods it may use, and which first; the target's own by "
            "default."),
    FIELDS_END
};

const struct kind gateway_route = {
    .name = "httpRoute",
    .role = "httpRoute",
    .room = "service",
    .doc = "One route of a gateway: which requests it is for, and where they go. Of several that are "
           "for a request the most specific takes it: host, then path (exact, expression, prefix; "
           "the longer first), method, number of headers, and the order said.",
    .source = "Kubernetes Gateway API v1, HTTPRouteRule (precedence of matches)",
    .example = "{ path = \"/cart\", headers = { [\"x-canary\"] = \"always\" }, target = \"cart-v2\" }",
    .spec_size = sizeof(struct http_route_spec),
    .fields = route_fields,
    .check = route_check,
};
