/* load.c - a whole scenario: from a tree to objects.
 *
 * Six passes, each over everything, so that a user sees every problem at once: name the objects;
 * load their fields and parts; resolve references and judge names, now that all are known; let
 * every sound part be judged by its kind, inner before outer; then every sound object; and then what
 * the objects of a kind make together. An object that cannot have its name (another has it, or it is
 * no name) is loaded and judged as the others are, though nobody can find it. */
#include "schema/load.h"

#include "base/arena.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Objects in one scenario, at most. */
#define OBJECTS_MAX 100000
/* Text of the user's shown in a message, at most. */
#define SHOWN_BYTES 40

/* ------------------------------------------------------------------------- telling */

void loader_error(struct loader *l, struct place at, const char *hint, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *message = arena_alloc(l->arena, (size_t)length + 1);
    vsnprintf(message, (size_t)length + 1, format, again);
    va_end(again);
    diag_error(l->diag, at, text_data(&l->path), hint, "%s", message);
}

uint32_t loader_flaws(const struct loader *l)
{
    return diag_error_count(l->diag) + l->told;
}

const char *loader_shown(struct loader *l, const struct value *v)
{
    char buf[64];
    if (v->type == VALUE_NUMBER)
        return arena_text(l->arena, isfinite(v->number) && v->integer && fabs(v->number) < 1e15
                                        ? (snprintf(buf, sizeof buf, "%.0f", v->number), buf)
                                        : text_double(v->number, buf));
    if (v->type == VALUE_TEXT)
        return arena_format(l->arena, "'%s'", text_shortened(l->arena, v->text, SHOWN_BYTES));
    return value_type_name(v);
}

const char *loader_nearest(struct loader *l, const char *wanted, const char *const *names,
                           uint32_t count)
{
    const char *near = text_nearest(wanted, names, count);
    return near ? arena_format(l->arena, "did you mean '%s'?", near) : NULL;
}

static const char *place_shown(struct loader *l, struct place at)
{
    if (!at.line) return at.file ? at.file : "the scenario";
    if (!at.file) return arena_format(l->arena, "line %u", at.line);
    return arena_format(l->arena, "%s:%u", at.file, at.line);
}

/* ------------------------------------------------------------------------- naming */

/* What the tag names at the top level; tells why nothing. */
static const struct kind *object_kind(struct loader *l, const struct value *v)
{
    if (!v->tag || (v->type != VALUE_MAP && v->type != VALUE_LIST)) {
        loader_error(l, v->at, "write KIND \"name\" { ... }, or \"kind\" in JSON",
                     v->type == VALUE_MAP ? "an object needs a kind" : "must be an object, not %s",
                     value_type_name(v));
        return NULL;
    }
    const struct kind *k = kind_list_object(l->list, v->tag);
    if (k) return k;
    const struct kind *part = kind_list_find(l->list, v->tag);
    if (part) {
        loader_error(l, v->at, NULL, "%s is %s: it stands inside an object, not alone", v->tag,
                     with_article(l->arena, part->role));
        return NULL;
    }
    const char **names = arena_alloc(l->arena, 2 * l->list.count * sizeof *names);
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->list.count; i++) {
        if (!kind_is_object(l->list.kinds[i])) continue;
        names[count++] = l->list.kinds[i]->name;
        if (l->list.kinds[i]->alias) names[count++] = l->list.kinds[i]->alias;
    }
    const char *hint = loader_nearest(l, v->tag, names, count);
    loader_error(l, v->at, hint ? hint : "see: orrery explain", "unknown kind '%s'",
                 text_shortened(l->arena, v->tag, SHOWN_BYTES));
    return NULL;
}

/* The name of a named object, or NULL after telling what is wrong with it. */
static const char *object_name(struct loader *l, const struct kind *k, const struct value *v)
{
    if (k->form != KIND_NAMED) return "";
    const struct value *name = value_get(v, "name");
    if (name && value_is_told(name)) return NULL;
    if (!name || name->type == VALUE_NIL) {
        loader_error(l, v->at, k->example ? arena_format(l->arena, "such as %s", k->example) : NULL,
                     "%s needs a name", with_article(l->arena, k->name));
        return NULL;
    }
    if (name->type != VALUE_TEXT) return loader_wrong_type(l, FIELD_NAME, name);
    return loader_name(l, name) ? arena_text(l->arena, name->text) : NULL;
}

static bool object_is_new(struct loader *l, const struct object *o, uint32_t index,
                          const struct object *objects)
{
    struct document_index *ix = (struct document_index *)l->doc->index;
    const char *key = arena_format(l->arena, "%s/%s", o->kind->name, o->name);
    uint32_t first = map_get(ix->names, key);
    if (first == MAP_NONE || o->kind->form == KIND_REPEATED) {
        map_put(ix->names, key, index);
        return true;
    }
    const char *hint = arena_format(l->arena, "first at %s", place_shown(l, objects[first].at));
    if (o->kind->form == KIND_SINGLETON)
        loader_error(l, o->at, hint, "there can be only one %s", o->kind->name);
    else
        loader_error(l, o->at, hint, "duplicate name: there is a %s '%s' already", o->kind->name,
                     o->name);
    return false;
}

/* What is being loaded: the object, what it was given, and, once known, what it said. */
struct loading {
    struct object *object;
    const struct value *given, *said;
    bool sound; /* all its fields and parts are */
};

/* Fills in the kind, name and place; false: nobody can find it by that name. */
static bool object_is_named(struct loader *l, const struct value *v, uint32_t index,
                            struct object *objects)
{
    struct object *o = &objects[index];
    text_add(&l->path, o->kind->name);
    o->name = object_name(l, o->kind, v);
    bool named = o->name != NULL;
    if (!named) o->name = "";
    if (named && o->kind->form == KIND_NAMED) path_key(&l->path, o->name);
    named = named && object_is_new(l, o, index, objects);
    path_cut(&l->path, 0);
    return named;
}

/* The named ones are counted from the front, the others from the back. */
static uint32_t objects_name(struct loader *l, const struct value *root, struct object *objects,
                             struct loading *loading)
{
    uint32_t count = 0, position = 1, back = root->list_count;
    for (const struct value *v = root->list_first; v; v = v->next, position++) {
        text_format(&l->path, "objects[%u]", position);
        const struct kind *k = object_kind(l, v);
        path_cut(&l->path, 0);
        if (!k) continue;
        objects[count] = (struct object){ .kind = k, .name = "", .at = v->at };
        if (object_is_named(l, v, count, objects)) {
            loading[count] = (struct loading){ .object = &objects[count], .given = v };
            count++;
            continue;
        }
        struct object *lost = arena_alloc(l->arena, sizeof *lost);
        *lost = objects[count];
        loading[--back] = (struct loading){ .object = lost, .given = v };
    }
    return count;
}

static void objects_index(struct loader *l)
{
    struct document_index *ix = (struct document_index *)l->doc->index;
    uint32_t **lists = arena_alloc(l->arena, l->list.count * sizeof *lists);
    ix->object_counts = arena_alloc(l->arena, l->list.count * sizeof *ix->object_counts);
    ix->ordinals = arena_alloc(l->arena, l->doc->object_count * sizeof *ix->ordinals);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t k = 0; pass && k < l->list.count; k++) {
            lists[k] = arena_alloc(l->arena, ix->object_counts[k] * sizeof **lists);
            ix->object_counts[k] = 0;
        }
        for (uint32_t i = 0; i < l->doc->object_count; i++) {
            uint32_t k = kind_list_index(l->list, l->doc->objects[i].kind->name);
            if (pass) lists[k][ix->object_counts[k]] = i;
            ix->ordinals[i] = ix->object_counts[k]++;
        }
    }
    ix->objects = (const uint32_t **)lists;
}

/* ------------------------------------------------------------------------- loading */

/* The node that lies too deep, or NULL. */
static const struct value *too_deep(const struct value *v, uint32_t depth)
{
    if (v->type != VALUE_MAP && v->type != VALUE_LIST) return NULL;
    if (depth >= VALUE_DEPTH_MAX) return v;
    const struct value *found = NULL;
    for (const struct value *item = v->first; item && !found; item = item->next)
        found = too_deep(item, depth + 1);
    for (const struct value *item = v->list_first; item && !found; item = item->next)
        found = too_deep(item, depth + 1);
    return found;
}

static void object_load(struct loader *l, struct loading *loading)
{
    struct object *o = loading->object;
    const struct value *deep = too_deep(loading->given, 1);
    uint32_t flaws = loader_flaws(l);
    void *spec = arena_alloc(l->arena, o->kind->spec_size);
    o->spec = spec;
    if (deep)
        loader_error(l, deep->at, NULL, "nested deeper than %d levels", VALUE_DEPTH_MAX);
    else
        loading->said = fields_load(l, o->kind, loading->given, o->at, UNIT_NUMBER, spec);
    loading->sound = loader_flaws(l) == flaws;
}

/* The path of the index-th; the unnamed ones have no number of their own. */
static void loading_path(struct loader *l, const struct loading *loading, uint32_t index)
{
    const struct object *o = loading[index].object;
    if (index < l->doc->object_count) {
        document_path(l->doc, index, &l->path);
        return;
    }
    text_add(&l->path, o->kind->name);
    if (*o->name) path_key(&l->path, o->name);
}

static void objects_load(struct loader *l, struct loading *loading, uint32_t count)
{
    struct document_index *ix = (struct document_index *)l->doc->index;
    ix->said = arena_alloc(l->arena, (l->doc->object_count + 1) * sizeof *ix->said);
    for (uint32_t i = 0; i < count; i++) {
        if (!loading[i].object) continue;
        loading_path(l, loading, i);
        object_load(l, &loading[i]);
        if (i < l->doc->object_count) ix->said[i] = loading[i].said;
        path_cut(&l->path, 0);
    }
}

static bool has_required(const struct kind *k)
{
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++)
        if (!f->preset) return true;
    return false;
}

/* A singleton that the scenario does not mention has all its presets, unless it cannot. */
static void singletons_load(struct loader *l)
{
    struct document_index *ix = (struct document_index *)l->doc->index;
    ix->defaults = arena_alloc(l->arena, l->list.count * sizeof *ix->defaults);
    for (uint32_t i = 0; i < l->list.count; i++) {
        const struct kind *k = l->list.kinds[i];
        if (k->form != KIND_SINGLETON || ix->object_counts[i] || has_required(k)) continue;
        void *spec = arena_alloc(l->arena, k->spec_size);
        text_add(&l->path, k->name);
        fields_load(l, k, NULL, (struct place){ l->doc->file, 0 }, UNIT_NUMBER, spec);
        path_cut(&l->path, 0);
        ix->defaults[i] = spec;
    }
}

/* ------------------------------------------------------------------------- references */

static void reference_unknown(struct loader *l, const struct pending_reference *p)
{
    uint32_t count = document_count(l->doc, p->kind);
    const char **names = arena_alloc(l->arena, count * sizeof *names);
    for (uint32_t i = 0; i < count; i++)
        names[i] = document_object(l->doc, p->kind, i)->name;
    const char *wanted = p->reference->name;
    p->reference->index = UINT32_MAX;
    const char *hint = loader_nearest(l, wanted, names, count);
    if (!hint)
        hint = count ? arena_format(l->arena, "there is '%s'", names[0])
                     : arena_format(l->arena, "there is no %s at all", p->kind);
    diag_error(l->diag, p->at, p->path, hint, "there is no %s named '%s'", p->kind,
               text_shortened(l->arena, wanted, SHOWN_BYTES));
}

static void references_resolve(struct loader *l)
{
    for (struct pending_reference *p = l->references; p; p = p->next) {
        const struct object *o = document_find(l->doc, p->kind, p->reference->name);
        if (o)
            p->reference->index = l->doc->index->ordinals[o - l->doc->objects];
        else
            reference_unknown(l, p);
    }
}

static void texts_judge(struct loader *l)
{
    for (struct pending_text *p = l->texts; p; p = p->next)
        p->judge(l->doc, p->text, p->at, p->path, l->diag);
}

/* ------------------------------------------------------------------------- judging */

/* What is judged, for finding the line of one of its fields. */
struct judged {
    struct arena *arena;
    const struct value *said;
    const char *path;
};

static struct place judged_place(const void *context, const char *path, struct place at)
{
    const struct judged *j = context;
    size_t length = strlen(j->path);
    if (strncmp(path, j->path, length) || !path[length]) return at;
    const char *rest = path + length;
    struct path_step steps[PATH_STEPS_MAX];
    int count = path_read(j->arena, *rest == '.' ? rest + 1 : rest, steps);
    const struct value *v = j->said;
    for (int i = 0; v && i < count; i++) {
        v = steps[i].key ? value_get(v, steps[i].key) : value_at(v, steps[i].index - 1);
        if (v && v->at.line) at = v->at;
    }
    return at;
}

/* True when the kind has nothing to say against it. */
static bool spec_check(struct loader *l, const struct kind *k, const void *spec, struct place at,
                       const struct judged *judged)
{
    uint32_t errors = diag_error_count(l->diag);
    diag_locate(l->diag, judged_place, judged);
    k->check((void *)spec, l->doc, at, judged->path, l->diag);
    diag_locate(l->diag, NULL, NULL);
    return diag_error_count(l->diag) == errors;
}

/* A part is judged only when the parts inside it are good: it may ask them what they derived. */
static void parts_check(struct loader *l)
{
    uint32_t bad = 0; /* the number of the latest that is not good */
    for (struct pending_check *p = l->checks; p; p = p->next) {
        struct judged judged = { l->arena, p->said, p->path };
        if (bad >= p->first || !spec_check(l, p->kind, p->spec, p->at, &judged)) bad = p->number;
    }
}

static void singletons_check(struct loader *l)
{
    const struct document_index *ix = l->doc->index;
    for (uint32_t i = 0; i < l->list.count; i++) {
        const struct kind *k = l->list.kinds[i];
        struct judged judged = { l->arena, NULL, k->name };
        if (ix->defaults[i] && k->check)
            spec_check(l, k, ix->defaults[i], (struct place){ l->doc->file, 0 }, &judged);
    }
}

static void objects_check(struct loader *l, const struct loading *loading, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct object *o = loading[i].object;
        if (!o || !loading[i].sound || !o->kind->check) continue;
        loading_path(l, loading, i);
        struct judged judged = { l->arena, loading[i].said, text_data(&l->path) };
        spec_check(l, o->kind, o->spec, o->at, &judged);
        path_cut(&l->path, 0);
    }
}

static void kinds_check_all(struct loader *l)
{
    for (uint32_t i = 0; i < l->list.count; i++)
        if (l->list.kinds[i]->check_all) l->list.kinds[i]->check_all(l->doc, l->diag);
}

static const char *file_name(const char *file)
{
    const char *slash = file ? strrchr(file, '/') : NULL;
    return slash ? slash + 1 : file ? file : "scenario";
}

static struct document *document_open(struct loader *l, const struct value *root, const char *file,
                                      const char *title)
{
    struct document_index *ix = arena_alloc(l->arena, sizeof *ix);
    struct document *doc = arena_alloc(l->arena, sizeof *doc);
    ix->list = l->list;
    ix->names = map_open(l->arena);
    if (!title) title = root->text ? root->text : file_name(file);
    *doc = (struct document){ .arena = l->arena,
                              .index = ix,
                              .title = arena_text(l->arena, title),
                              .file = file ? arena_text(l->arena, file) : NULL };
    return doc;
}

struct document *document_load_kinds(struct kind_list list, struct arena *a,
                                     const struct value *root, const char *file, const char *title,
                                     struct diag *d)
{
    uint32_t errors = diag_error_count(d);
    struct loader l = { .list = list, .arena = a, .diag = d };
    if (root->type != VALUE_LIST) {
        loader_error(&l, root->at, NULL, "a scenario is a list of objects, not %s",
                     value_type_name(root));
        return NULL;
    }
    if (root->list_count > OBJECTS_MAX) {
        loader_error(&l, root->at, NULL, "more than %d objects", OBJECTS_MAX);
        return NULL;
    }
    struct document *doc = l.doc = document_open(&l, root, file, title);
    struct object *objects = arena_alloc(a, root->list_count * sizeof *objects);
    struct loading *loading = arena_alloc(a, root->list_count * sizeof *loading);
    doc->objects = objects;
    doc->object_count = objects_name(&l, root, objects, loading);
    objects_index(&l);
    objects_load(&l, loading, root->list_count);
    singletons_load(&l);
    bool whole = !root->boolean; /* else a name that is not there may only not have been read */
    if (whole) references_resolve(&l);
    if (whole) texts_judge(&l);
    parts_check(&l);
    singletons_check(&l);
    objects_check(&l, loading, root->list_count);
    kinds_check_all(&l);
    text_close(&l.path);
    return whole && diag_error_count(d) == errors ? doc : NULL;
}
