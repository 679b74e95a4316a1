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

struct world;

enum argument_type { ARGUMENT_NONE, ARGUMENT_NUMBER, ARGUMENT_TEXT, ARGUMENT_BOOL, ARGUMENT_NUMBERS };

struct argument {
    enum argument_type type;
    double number;
    bool boolean;
    const char *text;
    const double *numbers; /* ARGUMENT_NUMBERS: a list, e.g. in-flight counts of backends */
    uint32_t count;
};

struct hook_door {
    void *state; /* NULL: the scenario has no callbacks */
    /* Calls `function(w, arguments...)`; its first result goes to *result. False: it failed, and
     * the message (file:line, virtual time, traceback) stays readable through `failure`. */
    bool (*call)(void *state, uint32_t function, struct world *w, const struct argument *arguments,
                 uint32_t count, struct argument *result);
    const char *(*failure)(void *state);
    void (*close)(void *state);
};

/* One thing a callback may do through its handle: w:scale("cart", 4). */
struct verb {
    const char *name;
    const char *usage; /* "w:scale(service, replicas)" */
    const char *doc;
    const char *signature; /* a letter an argument: t text, n number, b bool; upper case = optional */
    /* False after writing why to error. */
    bool (*act)(struct world *w, const struct argument *arguments, uint32_t count,
                struct argument *result, char *error, size_t error_size);
};

/* sim/model/verbs.def, in its order. */
extern const struct verb *const orrery_verbs[];
extern const uint32_t orrery_verb_count;

#endif
