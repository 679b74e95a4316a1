/* kind.c - finding kinds and fields, and the objects of a loaded document. */
#include "schema/kinds.h"
#include "schema/path.h"

#include "base/check.h"

#include <stdio.h>
#include <string.h>

bool kind_is_object(const struct kind *k)
{
    return k->form != KIND_PART;
}

bool kind_called(const struct kind *k, const char *name)
{
    return !strcmp(k->name, name) || (k->alias && !strcmp(k->alias, name));
}

const struct kind *kind_list_find(struct kind_list list, const char *name)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (kind_called(list.kinds[i], name)) return list.kinds[i];
    return NULL;
}

uint32_t kind_list_index(struct kind_list list, const char *name)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (kind_is_object(list.kinds[i]) && kind_called(list.kinds[i], name)) return i;
    return UINT32_MAX;
}

const struct kind *kind_list_object(struct kind_list list, const char *name)
{
    uint32_t index = kind_list_index(list, name);
    return index == UINT32_MAX ? NULL : list.kinds[index];
}

const struct kind *kind_list_part(struct kind_list list, const char *role, const char *name)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (!strcmp(list.kinds[i]->role, role) && kind_called(list.kinds[i], name))
            return list.kinds[i];
    return NULL;
}

const struct kind *kind_list_scalar(struct kind_list list, const char *role)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (list.kinds[i]->scalar && !strcmp(list.kinds[i]->role, role)) return list.kinds[i];
    return NULL;
}

const struct kind *kind_list_only(struct kind_list list, const char *role)
{
    const struct kind *only = NULL;
    for (uint32_t i = 0; i < list.count; i++) {
        if (strcmp(list.kinds[i]->role, role)) continue;
        if (only) return NULL;
        only = list.kinds[i];
    }
    return only;
}

const struct kind *kind_list_untagged(struct kind_list list, const struct field *f)
{
    const struct kind *only = kind_list_only(list, f->role);
    return only || f->type != FIELD_PART ? only : kind_list_part(list, f->role, f->name);
}

uint32_t kind_field_count(const struct kind *k)
{
    uint32_t count = 0;
    while (k->fields && k->fields[count].type != FIELD_NONE)
        count++;
    return count;
}

const struct field *kind_field(const struct kind *k, const char *name)
{
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

const struct field *kind_positional(const struct kind *k, uint32_t position)
{
    const struct field *rest = NULL;
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++) {
        if (f->position > 0 && (uint32_t)f->position == position) return f;
        if (f->position == FIELD_REST) rest = f;
    }
    return rest;
}

struct field field_item(const struct field *f)
{
    struct field item = *f;
    item.type = f->of;
    if (item.type == FIELD_LIST) item.of = FIELD_PART;
    return item;
}

void kind_list_names(struct kind_list list, const char *role, uint32_t max, struct text *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        if (strcmp(list.kinds[i]->role, role)) continue;
        if (count++ >= max) continue;
        text_format(out, "%s%s", count > 1 ? ", " : "", list.kinds[i]->name);
    }
    if (count > max) text_format(out, " and %u more", count - max);
}

/* ------------------------------------------------------------------------- documents */

const struct object *document_object(const struct document *doc, const char *kind, uint32_t index)
{
    check(doc->index != NULL);
    uint32_t k = kind_list_index(doc->index->list, kind);
    if (k == UINT32_MAX || index >= doc->index->object_counts[k]) return NULL;
    return &doc->objects[doc->index->objects[k][index]];
}

const struct object *document_find(const struct document *doc, const char *kind, const char *name)
{
    check(doc->index != NULL);
    const struct kind *k = kind_list_object(doc->index->list, kind);
    if (!k || k->form != KIND_NAMED) return NULL;
    struct text key = { 0 };
    text_format(&key, "%s/%s", k->name, name);
    uint32_t index = map_get(doc->index->names, text_data(&key));
    text_close(&key);
    return index == MAP_NONE ? NULL : &doc->objects[index];
}

uint32_t document_count(const struct document *doc, const char *kind)
{
    check(doc->index != NULL);
    uint32_t k = kind_list_index(doc->index->list, kind);
    return k == UINT32_MAX ? 0 : doc->index->object_counts[k];
}

const void *document_singleton(const struct document *doc, const char *kind)
{
    check(doc->index != NULL);
    uint32_t k = kind_list_index(doc->index->list, kind);
    if (k == UINT32_MAX || doc->index->list.kinds[k]->form != KIND_SINGLETON) return NULL;
    if (doc->index->object_counts[k]) return doc->objects[doc->index->objects[k][0]].spec;
    return doc->index->defaults[k];
}

void document_path(const struct document *doc, uint32_t index, struct text *path)
{
    const struct object *o = &doc->objects[index];
    text_add(path, o->kind->name); /* a dot in it belongs to the name */
    if (o->kind->form == KIND_NAMED) path_key(path, o->name);
    if (o->kind->form == KIND_REPEATED) path_index(path, doc->index->ordinals[index] + 1);
}
