/* compare.c - are two result files the same results?
 *
 * Everything but provenance is a function of (scenario, seed), so equality is exact: every
 * table, every row, in the order of its key, bit by bit for numbers. */
#include "base/arena.h"
#include "store/database.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void add_cell(struct text *out, const struct cursor *c, uint32_t column)
{
    size_t length = 0;
    if (cursor_is_null(c, column)) {
        text_add(out, "NULL");
    } else if (sqlite3_column_type(c->statement, (int)column) == SQLITE_BLOB) {
        cursor_blob(c, column, &length);
        text_format(out, "blob of %zu bytes", length);
    } else {
        text_add(out, cursor_text(c, column));
    }
}

static void add_row(struct text *out, const char *sign, const char *table, const struct cursor *c)
{
    text_format(out, "%s %s", sign, table);
    for (uint32_t i = 0; i < cursor_column_count(c); i++) {
        text_add(out, i ? " | " : ": ");
        add_cell(out, c, i);
    }
    text_add(out, "\n");
}

static int bytes_order(const struct cursor *a, const struct cursor *b, int column)
{
    const void *i = sqlite3_column_blob(a->statement, column);
    const void *j = sqlite3_column_blob(b->statement, column);
    int length_i = sqlite3_column_bytes(a->statement, column);
    int length_j = sqlite3_column_bytes(b->statement, column);
    int common = length_i < length_j ? length_i : length_j;
    int order = common ? memcmp(i, j, (size_t)common) : 0;
    return order ? order : (length_i > length_j) - (length_i < length_j);
}

/* <0, 0, >0; 0 only when they are the same value of the same type. */
static int cell_order(const struct cursor *a, const struct cursor *b, uint32_t cell)
{
    int column = (int)cell;
    int type = sqlite3_column_type(a->statement, column);
    int other = sqlite3_column_type(b->statement, column);
    if (type != other) return type < other ? -1 : 1;
    if (type == SQLITE_NULL) return 0;
    if (type == SQLITE_INTEGER) {
        int64_t i = cursor_integer(a, cell), j = cursor_integer(b, cell);
        return (i > j) - (i < j);
    }
    if (type == SQLITE_FLOAT) {
        double i = cursor_double(a, cell), j = cursor_double(b, cell);
        return (i > j) - (i < j);
    }
    return bytes_order(a, b, column);
}

static int row_order(const struct cursor *a, const struct cursor *b)
{
    uint32_t columns = cursor_column_count(a);
    if (columns != cursor_column_count(b)) return -1;
    for (uint32_t i = 0; i < columns; i++) {
        int order = cell_order(a, b, i);
        if (order) return order;
    }
    return 0;
}

static void differ(uint64_t *count, struct text *out, const char *sign, const char *table,
                   const struct cursor *c)
{
    if (++*count <= STORE_DIFFERENCES_MAX) add_row(out, sign, table, c);
}

/* A merge of two sorted lists; every table's leading columns are its key. */
static uint64_t compare_table(struct store *a, struct store *b, const char *table, uint64_t before,
                              struct text *out)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" ORDER BY 1, 2, 3", table);
    struct cursor *left = cursor_open(a, sql, ""), *right = cursor_open(b, sql, "");
    bool more_left = cursor_next(left), more_right = cursor_next(right);
    uint64_t count = before;
    while (more_left || more_right) {
        int order = !more_left ? 1 : !more_right ? -1 : row_order(left, right);
        if (order < 0) differ(&count, out, "-", table, left);
        if (order > 0) differ(&count, out, "+", table, right);
        if (order <= 0) more_left = cursor_next(left);
        if (order >= 0) more_right = cursor_next(right);
    }
    cursor_close(left);
    cursor_close(right);
    return count;
}

uint64_t store_compare(struct store *a, struct store *b, struct text *out)
{
    static const char *const tables[] = { "experiment", "param",    "run",         "series",
                                          "sample",     "summary",  "histogram",   "quantile",
                                          "event",      "decision", "expectation", "finding" };
    uint64_t count = 0;
    for (uint32_t i = 0; i < sizeof tables / sizeof *tables; i++)
        count = compare_table(a, b, tables[i], count, out);
    if (count > STORE_DIFFERENCES_MAX)
        text_format(out, "... %" PRIu64 " differences in all\n", count);
    return count;
}

static bool vacuum_into(const char *from, const char *to, bool forget, char *error)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int flags = forget ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    bool good = sqlite3_open_v2(from, &db, flags, NULL) == SQLITE_OK;
    if (good && forget)
        good = sqlite3_exec(db, "DELETE FROM provenance", NULL, NULL, NULL) == SQLITE_OK;
    if (good)
        good = sqlite3_prepare_v2(db, "VACUUM INTO ?", -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_bind_text(statement, 1, to, -1, SQLITE_STATIC) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_DONE;
    if (!good) snprintf(error, OUTPUT_ERROR_BYTES, "%s: %s", from, sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return good;
}

/* Twice: the first copy may forget its provenance without touching the original, the second
 * has no trace of it. */
bool store_canonical(const char *from, const char *to, char *error)
{
    struct arena *a = arena_open();
    struct output out;
    bool good = false;
    if (output_open(&out, a, to, false, error) == OUTPUT_OK) {
        const char *copy = arena_format(a, "%s.copy", out.part);
        unlink(copy);
        good = vacuum_into(from, copy, false, error) && vacuum_into(copy, out.part, true, error);
        unlink(copy);
        if (good) good = output_commit(&out, error) == OUTPUT_OK;
        output_abandon(&out);
    }
    arena_close(a);
    return good;
}
