/* target.c - "cart GET /cart": an object with endpoints, and one of them.
 *
 * Anything whose kind has an `endpoints` map can be called, and anything that has `routes` for
 * requests: the table of fields says so, and no kind is named here. */
#include "orrery/endpoint.h"
#include "orrery/request.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

/* Names in a hint, at most. */
#define HINT_NAMES_MAX 5

static const struct map *endpoints_of(const struct object *o)
{
    for (const struct field *f = o->kind->fields; f->type != FIELD_NONE; f++)
        if (f->type == FIELD_MAP && strcmp(f->name, "endpoints") == 0)
            return (const struct map *)((const char *)o->spec + f->offset);
    return NULL;
}

static bool is_gateway(const struct object *o)
{
    for (const struct field *f = o->kind->fields; f->type != FIELD_NONE; f++)
        if (f->type == FIELD_LIST && f->role && strcmp(f->role, "httpRoute") == 0) return true;
    return false;
}

void target_split(struct arena *a, const char *target, const char **name, const char **operation)
{
    const char *space = strchr(target, ' ');
    *name = space ? arena_text_n(a, target, (size_t)(space - target)) : target;
    while (space && *space == ' ')
        space++;
    *operation = space && *space ? space : NULL;
}

/* "did you mean 'cart'?", or what there is to choose from. */
static const char *hint_of(struct arena *a, const char *wanted, const char *const *names,
                           uint32_t count)
{
    const char *near = text_nearest(wanted, names, count);
    if (near) return arena_format(a, "did you mean '%s'?", near);
    if (!count) return NULL;
    struct text t = { 0 };
    for (uint32_t i = 0; i < count && i < HINT_NAMES_MAX; i++)
        text_format(&t, "%s'%s'", i ? ", " : "there is ", names[i]);
    if (count > HINT_NAMES_MAX) text_format(&t, " and %u more", count - HINT_NAMES_MAX);
    const char *hint = arena_text(a, text_data(&t));
    text_close(&t);
    return hint;
}

static const struct object *callee(const struct document *doc, const char *name, const char **names,
                                   uint32_t *count)
{
    const struct object *found = NULL;
    for (uint32_t i = 0; i < doc->object_count; i++) {
        const struct object *o = &doc->objects[i];
        if (!endpoints_of(o) && !is_gateway(o)) continue;
        names[(*count)++] = o->name;
        if (strcmp(o->name, name) == 0) found = o;
    }
    return found;
}

static bool operation_check(struct arena *a, const struct map *endpoints, const char *name,
                            const char *operation, struct place at, const char *path,
                            struct diag *d)
{
    const char **keys = arena_alloc(a, (endpoints->count + 1) * sizeof *keys);
    for (uint32_t i = 0; i < endpoints->count; i++) {
        keys[i] = endpoints->entries[i].key;
        if (operation && strcmp(keys[i], operation) == 0) return true;
    }
    if (endpoints->count == 0) return true; /* the callee has been told that it has none */
    if (!operation && endpoints->count == 1) return true;
    if (!operation)
        diag_error(d, at, path, "say which, as in \"NAME ENDPOINT\"", "'%s' has %u endpoints", name,
                   endpoints->count);
    else
        diag_error(d, at, path, hint_of(a, operation, keys, endpoints->count),
                   "'%s' has no endpoint '%s'", name, operation);
    return false;
}

static bool request_check(struct arena *a, const char *name, const char *operation, struct place at,
                          const char *path, struct diag *d)
{
    struct request r;
    if (operation && request_read(a, operation, &r)) return true;
    diag_error(d, at, path, arena_format(a, "say what is asked of it, as in \"%s GET /cart\"", name),
               "'%s' is a gateway, and wants a method and a path", name);
    return false;
}

static bool check_any(const struct document *doc, const char *target, bool operation_needed,
                      struct place at, const char *path, struct diag *d)
{
    const char *name, *operation;
    target_split(doc->arena, target, &name, &operation);
    const char **names = arena_alloc(doc->arena, (doc->object_count + 1) * sizeof *names);
    uint32_t count = 0;
    const struct object *o = callee(doc, name, names, &count);
    if (!o) {
        diag_error(d, at, path, hint_of(doc->arena, name, names, count),
                   "there is nothing named '%s' to call", name);
        return false;
    }
    if (!operation && !operation_needed) return true;
    if (is_gateway(o)) return request_check(doc->arena, name, operation, at, path, d);
    return operation_check(doc->arena, endpoints_of(o), name, operation, at, path, d);
}

bool target_check(const struct document *doc, const char *target, struct place at, const char *path,
                  struct diag *d)
{
    return check_any(doc, target, true, at, path, d);
}

bool target_backend_check(const struct document *doc, const char *target, struct place at,
                          const char *path, struct diag *d)
{
    return check_any(doc, target, false, at, path, d);
}

bool target_is_gateway(const struct document *doc, const char *target)
{
    const char *name, *operation;
    target_split(doc->arena, target, &name, &operation);
    for (uint32_t i = 0; i < doc->object_count; i++)
        if (is_gateway(&doc->objects[i]) && strcmp(doc->objects[i].name, name) == 0) return true;
    return false;
}
