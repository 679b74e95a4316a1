/* temporary.h - where a test puts what lives no longer than it does: in TMPDIR, as mktemp(1) and the
 * shell tests do, or else where the system keeps such things. */
#ifndef SUPPORT_TEMPORARY_H
#define SUPPORT_TEMPORARY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEMPORARY_PATH_MAX 1024

static inline void temporary_path(char path[static TEMPORARY_PATH_MAX], const char *name)
{
    const char *said = getenv("TMPDIR");
    int length = snprintf(path, TEMPORARY_PATH_MAX, "%s/%s", said && *said ? said : P_tmpdir, name);
    assert_true(length > 0 && length < TEMPORARY_PATH_MAX);
}

/* A new, empty file orrery-NAME-??????SUFFIX; the caller unlinks it. */
static inline void temporary_file(char path[static TEMPORARY_PATH_MAX], const char *name,
                                  const char *suffix)
{
    char pattern[100];
    snprintf(pattern, sizeof pattern, "orrery-%s-XXXXXX%s", name, suffix);
    temporary_path(path, pattern);
    int file = mkstemps(path, (int)strlen(suffix));
    if (file < 0) fail_msg("cannot create %s", path);
    close(file);
}

/* A new folder orrery-NAME-??????; the caller removes it with all that is in it. */
static inline void temporary_folder(char path[static TEMPORARY_PATH_MAX], const char *name)
{
    char pattern[100];
    snprintf(pattern, sizeof pattern, "orrery-%s-XXXXXX", name);
    temporary_path(path, pattern);
    if (!mkdtemp(path)) fail_msg("cannot create %s", path);
}

/* With all that is in it. */
static inline void temporary_folder_remove(const char *path)
{
    char command[TEMPORARY_PATH_MAX + 20];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

#endif
