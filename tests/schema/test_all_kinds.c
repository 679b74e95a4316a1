/* test_all_kinds.c - the program's own kinds are sound, and so is all that is generated of them. */
#include "base/arena.h"
#include "schema/kinds.h"
#include "schema/schema.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void every_kind_is_sound(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    schema_check_kinds(d);
    diag_print(d, stderr);
    assert_int_equal(diag_error_count(d), 0);
    diag_close(d);
}

static void an_empty_scenario_loads(void **state)
{
    (void)state;
    static const char empty[] = "{\"orrery\": 1, \"objects\": []}";
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct value *root = json_read_scenario(a, empty, strlen(empty), "empty.json", d);
    struct document *doc = document_load(a, root, "empty.json", NULL, d);
    diag_print(d, stderr);
    assert_non_null(doc);
    for (uint32_t i = 0; i < orrery_kind_count; i++) {
        const struct kind *k = orrery_kinds[i];
        bool silent = k->form == KIND_SINGLETON;
        for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++)
            silent = silent && f->preset;
        if (silent) assert_non_null(document_singleton(doc, k->name));
    }
    diag_close(d);
    arena_close(a);
}

/* Examples are one line, as long as they are; all else fits the page. */
static void expect_page(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 100 && strncmp(line, "  Example", 9))
            fail_msg("wider than a page: %.120s", line);
}

static void every_kind_is_explained(void **state)
{
    struct text all = { 0 };
    (void)state;
    assert_true(explain_text(NULL, &all));
    expect_page(all.data);
    text_close(&all);
    for (uint32_t i = 0; i < orrery_kind_count; i++) {
        struct text text = { 0 }, markdown = { 0 };
        assert_true(explain_text(orrery_kinds[i]->name, &text));
        expect_page(text.data);
        assert_true(explain_markdown(orrery_kinds[i]->name, &markdown));
        for (const struct field *f = orrery_kinds[i]->fields; f && f->type != FIELD_NONE; f++)
            if (!strstr(text.data, f->name)) fail_msg("%s.%s", orrery_kinds[i]->name, f->name);
        text_close(&text);
        text_close(&markdown);
    }
}

static void the_generated_schema_is_json_and_refers_to_what_it_defines(void **state)
{
    (void)state;
    struct text t = { 0 };
    explain_json_schema(&t);
    cJSON *schema = cJSON_Parse(t.data);
    assert_non_null(schema);
    const cJSON *definitions = cJSON_GetObjectItemCaseSensitive(schema, "$defs");
    static const char reference[] = "\"$ref\": \"#/$defs/";
    for (const char *c = t.data; (c = strstr(c, reference));) {
        char name[128];
        c += strlen(reference);
        size_t n = strcspn(c, "\"");
        assert_true(n < sizeof name);
        memcpy(name, c, n);
        name[n] = '\0';
        if (!cJSON_GetObjectItemCaseSensitive(definitions, name)) fail_msg("no %s", name);
    }
    cJSON_Delete(schema);
    text_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_sound),
        cmocka_unit_test(an_empty_scenario_loads),
        cmocka_unit_test(every_kind_is_explained),
        cmocka_unit_test(the_generated_schema_is_json_and_refers_to_what_it_defines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
