/* script.h - Lua as a way to say a scenario, and callbacks as a way to steer a run.
 *
 * The sandbox: no os, io, debug, package, load; pairs in sorted order; tostring without
 * addresses; stable sort; math from exact.h; math.random on a named stream; memory,
 * instructions and pattern lengths capped. A script sees constructors for every kind (from
 * the kind list: none is named here), the prelude in lua/orrery/, and `include "file.lua"` within the
 * scenario's folder. */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include "orrery/diag.h"
#include "orrery/hook.h"
#include "orrery/value.h"

struct script_limits {
    size_t memory_bytes_max;      /* default 256 MiB */
    uint64_t load_instructions;   /* default 200 million for the whole load */
    uint64_t hook_instructions;   /* default 10 million per callback */
};
extern const struct script_limits script_limits_default;

/* Limits that no option changes; each has its own message. */
#define SCRIPT_SOURCE_BYTES_MAX (1 << 20) /* one file */
#define SCRIPT_SOURCES_MAX 256            /* files of one scenario */
#define SCRIPT_INCLUDE_DEPTH_MAX 16
#define SCRIPT_TEXT_BYTES_MAX (1 << 20)   /* one Lua string */
#define SCRIPT_VALUES_MAX 1000000         /* nodes of the value tree, parts never used included */
#define SCRIPT_PATTERN_STEPS_MAX 10000000 /* of one find, match, gmatch step or gsub match */
#define SCRIPT_SECONDS_MAX 60             /* of processor time: the watchdog, never the rule */

/* The texts of a scenario: its own and those it includes, each read once. Who edits a file while
 * replications run, or between loading and running, changes the next load and nothing else. */
struct script_files;
/* text NULL: it is read from `file` when loaded. Else `file` is the name it goes by, whose folder is
 * where it finds what it includes. Lives in `a`. */
struct script_files *script_files_open(struct arena *a, const char *file, const char *text,
                                       size_t length);

/* Runs the scenario once and returns its tree: a VALUE_LIST as schema.h wants it. After errors it
 * is NULL, or, when the script ran to its end, what could be read, with its `boolean` set.
 * *has_hooks: some callback was passed. *title: the first comment line, or NULL. */
struct value *script_load(struct arena *a, struct script_files *files,
                          const struct script_limits *limits, struct diag *d, bool *has_hooks,
                          const char **title);

/* A door for one world: reruns what script_load read (same texts, same order, so function numbers
 * agree); any number at once, on any threads. `now` gives virtual time for error messages.
 * door.state is NULL when it cannot be opened. */
struct hook_door script_door(const struct script_files *files, const struct script_limits *limits,
                             uint64_t seed_key, int64_t (*now)(const struct world *w));

#endif
