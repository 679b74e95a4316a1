/* check.h - what must be true. Always on; a failure is a bug in orrery, never in a scenario.
 *
 * Prints the condition, file:line, and the context set by check_context (virtual time, seed,
 * the command that replays it), then aborts. */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#include <stdint.h>

#define check(condition)                                                                           \
    (__builtin_expect(!!(condition), 1) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

_Noreturn void check_failed(const char *condition, const char *file, int line);

/* What is being run, for the message: printed through `describe(context)` when a check fails.
 * Per thread; the one thread-local in the project, and nothing simulated ever reads it. */
void check_context(void (*describe)(void *context), void *context);

#endif
