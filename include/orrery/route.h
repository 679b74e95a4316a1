/* route.h - a call site: who calls what, through which filters, by which balancer.
 *
 * Routes are opened once, before the run; after that only balancer and filter state change. */
#ifndef ORRERY_ROUTE_H
#define ORRERY_ROUTE_H

#include "orrery/call.h"
#include "orrery/endpoint.h"
#include "orrery/request.h"

/* What a caller says about its requests besides method and path, for gateways. */
struct route_asks {
    const char *host; /* NULL: not said */
    struct map headers, cookies;
};

/* What a scenario may say of any call site, be it a step's, a client's or a gateway's. A part that
 * is not said is as the called service, or the mesh, wishes. */
struct route_said {
    struct part timeout, retry; /* the two everyday filters, said as fields: [retry, timeout] */
    struct list filters;        /* further ones, outside those, outermost first */
    struct part balancer, protocol, discovery, policy;
};

/* The rows of these fields for a member `m` of struct route_said, and what the kind's users are
 * told of each, in this order. */
#define ROUTE_SAID_FIELDS(T, m, TIMEOUT, RETRY, FILTERS, BALANCER, PROTOCOL, DISCOVERY, POLICY)    \
    PART(T, "timeout", m.timeout, "filter", .preset = "", .doc = TIMEOUT),                         \
        PART(T, "retry", m.retry, "filter", .preset = "", .doc = RETRY),                           \
        LIST(T, "filters", m.filters, FIELD_PART, .role = "filter", .preset = "", .doc = FILTERS), \
        PART(T, "balancer", m.balancer, "balancer", .preset = "", .doc = BALANCER),                \
        PART(T, "protocol", m.protocol, "protocol", .preset = "", .doc = PROTOCOL),                \
        PART(T, "discovery", m.discovery, "discovery", .preset = "", .doc = DISCOVERY),            \
        PART(T, "trafficPolicy", m.policy, "trafficPolicy", .preset = "", .doc = POLICY)

struct route_spec {
    const char *caller; /* for traces: "shoppers", "cart GET /cart" */
    const char *target; /* "cart GET /cart" */
    struct place at;    /* where the scenario says it */
    /* As in struct route_said; NULL or kind NULL: not said. */
    const struct part *timeout, *retry;
    struct list filters;
    const struct part *balancer, *protocol, *discovery, *policy;
    /* Told once when a call is over; the call closes after it returns. It notes, and sends
     * nothing. */
    void (*reply)(struct world *w, uint32_t call);
    /* Then, when not NULL: the call is closed, and whoever made it may go on. */
    void (*proceed)(struct world *w, uint32_t parent);
    uint32_t owner;          /* the caller's own number, in route.owner */
    uint32_t instance_count; /* callers that each have their own state: pods, or 1 */
    uint32_t instance_base;  /* parent call's pod - instance_base = instance, when by_pod */
    bool addressed;          /* its calls name their backend (call_go_to): nothing is chosen */
    bool by_pod;             /* the parent is a call at a pod; else a client, outside all zones */
    const uint8_t *zones;    /* of the caller's pods, by instance */
    const struct request *request; /* passed on by a gateway; NULL: `asks` and the target say it */
    const struct route_asks *asks; /* NULL: nothing */
};

/* What was said, which must live as long as the world, becomes part of the route. */
static inline void route_say(struct route_spec *route, const struct route_said *said)
{
    route->timeout = &said->timeout;
    route->retry = &said->retry;
    route->filters = said->filters;
    route->balancer = &said->balancer;
    route->protocol = &said->protocol;
    route->discovery = &said->discovery;
    route->policy = &said->policy;
}

/* For kind checks: judges the guards of a route as its caller says them, in fields called filters,
 * retry and timeout. */
void route_guards_check(const struct list *filters, const struct part *retry,
                        const struct part *timeout, struct place at, const char *path,
                        struct diag *d);

/* The same of all that is said. */
static inline void route_said_check(const struct route_said *said, struct place at,
                                    const char *path, struct diag *d)
{
    route_guards_check(&said->filters, &said->retry, &said->timeout, at, path, d);
}

/* For kind checks: what a caller says of its requests is for a gateway to look at. */
void route_request_check(const struct document *doc, const struct route_asks *asks,
                         const char *const *targets, uint32_t count, struct place at,
                         const char *path, struct diag *d);
/* The rows of a caller's fields for a member `m` of struct route_asks. */
#define ASKS_FIELDS(T, m)                                                                          \
    TEXT(T, "host", m.host, .preset = "",                                                          \
         .doc = "The host that is asked for, for a gateway: \"shop.example.com\"."),               \
        MAP(T, "headers", m.headers, FIELD_PART, .role = "header", .preset = "",                   \
            .doc = "Headers of its requests, for a gateway, by name."),                            \
        MAP(T, "cookies", m.cookies, FIELD_PART, .role = "header", .preset = "",                   \
            .doc = "Cookies of its requests, for a gateway, by name.")

/* ROUTE_NONE after telling d. */
#define ROUTE_NONE UINT32_MAX
uint32_t route_open(struct world *w, const struct route_spec *spec, struct diag *d);

uint32_t route_owner(const struct world *w, uint32_t route);
uint32_t route_operation(const struct world *w, uint32_t route);
uint32_t route_group(const struct world *w, uint32_t route);
uint32_t route_instances(const struct world *w, uint32_t route);
const char *route_name(const struct world *w, uint32_t route); /* "caller > target" */
/* The name, apart from others': a caller may ask the same thing at several places, "#2". */
const char *route_site(struct world *w, uint32_t route);
/* Where the filter that makes attempts stands; ROUTE_NO_RETRY when none does. While the route opens
 * (in `prepare`) only filters outside the one being prepared are seen. At most one a route. */
#define ROUTE_NO_RETRY UINT8_MAX
uint8_t route_retry_index(const struct world *w, uint32_t route);

#endif
