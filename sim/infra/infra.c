/* infra.c - the room: zones and nodes of a world, from its open to its figures. */
#include "infra/hosts.h"

#include "base/map.h"

#include "base/poison.h"

static void infra_open(struct world *w, void *state, struct diag *d)
{
    (void)d;
    struct infra *f = state;
    f->account_names = map_open(w->arena);
    infra_zones_open(f, w->doc);
    infra_hosts_open(f, w->arena, w->doc);
}

static void infra_reset(struct world *w)
{
    struct infra *f = infra_of(w);
    infra_cost_reset(w);
    for (uint32_t i = 0; i < f->host_count; i++) {
        host_settle(&f->hosts[i], now_ns(w));
        f->hosts[i].milli_ns = f->hosts[i].memory_ns = f->hosts[i].pods_ns = 0;
    }
}

/* Means over time; the implicit node has none worth telling. */
static void host_report(struct world *w, struct host *h)
{
    host_settle(h, now_ns(w));
    double measured_ns = (double)(now_ns(w) - infra_of(w)->began_ns);
    if (h->limitless || measured_ns <= 0) return;
    struct recorder *r = w->recorder;
    const char *name = h->node.name;
    recorder_value(r, "nodes", name, "cpu_requested_mean", "cores",
                   h->milli_ns / 1000 / measured_ns);
    recorder_value(r, "nodes", name, "memory_requested_mean", "bytes", h->memory_ns / measured_ns);
    recorder_value(r, "nodes", name, "pods.mean", "1", h->pods_ns / measured_ns);
    recorder_value(r, "nodes", name, "pods.last", "1", h->pods);
}

static void infra_report(struct world *w)
{
    struct infra *f = infra_of(w);
    for (uint32_t i = 0; i < f->host_count; i++)
        host_report(w, &f->hosts[i]);
    infra_cost_report(w);
}

const struct room infra_room = {
    .name = "infra",
    .state_size = sizeof(struct infra),
    .open = infra_open,
    .reset = infra_reset,
    .check = infra_place_check,
    .report = infra_report,
};
