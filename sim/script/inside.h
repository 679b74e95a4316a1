/* inside.h - what the files of this room share: one script, its limits and its words.
 *
 * A script is one Lua state and everything that belongs to it. It has two lives: while it
 * loads, constructors add objects to `root`; after that only callbacks run, and constructors
 * refuse. The state's extra space points back here, so no global exists. */
#ifndef SCRIPT_INSIDE_H
#define SCRIPT_INSIDE_H

#include "base/text.h"
#include "orrery/kind.h"
#include "orrery/rng.h"
#include "script/locate.h"
#include "script/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

struct arena;

/* The words a script knows: every kind is a constructor, every verb a method of the handle. */
struct vocabulary {
    const struct kind *const *kinds;
    uint32_t kind_count;
    const struct verb *const *verbs;
    uint32_t verb_count;
};

/* Exceeding one of these ends the script: no pcall keeps it alive. */
enum limit {
    LIMIT_NONE,
    LIMIT_INSTRUCTIONS,
    LIMIT_MEMORY,
    LIMIT_TEXT,
    LIMIT_PATTERN,
    LIMIT_VALUES,
    LIMIT_SECONDS
};

/* A text as it was read, by its name relative to the scenario's folder. */
struct kept_text {
    struct kept_text *next;
    const char *relative, *text;
    size_t length;
};

/* Written by the load alone; doors on many threads only read it. */
struct script_files {
    struct arena *arena;
    const char *file;
    struct kept_text *kept; /* newest first */
    bool complete;          /* a load is over: what it did not find is not there */
};

/* One file that was read; kept until the script closes, because places point at its name. */
struct source {
    struct source *next;     /* all files, newest first */
    struct source *including; /* who is running this one now; NULL for the scenario itself */
    const char *file;        /* as reported; lives in the arena of the values */
    const char *relative;    /* to the scenario's folder */
    const char *shown;       /* as Lua shortens it in messages */
    const char *text;
    size_t length;
    struct tokens *tokens;
};

/* What a constructor made: a part until it is used, or an object once it is said. */
struct said {
    struct said *next; /* all NAMED objects, newest first: those without a body are an error */
    const struct kind *kind;
    const char *spelled; /* the name or alias that was called, without its prefix */
    const struct source *source;
    struct value *value;
    bool complete; /* it has had its table */
};

struct script {
    lua_State *lua;
    struct arena *arena;   /* of values, their texts and places: outlives the script */
    struct arena *scratch; /* closed with the script */
    struct diag *diag;
    struct vocabulary words;
    struct script_limits limits;
    const char *file, *folder;
    const struct script_files *files;
    struct script_files *keeping; /* where what is read is kept: a load's; NULL in a door */

    /* limits.c */
    size_t memory_bytes, asked_bytes; /* in use; ever asked for */
    uint64_t work, work_max;          /* instructions, or what costs as much as one */
    int64_t cpu_ns_start;
    enum limit tripped;
    uint32_t refusal_count; /* times the allocator said no */
    enum limit refusal;     /* why it last did */
    char refusal_place[96], trip_text[256];

    /* loading */
    bool loading;
    bool ran; /* to the end of the scenario */
    struct place lost; /* of the latest part that was said alone: a loop is told once */
    struct source *sources, *running;
    uint32_t source_count;
    struct value *root;
    struct said *said;
    uint32_t value_count, function_count, missing_count;
    const char *title;

    /* callbacks */
    struct world *world; /* NULL outside a callback */
    uint64_t turn_count; /* callbacks so far */
    uint64_t turn;       /* of the one that runs, so a handle kept from an earlier one is known */
    int64_t (*now)(const struct world *w);
    struct rng rng;

    /* the last failure */
    struct text trace;
    struct place failure_at;
    struct text failure;
};

static inline struct script *script_of(lua_State *L)
{
    return *(struct script **)lua_getextraspace(L);
}

/* --- limits.c */
void *limits_allocate(void *script, void *old, size_t old_size, size_t new_size);
/* Starts a fresh allowance of work for what runs next. */
void limits_start(struct script *s, uint64_t work_max);
/* A callback's allowance is set aside while another runs inside it: an action that it takes can
 * make calls fail, and their retries ask a scripted balancer. */
struct allowance {
    uint64_t work, work_max;
    size_t asked_bytes;
    int64_t cpu_ns_start;
};
struct allowance limits_pause(const struct script *s);
void limits_go_on(struct script *s, struct allowance a);
/* Charges work done in C, where the count hook does not see it; raises when it is too much. */
void limits_work(lua_State *L, uint64_t amount);
/* Ends the script: raises an error that pcall passes on. */
_Noreturn void limits_trip(lua_State *L, enum limit limit);
/* lua_pcall whose failures by a limit are remembered in `tripped`. */
int limits_pcall(lua_State *L, int arguments, int results, int handler);

/* --- sandbox*.c: each leaves its table (or the functions in the table on top) in place */
void sandbox_open(lua_State *L);       /* pushes the base table, with every library in it */
void sandbox_open_text(lua_State *L);  /* pushes the table `string` */
void sandbox_open_table(lua_State *L); /* pushes the table `table` */
void sandbox_open_order(lua_State *L); /* adds pairs and next to the table on top */
void sandbox_open_math(lua_State *L);  /* pushes the table `math` */
void sandbox_open_meta(lua_State *L);  /* adds setmetatable, getmetatable, rawset, rawget */
/* Replaces the table on top by a read-only view; unknown members are an error that names them. */
void sandbox_freeze(lua_State *L, const char *name);
/* The name of the view at index, or NULL when it is none. */
const char *sandbox_view(lua_State *L, int index);
/* Pushes the environment of the script's chunks: its own globals over the base table on top. */
void sandbox_environment(lua_State *L);
/* As tostring, but never an address. Pushes the text and returns it. */
const char *sandbox_tostring(lua_State *L, int index);
/* Raises unless the table at index may be changed by a script. */
void sandbox_check_writable(lua_State *L, int index);
/* Sorts items 1..n of the table at index, stably; less(L) compares the two values on top. */
void sandbox_sort(lua_State *L, int index, lua_Integer n,
                  bool (*less)(lua_State *L, int a, int b));

/* --- missing.c: names that nobody defined */
/* Called as __index of the base table and of frozen tables. */
int missing_index(lua_State *L);
int missing_call(lua_State *L); /* __call of frozen tables */
bool missing_is(lua_State *L, int index);
/* Tells that something is used wrongly. While the scenario loads, pushes the stand-in and returns
 * 1, so that reading goes on; in a callback it raises. message, hint (may be NULL): on the stack. */
int missing_refuse(lua_State *L, const char *message, const char *hint);
void missing_open(lua_State *L);

/* --- construct.c */
/* Adds a constructor for every kind to the base table on top. */
void construct_open(lua_State *L);
/* The kind a constructor function stands for, or NULL: `queue = fifo` means fifo(). */
const struct kind *construct_kind(lua_State *L, int index);
struct said *construct_said(lua_State *L, int index); /* NULL: not made by a constructor */

/* --- convert.c */
/* Where a table being converted was written, and which fields led to it. */
struct route {
    const struct route *up;
    const char *key; /* NULL: a position */
    uint32_t position;
};
/* The value at index, which `entry` says where it stands; a told one after telling the diag. */
struct value *convert_item(struct script *s, int index, struct place at, const struct source *src,
                           const struct entry *entry, const struct route *route, uint32_t depth);
/* Adds the items of the table at index to a map. brace: its literal, or NULL. */
void convert_table(struct script *s, int index, struct value *into, const struct source *src,
                   const struct brace *brace, const struct route *route, uint32_t depth);
/* Counts one more value; raises when there are too many. */
void convert_count(struct script *s);
bool convert_function_push(lua_State *L, uint32_t number);

/* --- source.c */
/* Reads a file of the scenario's folder; NULL with the reason in error. */
struct source *source_read(struct script *s, const char *relative, char *error, size_t error_size);
struct source *source_main(struct script *s, char *error, size_t error_size);
/* Tells the diag what is wrong with the text before Lua sees it; false when Lua must not. */
bool source_check(struct script *s, const struct source *src);
const char *source_title(struct arena *a, const struct source *src);
/* Pushes the compiled chunk with the environment at index env; raises on a syntax error. */
void source_push(lua_State *L, struct source *src, int env);
int source_include(lua_State *L); /* the function `include` */
/* The innermost Lua line now running; {NULL, 0} when there is none. */
struct place source_here(lua_State *L, const struct source **src);
const struct source *source_find(const struct script *s, const char *shown, size_t length);

/* --- failure.c */
/* Calls f(arguments on the stack) and returns whether it succeeded; afterwards failure_at,
 * failure and trace say what went wrong. Nothing stays on the stack after a failure. */
bool failure_run(struct script *s, int arguments, int results);

/* --- load.c */
struct script *script_open(struct arena *a, struct arena *scratch, const struct script_files *files,
                           const struct script_limits *limits, const struct vocabulary *words,
                           struct diag *d);
bool script_run(struct script *s);
void script_close(struct script *s);
/* script_load with its words as an argument: for tests and fuzzers. */
struct value *script_load_words(struct arena *a, struct script_files *files,
                                const struct script_limits *limits, const struct vocabulary *words,
                                struct diag *d, bool *has_hooks, const char **title);

/* --- records.c */
void records_open(lua_State *L); /* registers what rows look like to a script */
/* Pushes the rows, or the one row when `single`, for this turn; `position` tells the arguments of
 * one callback apart. */
void records_push(lua_State *L, const struct records *r, uint32_t position, bool single);

/* --- door.c */
void argument_push(lua_State *L, const struct argument *a, uint32_t position);
void door_open_handle(lua_State *L); /* registers the handle's methods */
struct hook_door script_door_words(const struct script_files *files,
                                   const struct script_limits *limits,
                                   const struct vocabulary *words, uint64_t seed_key,
                                   int64_t (*now)(const struct world *w));

#endif
