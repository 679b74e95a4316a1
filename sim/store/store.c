/* store.c - the connection: create, open, migrate, commit, ask.
 *
 * A new store is one transaction with the journal off, into a file nobody else can see under its
 * name: a journal would only protect what the rename already protects. */
#include "store/store.h"

#include "base/arena.h"
#include "base/check.h"
#include "store/database.h"
#include "store/sql.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

static const char *const migrations[] = { store_schema_sql };
_Static_assert(sizeof migrations / sizeof *migrations == STORE_VERSION, "one migration a version");

void store_fail(struct store *s, const char *what)
{
    if (s->failure[0]) return;
    const char *reason = s->db ? sqlite3_errmsg(s->db) : "out of memory";
    snprintf(s->failure, sizeof s->failure, "%s: %s", what, reason);
}

bool store_do(struct store *s, const char *sql)
{
    if (s->failure[0]) return false;
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    store_fail(s, s->in_file ? s->output.path : "the result store");
    return false;
}

const char *store_failure(const struct store *s)
{
    return s->failure[0] ? s->failure : NULL;
}

static int64_t pragma(struct store *s, const char *sql)
{
    struct cursor *c = cursor_open(s, sql, "");
    int64_t value = cursor_next(c) ? cursor_integer(c, 0) : -1;
    cursor_close(c);
    return value;
}

/* Views are questions, not data: they are asked in their newest wording. */
static bool views_renew(struct store *s)
{
    struct text drop = { 0 };
    struct cursor *c = cursor_open(s, "SELECT name FROM sqlite_schema WHERE type = 'view'", "");
    while (cursor_next(c))
        text_format(&drop, "DROP VIEW \"%s\";", cursor_text(c, 0));
    cursor_close(c);
    bool good = store_do(s, text_data(&drop)) && store_do(s, store_views_sql);
    text_close(&drop);
    return good;
}

bool store_migrate(struct store *s, const char *const *list, int count)
{
    for (int64_t version = pragma(s, "PRAGMA user_version"); version < count; version++) {
        char mark[64];
        snprintf(mark, sizeof mark, "PRAGMA user_version = %d", (int)version + 1);
        if (version < 0 || !store_do(s, list[version]) || !store_do(s, mark)) return false;
    }
    return !s->failure[0];
}

static void release(void *store)
{
    struct store *s = store;
    for (uint32_t i = 0; i < STORE_INSERT_COUNT; i++)
        sqlite3_finalize(s->inserts[i]);
    sqlite3_close_v2(s->db);
    output_abandon(&s->output);
    text_close(&s->bytes);
    s->db = NULL;
    memset(s->inserts, 0, sizeof s->inserts);
}

static struct store *new_store(struct arena *a)
{
    struct store *s = arena_alloc(a, sizeof *s);
    s->arena = a;
    arena_defer(a, release, s); /* closing twice is fine: the arena is the safety net */
    return s;
}

static struct store *refuse(struct store *s, char *error)
{
    snprintf(error, OUTPUT_ERROR_BYTES, "%s", s->failure);
    release(s);
    return NULL;
}

static bool prepare_new(struct store *s)
{
    char identity[64];
    snprintf(identity, sizeof identity, "PRAGMA application_id = %d", STORE_APPLICATION_ID);
    /* Nobody else can know the part file, so locks and synchronous writes would only cost time. */
    return store_do(s, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                       "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY") &&
           store_do(s, identity) && store_do(s, "BEGIN EXCLUSIVE") &&
           store_migrate(s, migrations, STORE_VERSION) && views_renew(s);
}

struct store *store_create(struct arena *a, const char *path, bool force,
                           enum output_status *status, char *error)
{
    struct store *s = new_store(a);
    s->in_file = path != NULL;
    s->writing = true;
    *status = OUTPUT_OK;
    if (path) {
        *status = output_open(&s->output, a, path, force, error);
        if (*status != OUTPUT_OK) return NULL;
        if (s->output.direct) {
            snprintf(s->failure, sizeof s->failure, "%s is not a regular file", path);
            *status = OUTPUT_FAILED;
            return refuse(s, error);
        }
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path ? s->output.part : ":memory:", &s->db, flags, NULL) != SQLITE_OK)
        store_fail(s, path ? path : "memory");
    if (s->failure[0] || !prepare_new(s)) {
        *status = OUTPUT_FAILED;
        return refuse(s, error);
    }
    histogram_open(&s->scratch, a);
    return s;
}

/* An older format is read through a migrated copy in memory. */
static bool copy_and_migrate(struct store *s)
{
    sqlite3 *copy = NULL;
    if (sqlite3_open_v2(":memory:", &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK) {
        sqlite3_close(copy);
        store_fail(s, "memory");
        return false;
    }
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", s->db, "main");
    int result = backup ? sqlite3_backup_step(backup, -1) : SQLITE_ERROR;
    sqlite3_backup_finish(backup);
    sqlite3_close(s->db);
    s->db = copy;
    if (result != SQLITE_DONE) store_fail(s, "cannot be read");
    return store_migrate(s, migrations, STORE_VERSION) && views_renew(s);
}

static bool identify(struct store *s, const char *path)
{
    int64_t identity = pragma(s, "PRAGMA application_id");
    int64_t version = pragma(s, "PRAGMA user_version");
    if (s->failure[0] || identity != STORE_APPLICATION_ID || version < 1) {
        snprintf(s->failure, sizeof s->failure,
                 "%s is not an orrery result file (made by 'orrery run --out FILE.db')", path);
        return false;
    }
    if (version > STORE_VERSION) {
        snprintf(s->failure, sizeof s->failure,
                 "%s has format %d, written by a newer orrery; this one reads up to %d", path,
                 (int)version, STORE_VERSION);
        return false;
    }
    return version == STORE_VERSION || copy_and_migrate(s);
}

struct store *store_open(struct arena *a, const char *path, char *error)
{
    struct store *s = new_store(a);
    struct stat file;
    bool there = stat(path, &file) == 0;
    if (!there || !S_ISREG(file.st_mode)) {
        snprintf(s->failure, sizeof s->failure, "%s: %s", path,
                 there             ? "is not a regular file"
                 : errno == ENOENT ? "no such result file"
                                   : strerror(errno));
        return refuse(s, error);
    }
    if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        store_fail(s, path);
        return refuse(s, error);
    }
    /* A result file may come from anywhere: nothing in its schema may act. */
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return identify(s, path) ? s : refuse(s, error);
}

enum output_status store_commit(struct store *s, char *error)
{
    check(s->writing);
    for (uint32_t i = 0; i < STORE_INSERT_COUNT; i++) {
        sqlite3_finalize(s->inserts[i]);
        s->inserts[i] = NULL;
    }
    s->writing = false;
    if (!store_do(s, "COMMIT")) {
        snprintf(error, OUTPUT_ERROR_BYTES, "%s", s->failure);
        return OUTPUT_FAILED;
    }
    return s->in_file ? output_commit(&s->output, error) : OUTPUT_OK;
}

void store_close(struct store *s)
{
    if (s) release(s);
}

const char *store_engine_version(void)
{
    return sqlite3_libversion();
}
