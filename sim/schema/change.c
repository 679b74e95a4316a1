/* change.c - the difference of two documents, field by field.
 *
 * Objects are matched by kind and name (the unnamed ones by their order within their kind), parts
 * of one kind field by field, maps by key, lists of one length item by item. Whatever cannot be
 * matched further is shown whole. No lines when the documents mean the same; the order in which
 * objects were said is not looked at. */
#include "schema/load.h"
#include "schema/said.h"
#include "schema/schema.h"

#include "base/arena.h"

#include <string.h>

struct differ {
    struct kind_list list;
    struct text path;
    struct text *out;
    uint32_t count;
};

static void field_differ(struct differ *d, const struct field *f, const struct value *a,
                         const struct value *b);

static void side_print(struct differ *d, const struct field *f, const struct value *v)
{
    if (v)
        said_text(d->list, f, v, d->out);
    else
        text_add(d->out, "absent");
}

static void line_print(struct differ *d, const struct field *f, const struct value *a,
                       const struct value *b)
{
    text_format(d->out, "%s: ", text_data(&d->path));
    side_print(d, f, a);
    text_add(d->out, " -> ");
    side_print(d, f, b);
    text_add(d->out, "\n");
    d->count++;
}

static void fields_differ(struct differ *d, const struct kind *k, const struct value *a,
                          const struct value *b)
{
    size_t length = d->path.length;
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++) {
        path_key(&d->path, f->name);
        field_differ(d, f, value_get(a, f->name), value_get(b, f->name));
        path_cut(&d->path, length);
    }
}

static void items_differ(struct differ *d, const struct field *f, const struct value *a,
                         const struct value *b)
{
    struct field item = field_item(f);
    size_t length = d->path.length;
    uint32_t position = 0;
    const struct value *other = b->list_first;
    for (const struct value *v = a->list_first; v; v = v->next, other = other->next) {
        path_index(&d->path, ++position);
        field_differ(d, &item, v, other);
        path_cut(&d->path, length);
    }
}

static void entry_line(struct differ *d, char sign, const char *key)
{
    size_t length = d->path.length;
    path_key(&d->path, key);
    text_format(d->out, "%c %s\n", sign, text_data(&d->path));
    path_cut(&d->path, length);
    d->count++;
}

/* Both maps are sorted by key: one walk over the two. */
static void entries_differ(struct differ *d, const struct field *f, const struct value *a,
                           const struct value *b)
{
    struct field item = field_item(f);
    size_t length = d->path.length;
    const struct value *x = a->first, *y = b->first;
    while (x || y) {
        int order = !x ? 1 : !y ? -1 : strcmp(x->key, y->key);
        if (order < 0) {
            entry_line(d, '-', x->key);
        } else if (order > 0) {
            entry_line(d, '+', y->key);
        } else {
            path_key(&d->path, x->key);
            field_differ(d, &item, x, y);
            path_cut(&d->path, length);
        }
        if (order <= 0) x = x->next;
        if (order >= 0) y = y->next;
    }
}

static void field_differ(struct differ *d, const struct field *f, const struct value *a,
                         const struct value *b)
{
    if (a == b || (a && b && value_equal(a, b))) return;
    bool both = a && b;
    if (both && f->type == FIELD_PART && !strcmp(a->tag, b->tag))
        fields_differ(d, kind_list_part(d->list, f->role, a->tag), a, b);
    else if (both && f->type == FIELD_MAP)
        entries_differ(d, f, a, b);
    else if (both && f->type == FIELD_LIST && a->list_count == b->list_count)
        items_differ(d, f, a, b);
    else
        line_print(d, f, a, b);
}

/* ------------------------------------------------------------------------- objects */

static struct map_text *paths_of(struct arena *arena, const struct document *doc)
{
    struct map_text *paths = map_open(arena);
    struct text path = { 0 };
    for (uint32_t i = 0; i < doc->object_count; i++) {
        document_path(doc, i, &path);
        map_put(paths, text_data(&path), i);
        path_cut(&path, 0);
    }
    text_close(&path);
    return paths;
}

uint32_t schema_difference(const struct document *a, const struct document *b, struct text *out)
{
    struct arena *arena = arena_open();
    struct differ d = { .list = a->index->list, .out = out };
    const struct map_text *old = paths_of(arena, a), *new = paths_of(arena, b);
    for (uint32_t i = 0; i < a->object_count; i++) {
        uint32_t other = map_get(new, map_key(old, i));
        if (other == MAP_NONE) {
            text_format(out, "- %s\n", map_key(old, i));
            d.count++;
            continue;
        }
        text_add(&d.path, map_key(old, i));
        fields_differ(&d, a->objects[i].kind, a->index->said[i], b->index->said[other]);
        path_cut(&d.path, 0);
    }
    for (uint32_t i = 0; i < b->object_count; i++) {
        if (map_get(old, map_key(new, i)) != MAP_NONE) continue;
        text_format(out, "+ %s\n", map_key(new, i));
        d.count++;
    }
    text_close(&d.path);
    arena_close(arena);
    return d.count;
}
