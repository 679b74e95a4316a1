/* source.c - the files of a scenario: read, judged, compiled, included.
 *
 * A file is a regular file inside the scenario's folder, whatever links say; it is UTF-8 text of
 * at most SCRIPT_SOURCE_BYTES_MAX, never bytecode. A load keeps the texts for the doors that follow,
 * which find them here and never look at the disk. A source's own copy stays as long as the script,
 * its name as long as the values, because places point at it. */
#include "script/inside.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INCLUDE_WORK 10000 /* finding and opening a file costs about 10 us */

/* --- what was read before */

static const char *main_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

static const struct kept_text *find_kept(const struct script_files *files, const char *relative)
{
    for (const struct kept_text *k = files->kept; k; k = k->next)
        if (!strcmp(k->relative, relative)) return k;
    return NULL;
}

static void keep(struct script_files *files, const char *relative, const char *text, size_t length)
{
    struct kept_text *k = arena_alloc(files->arena, sizeof *k);
    *k = (struct kept_text){ files->kept, arena_text(files->arena, relative),
                             arena_text_n(files->arena, text, length), length };
    files->kept = k;
}

struct script_files *script_files_open(struct arena *a, const char *file, const char *text,
                                       size_t length)
{
    struct script_files *files = arena_alloc(a, sizeof *files);
    *files = (struct script_files){ .arena = a, .file = arena_text(a, file) };
    if (text) keep(files, main_name(file), text, length);
    return files;
}

/* --- reading */

static bool read_all(struct arena *a, int fd, size_t size, char **text, size_t *length)
{
    char *data = arena_alloc(a, size + 1);
    size_t done = 0;
    while (done < size) {
        ssize_t n = read(fd, data + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        if (n == 0) break; /* it shrank: what there was is what it is */
        done += (size_t)n;
    }
    data[done] = '\0';
    *text = data;
    *length = done;
    return true;
}

/* O_NONBLOCK: opening a pipe that nobody writes must not wait. */
static bool read_path(struct script *s, const char *path, char **text, size_t *length,
                      char *error, size_t error_size)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    bool ok = false;
    if (fd < 0 || fstat(fd, &st) < 0)
        snprintf(error, error_size, "cannot be read: %s", strerror(errno));
    else if (!S_ISREG(st.st_mode))
        snprintf(error, error_size, "is not a regular file");
    else if (st.st_size > SCRIPT_SOURCE_BYTES_MAX)
        snprintf(error, error_size, "is larger than %d KiB", SCRIPT_SOURCE_BYTES_MAX >> 10);
    else if (!(ok = read_all(s->scratch, fd, (size_t)st.st_size, text, length)))
        snprintf(error, error_size, "cannot be read: %s", strerror(errno));
    if (fd >= 0) close(fd);
    return ok;
}

static bool is_inside(const char *folder, const char *file)
{
    size_t n = strlen(folder);
    if (!strcmp(folder, "/")) return true;
    return !strncmp(folder, file, n) && file[n] == '/';
}

static bool resolve(struct script *s, const char *relative, char file[PATH_MAX], char *error,
                    size_t error_size)
{
    char folder[PATH_MAX];
    const char *path = arena_format(s->scratch, "%s/%s", s->folder, relative);
    if (relative[0] == '\0' || relative[0] == '/')
        snprintf(error, error_size, "is not a name relative to the scenario's folder");
    else if (!realpath(s->folder, folder) || !realpath(path, file))
        snprintf(error, error_size, "cannot be read: %s", strerror(errno));
    else if (!is_inside(folder, file))
        snprintf(error, error_size, "is outside the scenario's folder");
    else
        return true;
    return false;
}

static struct source *source_add(struct script *s, const char *file, const char *relative,
                                 char *text, size_t length)
{
    struct source *src = arena_alloc(s->scratch, sizeof *src);
    if (length > 0 && text[0] == '#') /* #! line: a comment whose end of line still counts */
        for (size_t i = 0; i < length && text[i] != '\n'; i++)
            text[i] = ' ';
    if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) memset(text, ' ', 3);
    *src = (struct source){ .next = s->sources,
                            .file = file,
                            .relative = relative,
                            .text = text,
                            .length = length };
    src->tokens = tokens_read(s->scratch, text, length);
    s->sources = src;
    s->source_count++;
    return src;
}

/* The text of `relative`: as kept, or of the file at path. The copy is the script's to write on. */
static bool read_text(struct script *s, const char *relative, const char *path, char **text,
                      size_t *length, char *error, size_t error_size)
{
    const struct kept_text *kept = find_kept(s->files, relative);
    if (!kept && s->files->complete) {
        snprintf(error, error_size, "could not be read when the scenario was loaded");
        return false;
    }
    if (!kept && !read_path(s, path, text, length, error, error_size)) return false;
    if (!kept && s->keeping) keep(s->keeping, relative, *text, *length);
    if (!kept) return true;
    if (kept->length > SCRIPT_SOURCE_BYTES_MAX) {
        snprintf(error, error_size, "is larger than %d KiB", SCRIPT_SOURCE_BYTES_MAX >> 10);
        return false;
    }
    *text = arena_text_n(s->scratch, kept->text, kept->length);
    *length = kept->length;
    return true;
}

struct source *source_main(struct script *s, char *error, size_t error_size)
{
    char *text;
    size_t length;
    const char *relative = main_name(s->file);
    if (!read_text(s, relative, s->file, &text, &length, error, error_size)) return NULL;
    return source_add(s, s->file, relative, text, length);
}

struct source *source_read(struct script *s, const char *relative, char *error, size_t error_size)
{
    char path[PATH_MAX], *text;
    size_t length;
    for (struct source *src = s->sources; src; src = src->next)
        if (!strcmp(src->relative, relative)) return src;
    if (s->source_count >= SCRIPT_SOURCES_MAX) {
        snprintf(error, error_size, "would be file number %d", SCRIPT_SOURCES_MAX + 1);
        return NULL;
    }
    bool known = s->files->complete || find_kept(s->files, relative);
    if (!known && !resolve(s, relative, path, error, error_size)) return NULL;
    if (!read_text(s, relative, path, &text, &length, error, error_size)) return NULL;
    bool here = !strchr(s->file, '/');
    const char *file = here ? arena_text(s->arena, relative)
                            : arena_format(s->arena, "%s/%s", s->folder, relative);
    return source_add(s, file, arena_text(s->scratch, relative), text, length);
}

/* --- judging */

static uint32_t line_of(const char *text, size_t offset)
{
    uint32_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

/* The line of the first sequence that is not UTF-8; lines end in ASCII, so each is whole. */
static uint32_t bad_utf8_line(const char *text, size_t length)
{
    uint32_t line = 1;
    for (size_t start = 0; start < length; line++) {
        const char *end = memchr(text + start, '\n', length - start);
        size_t n = end ? (size_t)(end - text) - start : length - start;
        if (!text_is_utf8(text + start, n)) return line;
        start += n + 1;
    }
    return line;
}

bool source_check(struct script *s, const struct source *src)
{
    struct place at = { src->file, 1 };
    if (src->length > 0 && src->text[0] == LUA_SIGNATURE[0]) {
        diag_error(s->diag, at, NULL, "give the source instead",
                   "compiled Lua (bytecode) is refused");
        return false;
    }
    const char *nul = memchr(src->text, '\0', src->length);
    if (nul) {
        at.line = line_of(src->text, (size_t)(nul - src->text));
        diag_error(s->diag, at, NULL, NULL, "the file contains a NUL byte: it is not text");
        return false;
    }
    if (!text_is_utf8(src->text, src->length)) {
        at.line = bad_utf8_line(src->text, src->length);
        diag_error(s->diag, at, NULL, "save the file as UTF-8", "the file is not valid UTF-8");
        return false;
    }
    uint32_t cursor = 0;
    while ((at.line = tokens_power(src->tokens, &cursor)))
        diag_error(s->diag, at, NULL, "write math.pow(x, y); x^2 is fine",
                   "'^' gives different bits on different machines");
    return true;
}

const char *source_title(struct arena *a, const struct source *src)
{
    const char *t = src->text;
    while (*t && strchr(" \t\r\n", *t))
        t++;
    if (strncmp(t, "--", 2)) return NULL;
    while (*t == '-')
        t++;
    if (!strncmp(t, "[[", 2)) t += 2;
    while (*t && strchr(" \t\r\n", *t) && *t != '\n')
        t++;
    size_t n = strcspn(t, "\r\n");
    while (n > 0 && strchr(" \t-", t[n - 1]))
        n--;
    return n ? arena_text_n(a, t, n) : NULL;
}

/* --- places */

const struct source *source_find(const struct script *s, const char *shown, size_t length)
{
    for (const struct source *src = s->sources; src; src = src->next)
        if (src->shown && strlen(src->shown) == length && !memcmp(src->shown, shown, length))
            return src;
    return NULL;
}

struct place source_here(lua_State *L, const struct source **src)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0) continue;
        const struct source *found = source_find(script_of(L), ar.short_src, strlen(ar.short_src));
        if (src) *src = found;
        return (struct place){ found ? found->file : NULL, (uint32_t)ar.currentline };
    }
    if (src) *src = NULL;
    return (struct place){ NULL, 0 };
}

/* --- compiling and including */

/* Two long names may look alike once Lua has shortened them; then the later one gets a number. */
static const char *shown_name(struct script *s, const char *name)
{
    size_t n = strlen(name);
    if (n < LUA_IDSIZE && !source_find(s, name, n)) return name;
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    n = strlen(base);
    if (n < LUA_IDSIZE - 8 && !source_find(s, base, n)) return base;
    return arena_format(s->scratch, "%.40s#%u", base, s->source_count);
}

void source_push(lua_State *L, struct source *src, int env)
{
    struct script *s = script_of(L);
    if (!src->shown) src->shown = shown_name(s, src->file);
    lua_pushfstring(L, "@%s", src->shown);
    limits_work(L, src->length); /* an include in a loop compiles each time */
    if (luaL_loadbufferx(L, src->text, src->length, lua_tostring(L, -1), "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
    lua_pushvalue(L, env);
    lua_setupvalue(L, -2, 1);
}

static void refuse_cycle(lua_State *L, const struct source *src)
{
    struct script *s = script_of(L);
    uint32_t depth = 0;
    for (const struct source *r = s->running; r; r = r->including, depth++) {
        if (r == src) luaL_error(L, "'%s' includes itself, directly or by others", src->relative);
    }
    if (depth >= SCRIPT_INCLUDE_DEPTH_MAX)
        luaL_error(L, "files include each other more than %d deep", SCRIPT_INCLUDE_DEPTH_MAX);
}

int source_include(lua_State *L)
{
    struct script *s = script_of(L);
    char error[256];
    const char *relative = luaL_checkstring(L, 1);
    if (!s->loading) luaL_error(L, "a callback cannot include files");
    limits_work(L, INCLUDE_WORK);
    struct source *src = source_read(s, relative, error, sizeof error);
    if (!src) return luaL_error(L, "'%s' %s", relative, error);
    refuse_cycle(L, src);
    if (!src->shown && !source_check(s, src))
        return luaL_error(L, "'%s' cannot be included", relative);
    src->including = s->running;
    s->running = src;
    lua_getfield(L, LUA_REGISTRYINDEX, "orrery.environment");
    source_push(L, src, lua_gettop(L));
    lua_call(L, 0, 1);
    s->running = src->including;
    return 1;
}
