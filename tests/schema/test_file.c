/* test_file.c - a scenario reads files of its own folder, and no others. */
#include "some_kinds.h"
#include "../support/temporary.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder with a scenario's folder in it:  secret.csv  s/data.csv  s/sub/more.csv  s/link ... */
static struct fixture {
    struct arena *arena;
    char folder[TEMPORARY_PATH_MAX];
    struct document doc;
} fixture;

static const char *in_folder(const char *name)
{
    return arena_format(fixture.arena, "%s/%s", fixture.folder, name);
}

static void file_write(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int open_fixture(void **state)
{
    (void)state;
    fixture.arena = arena_open();
    temporary_folder(fixture.folder, "file");
    mkdir(in_folder("s"), 0700);
    mkdir(in_folder("s/sub"), 0700);
    mkdir(in_folder("s-other"), 0700);
    file_write("secret.csv", "secret");
    file_write("s-other/x.csv", "other");
    file_write("s/data.csv", "1,2\n");
    file_write("s/sub/more.csv", "3");
    file_write("s/empty.csv", "");
    assert_int_equal(symlink("../secret.csv", in_folder("s/link.csv")), 0);
    assert_int_equal(symlink("sub/more.csv", in_folder("s/inner.csv")), 0);
    assert_int_equal(symlink("..", in_folder("s/up")), 0);
    assert_int_equal(mkfifo(in_folder("s/pipe"), 0600), 0);
    fixture.doc = (struct document){ .arena = fixture.arena, .file = in_folder("s/scenario.lua") };
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    temporary_folder_remove(fixture.folder);
    arena_close(fixture.arena);
    return 0;
}

static void expect_text(const char *name, const char *text)
{
    struct diag *d = diag_open();
    size_t length = 99;
    const char *data =
        document_read_file(&fixture.doc, name, (struct place){ "s", 1 }, "p", d, &length);
    if (!data) diag_print(d, stderr);
    assert_non_null(data);
    assert_string_equal(data, text);
    assert_int_equal(length, strlen(text));
    assert_int_equal(diag_error_count(d), 0);
    diag_close(d);
}

static void expect_refusal(const char *name, const char *printed)
{
    struct diag *d = diag_open();
    size_t length;
    assert_null(document_read_file(&fixture.doc, name, (struct place){ "s", 7 }, "p", d, &length));
    const char *text = problems_of(d, fixture.arena);
    if (strncmp(text, "s:7: error: p: ", 15) || !strstr(text, printed)) fail_msg("%s", text);
    diag_close(d);
}

static void a_file_of_the_folder_is_read_whole(void **state)
{
    (void)state;
    expect_text("data.csv", "1,2\n");
    expect_text("sub/more.csv", "3");
    expect_text("sub/../data.csv", "1,2\n");
    expect_text("./inner.csv", "3"); /* a link that stays inside */
    expect_text("empty.csv", "");
}

static void nothing_outside_of_the_folder_is_read(void **state)
{
    (void)state;
    expect_refusal("../secret.csv", "lies outside the scenario's folder (copy it into the folder)");
    expect_refusal("link.csv", "lies outside the scenario's folder");
    expect_refusal("up/secret.csv", "lies outside the scenario's folder");
    expect_refusal("../s-other/x.csv", "lies outside the scenario's folder");
    expect_refusal("/etc/passwd", "is not a file of the scenario's folder");
    expect_refusal("", "is not a file of the scenario's folder");
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    expect_refusal("none.csv", "cannot read 'none.csv': No such file or directory (paths begin at "
                               "the scenario's folder)");
    expect_refusal("sub", "'sub' is not a regular file");
    expect_refusal(".", "lies outside the scenario's folder");
    expect_refusal("pipe", "'pipe' is not a regular file");
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    file_write("s/big", "");
    assert_int_equal(truncate(in_folder("s/big"), DOCUMENT_FILE_BYTES_MAX + 1), 0);
    expect_refusal("big", "'big' is larger than 64 MiB");
}

static void a_scenario_without_a_folder_reads_where_it_is(void **state)
{
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(in_folder("s")), 0);
    fixture.doc.file = "scenario.lua";
    expect_text("data.csv", "1,2\n");
    expect_refusal("../secret.csv", "lies outside the scenario's folder");
    assert_int_equal(chdir(before), 0);
    fixture.doc.file = "/no/such/folder/scenario.lua";
    expect_refusal("data.csv", "the scenario's folder cannot be found");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        T(a_file_of_the_folder_is_read_whole),
        T(nothing_outside_of_the_folder_is_read),
        T(what_is_no_file_is_refused),
        T(a_file_that_is_too_large_is_refused),
        T(a_scenario_without_a_folder_reads_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
