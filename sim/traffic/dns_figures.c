/* dns_figures.c - what the resolvers of each route have asked, and how long it took. */
#include "traffic/traffic.h"

#include "orrery/route.h"

void dns_figures_reset(struct world *w)
{
    for (struct dns_figures *f = traffic_of(w)->dns_figures; f; f = f->next) {
        f->lookups = f->failed = f->queries = f->local = 0;
        histogram_reset(&f->took);
    }
}

void dns_figures_report(struct world *w)
{
    for (const struct dns_figures *f = traffic_of(w)->dns_figures; f; f = f->next) {
        const char *name = route_site(w, f->route);
        recorder_value(w->recorder, "resolvers", name, "lookups", "1", (double)f->lookups);
        recorder_value(w->recorder, "resolvers", name, "failed", "1", (double)f->failed);
        recorder_value(w->recorder, "resolvers", name, "queries", "1", (double)f->queries);
        if (f->local > 0)
            recorder_value(w->recorder, "resolvers", name, "local", "1", (double)f->local);
        if (f->took.count > 0) recorder_histogram(w->recorder, "resolvers", name, "took_ms", &f->took);
    }
}
