/* explain_markdown.c - the reference pages: every kind, its fields in a table. */
#include "schema/explain.h"

#include <string.h>

/* A cell must not end its column, nor begin HTML. */
static void cell_add(struct text *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '|' || *s == '<' || *s == '*' || *s == '\\') text_add(out, "\\");
        text_add_n(out, *s == '\n' ? " " : s, 1);
    }
}

static void code_cell(struct text *out, const char *s)
{
    if (!*s || !strcmp(s, "-") || !strcmp(s, "required")) {
        cell_add(out, s);
        return;
    }
    text_add(out, "`");
    for (; *s; s++)
        text_add_n(out, *s == '|' ? "\\|" : s, *s == '|' ? 2 : 1);
    text_add(out, "`");
}

static void row(const struct field *f, struct text *out)
{
    struct text t = { 0 };
    text_format(out, "| `%s` | ", f->name);
    field_type_text(f, &t);
    cell_add(out, text_data(&t));
    text_add(out, " | ");
    code_cell(out, field_preset_text(f));
    text_add(out, " | ");
    text_close(&t);
    field_range_text(f, &t);
    cell_add(out, text_data(&t));
    text_add(out, " | ");
    text_close(&t);
    field_doc_text(f, &t);
    cell_add(out, text_data(&t));
    text_add(out, " |\n");
    text_close(&t);
}

static void kind_markdown(const struct kind *k, uint32_t level, struct text *out)
{
    text_format(out, "%.*s %s\n\n*%s, in %s*\n\n%s\n\n", (int)level, "######", k->name,
                kind_form_text(k), k->room, k->doc);
    if (k->alias) text_format(out, "Alias: `%s`.\n\n", k->alias);
    if (k->source) text_format(out, "Source: %s\n\n", k->source);
    if (k->example) text_format(out, "```lua\n%s\n```\n\n", k->example);
    if (!kind_field_count(k)) return;
    text_add(out, "| Field | Type | Default | Range | Meaning |\n|---|---|---|---|---|\n");
    for (const struct field *f = k->fields; f->type != FIELD_NONE; f++)
        row(f, out);
    text_add(out, "\n");
}

static void all_markdown(struct kind_list list, struct text *out)
{
    text_add(out, "# Reference\n\nEvery kind, by room. Made from the tables the loader reads.\n\n");
    for (uint32_t i = 0; i < list.count; i++) {
        bool first = true;
        for (uint32_t j = 0; j < i; j++)
            first = first && strcmp(list.kinds[j]->room, list.kinds[i]->room);
        if (!first) continue;
        text_format(out, "## %s\n\n", list.kinds[i]->room);
        for (uint32_t j = i; j < list.count; j++)
            if (!strcmp(list.kinds[j]->room, list.kinds[i]->room))
                kind_markdown(list.kinds[j], 3, out);
    }
}

static void field_markdown(const struct kind *k, const struct field *f, struct text *out)
{
    text_format(out, "# %s.%s\n\n", k->name, f->name);
    text_add(out, "| Field | Type | Default | Range | Meaning |\n|---|---|---|---|---|\n");
    row(f, out);
}

bool explain_markdown_kinds(struct kind_list list, const char *topic, struct text *out)
{
    struct topic t;
    if (!topic) return all_markdown(list, out), true;
    if (!topic_find(list, topic, &t)) return topic_hint(list, topic, out), false;
    if (t.field) return field_markdown(t.kind, t.field, out), true;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct kind *k = list.kinds[i];
        if (t.role ? !strcmp(k->role, t.role) : kind_called(k, topic)) kind_markdown(k, 1, out);
    }
    return true;
}
