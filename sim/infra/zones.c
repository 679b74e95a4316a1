/* zones.c - the places that fail apart from each other.
 *
 * A zone is known by its position; a scenario that names none has the one zone "zone-a". */
#include "infra/hosts.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/text.h"
#include "engine/judge.h"

#include <string.h>

#include "base/poison.h"

static const char *const implicit_zones[] = { "zone-a" };

static const struct field zones_fields[] = {
    LIST(struct zones_spec, "names", names, FIELD_NAME, .preset = "", .position = FIELD_REST,
         .doc = "Names of the zones, in order; without any there is the one zone \"zone-a\"."),
    FIELDS_END
};

static void zones_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    const struct zones_spec *zones = spec;
    const char *const *names = zones->names.items;
    if (zones->names.count > ZONES_MAX)
        judge_field(d, at, path, "names", NULL, "there are %u zones, and at most %d can be",
                    zones->names.count, ZONES_MAX);
    for (uint32_t i = 0; i < zones->names.count && i < ZONES_MAX; i++) {
        if (strcmp(names[i], "all") == 0)
            judge_field(d, at, path, "names", "call it something else", "'all' means all zones");
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0)
                judge_field(d, at, path, "names", "zones need names of their own",
                            "zone '%s' is there twice", names[i]);
    }
}

static const char *const *zones_of(const struct document *doc, uint32_t *count)
{
    const struct zones_spec *zones = document_singleton(doc, "zones");
    bool said = zones && zones->names.count > 0;
    *count = !said ? 1 : zones->names.count < ZONES_MAX ? zones->names.count : ZONES_MAX;
    return said ? zones->names.items : implicit_zones;
}

uint8_t infra_zone_find(const struct document *doc, const char *name)
{
    uint32_t count;
    const char *const *names = zones_of(doc, &count);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return (uint8_t)i;
    return ZONE_NONE;
}

bool infra_zone_judge(const struct document *doc, const char *name, struct place at,
                      const char *path, struct diag *d)
{
    uint32_t count;
    const char *const *names = zones_of(doc, &count);
    if (infra_zone_find(doc, name) != ZONE_NONE) return true;
    const char *near = text_nearest(name, names, count);
    const char *hint = near ? arena_format(doc->arena, "did you mean '%s'?", near)
                            : arena_format(doc->arena, "there is '%s'", names[0]);
    diag_error(d, at, path, hint, "no zone has the name '%s'", name);
    return false;
}

void infra_zones_open(struct infra *f, const struct document *doc)
{
    f->zones = zones_of(doc, &f->zone_count);
}

const char *infra_zone_name(const struct world *w, uint8_t zone)
{
    check(zone < infra_of(w)->zone_count);
    return infra_of(w)->zones[zone];
}

uint32_t infra_zone_count(const struct world *w)
{
    return infra_of(w)->zone_count;
}

const struct kind infra_zones = {
    .name = "zones",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "infra",
    .doc = "The availability zones: nodes stand in them, pods are spread over them, and each can "
           "fail alone.",
    .example = "zones { \"eu-1a\", \"eu-1b\", \"eu-1c\" }",
    .spec_size = sizeof(struct zones_spec),
    .fields = zones_fields,
    .check = zones_check,
};
