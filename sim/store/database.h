/* database.h - what the files of this room share about the connection; not for other rooms. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "base/text.h"
#include "engine/recorder.h"
#include "store/output.h"
#include "store/store.h"

#include <sqlite3.h>

#define STORE_INSERT_COUNT 12

struct store {
    struct arena *arena;
    sqlite3 *db;
    struct output output; /* open only between create and commit of a file */
    bool in_file, writing;
    char failure[OUTPUT_ERROR_BYTES];
    /* the writer's */
    sqlite3_stmt *inserts[STORE_INSERT_COUNT];
    uint32_t experiment_count, run_base, run_base_next;
    struct histogram scratch; /* quantiles of a spread */
    struct text bytes;
};

/* Remembers the first failure, with SQLite's reason. */
void store_fail(struct store *s, const char *what);
/* False after store_fail. */
bool store_do(struct store *s, const char *sql);

struct cursor {
    struct store *store;
    sqlite3_stmt *statement; /* NULL: an empty answer */
};

/* Brings db from its user_version to `count`: migrations[i] leads from version i to i + 1. */
bool store_migrate(struct store *s, const char *const *migrations, int count);

#endif
