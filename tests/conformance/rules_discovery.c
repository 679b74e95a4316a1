/* rules_discovery.c - the rules by which callers find backends, asked by vectors. */
#include "conformance.h"

#include "traffic/coredns.h"
#include "traffic/lease.h"
#include "traffic/resolv.h"
#include "traffic/sync.h"

static struct value *search_path(struct question *q)
{
    const char *search[RESOLV_SEARCH_MAX], *names[RESOLV_SEARCH_MAX + 1];
    const struct value *said = ask_list(q, q->input, "search");
    uint32_t count = 0;
    for (const struct value *v = said->list_first; v && count < RESOLV_SEARCH_MAX; v = v->next)
        search[count++] = v->text;
    count = resolv_expand(q->arena, ask_text(q, q->input, "name"),
                          ask_count(q, q->input, "ndots", 0, 15), search, count, names);
    struct value *list = tell_list(q);
    for (uint32_t i = 0; i < count; i++)
        value_append(list, tell_text(q, names[i]));
    return list;
}

static struct value *service_name(struct question *q)
{
    return tell_bool(q, resolv_is_service(ask_text(q, q->input, "name"),
                                          ask_text(q, q->input, "service"),
                                          ask_text(q, q->input, "clusterDomain")));
}

/* Whether an entry stored at 0 still answers at each time. */
static struct value *dns_cache(struct question *q)
{
    int64_t lifetime_ns = dns_lifetime(ask_ns(q, q->input, "ttl_ms"), ask_ns(q, q->input, "cache_ms"));
    struct dns_entry entry = { .expires_ns = lifetime_ns };
    struct value *list = tell_list(q);
    for (const struct value *v = ask_list(q, q->input, "at_ms")->list_first; v; v = v->next)
        value_append(list, tell_bool(q, dns_entry_answers(&entry, (int64_t)(v->number * 1e6))));
    return list;
}

/* When the rules are written, for changes at these times. */
static struct value *kube_proxy_sync(struct question *q)
{
    struct sync sync = { 0 };
    int64_t period_ns = ask_ns(q, q->input, "minSyncPeriod_ms"), next_ns = -1;
    struct value *list = tell_list(q);
    for (const struct value *v = ask_list(q, q->input, "changes_ms")->list_first; v; v = v->next) {
        int64_t now_ns = (int64_t)(v->number * 1e6);
        if (next_ns >= now_ns) continue; /* what is to be written covers it */
        next_ns = sync_at(&sync, now_ns, period_ns);
        if (next_ns > now_ns) sync_ran(&sync, next_ns, period_ns);
        value_append(list, tell_number(q, (double)next_ns / 1e6));
    }
    return list;
}

/* Whether a lease has expired at each time. */
static struct value *eureka_lease(struct question *q)
{
    struct lease lease = { 1, ask_ns(q, q->input, "registered_ms"), ask_ns(q, q->input, "ended_ms") };
    int64_t heartbeat_ns = ask_ns(q, q->input, "heartbeat_ms");
    int64_t duration_ns = ask_ns(q, q->input, "duration_ms");
    struct value *list = tell_list(q);
    const struct value *at = ask_list(q, q->input, "at_ms");
    for (const struct value *v = at->list_first; v && !q->problem; v = v->next) {
        int64_t now_ns = (int64_t)(v->number * 1e6);
        int64_t renewed_ns = lease_renewed_ns(&lease, heartbeat_ns, now_ns);
        value_append(list, tell_bool(q, eureka_expired(renewed_ns, duration_ns, now_ns)));
    }
    return list;
}

static struct value *threshold(struct question *q)
{
    return tell_number(q, eureka_threshold(ask_count(q, q->input, "clients", 0, 1000000),
                                           ask_ns(q, q->input, "heartbeat_ms"),
                                           ask_number(q, q->input, "ratio")));
}

static struct value *eviction_limit(struct question *q)
{
    return tell_number(q, eureka_eviction_limit(ask_count(q, q->input, "size", 0, 1000000),
                                                ask_number(q, q->input, "ratio")));
}

const struct rule rules_discovery[] = {
    { "searchPath", search_path },
    { "serviceName", service_name },
    { "dnsCache", dns_cache },
    { "kubeProxySync", kube_proxy_sync },
    { "eurekaLease", eureka_lease },
    { "eurekaThreshold", threshold },
    { "eurekaEvictionLimit", eviction_limit },
    { NULL, NULL },
};
