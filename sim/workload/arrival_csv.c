/* arrival_csv.c - a measured rate series: Poisson calls at a rate constant within each row's step.
 *
 * The run begins at the first row. The last row lasts one step like every other; after it nothing
 * comes, or the series begins again. */
#include "orrery/arrival.h"

#include "base/arena.h"
#include "engine/judge.h"
#include "orrery/time.h"
#include "workload/csv.h"
#include "workload/rate_steps.h"

#include "base/poison.h"

enum values_mean { VALUES_COUNT, VALUES_RATE };
static const char *const values_choices[] = { "count", "rate", NULL };

struct csv_spec {
    const char *file, *column;
    double scale, stretch;
    uint32_t values;
    bool repeat;
    struct rate_steps steps; /* derived */
};

static int64_t csv_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    return rate_next_gap(&((const struct csv_spec *)spec)->steps, state, now_ns, r);
}

static double csv_rate(const void *spec, int64_t duration_ns)
{
    return rate_mean(&((const struct csv_spec *)spec)->steps, duration_ns);
}

#define RATE_MAX 1e12 /* calls a second: the greatest a rate field takes */

/* Rates stay as measured when time is stretched: a day played in an hour has the day's rates. */
static bool steps_fill(struct csv_spec *s, const struct csv_series *series, struct arena *a)
{
    double factor = s->scale / (s->values == VALUES_COUNT ? ns_to_s(series->step_ns) : 1);
    double step_ns = (double)series->step_ns * s->stretch;
    int64_t *begin_ns = arena_alloc(a, series->count * sizeof *begin_ns);
    bool good = true;
    for (uint32_t i = 0; i < series->count; i++) {
        begin_ns[i] = (int64_t)(i * step_ns + 0.5);
        series->values[i] *= factor;
        good = good && series->values[i] <= RATE_MAX;
    }
    s->steps = (struct rate_steps){ .count = series->count,
                                    .begin_ns = begin_ns,
                                    .per_s = series->values,
                                    .end_ns = (int64_t)(series->count * step_ns + 0.5),
                                    .cycle = s->repeat ? 0 : series->count };
    return good;
}

static void csv_check(void *spec, const struct document *doc, struct place at, const char *path,
                      struct diag *d)
{
    struct csv_spec *s = spec;
    struct csv_source source = { .file = s->file, .column = s->column };
    struct csv_series series;
    source.text = document_read_file(doc, s->file, at, arena_format(doc->arena, "%s.file", path), d,
                                     &source.length);
    if (source.text == NULL || !csv_read_series(doc->arena, &source, d, &series)) return;
    double step_ns = (double)series.step_ns * s->stretch;
    if (step_ns < 1 || series.count * step_ns > (double)TIME_MAX_NS) {
        judge_field(d, at, path, "stretch", NULL, "makes a step of %g s and a series of %g s",
                    step_ns / 1e9, series.count * step_ns / 1e9);
        return;
    }
    if (steps_fill(s, &series, doc->arena))
        rate_steps_close(&s->steps);
    else
        judge_field(d, at, path, "scale", NULL, "makes a rate above %g/s", RATE_MAX);
}

static const struct field csv_fields[] = {
    TEXT(struct csv_spec, "file", file, .position = 1,
         .doc = "Rows of time and value: seconds or dates, at equal steps."),
    TEXT(struct csv_spec, "column", column, .preset = "",
         .doc = "Header name or number of the values' column; the second unless said."),
    NUMBER(struct csv_spec, "scale", scale, .preset = "1", .min = 0, .max = 1e9,
           .doc = "Multiplies the rates."),
    NUMBER(struct csv_spec, "stretch", stretch, .preset = "1", .min = 1e-6, .max = 1e6,
           .doc = "Multiplies the time axis and leaves the rates: 0.01 plays 100 s in one."),
    CHOICE(struct csv_spec, "values", values, .preset = "count", .choices = values_choices,
           .doc = "Whether a value is a count of calls in its step or a rate per second."),
    BOOL(struct csv_spec, "cycle", repeat, .preset = "false",
         .doc = "Begin again after the last row; else no more calls come."),
    FIELDS_END,
};

static const struct arrival_type csv_type = {
    .state_size = sizeof(struct rate_cursor),
    .next_gap = csv_gap,
    .mean_rate = csv_rate,
};

const struct kind arrival_csv = {
    .name = "csv",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "A measured rate series from a CSV file, played as Poisson calls.",
    .example = "csv { \"data/hourly.csv\", scale = 0.1 }",
    .spec_size = sizeof(struct csv_spec),
    .fields = csv_fields,
    .check = csv_check,
    .vtable = &csv_type,
};
