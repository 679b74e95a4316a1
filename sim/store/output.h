/* output.h - a file that appears whole or not at all.
 *
 * Output goes to "PATH.part" beside the target; commit makes it durable and renames it, so at
 * any moment, a kill -9 included, PATH is the old file or the whole new one. Nothing is
 * overwritten unless `force`. A path that exists and is no regular file (a terminal, a pipe) is
 * written directly: it has no old content to protect. */
#ifndef STORE_OUTPUT_H
#define STORE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;

#define OUTPUT_ERROR_BYTES 512

struct output {
    const char *path; /* the target */
    const char *part; /* where to write until commit; equal to path when direct */
    FILE *file;
    bool force, direct, open;
};

enum output_status { OUTPUT_OK, OUTPUT_EXISTS, OUTPUT_FAILED };

/* OUTPUT_EXISTS: the target exists and force is not given (a usage error); OUTPUT_FAILED: it cannot
 * be written. Either way the reason is in error (OUTPUT_ERROR_BYTES). */
enum output_status output_open(struct output *o, struct arena *a, const char *path, bool force,
                               char *error);
/* Flushes, makes durable, renames. After OUTPUT_EXISTS or OUTPUT_FAILED the part is gone. */
enum output_status output_commit(struct output *o, char *error);
/* Removes the part. Fine on an output that is not open. */
void output_abandon(struct output *o);

#endif
