/* discovery.h - the role "discovery": what a caller believes about who is there.
 *
 * A caller without one sees its group itself, at once and for nothing. With one, each caller
 * instance holds a view: addresses that may be late, cached or stale. The discovery decides when a
 * view changes (view_set); a call goes where the view says, and what it meets there is the
 * endpoint's to say (endpoint_type.reach). To add one: sim/traffic/discovery_NAME.c and a line in
 * sim/model/kinds.def. */
#ifndef ORRERY_DISCOVERY_H
#define ORRERY_DISCOVERY_H

#include "orrery/call.h"
#include "orrery/endpoint.h"

/* A set of addresses at one time. Equal versions of one route mean equal sets: balancers' tables
 * are made for a version. */
struct view {
    uint32_t *backends; /* ascending, without repeats */
    uint64_t *addresses;
    uint32_t count, version;
};

/* What a discovery works with: one caller instance of one route. */
struct discovery_site {
    const void *spec;
    void *state;  /* zeroed when the caller's process begins */
    void *shared; /* what `prepare` made: per route */
    uint32_t route, instance;
    uint32_t life; /* of the caller's process: 0 until its first begins, then counts them */
    bool lives;
};

enum look { LOOK_KNOWN, LOOK_WAIT, LOOK_FAILED };

struct discovery_type {
    size_t state_size;
    /* Once a route, while it opens; no group is filled yet. NULL: shared stays NULL. */
    void *(*prepare)(const void *spec, struct world *w, uint32_t route);
    /* While the route opens: whether it can lead to the group at all. Else tells d. NULL:
     * it can. */
    bool (*leads)(const struct part *discovery, const struct world *w, uint32_t route,
                  struct diag *d);
    /* The caller's process begins and knows nothing: at the run's start, or later. */
    void (*begin)(const struct discovery_site *site, struct world *w);
    /* Before a backend is chosen. WAIT: the call is kept until view_resume or view_fail. FAILED: it
     * is known that nothing is known. NULL: always KNOWN. */
    enum look (*look)(const struct discovery_site *site, struct world *w, uint32_t call);
    /* A connection to an address of the view came to nothing. NULL: what of it. */
    void (*failed)(const struct discovery_site *site, struct world *w);
};

/* Every discovery's spec begins with this. */
struct discovery_spec {
    int64_t connect_timeout_ns;
    uint32_t gone; /* enum reach - REACH_REFUSED: what answers where a pod was */
};

extern const char *const discovery_gone_choices[];

#define DISCOVERY_FIELDS(T, m)                                                                     \
    DURATION(T, "connectTimeout", m connect_timeout_ns, .preset = "5s", .min = 1,                  \
             .max = 3600e9,                                                                        \
             .doc = "How long a connection is tried to an address where nothing answers, as that " \
                    "of a pod whose node is down. Envoy's connect_timeout; Linux by itself gives " \
                    "up after 127 s (tcp_syn_retries 6)."),                                        \
        CHOICE(T, "gone", m gone, .preset = "refused", .choices = discovery_gone_choices,          \
               .doc = "What a connection meets at the address of a pod that is gone, its node "    \
                      "still up: refused at once (a reset), silent until connectTimeout "          \
                      "(networks that drop what has no owner), or wrongPod, which answers "        \
                      "with an error because the address has been given to another.")

/* What a discovery calls. Views are copied. */
struct view *view_alloc(struct world *w, uint32_t capacity); /* empty, of version 0 */
void view_copy(struct view *to, const struct view *from);
const struct view *view_of_site(const struct world *w, const struct discovery_site *site);
void view_set(struct world *w, const struct discovery_site *site, const struct view *view);
void view_see(struct world *w, const struct discovery_site *site); /* the group as it is now */
/* Goes on with a call that was kept: it is not looked at again. */
void view_resume(struct world *w, uint32_t call);
/* Or ends its attempt as unavailable, `why` in the trace. */
void view_fail(struct world *w, uint32_t call, const char *why);

struct discovery_site *discovery_site_of(const struct world *w, uint32_t route, uint32_t instance);
const struct group *discovery_group(const struct world *w, uint32_t route);

/* What whoever has callers calls: the process of this pod begins, or has ended. */
void view_caller(struct world *w, uint32_t pod, bool lives);

#endif
