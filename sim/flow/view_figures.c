/* view_figures.c - what became of the connections that callers tried by their views. */
#include "flow/flow.h"

#include "base/check.h"

void view_reset(struct world *w)
{
    struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++) {
        struct discovered *d = f->routes[i]->discovered;
        if (!d) continue;
        d->tried = d->reached = d->refused = d->unanswered = d->wrong_pod = d->nowhere = 0;
        d->waited = 0;
        histogram_reset(&d->stale);
        histogram_reset(&d->late);
    }
}

void view_check(const struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++) {
        const struct discovered *d = f->routes[i]->discovered;
        if (!d) continue;
        check(d->tried == d->reached + d->refused + d->unanswered + d->wrong_pod + d->nowhere);
        for (uint32_t n = 0; n < f->routes[i]->instance_count; n++)
            for (uint32_t b = 1; b < d->views[n]->count; b++)
                check(d->views[n]->backends[b - 1] < d->views[n]->backends[b]);
    }
}

static void report(struct world *w, const struct route *r)
{
    const char *site = route_site(w, r->id);
    const struct discovered *d = r->discovered;
    const struct {
        const char *metric;
        uint64_t value;
    } counts[] = { { "tried", d->tried },           { "reached", d->reached },
                   { "refused", d->refused },       { "unanswered", d->unanswered },
                   { "wrong_pod", d->wrong_pod },   { "nowhere", d->nowhere },
                   { "waited", d->waited } };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        recorder_value(w->recorder, "discovery", site, counts[i].metric, "1",
                       (double)counts[i].value);
    if (d->stale.count > 0)
        recorder_histogram(w->recorder, "discovery", site, "stale_ms", &d->stale);
    if (d->late.count > 0)
        recorder_histogram(w->recorder, "discovery", site, "late_ms", &d->late);
}

void view_report(struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++)
        if (f->routes[i]->discovered) report(w, f->routes[i]);
}
