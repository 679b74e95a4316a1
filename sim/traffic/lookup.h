/* lookup.h - one resolution of a name by a caller's resolver: search path, tries, time-outs. */
#ifndef TRAFFIC_LOOKUP_H
#define TRAFFIC_LOOKUP_H

#include "traffic/coredns.h"

/* What a resolver asks: made once per route. */
struct question {
    struct coredns *servers;
    uint32_t *names; /* in the order they are tried; numbers of coredns_name */
    uint32_t name_count;
    uint32_t records; /* queries a name: 1, or 2 with AAAA */
    uint32_t attempts;
    int64_t timeout_ns;
    struct dns_entry **node_caches; /* by caller instance, then by place in `names`; NULL: none */
};

struct lookup_result {
    bool found; /* else: there is no such name, or nobody answered */
    bool timed_out;
    int64_t ttl_ns;
    const struct view *view; /* the pods of a headless name, when found; good until `done` returns */
    uint32_t queries, local; /* names asked for at the servers, and answered by the node's cache */
    int64_t took_ns;
};

/* Told once; `number` is what lookup_begin was given. */
typedef void lookup_done(struct world *w, const struct discovery_site *site, uint32_t lookup,
                         const struct lookup_result *result);

/* Begins one for a caller; its rng chooses the server of each query. Returns its number, which is
 * good until `done` returns. */
uint32_t lookup_begin(struct world *w, const struct discovery_site *site, const struct question *q,
                      struct rng *rng, lookup_done *done);
/* Keeps the call until the lookup is over. */
void lookup_wait(struct world *w, uint32_t lookup, uint32_t call);
/* Goes on with all that wait, in order; or fails them. For `done`. */
void lookup_release(struct world *w, uint32_t lookup, bool found);

#endif
