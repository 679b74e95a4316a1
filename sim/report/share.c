/* share.c - finding shipped files: always relative to the running binary, and at last the
 * install prefix that the build was given (ORRERY_SHARE). */
#include "report/share.h"

#include "base/arena.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const around[] = {
    ".",        /* the source tree: ./orrery */
    "../..",    /* build/NAME/orrery */
    "../../..", /* build/NAME/tests/...: a test binary is a level or two deeper */
    "../../../..", "../share/orrery", /* PREFIX/bin/orrery */
};

static const char *binary_folder(struct arena *a)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return NULL;
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return arena_text(a, path);
}

const char *share_find(struct arena *a, const char *relative)
{
    const char *folder = binary_folder(a);
    for (uint32_t i = 0; folder && i < sizeof around / sizeof *around; i++) {
        const char *path = arena_format(a, "%s/%s/%s", folder, around[i], relative);
        char whole[PATH_MAX];
        if (access(path, R_OK) == 0) return realpath(path, whole) ? arena_text(a, whole) : path;
    }
#ifdef ORRERY_SHARE
    const char *path = arena_format(a, "%s/%s", ORRERY_SHARE, relative);
    if (access(path, R_OK) == 0) return path;
#endif
    return NULL;
}

const char *share_read(struct arena *a, const char *relative)
{
    const char *path = share_find(a, relative);
    FILE *f = path ? fopen(path, "r") : NULL;
    if (!f) return NULL;
    char *text = arena_alloc(a, SHARE_BYTES_MAX + 1);
    text[fread(text, 1, SHARE_BYTES_MAX, f)] = '\0';
    fclose(f);
    return text;
}
