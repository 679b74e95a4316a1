/* check.c - how a bug is reported: what was false, where, and during what; then abort. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

/* Per thread, because replications run side by side and each must describe itself. */
static _Thread_local void (*context_describe)(void *);
static _Thread_local void *context_of;

void check_context(void (*describe)(void *context), void *context)
{
    context_describe = describe;
    context_of = context;
}

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "orrery: bug: %s:%d: check failed: %s\n", file, line, condition);
    void (*describe)(void *) = context_describe;
    context_describe = NULL; /* a check that fails while describing must not come back here */
    if (describe != NULL) describe(context_of);
    fflush(stderr);
    abort();
}
