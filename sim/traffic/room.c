/* room.c - the room's part in a world. */
#include "traffic/coredns.h"
#include "traffic/eureka.h"
#include "traffic/catalog.h"
#include "traffic/traffic.h"

static void traffic_begin(struct world *w)
{
    catalogs_begin(w);
    eureka_begin(w);
}

static void traffic_reset(struct world *w)
{
    coredns_reset(w);
    eureka_reset(w);
    dns_figures_reset(w);
}

static void traffic_check(const struct world *w)
{
    coredns_check(w);
    eureka_check(w);
}

static void traffic_report(struct world *w)
{
    coredns_report(w);
    eureka_report(w);
    dns_figures_report(w);
}

const struct room traffic_room = {
    .name = "traffic",
    .state_size = sizeof(struct traffic),
    .begin = traffic_begin,
    .reset = traffic_reset,
    .check = traffic_check,
    .report = traffic_report,
};
