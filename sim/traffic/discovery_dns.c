/* discovery_dns.c - names, resolved by each caller and kept as it keeps them.
 *
 * The name of a Service leads to its cluster IP, behind which kube-proxy chooses: then only the way
 * there takes time. That of a headless Service leads to its pods: then what was resolved is the
 * view, for as long as it is kept. A caller that keeps answers has at most one lookup under way,
 * which all its calls await; one that keeps none has one for each call. */
#include "traffic/discovery_slice.h"
#include "traffic/lookup.h"
#include "traffic/resolv.h"
#include "traffic/traffic.h"

#include "base/arena.h"
#include "engine/judge.h"
#include "orrery/dist.h"
#include "orrery/route.h"

enum { CACHE_RECORD, CACHE_NONE, CACHE_FOREVER };
static const char *const cache_choices[] = { "record", "none", "forever", NULL };

struct dns_spec {
    struct slice_spec slice; /* first: a Service is reached through it */
    const char *name;
    struct list search;
    uint32_t ndots, attempts, cache;
    bool headless, aaaa;
    int64_t timeout_ns, ttl_ns, negative_ttl_ns, refresh_ns, between_ns;
};

struct dns_state {
    struct slice_state slice;
    struct rng rng;
    bool resolved, resolving;
    uint32_t lookup; /* while resolving: what calls wait for */
    int64_t resolved_ns, expires_ns, failed_until_ns, refresh_at_ns;
};

struct dns_shared {
    struct slice_shared slice;
    struct question question;
    struct dns_figures figures;
};

/* ------------------------------------------------------------------------- what is kept */

static int64_t kept_until(const struct dns_spec *spec, int64_t now_ns, int64_t ttl_ns)
{
    if (spec->ttl_ns > 0) return time_add(now_ns, spec->ttl_ns);
    if (spec->refresh_ns > 0 || spec->cache == CACHE_FOREVER) return TIME_NEVER;
    return spec->cache == CACHE_NONE ? now_ns : time_add(now_ns, ttl_ns);
}

static void count(struct world *w, struct dns_shared *shared, const struct lookup_result *result)
{
    if (!measured(w, now_ns(w) - result->took_ns)) return;
    shared->figures.lookups++;
    shared->figures.failed += !result->found;
    shared->figures.queries += result->queries;
    shared->figures.local += result->local;
    histogram_record(&shared->figures.took, result->took_ns);
}

/* The answer is what the server says at this moment. */
static void learn(struct world *w, const struct discovery_site *site,
                  const struct lookup_result *result)
{
    const struct dns_spec *spec = site->spec;
    struct dns_shared *shared = site->shared;
    struct dns_state *state = site->state;
    count(w, shared, result);
    if (!result->found) {
        state->failed_until_ns = time_add(now_ns(w), spec->negative_ttl_ns);
        return;
    }
    state->resolved = true;
    state->resolved_ns = now_ns(w);
    state->expires_ns = kept_until(spec, now_ns(w), result->ttl_ns);
    if (result->view) view_set(w, site, result->view);
}

static void refresh_later(struct world *w, const struct discovery_site *site);

static void on_kept(struct world *w, const struct discovery_site *site, uint32_t lookup,
                    const struct lookup_result *result)
{
    const struct dns_spec *spec = site->spec;
    struct dns_state *state = site->state;
    state->resolving = false;
    learn(w, site, result);
    if (spec->refresh_ns > 0) refresh_later(w, site);
    lookup_release(w, lookup, result->found || (spec->refresh_ns > 0 && state->resolved));
}

/* Of one call alone. */
static void on_used(struct world *w, const struct discovery_site *site, uint32_t lookup,
                    const struct lookup_result *result)
{
    learn(w, site, result);
    lookup_release(w, lookup, result->found);
}

static void resolve(struct world *w, const struct discovery_site *site)
{
    const struct dns_shared *shared = site->shared;
    struct dns_state *state = site->state;
    if (state->resolving) return;
    state->resolving = true;
    state->lookup = lookup_begin(w, site, &shared->question, &state->rng, on_kept);
}

static void on_refresh(struct world *w, uint32_t route, uint32_t instance)
{
    const struct discovery_site *site = discovery_site_of(w, route, instance);
    const struct dns_state *state = site->state;
    /* An earlier process of this caller may have planned it. */
    if (site->lives && state->refresh_at_ns == now_ns(w)) resolve(w, site);
}

static const struct event_type dns_refresh = { EVENT("dns.refresh"), on_refresh, NULL, PHASE_WORK };

static void refresh_later(struct world *w, const struct discovery_site *site)
{
    struct dns_state *state = site->state;
    state->refresh_at_ns =
        time_add(now_ns(w), ((const struct dns_spec *)site->spec)->refresh_ns);
    engine_at(w->engine, state->refresh_at_ns, &dns_refresh, site->route, site->instance);
}

/* ------------------------------------------------------------------------- a call asks */

static enum look dns_look(const struct discovery_site *site, struct world *w, uint32_t call)
{
    const struct dns_spec *spec = site->spec;
    const struct dns_shared *shared = site->shared;
    struct dns_state *state = site->state;
    if (state->resolved && now_ns(w) < state->expires_ns) return LOOK_KNOWN;
    if (now_ns(w) < state->failed_until_ns) return LOOK_FAILED;
    if (spec->cache == CACHE_NONE && spec->refresh_ns == 0) {
        lookup_wait(w, lookup_begin(w, site, &shared->question, &state->rng, on_used), call);
        return LOOK_WAIT;
    }
    resolve(w, site);
    lookup_wait(w, state->lookup, call);
    return LOOK_WAIT;
}

/* As gRPC's resolver: who could not connect asks again, but not too often. */
static void dns_failed(const struct discovery_site *site, struct world *w)
{
    const struct dns_spec *spec = site->spec;
    struct dns_state *state = site->state;
    if (spec->between_ns == 0 || !state->resolved) return;
    if (now_ns(w) - state->resolved_ns >= spec->between_ns) resolve(w, site);
}

/* ------------------------------------------------------------------------- a route's part */

static const char *const cluster_search[] = { "default.svc", "svc", "" };

static uint32_t search_of(struct arena *a, const struct dns_spec *spec, const char *domain,
                          const char **search)
{
    const char *const *said = spec->search.items;
    for (uint32_t i = 0; i < spec->search.count; i++)
        search[i] = said[i];
    if (spec->search.count > 0) return spec->search.count;
    for (uint32_t i = 0; i < 3; i++)
        search[i] = arena_format(a, "%s%s%s", cluster_search[i], i < 2 ? "." : "", domain);
    return 3;
}

static uint32_t tried_names(struct arena *a, const struct dns_spec *spec,
                            const struct coredns_spec *servers, const char *service,
                            const char **names)
{
    const char *search[RESOLV_SEARCH_MAX];
    uint32_t searched = search_of(a, spec, servers->cluster_domain, search);
    return resolv_expand(a, spec->name ? spec->name : service, spec->ndots, search, searched,
                         names);
}

/* Of the names tried those exist that are the Service's, or outside of the cluster the one said. */
static bool name_exists(const struct dns_spec *spec, const struct coredns_spec *servers,
                        const char *service, const char *name)
{
    return resolv_is_service(name, service, servers->cluster_domain) ||
           resolv_is_outside(name, spec->name ? spec->name : service, servers->cluster_domain);
}

static bool dns_leads(const struct part *discovery, const struct world *w, uint32_t route,
                      struct diag *d)
{
    const struct dns_spec *spec = discovery->spec;
    const struct coredns_spec *servers = document_singleton(w->doc, "coredns");
    const char *service = group_get(w, route_group(w, route))->name;
    const char *names[RESOLV_SEARCH_MAX + 1];
    uint32_t count = tried_names(w->arena, spec, servers, service, names);
    for (uint32_t i = 0; i < count; i++)
        if (name_exists(spec, servers, service, names[i])) return true;
    const char *hint = arena_format(w->arena,
                                    "%s.default.svc.%s is one that does; a name outside of the cluster "
                                    "has a dot",
                                    service, servers->cluster_domain);
    diag_error(d, discovery->at, route_name(w, route), hint,
               "none of the %u names that are tried for '%s' leads to service '%s': the last is '%s'",
               count, spec->name ? spec->name : service, service, names[count - 1]);
    return false;
}

/* Each caller instance is alone on its node. */
static void node_caches_open(struct world *w, struct question *q, uint32_t route)
{
    uint32_t count = route_instances(w, route), pods = discovery_group(w, route)->capacity;
    q->node_caches = arena_alloc(w->arena, count * sizeof *q->node_caches);
    for (uint32_t i = 0; i < count; i++) {
        q->node_caches[i] = arena_alloc(w->arena, q->name_count * sizeof *q->node_caches[i]);
        for (uint32_t n = 0; n < q->name_count; n++) {
            q->node_caches[i][n].stored_ns = TIME_NEVER;
            if (coredns_is_headless(q->servers, q->names[n]))
                q->node_caches[i][n].view = view_alloc(w, pods);
        }
    }
}

static void question_open(struct world *w, struct dns_shared *shared, const struct dns_spec *spec,
                          uint32_t route)
{
    struct question *q = &shared->question;
    q->servers = coredns_of(w);
    const struct coredns_spec *servers = coredns_spec(q->servers);
    const char *service = group_get(w, route_group(w, route))->name;
    const char *names[RESOLV_SEARCH_MAX + 1];
    q->name_count = tried_names(w->arena, spec, servers, service, names);
    q->names = arena_alloc(w->arena, q->name_count * sizeof *q->names);
    uint32_t found = q->name_count;
    for (uint32_t i = 0; i < q->name_count; i++) {
        bool exists = name_exists(spec, servers, service, names[i]);
        struct catalog *pods = exists && spec->headless ? shared->slice.slices : NULL;
        q->names[i] = coredns_name(q->servers, w, names[i], exists, pods);
        if (exists && found == q->name_count) found = i;
    }
    if (servers->autopath) {
        q->names[0] = q->names[found];
        q->name_count = 1;
    }
    q->records = spec->aaaa ? 2 : 1;
    q->attempts = spec->attempts;
    q->timeout_ns = spec->timeout_ns;
    if (servers->node_local) node_caches_open(w, q, route);
}

static void *dns_prepare(const void *spec, struct world *w, uint32_t route)
{
    const struct dns_spec *s = spec;
    struct traffic *t = traffic_of(w);
    struct dns_shared *shared = arena_alloc(w->arena, sizeof *shared);
    slice_open(&shared->slice, &s->slice, w, route);
    if (!s->headless) slice_follow(&shared->slice);
    question_open(w, shared, s, route);
    shared->figures.route = route;
    histogram_open_lazily(&shared->figures.took, w->arena);
    shared->figures.next = t->dns_figures;
    t->dns_figures = &shared->figures;
    return shared;
}

static void dns_begin(const struct discovery_site *site, struct world *w)
{
    const struct dns_spec *spec = site->spec;
    struct dns_state *state = site->state;
    uint64_t key = stream_key(w->root_key, route_site(w, site->route), "resolver");
    state->rng = rng_open(key_child(key_child(key, site->instance), site->life));
    if (!spec->headless) slice_begin(site, w);
    if (spec->refresh_ns > 0) resolve(w, site);
}

static const struct discovery_type dns_type = {
    .state_size = sizeof(struct dns_state),
    .prepare = dns_prepare,
    .leads = dns_leads,
    .begin = dns_begin,
    .look = dns_look,
    .failed = dns_failed,
};

/* ------------------------------------------------------------------------- the kind */

/* The rules that kube-proxy writes are of no concern to who knows the pods' own addresses. */
static void unproxied_check(const struct dns_spec *s, struct place at, const char *path,
                            struct diag *d)
{
    if (s->slice.min_sync_ns != NS_PER_S)
        judge_field(d, at, path, "minSyncPeriod", "leave it out, or headless",
                    "a headless name leads past kube-proxy");
    if (s->slice.sync_time.kind && dist_mean(&s->slice.sync_time) > 0)
        judge_field(d, at, path, "syncTime", "leave it out, or headless",
                    "a headless name leads past kube-proxy");
}

static void dns_check(void *spec, const struct document *doc, struct place at, const char *path,
                      struct diag *d)
{
    const struct dns_spec *s = spec;
    (void)doc;
    if (s->headless) unproxied_check(s, at, path, d);
    if (s->ttl_ns > 0 && s->cache != CACHE_RECORD)
        judge_field(d, at, path, "ttl", "leave one of them out",
                    "a ttl of one's own and cache = \"%s\" contradict each other",
                    cache_choices[s->cache]);
    if (s->refresh_ns > 0 && (s->ttl_ns > 0 || s->cache != CACHE_RECORD))
        judge_field(d, at, path, "refresh", "leave ttl and cache out",
                    "who looks up in the background keeps the answer until then");
    if (s->name && !resolv_is_name(s->name))
        judge_field(d, at, path, "name", "as in \"shop\" or \"api.example.com\"",
                    "'%s' cannot be a name", s->name);
    const char *const *search = s->search.items;
    for (uint32_t i = 0; i < s->search.count; i++)
        if (!resolv_is_name(search[i]))
            judge_field(d, at, path, "search", "as in { \"default.svc.cluster.local\" }",
                        "'%s' cannot be a domain", search[i]);
    if (s->search.count > RESOLV_SEARCH_MAX)
        judge_field(d, at, path, "search", NULL, "%u search domains, and at most %d can be",
                    s->search.count, RESOLV_SEARCH_MAX);
}

static const struct field dns_fields[] = {
    DISCOVERY_FIELDS(struct dns_spec, slice.reached.),
    TEXT(struct dns_spec, "name", name, .preset = "",
         .doc = "The name the caller has in its configuration: the service's own unless said; one "
                "outside of the cluster, such as \"api.example.com\", is asked for as such."),
    BOOL(struct dns_spec, "headless", headless, .preset = "false",
         .doc = "Whether the name leads to the pods themselves (clusterIP: None), or to one address "
                "behind which kube-proxy chooses."),
    CHOICE(struct dns_spec, "cache", cache, .preset = "record", .choices = cache_choices,
           .doc = "How long the caller keeps an answer: as the record says; not at all (glibc, with a "
                  "connection a call); or for ever (Java with networkaddress.cache.ttl = -1)."),
    DURATION(struct dns_spec, "ttl", ttl_ns, .preset = "", .min = 1, .max = (double)TIME_MAX_NS,
             .doc = "A time the caller keeps every answer for, whatever its record says: Java's "
                    "networkaddress.cache.ttl, 30 s by default."),
    DURATION(struct dns_spec, "negativeTtl", negative_ttl_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc = "How long it keeps a failure: 10 s in Java, not at all in glibc."),
    DURATION(struct dns_spec, "refresh", refresh_ns, .preset = "", .min = 1,
             .max = (double)TIME_MAX_NS,
             .doc = "Looks up in the background, so long after the last answer, and keeps that until "
                    "the next: Envoy's STRICT_DNS, dns_refresh_rate 5 s."),
    DURATION(struct dns_spec, "minTimeBetweenResolutions", between_ns, .preset = "", .min = 1,
             .max = (double)TIME_MAX_NS,
             .doc = "When a connection fails the name is looked up again, unless the answer is "
                    "younger than this: gRPC's resolver, 30 s. Not at all unless said."),
    COUNT(struct dns_spec, "ndots", ndots, .preset = "5", .min = 0, .max = 15,
          .doc = "A name with fewer dots is tried with each search domain first; 5 in a pod, 1 in "
                 "resolv.conf by itself."),
    LIST(struct dns_spec, "search", search, FIELD_TEXT, .preset = "",
         .doc = "The search domains: those of a pod in the namespace default unless said; nodes "
                "often add one."),
    BOOL(struct dns_spec, "aaaa", aaaa, .preset = "true",
         .doc = "Whether an IPv6 address is asked for beside every IPv4 one, which makes two queries "
                "of each."),
    DURATION(struct dns_spec, "timeout", timeout_ns, .preset = "5s", .min = 1, .max = 3600e9,
             .doc = "How long the resolver waits for a server (resolv.conf: timeout)."),
    COUNT(struct dns_spec, "attempts", attempts, .preset = "2", .min = 1, .max = 5,
          .doc = "How often it asks before it gives up (resolv.conf: attempts)."),
    SLICES_FIELDS(struct dns_spec, slice.slices.),
    SLICE_FIELDS(struct dns_spec, slice.),
    FIELDS_END
};

const struct kind discovery_dns = {
    .name = "dns",
    .role = "discovery",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Callers resolve a name at the servers of `coredns` and keep the answer. A headless name "
           "leads to the pods as they were when it was answered, plus what caches on the way add.",
    .source = "resolv.conf(5); Kubernetes DNS for Services and Pods; Java networking properties; "
              "Envoy STRICT_DNS; gRPC name resolution",
    .example = "discovery = dns { headless = true, ttl = \"30s\" }",
    .spec_size = sizeof(struct dns_spec),
    .fields = dns_fields,
    .check = dns_check,
    .vtable = &dns_type,
};
