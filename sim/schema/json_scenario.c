/* json_scenario.c - the JSON door: a document's frame around its objects.
 *
 *   { "orrery": 1, "title": "...", "objects": [ { "kind": "service", "name": "cart", ... } ] }
 *
 * What comes out is the root that every door makes; what the objects mean is the loader's. */
#include "schema/json.h"
#include "schema/schema.h"

#include "base/arena.h"

#include <string.h>

#define DOCUMENT_VERSION 1

static const char *const members[] = { "orrery", "title", "objects", "$schema" };
#define MEMBER_COUNT (sizeof members / sizeof members[0])

static void members_check(struct arena *a, const struct value *doc, struct diag *d)
{
    for (const struct value *item = doc->first; item; item = item->next) {
        bool known = false;
        for (size_t i = 0; i < MEMBER_COUNT; i++)
            known = known || !strcmp(item->key, members[i]);
        if (known) continue;
        const char *near = text_nearest(item->key, members, MEMBER_COUNT);
        diag_error(d, item->at, NULL, near ? arena_format(a, "did you mean '%s'?", near) : NULL,
                   "unknown member '%.60s' of a scenario document", item->key);
    }
}

static void version_check(const struct value *doc, struct diag *d)
{
    const struct value *version = value_get(doc, "orrery");
    if (!version)
        diag_error(d, doc->at, "/orrery", "begin with \"orrery\": 1",
                   "the version of the document is missing");
    else if (version->type != VALUE_NUMBER || version->number != DOCUMENT_VERSION)
        diag_error(d, version->at, "/orrery", "write \"orrery\": 1",
                   "only version %d of the document is known", DOCUMENT_VERSION);
}

struct value *json_read_scenario(struct arena *a, const char *text, size_t length, const char *file,
                                 struct diag *d)
{
    uint32_t errors = diag_error_count(d);
    struct value *doc = json_read(a, text, length, (struct place){ file, 1 }, d);
    if (!doc) return NULL;
    if (doc->type != VALUE_MAP) {
        diag_error(d, doc->at, NULL, "write {\"orrery\": 1, \"objects\": [ ... ]}",
                   "a scenario document must be an object, not %s", value_type_name(doc));
        return NULL;
    }
    members_check(a, doc, d);
    version_check(doc, d);
    const struct value *title = value_get(doc, "title");
    struct value *objects = value_get(doc, "objects");
    if (title && title->type != VALUE_TEXT)
        diag_error(d, title->at, "/title", NULL, "must be text, not %s", value_type_name(title));
    if (!objects)
        diag_error(d, doc->at, "/objects", "write \"objects\": [ ... ]", "there are no objects");
    else if (objects->type != VALUE_LIST)
        diag_error(d, objects->at, "/objects", NULL, "must be a list, not %s",
                   value_type_name(objects));
    if (diag_error_count(d) != errors) return NULL;
    if (title) objects->text = title->text;
    return objects;
}
