/* explain.c - kinds explained on a terminal: plain text, PAGE_WIDTH columns. */
#include "schema/explain.h"

#include <string.h>

#define PAGE_WIDTH 100
/* However long the other cells are, the prose keeps this much room. */
#define DOC_WIDTH_MIN 30
/* A default longer than this stands with the prose. */
#define PRESET_WIDTH_MAX 16

#define COLUMN_COUNT 5
enum { COLUMN_NAME, COLUMN_TYPE, COLUMN_PRESET, COLUMN_RANGE, COLUMN_DOC };

static void spaces(struct text *out, uint32_t n)
{
    text_format(out, "%*s", (int)n, "");
}

/* Words broken over lines; the first begins where the cursor is, at column `left`. */
static void wrapped(struct text *out, const char *words, uint32_t left, uint32_t right)
{
    uint32_t at = left;
    while (*words) {
        size_t n = strcspn(words, " ");
        if (at > left && at + 1 + n > right) {
            text_add(out, "\n");
            spaces(out, left);
            at = left;
        } else if (at > left) {
            text_add(out, " ");
            at++;
        }
        text_add_n(out, words, n);
        at += (uint32_t)n;
        words += n;
        words += strspn(words, " ");
    }
    text_add(out, "\n");
}

/* ------------------------------------------------------------------------- the field table */

/* One long default would push every meaning off the page. */
static bool preset_is_long(const struct field *f)
{
    return strlen(field_preset_text(f)) > PRESET_WIDTH_MAX;
}

static void cell(const struct field *f, int column, struct text *out)
{
    if (column == COLUMN_NAME)
        text_add(out, f->name);
    else if (column == COLUMN_TYPE)
        field_type_text(f, out);
    else if (column == COLUMN_PRESET)
        text_add(out, preset_is_long(f) ? "(below)" : field_preset_text(f));
    else if (column == COLUMN_RANGE)
        field_range_text(f, out);
    else
        field_doc_text(f, out);
    if (column == COLUMN_DOC && preset_is_long(f))
        text_format(out, " Default: %s.", field_preset_text(f));
}

static const char *const titles[COLUMN_COUNT] = { "FIELD", "TYPE", "DEFAULT", "RANGE", "MEANING" };

static void column_widths(const struct kind *k, uint32_t width[COLUMN_COUNT])
{
    for (int c = 0; c < COLUMN_DOC; c++) {
        width[c] = 0;
        for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++) {
            struct text t = { 0 };
            cell(f, c, &t);
            if (t.length > width[c]) width[c] = (uint32_t)t.length;
            text_close(&t);
        }
        if (width[c] && width[c] < strlen(titles[c])) width[c] = (uint32_t)strlen(titles[c]);
    }
}

static uint32_t doc_column(const uint32_t width[COLUMN_COUNT])
{
    uint32_t left = 2;
    for (int c = 0; c < COLUMN_DOC; c++)
        left += width[c] ? width[c] + 2 : 0;
    return left;
}

/* Pads to a column, but leaves no blanks at the end of a line. */
static void pad_to(struct text *out, size_t line_begin, uint32_t column)
{
    size_t at = out->length - line_begin;
    spaces(out, at < column ? column - (uint32_t)at : 0);
}

/* f NULL: the titles. Columns that are empty in every row are left out. When the cells leave no
 * room for the prose, it goes below them. */
static void row(const struct field *f, const uint32_t width[COLUMN_COUNT], struct text *out)
{
    uint32_t column = 2, left = doc_column(width);
    bool below = left + DOC_WIDTH_MIN > PAGE_WIDTH;
    size_t line_begin = out->length;
    for (int c = 0; c <= COLUMN_DOC - below; c++) {
        if (c < COLUMN_DOC && !width[c]) continue;
        struct text t = { 0 };
        if (f) cell(f, c, &t);
        const char *words = f ? text_data(&t) : titles[c];
        if (*words) pad_to(out, line_begin, column);
        if (c == COLUMN_DOC)
            wrapped(out, words, left, PAGE_WIDTH);
        else
            text_add(out, words);
        column += c < COLUMN_DOC ? width[c] + 2 : 0;
        text_close(&t);
    }
    if (!below) return;
    struct text doc = { 0 };
    if (f) cell(f, COLUMN_DOC, &doc);
    text_add(out, f ? "\n      " : "\n");
    if (f) wrapped(out, text_data(&doc), 6, PAGE_WIDTH);
    text_close(&doc);
}

static void field_table(const struct kind *k, struct text *out)
{
    uint32_t width[COLUMN_COUNT];
    if (!kind_field_count(k)) {
        text_add(out, "  It has no fields.\n");
        return;
    }
    column_widths(k, width);
    row(NULL, width, out);
    for (const struct field *f = k->fields; f->type != FIELD_NONE; f++)
        row(f, width, out);
}

/* ------------------------------------------------------------------------- one kind */

static void labelled(const char *label, const char *words, struct text *out)
{
    if (!words) return;
    text_format(out, "  %-9s", label);
    wrapped(out, words, 11, PAGE_WIDTH);
}

static void kind_text(const struct kind *k, struct text *out)
{
    text_format(out, "%s - %s, in %s\n\n  ", k->name, kind_form_text(k), k->room);
    wrapped(out, k->doc, 2, PAGE_WIDTH);
    text_add(out, "\n");
    if (k->example) text_format(out, "  Example  %s\n", k->example);
    labelled("Source", k->source, out);
    labelled("Alias", k->alias, out);
    if (k->scalar) {
        const struct field *first = kind_positional(k, 1);
        text_format(
            out, "  Short    where the role %s is wanted, a bare value alone is the %s of this\n",
            k->role, first ? first->name : "value");
    }
    if (k->example || k->source || k->alias || k->scalar) text_add(out, "\n");
    field_table(k, out);
}

static void kind_line(const struct kind *k, uint32_t width, struct text *out)
{
    text_format(out, "  %-*s  ", (int)width, k->name);
    wrapped(out, k->doc, width + 4, PAGE_WIDTH);
}

/* The same with the role between, for lists in which roles are mixed. */
static void kind_role_line(const struct kind *k, uint32_t width, uint32_t role_width,
                           struct text *out)
{
    text_format(out, "  %-*s  %-*s  ", (int)width, k->name, (int)role_width, k->role);
    wrapped(out, k->doc, width + role_width + 6, PAGE_WIDTH);
}

static void role_text(struct kind_list list, const char *role, struct text *out)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < list.count; i++)
        if (!strcmp(list.kinds[i]->role, role) && strlen(list.kinds[i]->name) > width)
            width = (uint32_t)strlen(list.kinds[i]->name);
    for (uint32_t i = 0; i < list.count; i++)
        if (!strcmp(list.kinds[i]->role, role)) kind_line(list.kinds[i], width, out);
}

static bool role_exists(struct kind_list list, const char *role)
{
    for (uint32_t i = 0; role && i < list.count; i++)
        if (!strcmp(list.kinds[i]->role, role)) return true;
    return false;
}

static void field_text(struct kind_list list, const struct kind *k, const struct field *f,
                       struct text *out)
{
    struct text words = { 0 };
    text_format(out, "%s.%s - ", k->name, f->name);
    field_type_text(f, out);
    text_add(out, "\n\n  ");
    field_doc_text(f, &words);
    wrapped(out, text_data(&words), 2, PAGE_WIDTH);
    text_format(out, "\n  Default  %s\n", field_preset_text(f));
    text_close(&words);
    field_range_text(f, &words);
    if (words.length) text_format(out, "  Range    %s\n", text_data(&words));
    text_close(&words);
    bool parts = f->type == FIELD_PART || f->of == FIELD_PART || f->of == FIELD_LIST;
    if (!parts || !role_exists(list, f->role)) return;
    text_format(out, "\nWhat can stand here (%s):\n\n", f->role);
    role_text(list, f->role, out);
}

/* ------------------------------------------------------------------------- all kinds */

static bool room_is_new(struct kind_list list, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (!strcmp(list.kinds[i]->room, list.kinds[index]->room)) return false;
    return true;
}

static void room_text(struct kind_list list, const char *room, uint32_t width, uint32_t role_width,
                      struct text *out)
{
    text_format(out, "%s\n", room);
    for (uint32_t i = 0; i < list.count; i++)
        if (!strcmp(list.kinds[i]->room, room))
            kind_role_line(list.kinds[i], width, role_width, out);
    text_add(out, "\n");
}

static void all_text(struct kind_list list, struct text *out)
{
    uint32_t width = 0, role_width = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        uint32_t name = (uint32_t)strlen(list.kinds[i]->name);
        uint32_t role = (uint32_t)strlen(list.kinds[i]->role);
        width = name > width ? name : width;
        role_width = role > role_width ? role : role_width;
    }
    for (uint32_t i = 0; i < list.count; i++)
        if (room_is_new(list, i)) room_text(list, list.kinds[i]->room, width, role_width, out);
    text_add(out, "More: orrery explain KIND, KIND.FIELD or ROLE (the middle column).\n");
}

bool explain_text_kinds(struct kind_list list, const char *topic, struct text *out)
{
    struct topic t;
    if (!topic) return all_text(list, out), true;
    if (!topic_find(list, topic, &t)) return topic_hint(list, topic, out), false;
    if (t.field) return field_text(list, t.kind, t.field, out), true;
    if (t.role) {
        text_format(out, "%s - a role; these kinds can stand where one is wanted:\n\n", t.role);
        return role_text(list, t.role, out), true;
    }
    bool first = true;
    for (uint32_t i = 0; i < list.count; i++) {
        if (!kind_called(list.kinds[i], topic)) continue;
        if (!first) text_add(out, "\n");
        kind_text(list.kinds[i], out);
        first = false;
    }
    return true;
}
