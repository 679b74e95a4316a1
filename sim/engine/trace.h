/* trace.h - the event trace: text, one line an entry, "time_s  kind  detail".
 *
 * Lines are gathered in memory and written in large pieces; a failed write is remembered
 * and told once, at close, because a simulation must not stop for a full disk half-way. */
#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct trace {
    FILE *out; /* NULL: no trace is wanted, and every call here is free */
    struct text pending;
    bool failed;
};

/* kind and detail are copied; control characters in them become spaces. */
void trace_line(struct trace *t, int64_t now_ns, const char *kind, const char *detail);
/* Writes what is pending. False when anything since the trace began could not be written. */
bool trace_flush(struct trace *t);

#endif
