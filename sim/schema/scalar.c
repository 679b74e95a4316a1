/* scalar.c - fields that hold one word: a choice, a name, a reference, a function. */
#include "schema/load.h"

#include "base/arena.h"

#include <string.h>

static struct value *bool_load(struct loader *l, const struct value *v, void *member)
{
    if (v->type != VALUE_BOOL) return loader_wrong_type(l, FIELD_BOOL, v);
    *(bool *)member = v->boolean;
    return value_bool(l->arena, v->at, v->boolean);
}

static const char *choices_listed(struct loader *l, const struct field *f)
{
    struct text t = { 0 };
    for (const char *const *c = f->choices; *c; c++)
        text_format(&t, "%s%s", t.length ? ", " : "one of: ", *c);
    const char *listed = arena_text(l->arena, text_data(&t));
    text_close(&t);
    return listed;
}

static struct value *choice_load(struct loader *l, const struct field *f, const struct value *v,
                                 void *member)
{
    uint32_t count = 0;
    if (v->type != VALUE_TEXT) {
        loader_error(l, v->at, choices_listed(l, f), "must be text, not %s", value_type_name(v));
        return NULL;
    }
    for (; f->choices[count]; count++) {
        if (strcmp(f->choices[count], v->text)) continue;
        *(uint32_t *)member = count;
        return value_text(l->arena, v->at, v->text);
    }
    const char *hint = loader_nearest(l, v->text, f->choices, count);
    loader_error(l, v->at, hint ? hint : choices_listed(l, f), "%s is not a choice here",
                 loader_shown(l, v));
    return NULL;
}

void loader_judge_later(struct loader *l, const struct field *f, const char *text, struct place at)
{
    if (!f->judge || l->dry) return;
    struct pending_text *p = arena_alloc(l->arena, sizeof *p);
    *p = (struct pending_text){ .judge = f->judge,
                                .text = arena_text(l->arena, text),
                                .at = at,
                                .path = arena_text(l->arena, text_data(&l->path)) };
    if (l->texts_last)
        l->texts_last->next = p;
    else
        l->texts = p;
    l->texts_last = p;
}

static struct value *text_load(struct loader *l, const struct field *f, const struct value *v,
                               void *member)
{
    if (v->type != VALUE_TEXT) return loader_wrong_type(l, FIELD_TEXT, v);
    struct value *said = value_text(l->arena, v->at, v->text);
    *(const char **)member = said->text;
    loader_judge_later(l, f, said->text, v->at);
    return said;
}

/* RFC 1123, as Kubernetes has it. */
#define NAME_BYTES_MAX 63

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* "Cart_Service" -> "cart-service"; NULL when nothing of it would do. */
static const char *name_suggested(struct arena *a, const char *wrong)
{
    char *name = arena_text(a, text_shortened(a, wrong, NAME_BYTES_MAX - 3));
    size_t n = 0;
    for (const char *c = name; *c; c++) {
        char lower = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
        if (name_char(lower) && lower != '-')
            name[n++] = lower;
        else if (n && name[n - 1] != '-' && (*c == '-' || *c == '_' || *c == ' ' || *c == '.'))
            name[n++] = '-';
    }
    while (n && name[n - 1] == '-')
        n--;
    name[n] = '\0';
    return n ? name : NULL;
}

bool loader_name(struct loader *l, const struct value *v)
{
    size_t n = 0;
    const char *c = v->text;
    while (name_char(c[n]))
        n++;
    if (n && !c[n] && n <= NAME_BYTES_MAX && c[0] != '-' && c[n - 1] != '-') return true;
    const char *better = name_suggested(l->arena, c);
    loader_error(l, v->at, better ? arena_format(l->arena, "such as '%s'", better) : NULL,
                 "%s is not a name: use a-z, 0-9 and inner '-', at most %d characters",
                 loader_shown(l, v), NAME_BYTES_MAX);
    return false;
}

static struct value *name_load(struct loader *l, const struct field *f, const struct value *v,
                               void *member)
{
    if (v->type != VALUE_TEXT) return loader_wrong_type(l, FIELD_NAME, v);
    if (!loader_name(l, v)) return NULL;
    return text_load(l, f, v, member);
}

static struct value *reference_load(struct loader *l, const struct field *f, const struct value *v,
                                    struct reference *r)
{
    if (v->type != VALUE_TEXT) {
        loader_error(l, v->at, NULL, "must be the name of %s, not %s",
                     with_article(l->arena, f->role), value_type_name(v));
        return NULL;
    }
    struct value *said = value_text(l->arena, v->at, v->text);
    r->name = said->text;
    if (l->dry) return said;
    struct pending_reference *p = arena_alloc(l->arena, sizeof *p);
    *p = (struct pending_reference){ .reference = r,
                                     .kind = f->role,
                                     .at = v->at,
                                     .path = arena_text(l->arena, text_data(&l->path)) };
    if (l->references_last)
        l->references_last->next = p;
    else
        l->references = p;
    l->references_last = p;
    return said;
}

static struct value *hook_load(struct loader *l, const struct value *v, void *member)
{
    if (v->type != VALUE_FUNCTION) {
        loader_error(l, v->at, "as in function(w) ... end; only Lua can say one",
                     "must be a function, not %s", value_type_name(v));
        return NULL;
    }
    *(uint32_t *)member = v->function;
    return value_function(l->arena, v->at, v->function);
}

/* A constructor's name becomes the item "kind", so that the owner of the field sees one form
 * whichever the door. */
static void any_untag(struct arena *a, struct value *v)
{
    for (struct value *item = v->first; item; item = item->next)
        any_untag(a, item);
    for (struct value *item = v->list_first; item; item = item->next)
        any_untag(a, item);
    if (!v->tag) return;
    v->type = VALUE_MAP;
    value_set(a, v, "kind", value_text(a, v->at, v->tag));
    v->tag = NULL;
}

static struct value *any_load(struct loader *l, const struct value *v, void *member)
{
    struct value *said = value_copy(l->arena, v);
    any_untag(l->arena, said);
    *(const struct value **)member = said;
    return said;
}

struct value *scalar_load(struct loader *l, const struct field *f, enum unit unit,
                          const struct value *v, void *member)
{
    switch (f->type) {
    case FIELD_BOOL:
        return bool_load(l, v, member);
    case FIELD_CHOICE:
        return choice_load(l, f, v, member);
    case FIELD_NAME:
        return name_load(l, f, v, member);
    case FIELD_TEXT:
        return text_load(l, f, v, member);
    case FIELD_REFERENCE:
        return reference_load(l, f, v, member);
    case FIELD_HOOK:
        return hook_load(l, v, member);
    case FIELD_ANY:
        return any_load(l, v, member);
    default:
        return quantity_load(l, f, unit, v, member);
    }
}
