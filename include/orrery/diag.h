/* diag.h - what is wrong with the user's input, all of it at once.
 *
 * A diag collects errors and warnings, each with file, line, path and hint. Nothing is
 * printed until the caller prints it; judging goes on after an error so that a user sees
 * every problem in one go. Never used for bugs (check.h) nor for simulated failures. */
#ifndef ORRERY_DIAG_H
#define ORRERY_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct diag;
struct text;

/* Where in the user's input. file may be NULL, line 0: unknown. path like
 * "service.cart.workers". */
struct place {
    const char *file;
    uint32_t line;
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

/* More problems than this are counted, not kept. */
#define DIAG_ENTRIES_MAX 200

struct diag *diag_open(void);
void diag_close(struct diag *d);

/* hint may be NULL; path may be NULL. The text is one sentence without a full stop. */
__attribute__((format(printf, 5, 6))) void diag_error(struct diag *d, struct place at,
                                                      const char *path, const char *hint,
                                                      const char *format, ...);
__attribute__((format(printf, 5, 6))) void diag_warning(struct diag *d, struct place at,
                                                        const char *path, const char *hint,
                                                        const char *format, ...);

/* While set, places of problems are looked up by their paths: who judges a whole table knows the
 * paths of its fields, and who loaded it their lines. find NULL: as given again. */
void diag_locate(struct diag *d,
                 struct place (*find)(const void *context, const char *path, struct place at),
                 const void *context);

uint32_t diag_error_count(const struct diag *d);
uint32_t diag_warning_count(const struct diag *d);

/* One of them; what is not known is NULL. */
struct problem {
    enum severity severity;
    struct place at;
    const char *path, *hint, *message;
};

/* Those that were kept, in the order (file, line, order of discovery). They live as long as d. */
void diag_each(const struct diag *d, void (*each)(void *context, const struct problem *p),
               void *context);
/* scenario.lua:12: error: service.cart.workres: unknown field (did you mean 'workers'?) */
void problem_line(const struct problem *p, struct text *out);

/* A line each, in that order, and how many more there are. */
void diag_print(const struct diag *d, FILE *out);

/* The same as a JSON array of {"severity","file","line","path","message","hint"}. */
void diag_print_json(const struct diag *d, FILE *out);

#endif
