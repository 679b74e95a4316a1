/* policy.c - the kind `trafficPolicy`: a caller's way from the ready backends to one of them.
 *
 * Cookie, priority level, zone, customer's subset, balancer, in this order. Who may be called is
 * arrange.c's affair, ejection and probes have files of their own. */
#include "traffic/policy.h"

#include "base/arena.h"
#include "base/check.h"
#include "infra/infra.h"
#include "orrery/route.h"

#include <stdio.h>

#include "base/poison.h"

static void *policy_prepare(const void *spec, struct world *w, uint32_t route, struct place at,
                            struct diag *d)
{
    struct policy_shared *shared = arena_alloc(w->arena, sizeof *shared);
    shared->spec = spec;
    shared->outlier = shared->spec->outlier.spec;
    shared->health = shared->spec->health.spec;
    shared->zone_count = infra_zone_count(w);
    shared->caller_group = GROUP_NONE;
    if (shared->outlier) ejection_prepare(w, shared);
    if (shared->health) probing_prepare(w, shared, route, at, d);
    const struct sticky_rule *sticky = shared->spec->stickiness.spec;
    if (sticky) sessions_open(&shared->sessions, w->arena, sticky->sessions);
    return shared;
}

static void state_open(const struct policy_site *site, struct world *w)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    uint32_t zones = shared->zone_count, capacity = group_get(w, site->group)->capacity;
    s->sets = arena_alloc(w->arena, LEVELS_MAX * (zones + 1) * sizeof *s->sets);
    s->shares = arena_alloc(w->arena, LEVELS_MAX * zones * sizeof *s->shares);
    s->turns = arena_alloc(w->arena, LEVELS_MAX * zones * sizeof *s->turns);
    s->healthy = arena_alloc(w->arena, 3 * zones * sizeof *s->healthy);
    s->total = s->healthy + zones;
    s->callers = s->total + zones;
    if (shared->outlier) s->rates = arena_alloc(w->arena, capacity * sizeof *s->rates);
}

static void begin_timers(const struct policy_site *site, struct world *w)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    if (s->begun) return;
    s->begun = true;
    if (shared->outlier) ejection_begin(site, w);
    if (shared->health) probing_begin(site, w);
}

static void policy_begin(struct world *w, uint32_t route, void *shared_)
{
    struct policy_shared *shared = shared_;
    shared->caller_group = route_caller_group(w, route);
    if (shared->health) probing_open(w, shared, route);
    /* A client, or what stands for one, is there from the start; pods begin with their first call.
     */
    if (shared->health && shared->caller_group == GROUP_NONE) {
        const struct policy_site *site = route_policy(w, route, 0);
        begin_timers(site, w);
    }
}

static void policy_arrange_anew(const struct policy_site *site, struct world *w)
{
    const struct policy_state *s = site->state;
    if (!s->sets) state_open(site, w);
    policy_arrange(site, w);
}

static bool policy_stale(const struct policy_site *site, const struct world *w)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    return s->caller_version && s->caller_version != group_get(w, shared->caller_group)->version;
}

/* ------------------------------------------------------------------------- one call */

static void set_open(const struct policy_site *site, struct world *w, struct backend_set *set)
{
    const struct balancer_type *type = site->balancer;
    uint32_t capacity = group_get(w, site->group)->capacity;
    set->state = arena_alloc(w->arena, type->state_size + capacity * type->backend_state_size);
    set->shared = arena_alloc(w->arena, type->shared_size);
}

static uint32_t balancer_ask(const struct policy_site *site, struct world *w,
                             struct backend_set *set, struct backend *backends, uint32_t n,
                             const struct pick *pick, uint32_t version)
{
    if (!set->state) set_open(site, w, set);
    struct pick inner = *pick;
    inner.shared = set->shared;
    inner.version = version | 1; /* never 0 */
    uint32_t chosen = site->balancer->pick(site->balancer_spec, set->state, backends, n, &inner);
    check(chosen < n || (chosen == BACKEND_NONE && site->balancer->refuses));
    return chosen;
}

/* Among the customer's own few, on copies: what the balancer keeps in them goes back. */
static uint32_t subset_pick(const struct policy_site *site, struct world *w,
                            struct backend_set *set, const struct pick *pick)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    struct backend own[SUBSET_MAX];
    uint32_t positions[SUBSET_MAX];
    uint32_t n = subset_gather(&shared->spec->subset, site, group_get(w, site->group), set, pick,
                               own, positions);
    if (n == 0) return BACKEND_NONE;
    uint32_t version = (uint32_t)(key_child(pick->customer, s->version) >> 32);
    uint32_t chosen = balancer_ask(site, w, set, own, n, pick, version);
    for (uint32_t i = 0; i < n; i++)
        site->backends[positions[i]] = own[i];
    return chosen == BACKEND_NONE ? BACKEND_NONE : positions[chosen];
}

static uint32_t set_pick(const struct policy_site *site, struct world *w, struct backend_set *set,
                         const struct pick *pick)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    if (shared->spec->subset.kind) return subset_pick(site, w, set, pick);
    uint32_t chosen =
        balancer_ask(site, w, set, site->backends + set->first, set->count, pick, s->version << 1);
    return chosen == BACKEND_NONE ? BACKEND_NONE : set->first + chosen;
}

/* The backend of the customer's cookie, if it may be used: the first ones are those in sets. */
static uint32_t cookie_find(const struct policy_site *site, const struct world *w,
                            const struct pick *pick)
{
    struct policy_shared *shared = site->shared;
    uint32_t backend =
        sessions_find(&shared->sessions, shared->spec->stickiness.spec, pick->customer, now_ns(w));
    if (backend == STICKY_NONE) return BACKEND_NONE;
    for (uint32_t i = 0; i < site->count; i++)
        if (site->backends[i].id == backend && site->backends[i].flags == 0 &&
            site->backends[i].level != LEVEL_NEVER)
            return i;
    shared->counts.sticky_moved++;
    return BACKEND_NONE;
}

static void count(const struct policy_site *site, uint32_t chosen, const struct pick *pick,
                  bool panics)
{
    struct policy_counts *counts = &((struct policy_shared *)site->shared)->counts;
    if (chosen == BACKEND_NONE) {
        counts->picks_none++;
        return;
    }
    counts->by_level[site->backends[chosen].level]++;
    counts->picks_panic += panics;
    bool near = pick->zone == ZONE_OUTSIDE || site->backends[chosen].zone == pick->zone;
    counts->picks_near += near;
    counts->picks_far += !near;
}

static uint32_t policy_pick(const struct policy_site *site, struct world *w, uint32_t call,
                            const struct pick *pick)
{
    (void)call;
    struct policy_shared *shared = site->shared;
    const struct sticky_rule *sticky = shared->spec->stickiness.spec;
    bool panics = false;
    begin_timers(site, w);
    uint32_t chosen = sticky ? cookie_find(site, w, pick) : BACKEND_NONE;
    if (chosen != BACKEND_NONE) {
        shared->counts.sticky_kept++;
    } else {
        struct backend_set *set = policy_set(site, w, pick, &panics);
        if (set) chosen = set_pick(site, w, set, pick);
    }
    if (sticky && chosen != BACKEND_NONE)
        sessions_set(&shared->sessions, sticky, pick->customer, site->backends[chosen].id,
                     now_ns(w));
    count(site, chosen, pick, panics);
    return chosen;
}

/* In the state of its set; one that is ejected or failing has the set it would be in. */
static void balancer_tell(const struct policy_site *site, struct backend *b,
                          const struct observation *seen)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    if (b->level == LEVEL_NEVER) return;
    uint32_t set = b->level * (shared->zone_count + 1);
    if (s->levels[b->level].by_zone) set += 1u + b->zone;
    if (s->sets[set].state)
        site->balancer->observe(site->balancer_spec, s->sets[set].state, b, seen);
}

static void policy_observe(const struct policy_site *site, struct world *w, uint32_t call,
                           uint32_t backend_index, const struct observation *seen)
{
    (void)call;
    const struct policy_shared *shared = site->shared;
    if (site->balancer->observe) balancer_tell(site, &site->backends[backend_index], seen);
    if (shared->outlier) ejection_observe(site, w, site->backends[backend_index].id, seen);
}

/* ------------------------------------------------------------------------- figures */

static void policy_reset(void *shared)
{
    struct policy_shared *s = shared;
    s->counts = (struct policy_counts){ 0 };
    s->sessions.forgotten = 0;
}

static void figure(struct world *w, uint32_t route, const char *metric, uint64_t value)
{
    recorder_value(w->recorder, "policies", route_site(w, route), metric, "1", (double)value);
}

static void ejections_report(struct world *w, uint32_t route, const struct policy_counts *c)
{
    uint64_t all = 0;
    for (uint32_t i = EJECTION_NONE + 1; i < EJECTION_COUNT; i++) {
        char metric[64];
        snprintf(metric, sizeof metric, "by_cause.%s", ejection_names[i]);
        if (c->ejections[i]) figure(w, route, metric, c->ejections[i]);
        all += c->ejections[i];
    }
    figure(w, route, "ejections", all);
    figure(w, route, "spared", c->spared);
}

/* Only where there are more than one. */
static void levels_report(struct world *w, uint32_t route, const struct policy_counts *c)
{
    uint32_t last = LEVELS_MAX - 1;
    while (last > 0 && c->by_level[last] == 0)
        last--;
    for (uint32_t i = 0; last > 0 && i <= last; i++) {
        char metric[64];
        snprintf(metric, sizeof metric, "by_level.%u", i);
        figure(w, route, metric, c->by_level[i]);
    }
}

static void policy_report(struct world *w, uint32_t route, void *shared_)
{
    const struct policy_shared *shared = shared_;
    const struct policy_counts *c = &shared->counts;
    figure(w, route, "picks", c->picks_near + c->picks_far);
    figure(w, route, "cross_zone", c->picks_far);
    figure(w, route, "in_panic", c->picks_panic);
    figure(w, route, "refused", c->picks_none);
    levels_report(w, route, c);
    if (shared->outlier) ejections_report(w, route, c);
    if (shared->health) {
        figure(w, route, "probes", c->probes);
        figure(w, route, "probes_failed", c->probes_failed);
    }
    if (!shared->spec->stickiness.kind) return;
    figure(w, route, "sticky_kept", c->sticky_kept);
    figure(w, route, "sticky_moved", c->sticky_moved);
    figure(w, route, "sticky_forgotten", shared->sessions.forgotten);
}

/* ------------------------------------------------------------------------- the kind */

static const struct policy_type policy_type = {
    .state_size = sizeof(struct policy_state),
    .backend_state_size = sizeof(struct host),
    .prepare = policy_prepare,
    .begin = policy_begin,
    .arrange = policy_arrange_anew,
    .stale = policy_stale,
    .pick = policy_pick,
    .observe = policy_observe,
    .check = policy_check,
    .reset = policy_reset,
    .report = policy_report,
};

static const struct field policy_fields[] = {
    PART(struct policy_spec, "outlierDetection", outlier, "outlierDetection", .preset = "",
         .doc = "Ejects backends that fail; nobody unless said."),
    PART(struct policy_spec, "healthCheck", health, "healthCheck", .preset = "",
         .doc = "Asks backends whether they are well; nobody unless said."),
    PART(struct policy_spec, "locality", locality, "locality", .preset = "",
         .doc = "What is made of the zones that backends stand in; nothing unless said."),
    PART(struct policy_spec, "stickiness", stickiness, "stickiness", .preset = "",
         .doc = "Whether a customer keeps to a backend by a cookie; not unless said."),
    PART(struct policy_spec, "subset", subset, "subset", .preset = "",
         .doc = "The backends that one customer may have; all unless said."),
    RATIO(struct policy_spec, "panicThreshold", panic_ratio, .preset = "50%", .min = 0, .max = 1,
          .doc = "When fewer of a level's backends are healthy, and all levels together are short, "
                 "health is not heeded there; 0%: never (as Istio has it)."),
    NUMBER(struct policy_spec, "overprovisioningFactor", overprovisioning, .preset = "1.4",
           .min = 1, .max = 1000,
           .doc =
               "How much more than its backends' share a priority level can bear: at 1.4 it keeps "
               "all its load down to 72 % healthy."),
    BOOL(struct policy_spec, "failTrafficOnPanic", fails_in_panic, .preset = "false",
         .doc = "Whether calls are refused in panic (outcome unavailable)."),
    FIELDS_END
};

const struct kind traffic_policy = {
    .name = "trafficPolicy",
    .role = "trafficPolicy",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Which of the ready backends a caller may use, and which first: ejection, health checks, "
        "priority levels, zones, stickiness, subsets. The balancer chooses among those that are "
        "left. Each caller (each pod of a service, each client) judges for itself.",
    .source = "Envoy, load balancing: priority levels, panic threshold, locality; Istio "
              "DestinationRule.trafficPolicy",
    .example = "trafficPolicy = { outlierDetection = {}, locality = zoneAware {} }",
    .spec_size = sizeof(struct policy_spec),
    .fields = policy_fields,
    .vtable = &policy_type,
};
