/* test_check.c - a check that fails says what, where and during what, and ends the process. */
#include "base/check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* What a child that runs `act` writes to stderr; *status: how it ended. */
static const char *child_says(void (*act)(void), int *status)
{
    static char text[4096];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        signal(SIGABRT, SIG_DFL); /* the test library's handler is for the test itself */
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t n; (n = read(ends[0], text + length, sizeof text - 1 - length)) > 0;)
        length += (size_t)n;
    text[length] = '\0';
    close(ends[0]);
    waitpid(child, status, 0);
    return text;
}

static void hold(void)
{
    int two = 2;
    check(two == 2);
}

static void break_bare(void)
{
    int two = 2;
    check(two == 3);
}

static void describe(void *context)
{
    fprintf(stderr, "at 12.5 s, seed %d\n", *(int *)context);
}

static void break_in_context(void)
{
    int seed = 7;
    check_context(describe, &seed);
    check(seed == 8);
}

static void describe_badly(void *context)
{
    (void)context;
    fprintf(stderr, "describing\n");
    check(1 + 1 == 3);
}

static void break_while_describing(void)
{
    check_context(describe_badly, NULL);
    check(0 == 1);
}

static bool aborted(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void a_check_that_holds_says_nothing(void **state)
{
    (void)state;
    int status;
    assert_string_equal(child_says(hold, &status), "");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_check_that_fails_names_the_condition_and_the_line(void **state)
{
    (void)state;
    int status;
    const char *text = child_says(break_bare, &status);
    assert_non_null(strstr(text, "orrery: bug: "));
    assert_non_null(strstr(text, "test_check.c:"));
    assert_non_null(strstr(text, "check failed: two == 3\n"));
    assert_true(aborted(status));
}

static void a_check_that_fails_describes_the_run(void **state)
{
    (void)state;
    int status;
    assert_non_null(strstr(child_says(break_in_context, &status), "at 12.5 s, seed 7\n"));
    assert_true(aborted(status));
}

static void a_check_that_fails_while_describing_ends_all_the_same(void **state)
{
    (void)state;
    int status;
    const char *text = child_says(break_while_describing, &status);
    assert_non_null(strstr(text, "check failed: 0 == 1\ndescribing\n"));
    assert_non_null(strstr(text, "check failed: 1 + 1 == 3\n"));
    assert_true(aborted(status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_that_holds_says_nothing),
        cmocka_unit_test(a_check_that_fails_names_the_condition_and_the_line),
        cmocka_unit_test(a_check_that_fails_describes_the_run),
        cmocka_unit_test(a_check_that_fails_while_describing_ends_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
