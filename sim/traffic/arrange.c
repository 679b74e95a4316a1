/* arrange.c - who may be called, who first: a caller's backends in sets, and the set of a call.
 *
 * As Envoy: healthy backends of a level share its load; where too few are healthy (panic) all of
 * them do. Within a level the zones may be told apart. Made anew when somebody comes, goes, is
 * ejected or changes health, so that a pick only looks up. */
#include "traffic/policy.h"

#include "orrery/route.h"
#include "traffic/envoy.h"

#include "base/check.h"

#include <string.h>

#include "base/poison.h"

#define SET_NONE UINT32_MAX

static const struct locality_type *locality_of(const struct policy_shared *shared)
{
    const struct part *p = &shared->spec->locality;
    return p->kind ? p->kind->vtable : NULL;
}

static uint8_t caller_zone(const struct policy_site *site, const struct world *w)
{
    return route_caller_zone(w, site->route, site->instance);
}

/* ------------------------------------------------------------------------- who is there */

static void host_forget(struct policy_state *s, struct host *h, int64_t now_ns)
{
    s->ejected -= h->outlier.ejected;
    memset(h, 0, sizeof *h);
    h->left_ns = now_ns;
}

/* What was known of a pod that has gone is forgotten: another one in its place is another. */
static void hosts_update(const struct policy_site *site, const struct group *g, int64_t now_ns)
{
    struct policy_state *s = site->state;
    for (uint32_t slot = 0; slot < s->slots_seen; slot++)
        s->hosts[slot].seen = false;
    for (uint32_t i = 0; i < site->count; i++) {
        uint32_t slot = site->backends[i].id - g->first;
        struct host *h = &s->hosts[slot];
        if (h->present && h->since_ns != g->since_ns[slot]) host_forget(s, h, now_ns);
        h->present = h->seen = true;
        h->since_ns = g->since_ns[slot];
        if (slot >= s->slots_seen) s->slots_seen = slot + 1;
    }
    for (uint32_t slot = 0; slot < s->slots_seen; slot++)
        if (s->hosts[slot].present && !s->hosts[slot].seen) host_forget(s, &s->hosts[slot], now_ns);
}

static uint8_t level_of(const struct policy_site *site, const struct group *g,
                        const struct backend *b, uint8_t here)
{
    const struct policy_shared *shared = site->shared;
    const struct locality_type *locality = locality_of(shared);
    uint8_t level = g->levels ? g->levels[b->id - g->first] : 0;
    if (!locality || !locality->level) return level;
    return locality->level(shared->spec->locality.spec, here, b->zone, level);
}

static uint8_t flags_of(const struct policy_shared *shared, const struct host *h)
{
    bool unhealthy = shared->health && health_unhealthy(&h->health);
    return (uint8_t)((h->outlier.ejected ? BACKEND_EJECTED : 0) |
                     (unhealthy ? BACKEND_UNHEALTHY : 0));
}

static void backends_mark(const struct policy_site *site, const struct group *g, uint8_t here)
{
    struct policy_state *s = site->state;
    for (uint32_t i = 0; i < LEVELS_MAX; i++)
        s->levels[i] = (struct level){ 0 };
    for (uint32_t i = 0; i < site->count; i++) {
        struct backend *b = &site->backends[i];
        b->flags = flags_of(site->shared, host_of(site, g, b->id));
        b->level = level_of(site, g, b, here);
        if (b->level == LEVEL_NEVER) continue;
        s->levels[b->level].total++;
        s->levels[b->level].healthy += b->flags == 0;
    }
}

/* ------------------------------------------------------------------------- who gets how much */

static void loads_share(struct policy_state *s, const struct policy_spec *spec)
{
    uint32_t healthy[LEVELS_MAX], total[LEVELS_MAX], load[LEVELS_MAX], health;
    uint32_t factor = (uint32_t)(spec->overprovisioning * 100 + 0.5);
    uint32_t threshold = (uint32_t)(spec->panic_ratio * 100 + 0.5);
    for (uint32_t i = 0; i < LEVELS_MAX; i++) {
        healthy[i] = s->levels[i].healthy;
        total[i] = s->levels[i].total;
    }
    envoy_priority_load(healthy, total, LEVELS_MAX, factor, load, &health);
    bool all_panic = true;
    for (uint32_t i = 0; i < LEVELS_MAX; i++) {
        struct level *l = &s->levels[i];
        l->panics = health < 100 && l->total > 0 && envoy_panics(l->healthy, l->total, threshold);
        all_panic = all_panic && (l->panics || l->total == 0);
    }
    if (all_panic) envoy_panic_load(total, LEVELS_MAX, load);
    for (uint32_t i = 0; i < LEVELS_MAX; i++)
        s->levels[i].load = load[i];
}

static void callers_count(const struct policy_site *site, const struct world *w)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    memset(s->callers, 0, shared->zone_count * sizeof *s->callers);
    if (shared->caller_group == GROUP_NONE) return;
    const struct group *own = group_get(w, shared->caller_group);
    s->caller_version = own->version;
    for (uint32_t i = 0; i < own->ready_count; i++)
        s->callers[own->zones ? own->zones[own->ready[i] - own->first] : 0]++;
}

static void zones_count(const struct policy_site *site, uint32_t level)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    memset(s->healthy, 0, shared->zone_count * sizeof *s->healthy);
    memset(s->total, 0, shared->zone_count * sizeof *s->total);
    for (uint32_t i = 0; i < site->count; i++) {
        const struct backend *b = &site->backends[i];
        if (b->level != level) continue;
        s->total[b->zone]++;
        s->healthy[b->zone] += b->flags == 0;
    }
}

static void zones_share(const struct policy_site *site, const struct world *w, uint8_t here)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    const struct locality_type *locality = locality_of(shared);
    if (!locality || !locality->share) return;
    callers_count(site, w);
    for (uint32_t i = 0; i < LEVELS_MAX; i++) {
        struct level *l = &s->levels[i];
        if (l->total == 0 || l->panics) continue;
        zones_count(site, i);
        struct locality_view view = { .here = here,
                                      .zone_count = shared->zone_count,
                                      .healthy = s->healthy,
                                      .total = s->total,
                                      .callers = s->callers,
                                      .level = i,
                                      .overprovisioning = shared->spec->overprovisioning };
        double *shares = &s->shares[i * shared->zone_count];
        l->by_zone = locality->share(shared->spec->locality.spec, &view, shares);
    }
}

/* ------------------------------------------------------------------------- the order */

static uint32_t set_of(const struct policy_site *site, const struct backend *b)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    if (b->level == LEVEL_NEVER) return SET_NONE;
    const struct level *l = &s->levels[b->level];
    if (b->flags && !l->panics) return SET_NONE;
    return b->level * (shared->zone_count + 1) + (l->by_zone ? 1u + b->zone : 0);
}

/* A counting sort into the scratch half of the array, and back. */
static void backends_sort(const struct policy_site *site, uint32_t capacity)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    uint32_t set_count = LEVELS_MAX * (shared->zone_count + 1), first = 0;
    struct backend *sorted = site->backends + capacity;
    for (uint32_t i = 0; i < set_count; i++)
        s->sets[i].count = 0;
    for (uint32_t i = 0; i < site->count; i++) {
        uint32_t set = set_of(site, &site->backends[i]);
        if (set != SET_NONE) s->sets[set].count++;
    }
    for (uint32_t i = 0; i < set_count; i++) {
        s->sets[i].first = first;
        first += s->sets[i].count;
        s->sets[i].count = 0;
    }
    for (uint32_t i = 0; i < site->count; i++) {
        const struct backend *b = &site->backends[i];
        uint32_t set = set_of(site, b);
        sorted[set == SET_NONE ? first++ : s->sets[set].first + s->sets[set].count++] = *b;
    }
    memcpy(site->backends, sorted, site->count * sizeof *sorted);
}

static void trace_arranged(const struct policy_site *site, struct world *w)
{
    const struct policy_state *s = site->state;
    for (uint32_t i = 0; i < LEVELS_MAX; i++) {
        const struct level *l = &s->levels[i];
        if (l->total == 0 && l->load == 0) continue;
        recorder_trace(w->recorder, now_ns(w), "policy.level",
                       "%s instance=%u level=%u load=%u%% healthy=%u of %u%s%s",
                       route_name(w, site->route), site->instance, i, l->load, l->healthy, l->total,
                       l->panics ? " panic" : "", l->by_zone ? " by zone" : "");
    }
}

void policy_arrange(const struct policy_site *site, struct world *w)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    const struct group *g = group_get(w, site->group);
    uint8_t here = caller_zone(site, w);
    hosts_update(site, g, now_ns(w));
    backends_mark(site, g, here);
    loads_share(s, shared->spec);
    zones_share(site, w, here);
    backends_sort(site, g->capacity);
    s->version++;
    if (w->tracing) trace_arranged(site, w);
}

static void set_check(const struct policy_site *site, uint32_t level, const struct backend_set *set)
{
    const struct policy_state *s = site->state;
    for (uint32_t i = set->first; i < set->first + set->count; i++) {
        check(site->backends[i].level == level);
        check(site->backends[i].flags == 0 || s->levels[level].panics);
        check(i == set->first || site->backends[i - 1].id < site->backends[i].id);
    }
}

void policy_check(const struct policy_site *site)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    uint32_t ejected = 0, load = 0, first = 0;
    for (uint32_t slot = 0; slot < s->slots_seen; slot++)
        ejected += s->hosts[slot].outlier.ejected;
    check(ejected == s->ejected);
    if (!s->sets) return; /* nobody has called yet */
    for (uint32_t level = 0; level < LEVELS_MAX; level++) {
        load += s->levels[level].load;
        for (uint32_t i = 0; i <= shared->zone_count; i++) {
            const struct backend_set *set = &s->sets[level * (shared->zone_count + 1) + i];
            check(set->first == first);
            first += set->count;
            set_check(site, level, set);
        }
    }
    check(first <= site->count);
    check(load == 100 || load == 0);
}

/* ------------------------------------------------------------------------- a call's set */

static uint32_t level_draw(const struct policy_site *site, const struct pick *pick)
{
    const struct policy_state *s = site->state;
    for (uint32_t i = 0; i < LEVELS_MAX; i++)
        if (s->levels[i].load == 100) return i;
    uint32_t point =
        site->balancer->hashes ? (uint32_t)(pick->customer % 100) : rng_below(pick->rng, 100);
    for (uint32_t i = 0; i < LEVELS_MAX; i++) {
        if (point < s->levels[i].load) return i;
        point -= s->levels[i].load;
    }
    return LEVELS_MAX;
}

static uint32_t zone_by_chance(const double *shares, uint32_t count, double point)
{
    double sum = 0;
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += shares[i];
    point *= sum;
    for (uint32_t i = 0; i < count; i++) {
        if (shares[i] <= 0) continue;
        if (point < shares[i]) return i;
        point -= shares[i];
        last = i;
    }
    return last;
}

/* The smoothest order: whose turn is most overdue pays a whole round. */
static uint32_t zone_in_turn(const double *shares, double *turns, uint32_t count)
{
    double sum = 0;
    uint32_t best = 0;
    for (uint32_t i = 0; i < count; i++) {
        turns[i] = shares[i] > 0 ? turns[i] + shares[i] : 0;
        sum += shares[i];
        if (shares[i] > 0 && (shares[best] <= 0 || turns[i] > turns[best])) best = i;
    }
    turns[best] -= sum;
    return best;
}

static uint32_t zone_draw(const struct policy_site *site, uint32_t level, const struct pick *pick)
{
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    const double *shares = &s->shares[level * shared->zone_count];
    if (site->balancer->hashes)
        return zone_by_chance(shares, shared->zone_count,
                              (double)(hash_mix(pick->customer) >> 11) * 0x1p-53);
    if (locality_of(shared)->in_turn)
        return zone_in_turn(shares, &s->turns[level * shared->zone_count], shared->zone_count);
    return zone_by_chance(shares, shared->zone_count, rng_uniform(pick->rng));
}

struct backend_set *policy_set(const struct policy_site *site, struct world *w,
                               const struct pick *pick, bool *panics)
{
    (void)w;
    struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    uint32_t level = level_draw(site, pick);
    if (level == LEVELS_MAX) return NULL;
    const struct level *l = &s->levels[level];
    *panics = l->panics;
    if (l->panics && shared->spec->fails_in_panic) return NULL;
    uint32_t set = level * (shared->zone_count + 1);
    if (l->by_zone) set += 1 + zone_draw(site, level, pick);
    return s->sets[set].count ? &s->sets[set] : NULL;
}
