/* file.c - files that a scenario names.
 *
 * A scenario may come from anyone, so what it can read is its own folder and nothing else: both
 * paths are resolved through every link before they are compared, and the file that is opened is
 * the resolved one. Only regular files, at most DOCUMENT_FILE_BYTES_MAX. */
#include "orrery/kind.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The scenario's folder, resolved. */
static bool folder_of(const struct document *doc, char out[PATH_MAX])
{
    const char *slash = doc->file ? strrchr(doc->file, '/') : NULL;
    if (!slash) return realpath(".", out) != NULL;
    const char *folder =
        slash == doc->file ? "/" : arena_text_n(doc->arena, doc->file, (size_t)(slash - doc->file));
    return realpath(folder, out) != NULL;
}

static bool is_inside(const char *folder, const char *file)
{
    size_t n = strlen(folder);
    if (!strcmp(folder, "/")) return true;
    return !strncmp(folder, file, n) && file[n] == '/';
}

static const char *read_all(struct arena *a, int fd, size_t size, size_t *length)
{
    char *data = arena_alloc(a, size + 1);
    size_t done = 0;
    while (done < size) {
        ssize_t n = read(fd, data + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return NULL;
        if (n == 0) break; /* it shrank: what there was is what it is */
        done += (size_t)n;
    }
    data[done] = '\0';
    *length = done;
    return data;
}

const char *document_read_file(const struct document *doc, const char *relative, struct place at,
                               const char *path, struct diag *d, size_t *length)
{
    char folder[PATH_MAX], file[PATH_MAX];
    if (!*relative || relative[0] == '/') {
        diag_error(d, at, path, "write it relative to the scenario's folder",
                   "'%s' is not a file "
                   "of the scenario's folder",
                   relative);
        return NULL;
    }
    if (!folder_of(doc, folder)) {
        diag_error(d, at, path, NULL, "the scenario's folder cannot be found: %s", strerror(errno));
        return NULL;
    }
    const char *joined = arena_format(doc->arena, "%s/%s", folder, relative);
    if (!realpath(joined, file)) {
        diag_error(d, at, path, "paths begin at the scenario's folder", "cannot read '%s': %s",
                   relative, strerror(errno));
        return NULL;
    }
    if (!is_inside(folder, file)) {
        diag_error(d, at, path, "copy it into the folder",
                   "'%s' lies outside the scenario's folder", relative);
        return NULL;
    }
    struct stat st;
    const char *data = NULL;
    int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        diag_error(d, at, path, NULL, "cannot read '%s': %s", relative, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        diag_error(d, at, path, NULL, "'%s' is not a regular file", relative);
    else if (st.st_size > DOCUMENT_FILE_BYTES_MAX)
        diag_error(d, at, path, NULL, "'%s' is larger than %d MiB", relative,
                   DOCUMENT_FILE_BYTES_MAX >> 20);
    else if (!(data = read_all(doc->arena, fd, (size_t)st.st_size, length)))
        diag_error(d, at, path, NULL, "cannot read '%s': %s", relative, strerror(errno));
    if (fd >= 0) close(fd);
    return data;
}
