/* room.c - the room's part in a world. */
#include "traffic/coredns.h"
#include "traffic/slices.h"
#include "traffic/traffic.h"

static void traffic_reset(struct world *w)
{
    coredns_reset(w);
    dns_figures_reset(w);
}

static void traffic_check(const struct world *w)
{
    coredns_check(w);
}

static void traffic_report(struct world *w)
{
    coredns_report(w);
    dns_figures_report(w);
}

const struct room traffic_room = {
    .name = "traffic",
    .state_size = sizeof(struct traffic),
    .begin = slices_begin,
    .reset = traffic_reset,
    .check = traffic_check,
    .report = traffic_report,
};
