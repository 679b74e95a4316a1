/* gateway.h - pods that pass requests on by what they ask for: an ingress, an API gateway.
 *
 * A gateway is a service whose program is made from its routes. Everything about a request but the
 * customer is known before the run, so each different request has a program of its own, in which only
 * the routes that can be for it are left. */
#ifndef SERVICE_GATEWAY_H
#define SERVICE_GATEWAY_H

#include "orrery/route.h"
#include "service/match.h"
#include "service/pod.h"

struct gateway_spec {
    struct service_spec service; /* first: it is read as one */
    struct part work;
    struct list routes; /* parts of role httpRoute */
};

struct http_route_spec {
    const char *host;
    struct part path;
    uint32_t method;
    struct map headers, cookies; /* parts of role textMatch, by name */
    const char *target;
    struct map to; /* target -> weight */
    bool sticky;
    struct part rewrite;
    struct route_said said;
    struct http_match match; /* derived; its index is set by the gateway */
};

/* The spec of prefix, exact and regex; which of them it is says its kind's vtable. */
struct text_match_spec {
    const char *value;
};

struct rewrite_spec {
    const char *host, *path, *prefix;
};

/* What only some customers have. */
struct condition {
    uint64_t key;
    double share;
};

/* A route that a request may take, and its targets. */
struct choice {
    const struct condition *conditions; /* all of them */
    uint32_t condition_count, target_count;
    const double *cumulative; /* of the targets' weights */
    const char *const *targets; /* for traces */
    uint64_t key;             /* of the sticky draw */
    uint32_t route;           /* from 1, as in its gateway's list */
    uint16_t entry;           /* the instruction that calls the first target; two for each */
    bool sticky;
};

/* What the program of one request chooses from, the most specific first. */
struct chooser {
    const struct choice *choices;
    uint32_t count;
    const char *request; /* for traces */
};

struct gateway {
    const struct gateway_spec *spec;
    const struct http_route_spec **order; /* the routes, the most specific first */
    struct request *requests;             /* by operation */
};

bool text_match_holds(const struct part *match, const char *text);

/* gateway_run.c */
enum step_result gateway_run(struct world *w, uint32_t call, const struct instruction *i);
enum step_result gateway_leave(struct world *w, uint32_t call, const struct instruction *i);
void gateway_reply(struct world *w, uint32_t child);
void gateway_proceed(struct world *w, uint32_t call);

#endif
