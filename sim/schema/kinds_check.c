/* kinds_check.c - judging the kinds themselves.
 *
 * What is wrong here is a bug of ours, not of a scenario: a preset that its own field refuses, a
 * role that nothing has, a field without a doc. A test runs this over the program's list, so that
 * a new kind is checked by being listed. Place: none; path: the kind and field. */
#include "schema/load.h"
#include "schema/said.h"

#include "base/arena.h"

#include <string.h>

struct judge {
    struct loader loader;
    struct kind_list list;
    const struct kind *kind;
};

#define wrong(j, ...) loader_error(&(j)->loader, (struct place){ NULL, 0 }, NULL, __VA_ARGS__)

static bool name_is_camel(const char *name)
{
    bool begin = true;
    for (const char *c = name; *c; c++) {
        bool lower = *c >= 'a' && *c <= 'z', upper = *c >= 'A' && *c <= 'Z';
        bool digit = *c >= '0' && *c <= '9';
        if (begin ? !lower : !(lower || upper || digit || *c == '.')) return false;
        begin = *c == '.';
    }
    return *name && !begin;
}

static bool is_absent(const char *s)
{
    return !s || !*s;
}

/* ------------------------------------------------------------------------- fields */

static bool role_exists(struct kind_list list, const char *role)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (!strcmp(list.kinds[i]->role, role)) return true;
    return false;
}

static void role_check(struct judge *j, const struct field *f, enum field_type type)
{
    if (type == FIELD_PART && (is_absent(f->role) || !role_exists(j->list, f->role)))
        wrong(j, "no kind has the role '%s'", f->role ? f->role : "");
    if (type != FIELD_REFERENCE) return;
    const struct kind *k = f->role ? kind_list_object(j->list, f->role) : NULL;
    if (!k || k->form != KIND_NAMED)
        wrong(j, "'%s' is not a kind that has names", f->role ? f->role : "");
}

static void type_check(struct judge *j, const struct field *f)
{
    enum field_type item = f->type;
    bool table = f->type == FIELD_LIST || f->type == FIELD_MAP;
    if (table) item = f->of;
    if (table && (item == FIELD_NONE || item == FIELD_MAP || item == FIELD_ANY ||
                  (item == FIELD_LIST && f->type == FIELD_LIST)))
        wrong(j, "a list or map cannot hold this type");
    role_check(j, f, item == FIELD_LIST ? FIELD_PART : item);
    if (item == FIELD_CHOICE && (!f->choices || !f->choices[0]))
        wrong(j, "a choice without choices");
    if (f->offset + field_size(f->type) > j->kind->spec_size) wrong(j, "lies outside of its spec");
    if (f->position == FIELD_REST && f->type != FIELD_LIST)
        wrong(j, "only a list can take the rest");
}

/* Reads the preset as the loader would; every complaint comes out under the field's path. */
static void preset_check(struct judge *j, const struct field *f)
{
    if (is_absent(f->preset)) return;
    if (f->type == FIELD_HOOK) {
        wrong(j, "a function has no preset");
        return;
    }
    union member scratch;
    memset(&scratch, 0, sizeof scratch);
    field_preset_load(&j->loader, f, UNIT_NUMBER, (struct place){ NULL, 0 }, &scratch);
}

static void field_check(struct judge *j, uint32_t index)
{
    const struct field *f = &j->kind->fields[index];
    if (!name_is_camel(f->name)) wrong(j, "a field's name is camelCase");
    if (!is_lua_word(f->name)) wrong(j, "a word of Lua's own cannot be a field's name");
    if (!strcmp(f->name, "kind")) wrong(j, "'kind' is what JSON calls the kind itself");
    if (is_absent(f->doc)) wrong(j, "needs a doc");
    for (uint32_t i = 0; i < index; i++) {
        const struct field *other = &j->kind->fields[i];
        if (!strcmp(other->name, f->name)) wrong(j, "there are two fields of this name");
        if (f->position && other->position == f->position)
            wrong(j, "has the position of '%s'", other->name);
    }
    uint32_t errors = diag_error_count(j->loader.diag);
    type_check(j, f);
    if (diag_error_count(j->loader.diag) == errors) preset_check(j, f);
}

/* ------------------------------------------------------------------------- kinds */

static bool same_place(const struct kind *a, const struct kind *b)
{
    return (kind_is_object(a) && kind_is_object(b)) || !strcmp(a->role, b->role);
}

static void names_check(struct judge *j, uint32_t index)
{
    const struct kind *k = j->kind;
    if (!name_is_camel(k->name)) wrong(j, "a kind's name is camelCase");
    for (uint32_t i = 0; i < index; i++) {
        const struct kind *other = j->list.kinds[i];
        if (!same_place(k, other)) continue;
        if (kind_called(other, k->name) || (k->alias && kind_called(other, k->alias)))
            wrong(j, "its name is taken by %s of the same role", other->name);
        if (k->scalar && other->scalar && !strcmp(k->role, other->role))
            wrong(j, "a bare scalar already means %s", other->name);
    }
}

static void kind_check(struct judge *j, uint32_t index)
{
    const struct kind *k = j->kind;
    if (is_absent(k->role) || is_absent(k->room)) {
        wrong(j, "needs a role and a room");
        return;
    }
    names_check(j, index);
    if (is_absent(k->doc)) wrong(j, "needs a doc");
    if (kind_is_object(k) != !strcmp(k->role, "object"))
        wrong(j, "the role \"object\" is for what stands at the top level, and only for that");
    if (k->scalar && !kind_positional(k, 1)) wrong(j, "a scalar kind needs a field at position 1");
    uint32_t count = kind_field_count(k);
    if (count > KIND_FIELDS_MAX) wrong(j, "more than %d fields: it wants parts", KIND_FIELDS_MAX);
    for (uint32_t i = 0; i < count && count <= KIND_FIELDS_MAX; i++) {
        size_t length = j->loader.path.length;
        path_key(&j->loader.path, k->fields[i].name);
        field_check(j, i);
        path_cut(&j->loader.path, length);
    }
}

void kind_list_check(struct kind_list list, struct diag *d)
{
    struct judge j = { .list = list };
    j.loader = (struct loader){ .list = list, .arena = arena_open(), .diag = d, .dry = true };
    for (uint32_t i = 0; i < list.count; i++) {
        j.kind = list.kinds[i];
        text_add(&j.loader.path, j.kind->name);
        kind_check(&j, i);
        path_cut(&j.loader.path, 0);
    }
    text_close(&j.loader.path);
    arena_close(j.loader.arena);
}
