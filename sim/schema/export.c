/* export.c - a loaded document as text: canonical Lua, canonical JSON, and its parameters.
 *
 * Canonical: objects in the order said, fields in the order of their kind, map keys sorted, only
 * what differs from the presets, one spelling per quantity. Reading it back gives an equal
 * document; printing that gives the same bytes. */
#include "schema/load.h"
#include "schema/said.h"
#include "schema/schema.h"

#include "base/arena.h"
#include "base/units.h"

#include <string.h>

static bool is_table(const struct value *v)
{
    return v->type == VALUE_LIST || v->type == VALUE_MAP;
}

/* ------------------------------------------------------------------------- shown forms */

static struct value *shown_copy(struct arena *a, const struct value *v)
{
    struct value *copy = value_copy(a, v);
    copy->function = v->type == VALUE_FUNCTION ? v->function : 0;
    return copy;
}

/* The fields that were said, as said_shown has them. */
static void fields_shown(struct kind_list list, struct arena *a, const struct kind *k,
                         const struct value *said, enum door door, struct value *map)
{
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++) {
        const struct value *v = value_get(said, f->name);
        if (v && !said_is_preset(v)) value_set(a, map, f->name, said_shown(list, a, f, v, door));
    }
}

/* A bare table as an argument would be taken for the table of fields. */
static bool can_be_positional(const struct value *v)
{
    return !is_table(v) || v->tag;
}

/* Without a field's name before it, a part needs the name of its kind. */
static void part_name(struct kind_list list, const struct field *f, struct value *v)
{
    bool part = f->type == FIELD_PART || (f->type == FIELD_LIST && f->of == FIELD_PART);
    const struct kind *only = part ? kind_list_only(list, f->role) : NULL;
    if (only && is_table(v)) v->tag = only->name;
}

static bool rest_can_be_positional(struct kind_list list, const struct field *f, struct value *v)
{
    for (struct value *item = v->list_first; item; item = item->next) {
        part_name(list, f, item);
        if (!can_be_positional(item)) return false;
    }
    return v->list_count > 0;
}

static void keyed_remove(struct value *map, struct value *item)
{
    struct value *before = NULL;
    for (struct value *v = map->first; v != item; v = v->next)
        before = v;
    if (before)
        before->next = item->next;
    else
        map->first = item->next;
    if (map->last == item) map->last = before;
    map->count--;
}

/* Leading fields that have a position go without their names. */
static void use_positions(struct kind_list list, const struct kind *k, struct value *map)
{
    const struct field *f;
    for (uint32_t position = 1; (f = kind_positional(k, position)); position++) {
        struct value *v = value_get(map, f->name);
        bool rest = f->position == FIELD_REST;
        if (!v) return;
        if (!rest) part_name(list, f, v);
        if (!(rest ? rest_can_be_positional(list, f, v) : can_be_positional(v))) return;
        keyed_remove(map, v);
        if (!rest) {
            value_append(map, v);
            continue;
        }
        struct value *next;
        for (struct value *item = v->list_first; item; item = next) {
            next = item->next;
            value_append(map, item);
        }
        return;
    }
}

/* What a part of a scalar kind may be shortened to: its one field, when that cannot be mistaken
 * for the name of a kind. */
static struct value *part_as_scalar(struct kind_list list, const struct kind *k, struct value *map)
{
    const struct field *first = kind_positional(k, 1);
    if (kind_list_scalar(list, k->role) != k || map->count != 1 || map->list_count || !first)
        return NULL;
    struct value *v = value_get(map, first->name);
    if (!v || is_table(v) || v->type == VALUE_FUNCTION) return NULL;
    if (v->type == VALUE_TEXT && kind_list_part(list, k->role, v->text)) return NULL;
    return v;
}

static struct value *part_shown(struct kind_list list, struct arena *a, const struct field *f,
                                const struct value *said, enum door door)
{
    const struct kind *k = kind_list_part(list, f->role, said->tag);
    struct value *map = value_map(a, said->at);
    fields_shown(list, a, k, said, door, map);
    struct value *scalar = part_as_scalar(list, k, map);
    if (scalar) return scalar;
    bool only = kind_list_only(list, k->role) == k;
    if (!only && !map->count) return value_text(a, said->at, k->name);
    if (!only) map->tag = k->name;
    if (door == DOOR_LUA) use_positions(list, k, map);
    return map;
}

struct value *said_shown(struct kind_list list, struct arena *a, const struct field *f,
                         const struct value *said, enum door door)
{
    if (f->type == FIELD_PART) return part_shown(list, a, f, said, door);
    if (f->type != FIELD_LIST && f->type != FIELD_MAP) return shown_copy(a, said);
    struct field item = field_item(f);
    struct value *out = f->type == FIELD_LIST ? value_list(a, said->at) : value_map(a, said->at);
    for (const struct value *v = said->list_first; v; v = v->next)
        value_append(out, said_shown(list, a, &item, v, door));
    for (const struct value *v = said->first; v; v = v->next) {
        struct value *shown = said_shown(list, a, &item, v, door);
        shown->key = v->key; /* keys differ already: no walk over them for each */
        if (out->last)
            out->last->next = shown;
        else
            out->first = shown;
        out->last = shown;
        out->count++;
    }
    return out;
}

struct value *object_shown(struct kind_list list, struct arena *a, const struct kind *k,
                           const struct value *said, enum door door)
{
    struct value *map = value_map(a, said->at);
    map->tag = k->name;
    fields_shown(list, a, k, said, door, map);
    if (door == DOOR_LUA) use_positions(list, k, map);
    return map;
}

void said_text(struct kind_list list, const struct field *f, const struct value *said,
               struct text *out)
{
    if (said->type == VALUE_TEXT && f->type != FIELD_TEXT && f->type != FIELD_ANY) {
        text_add(out, said->text);
        return;
    }
    if (said->type == VALUE_FUNCTION) {
        text_format(out, "function %u", said->function);
        return;
    }
    struct arena *a = arena_open();
    value_print_flat(said_shown(list, a, f, said, DOOR_LUA), DOOR_LUA, out);
    arena_close(a);
}

/* ------------------------------------------------------------------------- Lua, JSON */

static void title_print(const struct document *doc, struct text *out)
{
    text_add(out, "-- ");
    for (const char *c = doc->title; *c; c++)
        text_add_n(out, (unsigned char)*c < 0x20 ? " " : c, 1);
    text_add(out, "\n");
}

void schema_print_lua(const struct document *doc, struct text *out)
{
    struct arena *a = arena_open();
    title_print(doc, out);
    for (uint32_t i = 0; i < doc->object_count; i++) {
        const struct object *o = &doc->objects[i];
        struct value *v = object_shown(doc->index->list, a, o->kind, doc->index->said[i], DOOR_LUA);
        size_t begin = out->length;
        if (o->kind->form == KIND_NAMED) {
            v->tag = NULL; /* NAME has no room in it for what Lua would have to escape */
            text_format(out, "%s \"%s\" ", o->kind->name, o->name);
        }
        value_print_lua(v, (uint32_t)(out->length - begin), out);
        text_add(out, "\n");
    }
    arena_close(a);
}

void schema_print_json(const struct document *doc, struct text *out)
{
    struct arena *a = arena_open();
    text_add(out, "{\n  \"orrery\": 1,\n  \"title\": ");
    text_add_json(out, doc->title);
    text_add(out, ",\n  \"objects\": [");
    for (uint32_t i = 0; i < doc->object_count; i++) {
        const struct object *o = &doc->objects[i];
        struct value *shown =
            object_shown(doc->index->list, a, o->kind, doc->index->said[i], DOOR_JSON);
        struct value *v = value_map(a, o->at);
        v->tag = o->kind->name;
        if (o->kind->form == KIND_NAMED) value_set(a, v, "name", value_text(a, o->at, o->name));
        for (struct value *item = shown->first, *next; item; item = next) {
            next = item->next;
            value_set(a, v, item->key, item);
        }
        text_add(out, i ? ",\n    " : "\n    ");
        value_print_json(v, 4, out);
    }
    text_add(out, doc->object_count ? "\n  ]\n}\n" : "]\n}\n");
    arena_close(a);
}

/* ------------------------------------------------------------------------- parameters */

struct lister {
    struct kind_list list;
    struct text path;
    void (*each)(void *context, const char *path, const char *text);
    void *context;
};

static void parameter_fields(struct lister *l, const struct kind *k, const struct value *said);

static void parameter_say(struct lister *l, const struct field *f, const struct value *said)
{
    struct text t = { 0 };
    if (said->type == VALUE_TEXT)
        text_add(&t, said->text);
    else
        said_text(l->list, f, said, &t);
    l->each(l->context, text_data(&l->path), text_data(&t));
    text_close(&t);
}

static void parameter_field(struct lister *l, const struct field *f, const struct value *said)
{
    if (f->type == FIELD_PART) {
        const struct kind *k = kind_list_part(l->list, f->role, said->tag);
        l->each(l->context, text_data(&l->path), k->name);
        parameter_fields(l, k, said);
        return;
    }
    if ((f->type != FIELD_LIST && f->type != FIELD_MAP) || (!said->count && !said->list_count)) {
        parameter_say(l, f, said);
        return;
    }
    struct field item = field_item(f);
    size_t length = l->path.length;
    uint32_t position = 0;
    for (const struct value *v = said->list_first; v; v = v->next) {
        path_index(&l->path, ++position);
        parameter_field(l, &item, v);
        path_cut(&l->path, length);
    }
    for (const struct value *v = said->first; v; v = v->next) {
        path_key(&l->path, v->key);
        parameter_field(l, &item, v);
        path_cut(&l->path, length);
    }
}

static void parameter_fields(struct lister *l, const struct kind *k, const struct value *said)
{
    size_t length = l->path.length;
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++) {
        const struct value *v = value_get(said, f->name);
        if (!v) continue;
        path_key(&l->path, f->name);
        parameter_field(l, f, v);
        path_cut(&l->path, length);
    }
}

void schema_parameters(const struct document *doc,
                       void (*each)(void *context, const char *path, const char *text),
                       void *context)
{
    struct lister l = { .list = doc->index->list, .each = each, .context = context };
    for (uint32_t i = 0; i < doc->object_count; i++) {
        document_path(doc, i, &l.path);
        parameter_fields(&l, doc->objects[i].kind, doc->index->said[i]);
        path_cut(&l.path, 0);
    }
    text_close(&l.path);
}
