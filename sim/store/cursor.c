/* cursor.c - asking a store: a prepared statement that cannot fail loudly.
 *
 * The first failure sticks in the store, and a cursor of a failed store is an empty answer. */
#include "store/store.h"

#include "base/arena.h"
#include "base/check.h"
#include "store/database.h"

#include <stdarg.h>

static void bind(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    for (int i = 0; types[i]; i++) {
        switch (types[i]) {
        case 'i':
            sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
            break;
        case 'd':
            sqlite3_bind_double(statement, i + 1, va_arg(arguments, double));
            break;
        default:
            check(types[i] == 't');
            sqlite3_bind_text(statement, i + 1, va_arg(arguments, const char *), -1,
                              SQLITE_TRANSIENT);
        }
    }
}

struct cursor *cursor_open(struct store *s, const char *sql, const char *types, ...)
{
    struct cursor *c = arena_alloc(s->arena, sizeof *c);
    c->store = s;
    if (s->failure[0]) return c;
    if (sqlite3_prepare_v2(s->db, sql, -1, &c->statement, NULL) != SQLITE_OK) {
        store_fail(s, "the result store");
        return c;
    }
    va_list arguments;
    va_start(arguments, types);
    bind(c->statement, types, arguments);
    va_end(arguments);
    return c;
}

bool cursor_next(struct cursor *c)
{
    if (!c->statement || c->store->failure[0]) return false;
    int result = sqlite3_step(c->statement);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) store_fail(c->store, "the result store cannot be read");
    return false;
}

uint32_t cursor_column_count(const struct cursor *c)
{
    return c->statement ? (uint32_t)sqlite3_column_count(c->statement) : 0;
}

const char *cursor_column_name(const struct cursor *c, uint32_t column)
{
    return sqlite3_column_name(c->statement, (int)column);
}

bool cursor_is_null(const struct cursor *c, uint32_t column)
{
    return sqlite3_column_type(c->statement, (int)column) == SQLITE_NULL;
}

bool cursor_is_integer(const struct cursor *c, uint32_t column)
{
    return sqlite3_column_type(c->statement, (int)column) == SQLITE_INTEGER;
}

bool cursor_is_text(const struct cursor *c, uint32_t column)
{
    return sqlite3_column_type(c->statement, (int)column) == SQLITE_TEXT;
}

int64_t cursor_integer(const struct cursor *c, uint32_t column)
{
    return sqlite3_column_int64(c->statement, (int)column);
}

double cursor_double(const struct cursor *c, uint32_t column)
{
    return sqlite3_column_double(c->statement, (int)column);
}

const char *cursor_text(const struct cursor *c, uint32_t column)
{
    const unsigned char *text = sqlite3_column_text(c->statement, (int)column);
    return text ? (const char *)text : "";
}

const void *cursor_blob(const struct cursor *c, uint32_t column, size_t *length)
{
    const void *bytes = sqlite3_column_blob(c->statement, (int)column);
    *length = (size_t)sqlite3_column_bytes(c->statement, (int)column);
    return bytes;
}

void cursor_close(struct cursor *c)
{
    sqlite3_finalize(c->statement);
    c->statement = NULL;
}
