/* trace.c - the event trace as text.
 *
 * Time is printed from the integer clock, with all nine decimals: no rounding, no locale,
 * the same bytes on every machine. An entry is always exactly one line. */
#include "engine/trace.h"

#include "orrery/time.h"

#include <inttypes.h>

/* Large enough that the write calls do not show in a profile, small enough to be forgotten. */
#define TRACE_PENDING_BYTES (64 << 10)

static void add_printable(struct text *t, const char *s)
{
    size_t from = 0, at = 0;
    for (; s[at]; at++) {
        if ((unsigned char)s[at] >= 0x20 && s[at] != 0x7f) continue;
        text_add_n(t, s + from, at - from);
        text_add(t, " ");
        from = at + 1;
    }
    text_add_n(t, s + from, at - from);
}

void trace_line(struct trace *t, int64_t now_ns, const char *kind, const char *detail)
{
    if (!t->out) return;
    text_format(&t->pending, "%" PRId64 ".%09" PRId64 "  ", now_ns / NS_PER_S, now_ns % NS_PER_S);
    add_printable(&t->pending, kind);
    text_add(&t->pending, "  ");
    add_printable(&t->pending, detail);
    text_add(&t->pending, "\n");
    if (t->pending.length >= TRACE_PENDING_BYTES) trace_flush(t);
}

bool trace_flush(struct trace *t)
{
    if (!t->out) return true;
    size_t length = t->pending.length;
    if (fwrite(text_data(&t->pending), 1, length, t->out) != length) t->failed = true;
    if (fflush(t->out) != 0) t->failed = true;
    t->pending.length = 0;
    return !t->failed;
}
