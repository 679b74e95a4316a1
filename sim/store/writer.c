/* writer.c - rows into tables.
 *
 * Every id is computed from the content (see schema.sql): the order of calls leaves no trace
 * in the canonical file. The first failure sticks; the rest of a run is then not written. */
#include "store/writer.h"

#include "base/arena.h"
#include "base/check.h"
#include "orrery/probe.h"
#include "store/blob.h"
#include "store/database.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum insert {
    INSERT_EXPERIMENT,
    UPDATE_EXPERIMENT,
    INSERT_PARAM,
    INSERT_RUN,
    INSERT_SERIES,
    INSERT_SAMPLE,
    INSERT_SUMMARY,
    INSERT_HISTOGRAM,
    INSERT_QUANTILE,
    INSERT_EVENT,
    INSERT_DECISION,
    INSERT_OTHER
};
_Static_assert(INSERT_OTHER < STORE_INSERT_COUNT, "a slot each");

static const char *const inserts[] = {
    [INSERT_EXPERIMENT] = "INSERT INTO experiment VALUES (?,?,?,?,?,0,'',?,0,?)",
    [UPDATE_EXPERIMENT] = "UPDATE experiment SET finished=?2, digest=?3, warmup_ns=?4 WHERE id=?1",
    [INSERT_PARAM] = "INSERT INTO param VALUES (?,?,?,?)",
    [INSERT_RUN] = "INSERT INTO run VALUES (?,?,?,?,?,?)",
    [INSERT_SERIES] = "INSERT INTO series VALUES (?,?,?,?,?,?)",
    [INSERT_SAMPLE] = "INSERT INTO sample VALUES (?,?,?,?)",
    [INSERT_SUMMARY] = "INSERT INTO summary VALUES (?,?,?,?,?,?,?)",
    [INSERT_HISTOGRAM] = "INSERT INTO histogram VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_QUANTILE] = "INSERT INTO quantile VALUES (?,?,?,?)",
    [INSERT_EVENT] = "INSERT INTO event VALUES (?,?,?,?,?,?,?)",
    [INSERT_DECISION] = "INSERT INTO decision VALUES (?,?,?,?,?,?)",
};

/* Bound text is never copied: every caller's text outlives the step that follows. */
static void bind_all(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    for (int i = 0; types[i]; i++) {
        if (types[i] == 'i')
            sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
        else if (types[i] == 'd')
            sqlite3_bind_double(statement, i + 1, va_arg(arguments, double));
        else if (types[i] == 't')
            sqlite3_bind_text(statement, i + 1, va_arg(arguments, const char *), -1, SQLITE_STATIC);
        else if (types[i] == 'x') { /* a struct text's bytes */
            const struct text *bytes = va_arg(arguments, const struct text *);
            sqlite3_bind_blob64(statement, i + 1, text_data(bytes), bytes->length, SQLITE_STATIC);
        } else
            check(types[i] == 'n'); /* NULL */
    }
}

static void step(struct store *s, sqlite3_stmt *statement, const char *types, va_list arguments)
{
    bind_all(statement, types, arguments);
    if (sqlite3_step(statement) != SQLITE_DONE) store_fail(s, "results cannot be written");
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

/* One of the frequent rows, by its kept statement. */
static void put(struct store *s, enum insert which, const char *types, ...)
{
    if (s->failure[0]) return;
    check(s->writing);
    sqlite3_stmt **statement = &s->inserts[which];
    if (!*statement && sqlite3_prepare_v3(s->db, inserts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                          statement, NULL) != SQLITE_OK) {
        store_fail(s, "results cannot be written");
        return;
    }
    va_list arguments;
    va_start(arguments, types);
    step(s, *statement, types, arguments);
    va_end(arguments);
}

/* A rare row. */
static void put_once(struct store *s, const char *sql, const char *types, ...)
{
    if (s->failure[0]) return;
    check(s->writing);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        store_fail(s, "results cannot be written");
        return;
    }
    va_list arguments;
    va_start(arguments, types);
    step(s, statement, types, arguments);
    va_end(arguments);
    sqlite3_finalize(statement);
}

static const char *digest_text(uint64_t digest, char buf[17])
{
    snprintf(buf, 17, "%016" PRIx64, digest);
    return buf;
}

uint32_t store_experiment(struct store *s, const struct experiment_row *e)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, e->seed);
    s->experiment_count++;
    s->run_base = s->run_base_next;
    s->run_base_next += e->replications;
    put(s, INSERT_EXPERIMENT, "itttiit", (int64_t)s->experiment_count, e->scenario, e->title, seed,
        (int64_t)e->replications, e->duration_ns, e->currency);
    return s->experiment_count;
}

void store_experiment_end(struct store *s, uint32_t experiment, uint32_t finished, uint64_t digest,
                          int64_t warmup_ns)
{
    char hex[17];
    put(s, UPDATE_EXPERIMENT, "iiti", (int64_t)experiment, (int64_t)finished,
        digest_text(digest, hex), warmup_ns);
}

void store_parameter(struct store *s, uint32_t experiment, uint32_t number, const char *path,
                     const char *value)
{
    put(s, INSERT_PARAM, "iitt", (int64_t)experiment, (int64_t)number, path, value);
}

static void put_series(struct store *s, int64_t run, int64_t number, const struct series *series)
{
    put(s, INSERT_SERIES, "iitttt", run, number, series->section, series->object, series->metric,
        series->unit);
    for (uint32_t i = 0; i < series->count; i++)
        put(s, INSERT_SAMPLE, "iiid", run, number, series->points[i].at_ns,
            series->points[i].value);
}

/* Enough points to draw the whole distribution, dense where tails are asked about. */
static const double quantiles[] = { 0,    0.01, 0.05, 0.1,   0.25,  0.5,    0.75, 0.9,
                                    0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1 };

static void scratch_load(struct histogram *h, const struct spread *spread)
{
    histogram_reset(h);
    h->count = spread->count;
    h->sum = spread->sum;
    h->sum_squares = spread->sum_squares;
    h->min = spread->min;
    h->max = spread->max;
    h->bucket_low = spread->bucket_low;
    h->bucket_high = spread->bucket_low + spread->bucket_count - 1;
    memcpy(h->buckets + h->bucket_low, spread->counts, spread->bucket_count * sizeof *h->buckets);
}

static void put_spread(struct store *s, int64_t run, int64_t number, const struct spread *spread)
{
    s->bytes.length = 0;
    blob_pack(spread, &s->bytes);
    put(s, INSERT_HISTOGRAM, "iitttiddiix", run, number, spread->section, spread->object,
        spread->metric, (int64_t)spread->count, spread->sum, spread->sum_squares, spread->min,
        spread->max, &s->bytes);
    scratch_load(&s->scratch, spread);
    for (uint32_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        put(s, INSERT_QUANTILE, "iidd", run, number, quantiles[i],
            histogram_quantile(&s->scratch, quantiles[i]));
}

static void put_events(struct store *s, int64_t run, const struct recorder *rows)
{
    for (uint32_t i = 0; i < recorder_event_count(rows); i++) {
        const struct entry *e = recorder_event_at(rows, i);
        int64_t seq = (int64_t)i + 1, cause = e->cause;
        if (cause)
            put(s, INSERT_EVENT, "iiittit", run, seq, e->at_ns, e->kind, e->object, cause, e->text);
        else
            put(s, INSERT_EVENT, "iiittnt", run, seq, e->at_ns, e->kind, e->object, e->text);
    }
    for (uint32_t i = 0; i < recorder_decision_count(rows); i++) {
        const struct decision *d = recorder_decision_at(rows, i);
        put(s, INSERT_DECISION, "iiittt", run, (int64_t)i + 1, d->at_ns, d->controller, d->object,
            d->text);
    }
}

void store_run(struct store *s, const struct run_row *row, const struct recorder *rows)
{
    check(row->experiment == s->experiment_count && row->replication >= 1);
    int64_t run = (int64_t)s->run_base + row->replication;
    check(run <= s->run_base_next);
    char hex[17];
    put(s, INSERT_RUN, "iiitii", run, (int64_t)row->experiment, (int64_t)row->replication,
        digest_text(row->digest, hex), row->simulated_ns, (int64_t)row->events);
    for (uint32_t i = 0; i < recorder_series_count(rows); i++)
        put_series(s, run, (int64_t)i + 1, recorder_series_at(rows, i));
    for (uint32_t i = 0; i < recorder_figure_count(rows); i++) {
        const struct figure *f = recorder_figure_at(rows, i);
        put(s, INSERT_SUMMARY, "iittttd", run, (int64_t)i + 1, f->section, f->object, f->metric,
            f->unit, f->value);
    }
    for (uint32_t i = 0; i < recorder_spread_count(rows); i++)
        put_spread(s, run, (int64_t)i + 1, recorder_spread_at(rows, i));
    put_events(s, run, rows);
}

void store_expectation(struct store *s, uint32_t experiment, uint32_t number,
                       const struct expectation_row *e)
{
    const char *sql = "INSERT INTO expectation VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)";
    int64_t id = experiment, order = number, pass = e->pass, n = e->n, line = e->line;
    if (!e->observed)
        put_once(s, sql, "iitinnntittti", id, order, e->name, pass, e->unit, n, e->observed_text,
                 e->target, e->file, line);
    else if (e->n < 2) /* an interval needs two replications */
        put_once(s, sql, "iitidnntittti", id, order, e->name, pass, e->value, e->unit, n,
                 e->observed_text, e->target, e->file, line);
    else
        put_once(s, sql, "iitidddtittti", id, order, e->name, pass, e->value, e->ci95_low,
                 e->ci95_high, e->unit, n, e->observed_text, e->target, e->file, line);
}

void store_finding(struct store *s, uint32_t experiment, uint32_t number, const char *text)
{
    put_once(s, "INSERT INTO finding VALUES (?,?,?)", "iit", (int64_t)experiment, (int64_t)number,
             text);
}

void store_provenance(struct store *s, uint32_t experiment, const char *key, const char *value)
{
    put_once(s, "INSERT INTO provenance VALUES (?,?,?)", "itt", (int64_t)experiment, key, value);
}
