/* all_kinds.c - schema.h over the one list of kinds of the program. Nothing else in this room
 * sees that list. */
#include "schema/kinds.h"
#include "schema/schema.h"

static struct kind_list all(void)
{
    return (struct kind_list){ orrery_kinds, orrery_kind_count };
}

struct document *document_load(struct arena *a, const struct value *root, const char *file,
                               const char *title, struct diag *d)
{
    return document_load_kinds(all(), a, root, file, title, d);
}

void schema_set(struct arena *a, struct value *root, const char *assignment, struct diag *d)
{
    schema_set_kinds(all(), a, root, assignment, d);
}

bool explain_text(const char *topic, struct text *out)
{
    return explain_text_kinds(all(), topic, out);
}

bool explain_markdown(const char *topic, struct text *out)
{
    return explain_markdown_kinds(all(), topic, out);
}

void explain_json_schema(struct text *out)
{
    explain_json_schema_kinds(all(), out);
}

void explain_luals(struct text *out)
{
    explain_luals_kinds(all(), out);
}

void explain_luacheckrc(struct text *out)
{
    explain_luacheckrc_kinds(all(), out);
}

void schema_check_kinds(struct diag *d)
{
    kind_list_check(all(), d);
}
