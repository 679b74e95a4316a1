/* sticky.h - which backend a customer's cookie names.
 *
 * The customer's browser holds the cookie, so all instances of a caller honour it: one table a
 * route. It forgets the customer unseen longest among the few that fall on one line. */
#ifndef TRAFFIC_STICKY_H
#define TRAFFIC_STICKY_H

#include <stdint.h>

#define STICKY_NONE UINT32_MAX
#define STICKY_WAYS 4

struct sticky_rule {
    int64_t ttl_ns;
    uint32_t sessions;
};

struct session {
    uint64_t customer; /* 0: none */
    int64_t seen_ns;
    uint32_t backend;
};

struct sessions {
    struct session *items;
    uint32_t line_count; /* of STICKY_WAYS each; a power of two; 0: no stickiness */
    uint64_t forgotten;  /* cookies dropped for want of room before they ran out */
};

struct arena;
void sessions_open(struct sessions *s, struct arena *a, uint32_t count);
/* STICKY_NONE: the customer has no cookie, or it has run out. */
uint32_t sessions_find(struct sessions *s, const struct sticky_rule *rule, uint64_t customer,
                       int64_t now_ns);
/* The answer sets the cookie anew. */
void sessions_set(struct sessions *s, const struct sticky_rule *rule, uint64_t customer,
                  uint32_t backend, int64_t now_ns);

#endif
