/* cost.c - what the run would have cost: nodes by the hour, and requests by the hour.
 *
 * Two ways to buy the same thing: whole nodes (a nodepool's pricePerHour) or what each pod requests
 * (`price`, as on AWS Fargate or GKE Autopilot). What crosses zones comes on top (`network`). All
 * reach from the end of the warm-up to the end of the run, like every figure. A scenario without
 * any price has no cost section. */
#include "infra/hosts.h"

#include "orrery/transfer.h"

#include "base/arena.h"
#include "base/map.h"
#include "schema/kinds.h"

#include <stdio.h>

#include "base/poison.h"

#define BYTES_PER_GIB 0x1p30

struct price_spec {
    double cpu_per_hour, memory_gib_per_hour;
};

static const struct field price_fields[] = {
    MONEY(struct price_spec, "cpuPerHour", cpu_per_hour, .preset = "0", .min = 0, .max = 1e6,
          .doc = "What a pod's requested core costs an hour, in the run's currency."),
    MONEY(struct price_spec, "memoryGiBPerHour", memory_gib_per_hour, .preset = "0", .min = 0,
          .max = 1e6, .doc = "What a pod's requested GiB of memory costs an hour."),
    FIELDS_END
};

const struct kind infra_price = {
    .name = "price",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "infra",
    .doc = "What pods cost by what they request, where no whole nodes are bought. Nothing unless "
           "said.",
    .example = "price { cpuPerHour = 0.04048, memoryGiBPerHour = 0.004445 }",
    .spec_size = sizeof(struct price_spec),
    .fields = price_fields,
};

static void account_settle(struct account *a, int64_t now)
{
    double passed_ns = (double)(now - a->since_ns);
    a->milli_ns += passed_ns * a->milli;
    a->memory_ns += passed_ns * a->memory;
    a->since_ns = now;
}

static struct account *account_of(struct world *w, const char *owner)
{
    struct infra *f = infra_of(w);
    uint32_t index = map_get(f->account_names, owner);
    if (index != MAP_NONE) return &f->accounts[index];
    map_put(f->account_names, owner, f->account_count);
    size_t bytes = f->account_count * sizeof *f->accounts;
    f->accounts = arena_grow(w->arena, f->accounts, bytes, bytes + sizeof *f->accounts);
    struct account *a = &f->accounts[f->account_count++];
    *a = (struct account){ .owner = owner, .since_ns = now_ns(w) };
    return a;
}

void infra_meter(struct world *w, const char *owner, double cpu, int64_t memory, int32_t pods)
{
    struct account *a = account_of(w, owner);
    account_settle(a, now_ns(w));
    a->pods += pods;
    a->milli += pods * (double)milli_of(cpu);
    a->memory += pods * (double)memory;
}

void infra_charge(struct world *w, const char *owner, double core_ns, double byte_ns)
{
    struct account *a = account_of(w, owner);
    a->milli_ns += core_ns * 1000;
    a->memory_ns += byte_ns;
}

/* The money's name is the run's, whose kind belongs to a room above: read through its fields. */
static const char *currency_of(const struct document *doc)
{
    const struct kind *run = kind_list_object(doc->index->list, "run");
    const struct field *f = run ? kind_field(run, "currency") : NULL;
    const char *spec = document_singleton(doc, "run");
    if (!f || !spec || f->type != FIELD_TEXT) return "money";
    const char *const *currency = (const void *)(spec + f->offset);
    return *currency ? *currency : "money";
}

void infra_cost_reset(struct world *w)
{
    struct infra *f = infra_of(w);
    f->began_ns = now_ns(w);
    for (uint32_t i = 0; i < f->account_count; i++) {
        account_settle(&f->accounts[i], now_ns(w));
        f->accounts[i].milli_ns = f->accounts[i].memory_ns = 0;
    }
}

static void cost_value(struct world *w, const char *group, const char *name, double cost)
{
    char metric[128];
    snprintf(metric, sizeof metric, "%s%s", group, name);
    recorder_value(w->recorder, "cost", "", metric, currency_of(w->doc), cost);
}

static bool pools_report(struct world *w, double *total)
{
    const struct infra *f = infra_of(w);
    double hours = (double)(now_ns(w) - f->began_ns) / (double)NS_PER_HOUR;
    bool priced = false;
    for (uint32_t i = 0; i < f->pool_count; i++) {
        const struct pool *p = &f->pools[i];
        if (p->price_per_hour == 0) continue;
        double cost = p->price_per_hour * p->count * hours;
        cost_value(w, "by_pool.", p->name, cost);
        *total += cost;
        priced = true;
    }
    return priced;
}

static bool owners_report(struct world *w, double *total)
{
    const struct price_spec *price = document_singleton(w->doc, "price");
    if (!price || (price->cpu_per_hour == 0 && price->memory_gib_per_hour == 0)) return false;
    struct infra *f = infra_of(w);
    double all_core_hours = 0, all_gib_hours = 0;
    for (uint32_t i = 0; i < f->account_count; i++) {
        struct account *a = &f->accounts[i];
        account_settle(a, now_ns(w));
        double core_hours = a->milli_ns / 1000 / (double)NS_PER_HOUR;
        double gib_hours = a->memory_ns / BYTES_PER_GIB / (double)NS_PER_HOUR;
        double cost = core_hours * price->cpu_per_hour + gib_hours * price->memory_gib_per_hour;
        cost_value(w, "by_service.", a->owner, cost);
        *total += cost;
        all_core_hours += core_hours;
        all_gib_hours += gib_hours;
    }
    recorder_value(w->recorder, "cost", "", "requested_core_hours", "core h", all_core_hours);
    recorder_value(w->recorder, "cost", "", "requested_memory_gib_hours", "GiB h", all_gib_hours);
    return true;
}

static void transfer_report(struct world *w, double *total)
{
    recorder_value(w->recorder, "cost", "", "cross_zone_gib", "GiB", transfer_gib(w));
    cost_value(w, "", "transfer", transfer_cost(w));
    *total += transfer_cost(w);
}

void infra_cost_report(struct world *w)
{
    double total = 0;
    bool pools = pools_report(w, &total), owners = owners_report(w, &total);
    if (transfer_priced(w)) transfer_report(w, &total);
    if (pools || owners || transfer_priced(w)) cost_value(w, "", "total", total);
}
