/* verdicts.c - expectations read the store like any other reader: what they judge is what a
 * report shows, to the last digit. */
#include "experiment/verdicts.h"

#include "base/arena.h"
#include "orrery/expect.h"
#include "store/result.h"
#include "store/writer.h"

#include <string.h>

static bool find(const void *state, const char *object, const char *metric,
                 struct expect_figure *figure)
{
    const struct result *r = state;
    const struct result_figure *f = result_find(r, "clients", object, metric);
    if (!f) f = result_find(r, "services", object, metric);
    if (!f) return false;
    *figure = (struct expect_figure){ f->mean, f->ci95_low, f->ci95_high, f->n };
    return true;
}

/* Kinds in whose names "expect." leads have a struct expect_type for a vtable. */
static bool is_expectation(const struct object *object)
{
    return strncmp(object->kind->name, "expect.", 7) == 0;
}

static bool write_verdict(const struct object *object, const struct result *r, struct store *s,
                          uint32_t number)
{
    const struct expect_type *type = object->kind->vtable;
    const struct expect_head *head = object->spec;
    struct expect_results results = { r, find };
    struct verdict v = { .unit = "1" };
    type->holds(type, object->spec, &results, &v);
    char name[200];
    snprintf(name, sizeof name, "%s %s", object->kind->name + 7, head->subject);
    struct expectation_row row = { .name = name,
                                   .unit = v.unit,
                                   .observed_text = v.observed_text,
                                   .target = v.target_text,
                                   .file = object->at.file ? object->at.file : "",
                                   .pass = v.pass,
                                   .observed = v.observed,
                                   .value = v.figure.mean,
                                   .ci95_low = v.figure.ci95_low,
                                   .ci95_high = v.figure.ci95_high,
                                   .n = v.figure.n,
                                   .line = object->at.line };
    store_expectation(s, r->id, number, &row);
    return v.pass;
}

bool verdicts_write(const struct document *doc, struct store *s, uint32_t experiment)
{
    struct arena *a = arena_open();
    const struct result *r = result_read(a, s, experiment);
    bool all = r != NULL;
    uint32_t number = 0;
    for (uint32_t i = 0; r && i < doc->object_count; i++)
        if (is_expectation(&doc->objects[i]) && !write_verdict(&doc->objects[i], r, s, ++number))
            all = false;
    arena_close(a);
    return all;
}
