/* lease.h - who said when that it is alive, and until when that is believed. */
#ifndef TRAFFIC_LEASE_H
#define TRAFFIC_LEASE_H

#include <stdbool.h>
#include <stdint.h>

/* Heartbeats come every so often from `begun_ns` on, which counts as the first, and before
 * `ended_ns`. They need no events: all there is to know follows from these two. */
struct lease {
    uint64_t address; /* 0: none */
    int64_t begun_ns;
    int64_t ended_ns; /* TIME_NEVER while it lives */
};

/* The last heartbeat up to now; now >= begun_ns. */
int64_t lease_renewed_ns(const struct lease *l, int64_t heartbeat_ns, int64_t now_ns);
/* Renewals, the registration apart, after `from_ns` and up to `to_ns`. */
uint32_t lease_renewals(const struct lease *l, int64_t heartbeat_ns, int64_t from_ns, int64_t to_ns);

/* Eureka adds the duration when a lease is renewed and once more when it is judged: it expires after
 * twice its duration, a bug that is kept for compatibility (Lease.java). */
static inline bool eureka_expired(int64_t renewed_ns, int64_t duration_ns, int64_t now_ns)
{
    return now_ns > renewed_ns + 2 * duration_ns;
}

/* Renewals a minute that are too few: at this number or below nobody is evicted. */
uint32_t eureka_threshold(uint32_t expected, int64_t heartbeat_ns, double ratio);
/* The most that one sweep takes out of a registry of this size. */
uint32_t eureka_eviction_limit(uint32_t size, double ratio);

#endif
