/* trial.c - renders a case's scenario, runs replications of it, and judges its rows.
 *
 * Replications are independent and taken in order, so the interval is Student's and the result the
 * same for any number of threads. They end when every row's 99 % half-width is below half its
 * tolerance: then a figure outside its tolerance is a wrong figure, not a short run. A row that
 * never gets there has failed. */
#include "trial.h"

#include "base/arena.h"
#include "base/text.h"
#include "embed/scenario.h"
#include "engine/recorder.h"
#include "engine/summary.h"
#include "experiment/team.h"
#include "formula.h"
#include "orrery/kind.h"
#include "schema/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REPLICATIONS_MIN 8 /* of a slice, half of them */
#define REPLICATIONS_STEP 4
#define REPLICATIONS_MAX 2000
#define SLICE_LENGTH 8
#define SLICE_TOLERANCE 5
#define CONFIDENCE 0.99

struct trial {
    const struct theory_case *c;
    const struct trial_options *options;
    struct formula formulas[TRIAL_ROWS_MAX];
    struct sources sources;
    struct reading one, pool; /* of the last replication; of all */
    struct welford figures[SOURCES_MAX], rows[TRIAL_ROWS_MAX];
    uint32_t count;
};

/* --- the scenario */

static const struct local *local_find(const struct theory_case *c, const char *name, size_t length)
{
    for (uint32_t i = 0; i < c->local_count; i++)
        if (strlen(c->locals[i].name) == length && strncmp(c->locals[i].name, name, length) == 0)
            return &c->locals[i];
    return NULL;
}

/* Copies a line; `local NAME = ...` says what the case says, and its own value otherwise. */
static uint32_t line_render(const struct theory_case *c, uint32_t seed, const char *line, FILE *out)
{
    static const char word[] = "local ";
    const char *name = line + sizeof word - 1;
    size_t length = strncmp(line, word, sizeof word - 1) == 0 ? strcspn(name, " ,=") : 0;
    const struct local *l = length ? local_find(c, name, length) : NULL;
    if (l)
        fprintf(out, "local %s = %s\n", l->name, l->value);
    else if (length == 4 && strncmp(name, "seed", 4) == 0)
        fprintf(out, "local seed = %u\n", seed);
    else
        fputs(line, out);
    return l != NULL;
}

static const char *render(const struct theory_case *c, uint32_t number,
                          const struct trial_options *o, struct arena *a, const char **file)
{
    const char *source = arena_format(a, "%s/%s", o->scenarios, c->scenario);
    const char *slash = strrchr(c->scenario, '/');
    *file = arena_format(a, "%s/%03u-%s", o->rendered, number, slash ? slash + 1 : c->scenario);
    FILE *in = fopen(source, "r"), *out = in ? fopen(*file, "w") : NULL;
    uint32_t said = 0;
    char line[512];
    while (out && fgets(line, sizeof line, in))
        said += line_render(c, number, line, out);
    bool written = out && fclose(out) == 0;
    if (in) fclose(in);
    if (!in) return arena_format(a, "cannot read %s", source);
    if (!written) return arena_format(a, "cannot write %s", *file);
    if (said != c->local_count) return arena_format(a, "%s lacks a local of the case", source);
    return NULL;
}

/* --- reading */

static void figure_take(struct reading *r, uint32_t i, const struct source *s,
                        const struct recorder *rec)
{
    const struct figure *f = recorder_figure(rec, s->section, s->object, s->metric);
    bool outcome = strncmp(s->metric, "by_outcome.", 11) == 0;
    double scale = f && strcmp(f->unit, "ms") == 0 ? 1e-3 : 1;
    r->figures[i] = f ? f->value * scale : outcome ? 0 : NAN;
}

static const struct spread *spread_find(const struct recorder *rec, const struct source *s)
{
    for (uint32_t i = 0; i < recorder_spread_count(rec); i++) {
        const struct spread *x = recorder_spread_at(rec, i);
        if (strcmp(x->section, s->section) == 0 && strcmp(x->object, s->object) == 0 &&
            strcmp(x->metric, s->metric) == 0)
            return x;
    }
    return NULL;
}

static void spread_take(struct histogram *h, const struct spread *s)
{
    histogram_reset(h);
    if (!s) return;
    memcpy(h->buckets + s->bucket_low, s->counts, s->bucket_count * sizeof *s->counts);
    h->count = s->count;
    h->sum = s->sum;
    h->sum_squares = s->sum_squares;
    h->min = s->min;
    h->max = s->max;
    h->bucket_low = s->bucket_low;
    h->bucket_high = s->bucket_low + s->bucket_count - 1;
}

static void reading_open(struct reading *r, const struct sources *s, struct arena *a)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->items[i].spread) histogram_open(&r->spreads[i], a);
}

static void reading_take(struct trial *t, const struct recorder *rec)
{
    for (uint32_t i = 0; i < t->sources.count; i++) {
        const struct source *s = &t->sources.items[i];
        if (s->spread) {
            spread_take(&t->one.spreads[i], spread_find(rec, s));
            histogram_merge(&t->pool.spreads[i], &t->one.spreads[i]);
        } else {
            figure_take(&t->one, i, s, rec);
            welford_add(&t->figures[i], t->one.figures[i]);
            t->pool.figures[i] = t->figures[i].mean;
        }
    }
}

/* --- judging */

static double tolerance_of(const struct trial *t, const struct row *row)
{
    return t->options->slice ? row->tolerance * SLICE_TOLERANCE : row->tolerance;
}

/* What does not vary at all (64 attempts) may be wrong in the last digits only. */
#define ROUNDING 1e-9

static double half_width(const struct trial *t, uint32_t i)
{
    return welford_interval(&t->rows[i], CONFIDENCE).half_width;
}

static bool narrow(const struct trial *t, uint32_t i)
{
    const struct row *row = &t->c->rows[i];
    double slack = ROUNDING * fabs(row->reference);
    return half_width(t, i) <= tolerance_of(t, row) / 2 + slack;
}

static bool all_narrow(const struct trial *t)
{
    for (uint32_t i = 0; i < t->c->row_count; i++)
        if (!narrow(t, i)) return false;
    return true;
}

/* Takes over the replica; false: enough of them. */
static bool take(void *state, uint32_t index, struct replica *replica)
{
    (void)index;
    struct trial *t = state;
    reading_take(t, replica->recorder);
    for (uint32_t i = 0; i < t->c->row_count; i++)
        welford_add(&t->rows[i], formula_value(&t->formulas[i], &t->sources, &t->one));
    arena_close(replica->arena);
    t->count++;
    uint32_t least = t->options->slice ? REPLICATIONS_MIN / 2 : REPLICATIONS_MIN;
    return t->count < least || t->count % REPLICATIONS_STEP != 0 || !all_narrow(t);
}

static void judge(const struct trial *t, struct trial_result *out)
{
    for (uint32_t i = 0; i < t->c->row_count; i++) {
        const struct row *row = &t->c->rows[i];
        double simulated = formula_value(&t->formulas[i], &t->sources, &t->pool);
        double tolerance = tolerance_of(t, row), error = simulated - row->reference;
        double slack = tolerance + ROUNDING * fabs(row->reference);
        out->rows[i].simulated = simulated;
        out->rows[i].half_width = half_width(t, i);
        out->rows[i].tolerance = tolerance;
        out->rows[i].good = narrow(t, i) && (row->bound == AT_LEAST || error <= slack) &&
                            (row->bound == AT_MOST || error >= -slack);
    }
}

/* --- running */

static const char *formulas_read(struct trial *t, struct arena *a)
{
    if (t->c->row_count > TRIAL_ROWS_MAX) return "the case has too many rows";
    for (uint32_t i = 0; i < t->c->row_count; i++) {
        const char *text = t->c->rows[i].formula;
        const char *wrong = formula_read(&t->formulas[i], &t->sources, a, text);
        if (wrong) return arena_format(a, "%s: %s", text, wrong);
    }
    reading_open(&t->one, &t->sources, a);
    reading_open(&t->pool, &t->sources, a);
    return NULL;
}

static const char *replicate_all(struct trial *t, const struct scenario *scenario, struct diag *d,
                                 struct arena *a)
{
    const struct run_spec *run = document_singleton(scenario->document, "run");
    int64_t measured_ns = run->duration_ns - run->warmup_ns;
    if (t->options->slice && !t->c->whole) measured_ns /= SLICE_LENGTH;
    struct experiment_options options = { .document = scenario->document,
                                          .doors = scenario->doors,
                                          .replications = REPLICATIONS_MAX,
                                          .threads = t->options->threads };
    struct replica_plan plan = { .run = replicate,
                                 .options = &options,
                                 .seed = run->seed_value,
                                 .warmup_ns = run->warmup_ns,
                                 .duration_ns = run->warmup_ns + measured_ns,
                                 .until_ns = run->warmup_ns + measured_ns };
    struct team_result team;
    team_run(&plan, d, take, t, &team);
    if (team.first_failure.status != REPLICA_FINISHED)
        return arena_format(a, "a replication failed: %s", team.first_failure.failure);
    return t->count == 0 ? "no replication was run" : NULL;
}

static const char *trial_go(struct trial *t, uint32_t number, struct arena *a, struct diag *d)
{
    const char *file = NULL;
    const char *failure = formulas_read(t, a);
    if (!failure) failure = render(t->c, number, t->options, a, &file);
    if (failure) return failure;
    struct scenario scenario = scenario_open(a, &(struct scenario_source){ .file = file }, d);
    return scenario.document ? replicate_all(t, &scenario, d, a) : "the scenario has errors";
}

void trial_run(const struct theory_case *c, uint32_t number, const struct trial_options *o,
               struct arena *a, struct trial_result *out)
{
    struct trial *t = arena_alloc(a, sizeof *t);
    struct diag *d = diag_open();
    *out = (struct trial_result){ 0 };
    t->c = c;
    t->options = o;
    out->failure = trial_go(t, number, a, d);
    if (out->failure) diag_print(d, stderr);
    out->replications = t->count;
    if (!out->failure) judge(t, out);
    diag_close(d);
}
