/* fuzz_schema.c - a scenario from any bytes: the first line is an assignment for --set, the rest a
 * JSON document. What loads prints as a document that loads as its equal and prints the same. */
#include "../schema/some_kinds.h"

#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nothing(void *context, const char *path, const char *text)
{
    check(*path && text);
    ++*(uint32_t *)context;
}

static void print_and_load_again(struct arena *a, const struct document *doc)
{
    struct text first = { 0 }, second = { 0 }, lua = { 0 }, lines = { 0 };
    struct diag *d = diag_open();
    uint32_t parameters = 0;
    schema_print_json(doc, &first);
    struct value *root = json_read_scenario(a, first.data, first.length, "g.json", d);
    struct document *again =
        root ? document_load_kinds(some_kinds(), a, root, "g.json", NULL, d) : NULL;
    if (!again) fputs(first.data, stderr), diag_print(d, stderr);
    check(again != NULL);
    if (schema_difference(doc, again, &lines)) fputs(text_data(&lines), stderr);
    check(lines.length == 0);
    schema_print_json(again, &second);
    check(!strcmp(first.data, second.data));
    schema_print_lua(doc, &lua);
    schema_parameters(doc, nothing, &parameters);
    diag_close(d);
    text_close(&first), text_close(&second), text_close(&lua), text_close(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    size_t skipped = line ? (size_t)(line - data) + 1 : 0;
    struct value *root =
        json_read_scenario(a, (const char *)data + skipped, size - skipped, "f.json", d);
    if (root && skipped > 1)
        schema_set_kinds(some_kinds(), a, root, arena_text_n(a, (const char *)data, skipped - 1),
                         d);
    uint32_t errors = diag_error_count(d);
    struct document *doc =
        root ? document_load_kinds(some_kinds(), a, root, "f.json", NULL, d) : NULL;
    check(!root || (doc == NULL) == (diag_error_count(d) > errors));
    if (doc) print_and_load_again(a, doc);
    diag_close(d);
    arena_close(a);
    return 0;
}
