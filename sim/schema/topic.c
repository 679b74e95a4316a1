/* topic.c - finding what the user asks about, and fields in words. */
#include "schema/explain.h"
#include "schema/load.h"

#include "base/arena.h"

#include <string.h>

static void item_type_text(enum field_type type, const char *role, struct text *out)
{
    static const char *const names[] = {
        [FIELD_DURATION] = "duration", [FIELD_RATE] = "rate",     [FIELD_COUNT] = "count",
        [FIELD_NUMBER] = "number",     [FIELD_BYTES] = "bytes",   [FIELD_CPU] = "cpu",
        [FIELD_RATIO] = "ratio",       [FIELD_MONEY] = "money",   [FIELD_BOOL] = "bool",
        [FIELD_CHOICE] = "choice",     [FIELD_NAME] = "name",     [FIELD_TEXT] = "text",
        [FIELD_AMOUNT] = "amount",     [FIELD_HOOK] = "function", [FIELD_ANY] = "any",
    };
    if (type == FIELD_PART)
        text_add(out, role);
    else if (type == FIELD_REFERENCE)
        text_format(out, "%s name", role);
    else
        text_add(out, names[type]);
}

void field_type_text(const struct field *f, struct text *out)
{
    static const char *const units[] = { "", " (duration)", " (bytes)", " (rate)", " (ratio)" };
    struct field item = field_item(f);
    if (f->type == FIELD_LIST || f->type == FIELD_MAP) {
        text_add(out, f->type == FIELD_LIST ? "list of " : "map of ");
        item_type_text(item.type == FIELD_LIST ? FIELD_PART : item.type, f->role, out);
        if (item.type == FIELD_LIST) text_add(out, " lists");
    } else {
        item_type_text(f->type, f->role, out);
    }
    text_add(out, units[f->unit]);
}

static bool is_quantity(enum field_type type)
{
    return (type >= FIELD_DURATION && type <= FIELD_MONEY) || type == FIELD_AMOUNT;
}

void field_range_text(const struct field *f, struct text *out)
{
    enum field_type type = f->type == FIELD_LIST || f->type == FIELD_MAP ? f->of : f->type;
    if (!is_quantity(type) || (f->min == 0 && f->max == 0)) return;
    struct field item = *f;
    char low[64], high[64];
    double min, max;
    item.type = type;
    field_range(&item, f->unit, &min, &max);
    type = field_quantity(&item, f->unit);
    text_format(out, "%s..%s", quantity_print(type, min, low),
                type == FIELD_COUNT && f->max == (double)COUNT_UNLIMITED
                    ? "unlimited"
                    : quantity_print(type, max, high));
}

const char *field_preset_text(const struct field *f)
{
    if (!f->preset) return "required";
    return *f->preset ? f->preset : "-";
}

void field_doc_text(const struct field *f, struct text *out)
{
    text_add(out, f->doc ? f->doc : "");
    for (const char *const *c = f->choices; c && *c; c++)
        text_format(out, "%s%s%s", c == f->choices ? " One of: " : ", ", *c, c[1] ? "" : ".");
    if (f->position == 1) text_add(out, " May come first, without its name.");
    if (f->position > 1) text_format(out, " May come as value %d, without its name.", f->position);
    if (f->position == FIELD_REST) text_add(out, " Takes all further values without a name.");
}

const char *kind_form_text(const struct kind *k)
{
    static const char *const forms[] = {
        [KIND_NAMED] = "named object",
        [KIND_SINGLETON] = "object, at most one",
        [KIND_REPEATED] = "object, any number, without a name",
    };
    return k->form == KIND_PART ? k->role : forms[k->form];
}

/* ------------------------------------------------------------------------- topics */

/* KIND.FIELD, where a kind's name may hold dots: the longest name that is one wins. */
static bool field_topic(struct kind_list list, const char *topic, struct topic *t)
{
    struct text name = { 0 };
    text_add(&name, topic);
    for (size_t n = name.length; n-- > 0 && !t->field;) {
        if (topic[n] != '.') continue;
        name.data[n] = '\0';
        for (uint32_t i = 0; i < list.count && !t->field; i++) {
            if (!kind_called(list.kinds[i], name.data)) continue;
            t->kind = list.kinds[i];
            t->field = kind_field(list.kinds[i], topic + n + 1);
        }
    }
    text_close(&name);
    return t->field != NULL;
}

bool topic_find(struct kind_list list, const char *topic, struct topic *t)
{
    *t = (struct topic){ .kind = kind_list_find(list, topic) };
    if (t->kind) return true;
    for (uint32_t i = 0; i < list.count && !t->role; i++)
        if (!strcmp(list.kinds[i]->role, topic)) t->role = list.kinds[i]->role;
    return t->role || field_topic(list, topic, t);
}

/* "expect" is no kind, but the beginning of ten. */
static bool is_family(struct kind_list list, const char *topic, struct text *out)
{
    size_t length = strlen(topic);
    uint32_t count = 0;
    for (uint32_t i = 0; length && i < list.count; i++) {
        const char *name = list.kinds[i]->name;
        if (strncmp(name, topic, length) != 0 || name[length] != '.') continue;
        if (!count++) text_format(out, "there is no kind '%s' itself; there are ", topic);
        text_format(out, "%s%s", count > 1 ? ", " : "", name);
    }
    if (count) text_add(out, "\n");
    return count > 0;
}

void topic_hint(struct kind_list list, const char *topic, struct text *out)
{
    struct topic t = { 0 };
    if (is_family(list, topic, out)) return;
    struct arena *a = arena_open();
    const char **names = arena_alloc(a, (2 * list.count + KIND_FIELDS_MAX) * sizeof *names);
    uint32_t count = 0;
    field_topic(list, topic, &t); /* a good kind with a bad field leaves the kind */
    const char *dot = strrchr(topic, '.');
    const char *wanted = t.kind && dot ? dot + 1 : topic;
    for (const struct field *f = t.kind ? t.kind->fields : NULL; f && f->type != FIELD_NONE; f++)
        names[count++] = f->name;
    for (uint32_t i = 0; i < list.count && !t.kind; i++) {
        names[count++] = list.kinds[i]->name;
        names[count++] = list.kinds[i]->role;
    }
    const char *near = text_nearest(wanted, names, count);
    if (t.kind)
        text_format(out, "%s has no field '%s'", t.kind->name, wanted);
    else
        text_format(out, "there is no kind '%s'", topic);
    if (near)
        text_format(out, "; did you mean '%s%s%s'?\n", t.kind ? t.kind->name : "",
                    t.kind ? "." : "", near);
    else
        text_add(out, "; `orrery explain` lists all kinds\n");
    arena_close(a);
}
