/* store.h - a result file, or the same thing in memory: opening, asking, closing.
 *
 * The first failure sticks: later calls do nothing, store_failure says what it was, and a store
 * that failed cannot be committed. Only this room knows that SQLite is below. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct store;
struct cursor;

/* "orry": what `file` and sqlite3 show of a result file. */
#define STORE_APPLICATION_ID 0x6f727279
#define STORE_VERSION 1

/* A new store that appears at path when committed; path NULL: in memory, for a run whose results
 * are only shown. NULL with the reason in error (OUTPUT_ERROR_BYTES) and *status. */
struct store *store_create(struct arena *a, const char *path, bool force,
                           enum output_status *status, char *error);
/* An existing result file, for reading; an older format is migrated in memory, the file is left as
 * it is. NULL with the reason in error. */
struct store *store_open(struct arena *a, const char *path, char *error);
/* Makes a created store durable under its name; it can still be read. */
enum output_status store_commit(struct store *s, char *error);
/* Without a commit, nothing remains of a created store. NULL is fine. */
void store_close(struct store *s);
/* NULL while all is well. */
const char *store_failure(const struct store *s);

/* types: one letter a parameter, 'i' int64_t, 'd' double, 't' const char *. Never NULL: after a
 * failure the cursor is empty. Close it before the next commit. */
struct cursor *cursor_open(struct store *s, const char *sql, const char *types, ...);
bool cursor_next(struct cursor *c);
uint32_t cursor_column_count(const struct cursor *c);
const char *cursor_column_name(const struct cursor *c, uint32_t column);
bool cursor_is_null(const struct cursor *c, uint32_t column);
bool cursor_is_integer(const struct cursor *c, uint32_t column);
bool cursor_is_text(const struct cursor *c, uint32_t column);
int64_t cursor_integer(const struct cursor *c, uint32_t column);
double cursor_double(const struct cursor *c, uint32_t column);
const char *cursor_text(const struct cursor *c,
                        uint32_t column); /* until the next call of next; "" for NULL */
const void *cursor_blob(const struct cursor *c, uint32_t column, size_t *length);
void cursor_close(struct cursor *c);

/* Differences between two stores, everything but provenance; a line each to stdout-like `out`
 * (at most STORE_DIFFERENCES_MAX, then a count). 0: the same results. */
#define STORE_DIFFERENCES_MAX 20
struct text;
uint64_t store_compare(struct store *a, struct store *b, struct text *out);
/* Writes the canonical form of the file at `from`, without provenance, to a new file `to`: equal
 * results are equal bytes, in whatever order they were filled in. */
bool store_canonical(const char *from, const char *to, char *error);

/* For `orrery doctor`. */
const char *store_engine_version(void);

#endif
