/* kube_proxy.c - which backend a new connection gets behind a Service's address. */
#include "traffic/kube_proxy.h"

#include "engine/judge.h"

#define RANDOM_BITS 31
#define SOURCE_BUCKETS 256 /* IP_VS_SH_TAB_BITS 8 */
#define DECIMALS 1e10

const char *const affinity_choices[] = { "None", "ClientIP", NULL };

double kube_proxy_probability(uint32_t n, uint32_t i)
{
    return (double)(uint64_t)(DECIMALS / (n - i) + 0.5) / DECIMALS;
}

uint32_t kube_proxy_threshold(uint32_t n, uint32_t i)
{
    return (uint32_t)(kube_proxy_probability(n, i) * (double)(1u << RANDOM_BITS) + 0.5);
}

uint32_t kube_proxy_walk(uint32_t n, struct rng *rng)
{
    for (uint32_t i = 0; i + 1 < n; i++)
        if (rng_next(rng) >> (64 - RANDOM_BITS) < kube_proxy_threshold(n, i)) return i;
    return n - 1;
}

uint32_t ipvs_round_robin(const uint32_t *backends, uint32_t n, uint32_t last)
{
    for (uint32_t i = 0; i < n; i++)
        if (backends[i] > last) return i;
    return 0;
}

uint32_t ipvs_least_connection(const uint32_t *connections, uint32_t n)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (connections[i] < connections[best]) best = i;
    return best;
}

uint32_t ipvs_source_hash(uint64_t source, uint32_t n)
{
    return (uint32_t)(source % SOURCE_BUCKETS) % n;
}

uint32_t affinity_find(const struct affinity *a, const struct l4_choice *choice, int64_t timeout_ns)
{
    if (!a->known || choice->now_ns - a->seen_ns > timeout_ns) return choice->count;
    for (uint32_t i = 0; i < choice->count; i++)
        if (choice->backends[i] == a->backend) return i;
    return choice->count;
}

void affinity_check(uint32_t affinity, int64_t timeout_ns, struct place at, const char *path,
                    struct diag *d)
{
    if (!affinity && timeout_ns != AFFINITY_NS)
        judge_field(d, at, path, "timeoutSeconds", "say sessionAffinity = \"ClientIP\"",
                    "without affinity nothing times out");
}

void affinity_note(struct affinity *a, const struct l4_choice *choice, uint32_t chosen)
{
    *a = (struct affinity){ choice->backends[chosen], true, choice->now_ns };
}
