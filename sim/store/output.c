/* output.c - write beside, then rename.
 *
 * The part file is locked while it is written: a second orrery writing the same target is told
 * so, and a part left behind by a killed one is simply reused. */
#include "store/output.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum output_status failed(char *error, const char *what, const char *path)
{
    snprintf(error, OUTPUT_ERROR_BYTES, "%s: %s: %s", path, what, strerror(errno));
    return OUTPUT_FAILED;
}

static enum output_status exists(char *error, const char *path)
{
    snprintf(error, OUTPUT_ERROR_BYTES, "%s exists; --force overwrites it", path);
    return OUTPUT_EXISTS;
}

/* A descriptor of the part file, locked by us; -1 with a reason. */
static int part_lock(const char *part, char *error)
{
    int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) {
        failed(error, "cannot be written", part);
        return -1;
    }
    struct stat ours, named;
    /* Whoever held the lock may have renamed the file between our open and our lock: then what
     * we hold is somebody's finished result, and must not be touched. */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &ours) != 0 || stat(part, &named) != 0 ||
        ours.st_ino != named.st_ino || ours.st_dev != named.st_dev) {
        snprintf(error, OUTPUT_ERROR_BYTES, "%s: another process is writing it", part);
        close(fd);
        return -1;
    }
    if (ftruncate(fd, 0) != 0) {
        failed(error, "cannot be written", part);
        close(fd);
        return -1;
    }
    return fd;
}

enum output_status output_open(struct output *o, struct arena *a, const char *path, bool force,
                               char *error)
{
    *o = (struct output){ .path = path, .force = force };
    struct stat target;
    bool there = stat(path, &target) == 0;
    if (there && S_ISDIR(target.st_mode)) {
        snprintf(error, OUTPUT_ERROR_BYTES, "%s is a directory", path);
        return OUTPUT_FAILED;
    }
    o->direct = there && !S_ISREG(target.st_mode);
    if (there && !o->direct && !force) return exists(error, path);
    int fd;
    if (o->direct) {
        o->part = path;
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0) return failed(error, "cannot be written", path);
    } else {
        o->part = arena_format(a, "%s.part", path);
        fd = part_lock(o->part, error);
        if (fd < 0) return OUTPUT_FAILED;
    }
    o->file = fdopen(fd, "w");
    if (!o->file) {
        close(fd);
        return failed(error, "cannot be written", path);
    }
    o->open = true;
    return OUTPUT_OK;
}

/* The rename is durable only once the directory is. */
static bool directory_sync(const char *path)
{
    char directory[4096];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + (slash == path) : 1;
    if (length >= sizeof directory) return false;
    memcpy(directory, slash ? path : ".", length);
    directory[length] = '\0';
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    /* EINVAL: a file system that cannot sync directories (some FUSE) has nothing more to give. */
    bool good = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return good;
}

static enum output_status part_rename(struct output *o, char *error)
{
    if (o->force) {
        if (rename(o->part, o->path) == 0) return OUTPUT_OK;
        return failed(error, "cannot be renamed into place", o->path);
    }
    /* link refuses an existing name, in one step, where rename would replace it. */
    if (link(o->part, o->path) == 0) {
        unlink(o->part);
        return OUTPUT_OK;
    }
    if (errno == EEXIST) return exists(error, o->path);
    /* A file system without hard links: a look, then a rename. */
    if (access(o->path, F_OK) == 0) return exists(error, o->path);
    if (rename(o->part, o->path) == 0) return OUTPUT_OK;
    return failed(error, "cannot be renamed into place", o->path);
}

enum output_status output_commit(struct output *o, char *error)
{
    enum output_status status = OUTPUT_OK;
    bool flushed = fflush(o->file) == 0 && !ferror(o->file);
    if (!flushed || (!o->direct && fsync(fileno(o->file)) != 0))
        status = failed(error, "cannot be written", o->path);
    if (status == OUTPUT_OK && !o->direct) status = part_rename(o, error);
    if (status == OUTPUT_OK && !o->direct && !directory_sync(o->path))
        status = failed(error, "cannot be made durable", o->path);
    if (status != OUTPUT_OK) {
        output_abandon(o);
        return status;
    }
    if (fclose(o->file) != 0) status = failed(error, "cannot be written", o->path);
    o->open = false;
    return status;
}

void output_abandon(struct output *o)
{
    if (!o->open) return;
    if (!o->direct) unlink(o->part);
    fclose(o->file);
    o->open = false;
}
