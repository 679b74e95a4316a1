/* conformance.h - vectors against the very functions that the simulation calls.
 *
 * A vector is {name, source, input, expect}; input.kind says which rule is asked. A rule reads its
 * input by the functions below and returns what it found as a value, which is compared. To add one:
 * a function and a line in its file's list, and the list in conformance.c. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "base/arena.h"
#include "orrery/value.h"

#include <stdbool.h>
#include <stddef.h>

struct question {
    struct arena *arena;
    const struct value *input;
    const char *problem; /* the first thing wrong with the input; NULL: nothing */
};

/* Missing or of another sort: a problem, and zero, "" or an empty list. */
double ask_number(struct question *q, const struct value *map, const char *key);
bool ask_bool(struct question *q, const struct value *map, const char *key);
const char *ask_text(struct question *q, const struct value *map, const char *key);
const struct value *ask_list(struct question *q, const struct value *map, const char *key);
/* The index of the text among NULL-terminated names. */
uint32_t ask_choice(struct question *q, const struct value *map, const char *key,
                    const char *const *names);
/* As ask_number, a whole number in low..high. */
uint32_t ask_count(struct question *q, const struct value *map, const char *key, uint32_t low,
                   uint32_t high);
int64_t ask_ns(struct question *q, const struct value *map, const char *key); /* said in ms */

struct value *tell_number(struct question *q, double n);
struct value *tell_bool(struct question *q, bool b);
struct value *tell_text(struct question *q, const char *text);
struct value *tell_list(struct question *q);

struct rule {
    const char *kind; /* input.kind */
    struct value *(*answer)(struct question *q);
};

/* The last of each has no kind. */
extern const struct rule rules_balancing[];
extern const struct rule rules_guards[];
extern const struct rule rules_discovery[];
extern const struct rule rules_routing[];
extern const struct rule rules_policies[];
extern const struct rule rules_transport[];

#endif
