/* arrival_trace.c - calls at recorded moments, one a row; no chance in it at all. */
#include "orrery/arrival.h"

#include "base/arena.h"
#include "engine/judge.h"
#include "orrery/time.h"
#include "workload/csv.h"

#include "base/poison.h"

struct trace_spec {
    const char *file, *column;
    double scale;
    struct csv_times times; /* derived: already scaled */
};

struct trace {
    uint32_t next;
};

/* Moments before now_ns are those before the client began: they are passed over. */
static int64_t trace_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    (void)r;
    const struct csv_times *times = &((const struct trace_spec *)spec)->times;
    struct trace *t = state;
    while (t->next < times->count && times->at_ns[t->next] < now_ns)
        t->next++;
    return t->next < times->count ? times->at_ns[t->next++] - now_ns : TIME_NEVER;
}

static double trace_rate(const void *spec, int64_t duration_ns)
{
    const struct csv_times *times = &((const struct trace_spec *)spec)->times;
    uint32_t count = 0;
    while (count < times->count && times->at_ns[count] < duration_ns)
        count++;
    return duration_ns > 0 ? count / ns_to_s(duration_ns) : 0;
}

static void trace_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    struct trace_spec *s = spec;
    struct csv_source source = { .file = s->file, .column = s->column };
    source.text = document_read_file(doc, s->file, at, arena_format(doc->arena, "%s.file", path), d,
                                     &source.length);
    if (source.text == NULL || !csv_read_times(doc->arena, &source, d, &s->times)) return;
    double last_ns = (double)s->times.at_ns[s->times.count - 1] / s->scale;
    if (last_ns > (double)TIME_MAX_NS) {
        judge_field(d, at, path, "file", "count seconds from the run's begin, or write dates",
                    "its last call comes after %g s: past the longest run", last_ns / 1e9);
        return;
    }
    for (uint32_t i = 0; i < s->times.count; i++)
        s->times.at_ns[i] = (int64_t)((double)s->times.at_ns[i] / s->scale + 0.5);
}

static const struct field trace_fields[] = {
    TEXT(struct trace_spec, "file", file, .position = 1,
         .doc = "One row a call: seconds from the run's begin, or dates, counted from the first."),
    TEXT(struct trace_spec, "column", column, .preset = "",
         .doc = "Header name or number of the times' column; the first unless said."),
    NUMBER(struct trace_spec, "scale", scale, .preset = "1", .min = 1e-6, .max = 1e6,
           .doc = "How many times as fast the trace is played."),
    FIELDS_END,
};

static const struct arrival_type trace_type = {
    .state_size = sizeof(struct trace),
    .next_gap = trace_gap,
    .mean_rate = trace_rate,
};

const struct kind arrival_trace = {
    .name = "trace",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Calls at the recorded moments of a file.",
    .example = "trace \"data/requests.csv\"",
    .spec_size = sizeof(struct trace_spec),
    .fields = trace_fields,
    .check = trace_check,
    .vtable = &trace_type,
};
