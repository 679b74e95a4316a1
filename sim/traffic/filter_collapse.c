/* filter_collapse.c - calls for the same thing, while one of them is under way, share its answer.
 *
 * The first of its key leads: it alone goes on. Those that come meanwhile wait here, linked through
 * call.next and side.queued_at, which only queues use; `first` is the leader's, its head. When the
 * leader is gone without an answer the first of them leads. Invariant: whoever the table names for
 * a key leads; who waits and is not `shared` follows the leader of its key. */
#include "traffic/marks.h"
#include "traffic/outcomes.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/table.h"

#include "base/poison.h"

struct collapse_shared {
    struct marks
        first; /* by leader: its first follower. By follower: SHARED once it has an answer */
    uint64_t joined, promoted;
};
#define SHARED (-1)

static uint32_t leader_of(const struct filter_site *site, const struct world *w, uint32_t id)
{
    const uint64_t *leader = table_get(site->state, call_side(w, id)->customer);
    return leader ? (uint32_t)*leader : CALL_NONE;
}

static void lead(const struct filter_site *site, struct world *w, uint32_t id, uint32_t first)
{
    struct collapse_shared *shared = site->shared;
    table_put(site->state, w->arena, call_side(w, id)->customer, id);
    marks_set(&shared->first, w, id, first);
}

static void follow(const struct filter_site *site, struct world *w, uint32_t id, uint32_t leader)
{
    struct collapse_shared *shared = site->shared;
    uint32_t head = (uint32_t)marks_get(&shared->first, leader);
    call_get(w, id)->next = head;
    call_side(w, id)->queued_at = CALL_NONE;
    if (head != CALL_NONE) call_side(w, head)->queued_at = id;
    marks_set(&shared->first, w, leader, id);
    marks_set(&shared->first, w, id, CALL_NONE);
    shared->joined++;
}

static void unfollow(const struct filter_site *site, struct world *w, uint32_t id, uint32_t leader)
{
    struct collapse_shared *shared = site->shared;
    uint32_t next = call_get(w, id)->next, previous = call_side(w, id)->queued_at;
    if (previous == CALL_NONE)
        marks_set(&shared->first, w, leader, next);
    else
        call_get(w, previous)->next = next;
    if (next != CALL_NONE) call_side(w, next)->queued_at = previous;
}

/* ------------------------------------------------------------------------- events */

static void on_share(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    const struct call *c = call_get(w, id);
    call_answer(w, id, c->stage, c->outcome);
}

static const struct event_type collapse_share = { EVENT("collapse.share"), on_share, call_live,
                                                  PHASE_WORK };

static void on_lead(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    call_resume(w, id, (uint8_t)(call_get(w, id)->stage + 1));
}

static const struct event_type collapse_lead = { EVENT("collapse.lead"), on_lead, call_live, PHASE_WORK };

/* ------------------------------------------------------------------------- the filter */

static void *collapse_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)spec, (void)route, (void)index;
    return arena_alloc(w->arena, sizeof(struct collapse_shared));
}

static enum verdict collapse_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                     enum outcome *outcome)
{
    (void)outcome;
    uint32_t leader = leader_of(site, w, id);
    if (leader == CALL_NONE) {
        lead(site, w, id, CALL_NONE);
        return FILTER_PASS;
    }
    follow(site, w, id, leader);
    if (w->tracing)
        filter_trace(w, id, "call.collapse", "cause=customer %u is asked for by key=%016llx",
                     call_side(w, id)->customer, (unsigned long long)call_get(w, leader)->key);
    return FILTER_WAIT;
}

static enum verdict collapse_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    struct collapse_shared *shared = site->shared;
    check(leader_of(site, w, id) == id);
    table_remove(site->state, call_side(w, id)->customer);
    uint32_t next = (uint32_t)marks_get(&shared->first, id);
    while (next != CALL_NONE) {
        struct call *c = call_get(w, next);
        c->outcome = call_get(w, id)->outcome;
        call_side(w, next)->reply_bytes = call_side(w, id)->reply_bytes;
        marks_set(&shared->first, w, next, SHARED);
        engine_at(w->engine, now_ns(w), &collapse_share, next, c->generation);
        next = c->next;
    }
    return FILTER_PASS;
}

static void collapse_on_gone(const struct filter_site *site, struct world *w, uint32_t id)
{
    struct collapse_shared *shared = site->shared;
    if (marks_get(&shared->first, id) == SHARED) return;
    uint32_t leader = leader_of(site, w, id);
    if (leader != id) {
        unfollow(site, w, id, leader);
        return;
    }
    uint32_t next = (uint32_t)marks_get(&shared->first, id);
    table_remove(site->state, call_side(w, id)->customer);
    if (next == CALL_NONE) return;
    uint32_t second = call_get(w, next)->next;
    if (second != CALL_NONE) call_side(w, second)->queued_at = CALL_NONE;
    lead(site, w, next, second);
    shared->promoted++;
    if (w->tracing) filter_trace(w, next, "collapse.lead", "cause=who led has given up");
    engine_at(w->engine, now_ns(w), &collapse_lead, next, call_get(w, next)->generation);
}

static void collapse_on_moved(const struct filter_site *site, struct world *w, uint32_t id,
                              uint32_t old)
{
    struct collapse_shared *shared = site->shared;
    lead(site, w, id, (uint32_t)marks_get(&shared->first, old));
}

static void collapse_reset(void *shared, const struct world *w)
{
    (void)w;
    struct collapse_shared *counts = shared;
    counts->joined = counts->promoted = 0;
}

static void collapse_report(const void *shared, struct world *w, const char *object)
{
    const struct collapse_shared *counts = shared;
    recorder_value(w->recorder, "guards", object, "joined", "1", (double)counts->joined);
    if (counts->promoted)
        recorder_value(w->recorder, "guards", object, "promoted", "1", (double)counts->promoted);
}

static const struct filter_type collapse_type = {
    .state_size = sizeof(struct table),
    .prepare = collapse_prepare,
    .on_call = collapse_on_call,
    .on_reply = collapse_on_reply,
    .on_moved = collapse_on_moved,
    .on_gone = collapse_on_gone,
    .reset = collapse_reset,
    .report = collapse_report,
};

static const struct field no_fields[] = { FIELDS_END };

const struct kind filter_collapse = {
    .name = "collapse",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Calls of one caller's process for the same operation and the same customer, while one of "
        "them is under way, wait for its answer instead of asking again. The customer is what a "
        "client's `keys` draw: without keys every call is for another. Put it outside retry and "
        "hedge, whose attempts it would hold back.",
    .source =
        "Go, golang.org/x/sync/singleflight; nginx proxy_cache_lock; Hystrix request collapsing "
        "of equal requests",
    .example = "collapse {}",
    .fields = no_fields,
    .vtable = &collapse_type,
};
