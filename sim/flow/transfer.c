/* transfer.c - what crosses zones, weighed: clouds charge for it.
 *
 * Where calls have a protocol its messages count, headers and all; elsewhere the answers that have a
 * size. The latter are counted only where the scenario prices them; a route is then not direct. An
 * answer nobody waits for any more is not sent. */
#include "orrery/transfer.h"

#include "flow/flow.h"

#define BYTES_PER_GIB 0x1p30

void transfer_note(struct world *w, const struct route *r, uint32_t call, enum outcome outcome)
{
    const struct group *g = r->to;
    const struct call *c = call_get(w, call);
    if (r->channel || !r->by_pod || !r->zones || !g->zones) return; /* channels weigh their own */
    if (outcome == OUTCOME_ABANDONED || outcome == OUTCOME_TIMEOUT) return;
    uint8_t here = r->zones[call_get(w, c->parent)->pod - r->instance_base];
    if (g->zones[c->pod - g->first] == here) return;
    flow_of(w)->cross_zone_bytes += call_side(w, call)->reply_bytes;
}

bool transfer_priced(const struct world *w)
{
    return flow_of(w)->metered;
}

double transfer_gib(const struct world *w)
{
    double bytes = (double)flow_of(w)->cross_zone_bytes + transport_cross_zone_bytes(w);
    return bytes / BYTES_PER_GIB;
}

double transfer_cost(const struct world *w)
{
    return transfer_gib(w) * flow_of(w)->price_per_gib;
}
