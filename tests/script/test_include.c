/* test_include.c - files of the scenario's folder, and no others. */
#include "words.h"

static char folder[TEMPORARY_PATH_MAX];

static int folder_begin(void **state)
{
    (void)state;
    temporary_folder(folder, "script");
    return 0;
}

static int folder_end(void **state)
{
    (void)state;
    temporary_folder_remove(folder);
    return 0;
}

static struct loaded load_file(const char *name)
{
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct loaded l = { .arena = arena_open(), .diag = diag_open() };
    struct script_files *files = script_files_open(l.arena, path, NULL, 0);
    l.root = script_load_words(l.arena, files, NULL, &words, l.diag, &l.has_hooks, &l.title);
    if (l.root && l.root->boolean) l.root = NULL; /* it could not be read whole */
    l.report = report_of(l.diag);
    return l;
}

/* main.lua with this text fails so. */
static void assert_main_refused(const char *text, const char *wanted)
{
    file_write(folder, "main.lua", text);
    struct loaded l = load_file("main.lua");
    assert_null(l.root);
    assert_says(l.report, wanted);
    unload(&l);
}

static void a_file_is_run_each_time_and_gives_its_value(void **state)
{
    (void)state;
    file_write(folder, "model.lua", "count = rawget(_ENV, 'count') and count + 1 or 1\n"
                                    "service('s' .. count) {\n  x = count }\nreturn count");
    file_write(folder, "main.lua", "assert(include 'model.lua' == 1)\n"
                                   "assert(include('model.lua') == 2)\nrun {}");
    struct loaded l = load_file("main.lua");
    if (!l.root) fail_msg("%s", l.report);
    assert_int_equal(l.root->list_count, 3);
    const struct value *x = value_get(value_at(l.root, 1), "x");
    assert_int_equal(x->number, 2);
    assert_int_equal(x->at.line, 3);
    assert_non_null(strstr(x->at.file, "/model.lua"));
    unload(&l);
}

static void an_error_names_the_included_file(void **state)
{
    (void)state;
    char sub[FILE_PATH_MAX];
    snprintf(sub, sizeof sub, "%s/parts", folder);
    mkdir(sub, 0700);
    file_write(folder, "parts/bad.lua", "\n\nlocal x = nothing.y\nerror('here')");
    file_write(folder, "main.lua", "run {}\ninclude 'parts/bad.lua'");
    struct loaded l = load_file("main.lua");
    assert_null(l.root);
    assert_says(l.report, "/parts/bad.lua:3: error: 'nothing' is not defined");
    assert_says(l.report, "/parts/bad.lua:4: error: here (called from");
    unload(&l);
    file_write(folder, "syntax.lua", "\nlocal = 3");
    assert_main_refused("include 'syntax.lua'", "/syntax.lua:2: error: <name> expected near '='");
    file_write(folder, "power.lua", "\nreturn 2^3");
    assert_main_refused("include 'power.lua' run {}", "/power.lua:2: error: '^' gives different");
}

static void files_outside_the_folder_are_refused(void **state)
{
    (void)state;
    char target[600], link[FILE_PATH_MAX];
    assert_main_refused("include '../not_there_at_all.lua'", "'../not_there_at_all.lua' cannot be read");
    assert_main_refused("include '/etc/passwd'", "is not a name relative to the scenario's folder");
    assert_main_refused("include ''", "is not a name relative");
    assert_main_refused("include '../../../../../../../etc/passwd'", "is outside the scenario's");
    snprintf(target, sizeof target, "/etc/passwd");
    snprintf(link, sizeof link, "%s/link.lua", folder);
    assert_int_equal(symlink(target, link), 0);
    assert_main_refused("include 'link.lua'", "'link.lua' is outside the scenario's folder");
    assert_main_refused("include 'gone.lua'", "'gone.lua' cannot be read: No such file");
    assert_main_refused("include '.'", "is outside the scenario's folder");
    assert_main_refused("include 'parts'", "'parts' is not a regular file");
    assert_main_refused("include {}", "string expected");
    assert_main_refused("include 'gone.lua\\0x'", "'gone.lua' cannot be read");
}

static void pipes_and_large_files_are_refused_at_once(void **state)
{
    (void)state;
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/pipe.lua", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_main_refused("include 'pipe.lua'", "'pipe.lua' is not a regular file");
    FILE *f = fopen(file_write(folder, "large.lua", ""), "w");
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), (1 << 20) + 1), 0);
    fclose(f);
    assert_main_refused("include 'large.lua'", "'large.lua' is larger than 1024 KiB");
    file_write(folder, "code.lua", "\x1bLuaS");
    assert_main_refused("include 'code.lua'", "/code.lua:1: error: compiled Lua (bytecode)");
}

static void cycles_and_towers_are_refused(void **state)
{
    (void)state;
    file_write(folder, "a.lua", "include 'b.lua'");
    file_write(folder, "b.lua", "include 'a.lua'");
    assert_main_refused("include 'a.lua'", "/b.lua:1: error: 'a.lua' includes itself");
    assert_main_refused("include 'main.lua'", "'main.lua' includes itself");
    assert_main_refused("include './main.lua'", "includes itself");
    char name[32], text[64];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "t%d.lua", i);
        snprintf(text, sizeof text, "include 't%d.lua'", i + 1);
        file_write(folder, name, text);
    }
    assert_main_refused("include 't0.lua'", "more than 16 deep");
}

static void an_include_that_fails_can_be_tried_again(void **state)
{
    (void)state;
    file_write(folder, "once.lua", "if not rawget(_ENV, 'ready') then error('not yet') end");
    file_write(folder, "main.lua", "assert(not pcall(include, 'once.lua'))\nready = true\n"
                                   "assert(pcall(include, 'once.lua'))\nrun {}");
    struct loaded l = load_file("main.lua");
    if (!l.root) fail_msg("%s", l.report);
    unload(&l);
}

static void a_scenario_that_cannot_be_read_is_said(void **state)
{
    (void)state;
    struct loaded l = load_file("nowhere.lua");
    assert_says(l.report, "nowhere.lua: error: the scenario cannot be read: No such file");
    unload(&l);
    l = load_file(".");
    assert_says(l.report, "the scenario is not a regular file");
    unload(&l);
}

static void long_names_are_told_apart(void **state)
{
    (void)state;
    char a[100], b[100], text[400];
    memset(a, 'n', sizeof a);
    strcpy(a + 80, "a.lua");
    memset(b, 'n', sizeof b);
    strcpy(b + 80, "b.lua");
    file_write(folder, a, "return 1");
    file_write(folder, b, "\nerror('in b')");
    snprintf(text, sizeof text, "include '%s'\ninclude '%s'", a, b);
    file_write(folder, "main.lua", text);
    struct loaded l = load_file("main.lua");
    assert_null(l.root);
    assert_says(l.report, "nnb.lua:2: error: in b");
    unload(&l);
}

static int64_t never(const struct world *w)
{
    (void)w;
    return 0;
}

/* Who edits a scenario while its replications run must not get half of the one and half of the
 * other. */
static void a_door_runs_what_was_loaded(void **state)
{
    (void)state;
    file_write(folder, "part.lua", "run { f = function() return 7 end }");
    char path[FILE_PATH_MAX], part[FILE_PATH_MAX];
    snprintf(part, sizeof part, "%s/part.lua", folder);
    snprintf(path, sizeof path, "%s",
             file_write(folder, "main.lua", "#!orrery\nassert(not pcall(include, 'late.lua'))\n"
                                            "include 'part.lua'"));
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    bool has_hooks;
    struct script_files *files = script_files_open(a, path, NULL, 0);
    assert_non_null(script_load_words(a, files, NULL, &words, d, &has_hooks, NULL));
    assert_int_equal(diag_error_count(d), 0);
    assert_true(has_hooks);
    file_write(folder, "main.lua", "run { f = function() return 8 end }");
    file_write(folder, "late.lua", "error('this was not there')");
    unlink(part);
    struct argument result;
    for (int i = 0; i < 2; i++) {
        struct hook_door door = script_door_words(files, &script_limits_default, &words, 7, never);
        assert_non_null(door.state);
        assert_true(door.call(door.state, 1, NULL, NULL, 0, &result));
        assert_true(result.number == 7);
        door.close(door.state);
    }
    diag_close(d);
    arena_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_run_each_time_and_gives_its_value),
        cmocka_unit_test(an_error_names_the_included_file),
        cmocka_unit_test(files_outside_the_folder_are_refused),
        cmocka_unit_test(pipes_and_large_files_are_refused_at_once),
        cmocka_unit_test(cycles_and_towers_are_refused),
        cmocka_unit_test(an_include_that_fails_can_be_tried_again),
        cmocka_unit_test(a_scenario_that_cannot_be_read_is_said),
        cmocka_unit_test(long_names_are_told_apart),
        cmocka_unit_test(a_door_runs_what_was_loaded),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
