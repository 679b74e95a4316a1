/* nodepool.c - equal nodes, dealt over zones in turn.
 *
 * Nodes are numbered pool after pool in document order, so a node's number never depends on
 * anything but the scenario. */
#include "infra/hosts.h"

#include "base/arena.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

#include "base/poison.h"

struct nodepool_spec {
    uint32_t count;
    struct list zones_said; /* const char *: names, or "all" alone */
    double cpu;
    int64_t memory;
    double price_per_hour;
    uint8_t *zones; /* derived */
    uint32_t zone_count;
};

static bool zone_or_all_judge(const struct document *doc, const char *name, struct place at,
                              const char *path, struct diag *d)
{
    return strcmp(name, "all") == 0 || infra_zone_judge(doc, name, at, path, d);
}

static const struct field nodepool_fields[] = {
    COUNT(struct nodepool_spec, "count", count, .min = 1, .max = NODES_MAX,
          .doc = "How many nodes there are."),
    LIST(struct nodepool_spec, "zones", zones_said, FIELD_NAME, .preset = "all",
         .judge = zone_or_all_judge,
         .doc = "The zones that the nodes are dealt over in turn: a list of names, or \"all\"."),
    CPU(struct nodepool_spec, "cpu", cpu, .min = 0.001, .max = 1e4,
        .doc = "Cores of a node that pods may request."),
    BYTES(struct nodepool_spec, "memory", memory, .min = 1 << 20, .max = 0x1p50,
          .doc = "Bytes of a node's memory that pods may request."),
    MONEY(struct nodepool_spec, "pricePerHour", price_per_hour, .preset = "0", .min = 0, .max = 1e6,
          .doc = "What one node costs an hour, up or down, in the run's currency."),
    FIELDS_END
};

static void zone_add(struct nodepool_spec *pool, const struct document *doc, const char *name,
                     struct place at, const char *path, struct diag *d)
{
    uint8_t zone = infra_zone_find(doc, name);
    if (zone == ZONE_NONE) return; /* the field's judge has told */
    if (memchr(pool->zones, zone, pool->zone_count))
        diag_error(d, at, path, NULL, "zone '%s' is there twice", name);
    else
        pool->zones[pool->zone_count++] = zone;
}

static void zones_all(struct nodepool_spec *pool, const struct document *doc)
{
    const struct zones_spec *zones = document_singleton(doc, "zones");
    uint32_t count = zones && zones->names.count ? zones->names.count : 1;
    while (pool->zone_count < count && pool->zone_count < ZONES_MAX) {
        pool->zones[pool->zone_count] = (uint8_t)pool->zone_count;
        pool->zone_count++;
    }
}

static void nodepool_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    struct nodepool_spec *pool = spec;
    const char *const *names = pool->zones_said.items;
    const char *zones_path = arena_format(doc->arena, "%s.zones", path);
    pool->zones = arena_alloc(doc->arena, ZONES_MAX);
    pool->zone_count = 0;
    if (pool->zones_said.count == 0)
        diag_error(d, at, zones_path, "leave it out for all zones", "no zone is named");
    else if (pool->zones_said.count == 1 && strcmp(names[0], "all") == 0)
        zones_all(pool, doc);
    else
        for (uint32_t i = 0; i < pool->zones_said.count; i++)
            if (strcmp(names[i], "all") == 0)
                diag_error(d, at, zones_path, "leave the others out", "'all' stands alone");
            else
                zone_add(pool, doc, names[i], at, zones_path, d);
}

static void pool_open(struct infra *f, struct arena *a, const struct object *o)
{
    const struct nodepool_spec *spec = o->spec;
    check(spec->zone_count > 0);
    f->pools[f->pool_count++] =
        (struct pool){ o->name, f->host_count, spec->count, spec->price_per_hour };
    for (uint32_t i = 0; i < spec->count; i++) {
        struct host *h = &f->hosts[f->host_count++];
        h->milli = milli_of(spec->cpu);
        h->node = (struct node){ .name = arena_format(a, "%s-%u", o->name, i),
                                 .pool = o->name,
                                 .zone = spec->zones[i % spec->zone_count],
                                 .up = true,
                                 .cpu = (double)h->milli / 1000,
                                 .cpu_free = (double)h->milli / 1000,
                                 .memory = spec->memory,
                                 .memory_free = spec->memory };
    }
}

/* Teaching scenarios say nothing of nodes: then there is one that holds everything. */
static void limitless_open(struct infra *f, struct arena *a)
{
    f->hosts = arena_alloc(a, sizeof *f->hosts);
    f->host_count = 1;
    f->hosts[0].limitless = true;
    f->hosts[0].node = (struct node){ .name = "node",
                                      .pool = "",
                                      .up = true,
                                      .cpu = INFINITY,
                                      .cpu_free = INFINITY,
                                      .memory = INT64_MAX,
                                      .memory_free = INT64_MAX };
}

static const struct nodepool_spec *pool_of(const struct document *doc, uint32_t index)
{
    return document_object(doc, "nodepool", index)->spec;
}

static uint64_t nodes_wanted(const struct document *doc)
{
    uint64_t wanted = 0;
    for (uint32_t i = 0; i < document_count(doc, "nodepool"); i++)
        wanted += pool_of(doc, i)->count;
    return wanted;
}

static void nodepools_check(const struct document *doc, struct diag *d)
{
    uint64_t wanted = nodes_wanted(doc);
    if (wanted > NODES_MAX)
        diag_error(d, document_object(doc, "nodepool", document_count(doc, "nodepool") - 1)->at,
                   "nodepool", NULL, "%llu nodes in all pools, of at most %d",
                   (unsigned long long)wanted, NODES_MAX);
}

bool infra_hosts_sound(const struct document *doc)
{
    for (uint32_t i = 0; i < document_count(doc, "nodepool"); i++) {
        const struct nodepool_spec *pool = pool_of(doc, i);
        if (pool->zone_count == 0 || pool->count == 0 || !(pool->cpu > 0) || pool->memory <= 0)
            return false;
    }
    return nodes_wanted(doc) <= NODES_MAX;
}

void infra_hosts_open(struct infra *f, struct arena *a, const struct document *doc)
{
    uint32_t pools = document_count(doc, "nodepool");
    if (pools == 0) {
        limitless_open(f, a);
        return;
    }
    f->pools = arena_alloc(a, pools * sizeof *f->pools);
    f->hosts = arena_alloc(a, nodes_wanted(doc) * sizeof *f->hosts);
    for (uint32_t i = 0; i < pools; i++)
        pool_open(f, a, document_object(doc, "nodepool", i));
}

const struct kind infra_nodepool = {
    .name = "nodepool",
    .role = "object",
    .form = KIND_NAMED,
    .room = "infra",
    .doc = "Equal nodes that pods are placed on by what they request. Without a pool, one node "
           "without limits holds every pod.",
    .example = "nodepool \"workers\" { count = 6, cpu = \"4\", memory = \"16Gi\", "
               "pricePerHour = 0.192 }",
    .spec_size = sizeof(struct nodepool_spec),
    .fields = nodepool_fields,
    .check = nodepool_check,
    .check_all = nodepools_check,
};
