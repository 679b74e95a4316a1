/* room.c - the workload room: all clients of the scenario, in its order. */
#include "flow/flow.h"
#include "workload/workload.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/units.h"

static struct workload *workload_of(const struct world *w)
{
    return w->rooms[ROOM_WORKLOAD];
}

/* Not an error: a run cut short for a first look is still the same scenario. */
static void never_tell(const struct world *w, const struct object *o, struct diag *d)
{
    const struct client_spec *s = o->spec;
    char start[40], end[40];
    diag_warning(d, o->at, arena_format(w->arena, "client.%s", o->name),
                 "make the run longer, or start earlier",
                 "it starts at %s, and the run ends at %s: it never calls",
                 units_print_duration(s->start_ns, start),
                 units_print_duration(w->duration_ns, end));
}

static void client_open(struct world *w, struct client *cl, const struct object *o, struct diag *d)
{
    cl->spec = o->spec;
    if (cl->spec->start_ns >= w->duration_ns) never_tell(w, o, d);
    cl->name = o->name;
    const char *stream = arena_format(w->arena, "client %s", cl->name);
    cl->customer_key = stream_key(w->root_key, stream, "customer");
    meter_open(&cl->meter, w->arena);
    meter_reset(&cl->meter);
    mix_open(w, cl, o->at, d);
    if (cl->spec->rate.kind)
        open_open(w, cl);
    else
        users_open(w, cl);
}

static void workload_open(struct world *w, void *state, struct diag *d)
{
    struct workload *l = state;
    l->client_count = document_count(w->doc, "client");
    l->clients = arena_alloc(w->arena, l->client_count * sizeof *l->clients);
    for (uint32_t i = 0; i < l->client_count; i++) {
        l->clients[i].index = i;
        client_open(w, &l->clients[i], document_object(w->doc, "client", i), d);
    }
}

static void workload_begin(struct world *w)
{
    struct workload *l = workload_of(w);
    for (uint32_t i = 0; i < l->client_count; i++) {
        if (l->clients[i].arrival)
            open_begin(w, &l->clients[i]);
        else
            users_begin(w, &l->clients[i]);
    }
}

static void workload_reset(struct world *w)
{
    struct workload *l = workload_of(w);
    for (uint32_t i = 0; i < l->client_count; i++)
        client_reset(&l->clients[i]);
}

static void workload_sample(struct world *w, int64_t window_ns)
{
    struct workload *l = workload_of(w);
    for (uint32_t i = 0; i < l->client_count; i++)
        meter_sample(&l->clients[i].meter, w->recorder, "clients", l->clients[i].name, now_ns(w),
                     window_ns);
}

/* Calls whose caller still waits, by route, from the pool itself; *offered of them are in the figures
 * as offered. */
static uint64_t in_flight(const struct world *w, const struct client *cl, uint64_t *offered)
{
    uint64_t count = 0;
    *offered = 0;
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct call *c = call_get(w, id);
        if (c->state == CALL_FREE || c->flags & (CALL_ORPHAN | CALL_ATTEMPT)) continue;
        bool own = false;
        for (uint32_t i = 0; i < cl->mix.count && !own; i++)
            own = c->route == cl->mix.routes[i]->id;
        count += own;
        *offered += own && counted(w, c->sent_ns);
    }
    return count;
}

static void workload_check(const struct world *w)
{
    const struct workload *l = workload_of(w);
    for (uint32_t i = 0; i < l->client_count; i++) {
        const struct client *cl = &l->clients[i];
        uint64_t offered, waiting = in_flight(w, cl, &offered);
        check(cl->sent_total == cl->closed_total + waiting);
        check(!cl->users || waiting <= cl->spec->users);
        check(cl->meter.offered ==
              meter_count(&cl->meter, OUTCOME_OK) + meter_failed(&cl->meter) + offered);
    }
}

static void workload_report(struct world *w)
{
    const struct workload *l = workload_of(w);
    for (uint32_t i = 0; i < l->client_count; i++)
        client_report(w, &l->clients[i]);
}

const struct room workload_room = {
    .name = "workload",
    .state_size = sizeof(struct workload),
    .open = workload_open,
    .begin = workload_begin,
    .reset = workload_reset,
    .sample = workload_sample,
    .check = workload_check,
    .report = workload_report,
};
