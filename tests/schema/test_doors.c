/* test_doors.c - every scenario of the ladder means the same through every door: as it is written,
 * as canonical Lua read by the script door, and as canonical JSON, which the generated JSON Schema
 * accepts. Run from the top of the tree. */
#include "base/arena.h"
#include "schema/schema.h"
#include "script/script.h"
#include "validator.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

static struct document *load_lua(struct arena *a, const char *file, struct diag *d)
{
    bool has_hooks;
    const char *title;
    struct script_files *files = script_files_open(a, file, NULL, 0);
    struct value *root = script_load(a, files, &script_limits_default, d, &has_hooks, &title);
    return root ? document_load(a, root, file, title, d) : NULL;
}

static void expect_same(const char *file, const struct document *doc, const struct document *again,
                        const struct diag *d)
{
    struct text lines = { 0 };
    diag_print(d, stderr);
    if (!again) fail_msg("%s: does not load again", file);
    if (schema_difference(doc, again, &lines)) fail_msg("%s: %s", file, lines.data);
    assert_string_equal(doc->title, again->title);
    text_close(&lines);
}

/* Beside the scenario, because it may name files of its folder; hidden, and always removed. */
static void lua_round_trip(struct arena *a, const char *file, const struct document *doc)
{
    struct diag *d = diag_open();
    struct text lua = { 0 }, twice = { 0 };
    const char *copy = arena_format(a, "scenarios/.canonical-%d.lua", (int)getpid());
    schema_print_lua(doc, &lua);
    FILE *f = fopen(copy, "w");
    assert_non_null(f);
    fputs(lua.data, f);
    fclose(f);
    struct document *again = load_lua(a, copy, d);
    remove(copy);
    if (!again) fputs(lua.data, stderr);
    expect_same(file, doc, again, d);
    schema_print_lua(again, &twice);
    assert_string_equal(lua.data, twice.data);
    text_close(&lua);
    text_close(&twice);
    diag_close(d);
}

static void json_round_trip(struct arena *a, const char *file, const struct document *doc)
{
    struct diag *d = diag_open();
    struct text json = { 0 }, schema = { 0 };
    schema_print_json(doc, &json);
    struct value *root = json_read_scenario(a, json.data, json.length, file, d);
    expect_same(file, doc, root ? document_load(a, root, file, NULL, d) : NULL, d);
    explain_json_schema(&schema);
    cJSON *s = cJSON_Parse(schema.data), *v = cJSON_Parse(json.data);
    if (!schema_fits(s, s, v)) fail_msg("%s: the schema refuses\n%s", file, json.data);
    cJSON_Delete(s);
    cJSON_Delete(v);
    text_close(&json);
    text_close(&schema);
    diag_close(d);
}

static void the_ladder_means_the_same_through_every_door(void **state)
{
    glob_t found = { 0 };
    (void)state;
    assert_int_equal(glob("scenarios/[0-9]*.lua", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct arena *a = arena_open();
        struct diag *d = diag_open();
        struct document *doc = load_lua(a, found.gl_pathv[i], d);
        diag_print(d, stderr);
        assert_non_null(doc);
        lua_round_trip(a, found.gl_pathv[i], doc);
        json_round_trip(a, found.gl_pathv[i], doc);
        diag_close(d);
        arena_close(a);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ladder_means_the_same_through_every_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
