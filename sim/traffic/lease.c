/* lease.c - arithmetic on heartbeats, and Eureka's rules (AbstractInstanceRegistry). */
#include "traffic/lease.h"

#include "base/check.h"
#include "orrery/time.h"

/* Heartbeats from the first on, up to and including this time. */
static int64_t beats_until(const struct lease *l, int64_t heartbeat_ns, int64_t to_ns)
{
    int64_t last_ns = l->ended_ns <= to_ns ? l->ended_ns - 1 : to_ns;
    return last_ns < l->begun_ns ? 0 : (last_ns - l->begun_ns) / heartbeat_ns + 1;
}

int64_t lease_renewed_ns(const struct lease *l, int64_t heartbeat_ns, int64_t now_ns)
{
    check(now_ns >= l->begun_ns);
    int64_t beats = beats_until(l, heartbeat_ns, now_ns);
    return l->begun_ns + (beats > 0 ? beats - 1 : 0) * heartbeat_ns;
}

uint32_t lease_renewals(const struct lease *l, int64_t heartbeat_ns, int64_t from_ns, int64_t to_ns)
{
    int64_t before = beats_until(l, heartbeat_ns, from_ns);
    int64_t until = beats_until(l, heartbeat_ns, to_ns);
    if (before == 0 && until > 0) before = 1; /* the registration is no renewal */
    return (uint32_t)(until - before);
}

uint32_t eureka_threshold(uint32_t expected, int64_t heartbeat_ns, double ratio)
{
    return (uint32_t)(expected * (60e9 / (double)heartbeat_ns) * ratio);
}

uint32_t eureka_eviction_limit(uint32_t size, double ratio)
{
    return size - (uint32_t)(size * ratio);
}
