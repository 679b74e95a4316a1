/* hook.h - how a script's callbacks enter a run.
 *
 * The engine's side knows neither Lua nor any language: a world is handed one hook door,
 * made anew for every world (so replications on threads never share one), and calls
 * functions by the number the loader stored in a HOOK field. What a callback may do is the
 * list of verbs: nothing else of the world is reachable. */
#ifndef ORRERY_HOOK_H
#define ORRERY_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng;
struct world;

enum argument_type {
    ARGUMENT_NONE,
    ARGUMENT_NUMBER,
    ARGUMENT_TEXT,
    ARGUMENT_BOOL,
    ARGUMENT_NUMBERS,
    ARGUMENT_STATE,  /* a table of the script's own: empty when first passed, then as it was left */
    ARGUMENT_RECORD, /* the one row of .records */
    ARGUMENT_RECORDS /* all rows of .records, counted from 1 */
};

struct records;

struct argument {
    enum argument_type type;
    double number;
    bool boolean;
    const char *text;
    const double *numbers; /* ARGUMENT_NUMBERS: a list, e.g. in-flight counts of backends */
    uint32_t count;        /* of numbers; ARGUMENT_STATE: which table, from hook_state() */
    const struct records *records;
};

/* Rows that a callback reads where they are, while it runs and no longer: what it does not look at
 * costs nothing. */
struct records {
    const char *const *names; /* of the columns; NULL-terminated */
    const void *rows;
    uint32_t count;
    void (*read)(const void *rows, uint32_t row, uint32_t column, struct argument *out);
};

enum answer {
    ANSWER_ANY,
    ANSWER_INDEX,  /* a whole number from 1 to index_max, or 0 for none */
    ANSWER_VERDICT /* true, false, or a text: false, and why */
};

/* What a policy is asked. It decides and does not act, so it gets its arguments and no handle. */
struct hook_question {
    uint32_t function;
    const struct argument *arguments;
    uint32_t count;
    enum answer answer;
    uint32_t index_max;
    struct rng *rng; /* what math.random draws from: the asker's own stream */
};

struct hook_door {
    void *state; /* NULL: the scenario has no callbacks */
    /* Calls `function(w, arguments...)`; its first result goes to *result. False: it failed, and
     * the message (file:line, virtual time, traceback) stays readable through `failure`. */
    bool (*call)(void *state, uint32_t function, struct world *w, const struct argument *arguments,
                 uint32_t count, struct argument *result);
    /* Calls `function(arguments...)`; an answer of the wrong sort is a failure too. */
    bool (*ask)(void *state, const struct hook_question *question, struct world *w,
                struct argument *result);
    const char *(*failure)(void *state);
    void (*close)(void *state);
    uint32_t state_count; /* tables given out by hook_state */
};

/* For rooms: the same through the world's own door. False: it failed, now or earlier; the run is
 * then being stopped, *result is nothing, and the caller does what harms least. */
bool hook_call(struct world *w, uint32_t function, struct argument *result);
bool hook_ask(struct world *w, const struct hook_question *question, struct argument *result);
/* The number of a table that nobody else has; never 0. */
uint32_t hook_state(struct world *w);

/* One thing a callback may do through its handle: w:scale("cart", 4). */
struct verb {
    const char *name;
    const char *usage; /* "w:scale(service, replicas)" */
    const char *doc;
    const char *signature; /* a letter an argument: t text, n number, b bool; capital: optional */
    /* False after writing why to error. */
    bool (*act)(struct world *w, const struct argument *arguments, uint32_t count,
                struct argument *result, char *error, size_t error_size);
};

/* sim/model/verbs.def, in its order. */
extern const struct verb *const orrery_verbs[];
extern const uint32_t orrery_verb_count;

#endif
