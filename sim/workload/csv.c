/* csv.c - columns, then times and values out of them.
 *
 * One pass over the text. A bad row is reported and left out, and the next is judged all the same;
 * rows are compared with the last good one. */
#include "workload/csv.h"

#include "base/arena.h"
#include "base/text.h"
#include "orrery/time.h"
#include "workload/csv_lines.h"
#include "workload/csv_time.h"

#include <string.h>

#include "base/poison.h"

enum time_form { TIME_UNKNOWN, TIME_SECONDS, TIME_DATE };

struct row {
    int64_t at_ns;
    double value;
    uint32_t line;
};

struct reader {
    struct arena *arena;
    const struct csv_source *source;
    struct diag *diag;
    struct csv_lines lines;
    uint32_t time_column, value_column; /* from 0 */
    bool wants_value, strict;           /* strict: times must rise, not only never fall */
    enum time_form form;
    struct row *rows;
    uint32_t count, capacity;
};

/* ---------------------------------------------------------------- columns */

static bool cell_is(const struct csv_cell *c, const char *text)
{
    return c->n == strlen(text) && memcmp(c->s, text, c->n) == 0;
}

static const char *column_nearest(struct reader *r, const char *wanted)
{
    const char **names = arena_alloc(r->arena, r->lines.cell_count * sizeof *names);
    for (uint32_t i = 0; i < r->lines.cell_count; i++)
        names[i] = arena_text_n(r->arena, r->lines.cells[i].s, r->lines.cells[i].n);
    const char *nearest = text_nearest(wanted, names, r->lines.cell_count);
    if (nearest != NULL) return arena_format(r->arena, "did you mean '%s'?", nearest);
    return arena_format(r->arena, "the first column is '%s'", names[0]);
}

/* Numbers from 1; UINT32_MAX when the text is no number. */
static uint32_t column_number(const char *text)
{
    uint32_t n = 0;
    for (; *text >= '0' && *text <= '9' && n <= CSV_COLUMNS_MAX; text++)
        n = n * 10 + (uint32_t)(*text - '0');
    return *text == '\0' && n >= 1 && n <= CSV_COLUMNS_MAX ? n - 1 : UINT32_MAX;
}

/* Which column the caller asked for, now that the first line is known. */
static bool column_find(struct reader *r, bool header, uint32_t preset, uint32_t *column)
{
    const char *wanted = r->source->column;
    *column = preset;
    if (wanted == NULL || *wanted == '\0') return true;
    for (uint32_t i = 0; header && i < r->lines.cell_count; i++)
        if (cell_is(&r->lines.cells[i], wanted)) return *column = i, true;
    *column = column_number(wanted);
    if (*column != UINT32_MAX) return true;
    diag_error(r->diag, r->lines.at, NULL,
               header ? column_nearest(r, wanted) : "give its number, from 1",
               header ? "no column '%s'" : "no header line names a column '%s'", wanted);
    return false;
}

static bool time_read(const struct csv_cell *c, int64_t *ns, enum time_form *form)
{
    *form = TIME_SECONDS;
    if (csv_time_seconds(c->s, c->n, ns)) return true;
    *form = TIME_DATE;
    return csv_time_date(c->s, c->n, ns);
}

/* A header has no number and no date in any of its cells. */
static bool line_is_header(const struct reader *r)
{
    for (uint32_t i = 0; i < r->lines.cell_count; i++) {
        int64_t ns;
        double number;
        enum time_form form;
        const struct csv_cell *c = &r->lines.cells[i];
        if (time_read(c, &ns, &form) || text_read_double(c->s, c->n, &number)) return false;
    }
    return true;
}

/* ---------------------------------------------------------------- rows */

static bool row_time(struct reader *r, struct row *row)
{
    char buffer[CSV_SHOWN_BYTES];
    const struct csv_cell *c = &r->lines.cells[r->time_column];
    enum time_form form;
    if (!time_read(c, &row->at_ns, &form)) {
        diag_error(r->diag, r->lines.at, NULL, "write seconds, or 1998-04-30 21:30:00",
                   "'%s' is not a time", csv_cell_shown(c, buffer));
        return false;
    }
    if (r->form == TIME_UNKNOWN) r->form = form;
    if (r->form != form) {
        diag_error(r->diag, r->lines.at, NULL, NULL, "'%s' is %s, but the times before are %s",
                   csv_cell_shown(c, buffer), form == TIME_DATE ? "a date" : "in seconds",
                   form == TIME_DATE ? "in seconds" : "dates");
        return false;
    }
    const struct row *before = r->count > 0 ? &r->rows[r->count - 1] : NULL;
    if (before == NULL || row->at_ns > before->at_ns) return true;
    if (row->at_ns == before->at_ns && !r->strict) return true;
    diag_error(r->diag, r->lines.at, NULL, "sort the file by time",
               row->at_ns < before->at_ns ? "'%s' is earlier than line %u"
                                          : "'%s' is the same time as line %u",
               csv_cell_shown(c, buffer), before->line);
    return false;
}

static bool row_value(struct reader *r, struct row *row)
{
    char buffer[CSV_SHOWN_BYTES];
    const struct csv_cell *c = &r->lines.cells[r->value_column];
    if (!text_read_double(c->s, c->n, &row->value)) {
        diag_error(r->diag, r->lines.at, NULL, NULL,
                   c->n == 0 ? "the value is missing%s" : "'%s' is not a finite number",
                   csv_cell_shown(c, buffer));
        return false;
    }
    if (row->value >= 0) return true;
    diag_error(r->diag, r->lines.at, NULL, NULL, "'%s' is negative", csv_cell_shown(c, buffer));
    return false;
}

static void row_add(struct reader *r, struct row row)
{
    if (r->count == r->capacity) {
        uint32_t capacity = r->capacity > 0 ? 2 * r->capacity : 1024;
        r->rows = arena_grow(r->arena, r->rows, r->capacity * sizeof row, capacity * sizeof row);
        r->capacity = capacity;
    }
    r->rows[r->count++] = row;
}

/* Judges time and value both, so that a row with two problems says so. */
static void row_read(struct reader *r)
{
    uint32_t last = r->time_column;
    if (r->wants_value && r->value_column > last) last = r->value_column;
    if (last >= r->lines.cell_count) {
        diag_error(r->diag, r->lines.at, NULL, "separate columns by commas",
                   "has %u columns, but column %u is wanted", r->lines.cell_count, last + 1);
        return;
    }
    struct row row = { .line = r->lines.at.line };
    bool good = row_time(r, &row);
    if (r->wants_value) good &= row_value(r, &row);
    if (good) row_add(r, row);
}

/* False when there is no use in reading rows. */
static bool first_line_read(struct reader *r)
{
    bool good;
    if (!csv_line_next(&r->lines, &good)) {
        diag_error(r->diag, r->lines.at, NULL, NULL, "the file is empty");
        return false;
    }
    if (!good) return false;
    bool header = line_is_header(r);
    uint32_t *wanted = r->wants_value ? &r->value_column : &r->time_column;
    if (!column_find(r, header, r->wants_value, wanted)) return false;
    if (r->wants_value && r->value_column == r->time_column) {
        diag_error(r->diag, r->lines.at, NULL, NULL, "column %u holds the times, not the values",
                   r->time_column + 1);
        return false;
    }
    if (!header) row_read(r);
    return true;
}

static bool rows_read(struct reader *r)
{
    uint32_t errors = diag_error_count(r->diag);
    if (!first_line_read(r)) return false;
    for (bool good; csv_line_next(&r->lines, &good);) {
        if (good) row_read(r);
        if (r->count <= CSV_ROWS_MAX) continue;
        diag_error(r->diag, r->lines.at, NULL, "use longer steps, or a part of it",
                   "more than %d rows", CSV_ROWS_MAX);
        return false;
    }
    r->lines.at.line = 0; /* what is said from here on is about the whole file */
    return diag_error_count(r->diag) == errors;
}

static struct reader *reader_open(struct arena *a, const struct csv_source *source, struct diag *d)
{
    struct reader *r = arena_alloc(a, sizeof *r);
    r->arena = a;
    r->source = source;
    r->diag = d;
    r->lines = csv_lines_open(a, source, d);
    return r;
}

/* ---------------------------------------------------------------- series and times */

/* The step that most rows have, if any has a majority (Boyer & Moore's vote). */
static int64_t step_usual(const struct reader *r)
{
    int64_t usual = 0;
    uint32_t votes = 0;
    for (uint32_t i = 1; i < r->count; i++) {
        int64_t step = r->rows[i].at_ns - r->rows[i - 1].at_ns;
        if (votes == 0) usual = step;
        votes = step == usual ? votes + 1 : votes - 1;
    }
    return usual;
}

/* Times written with few decimals (0.333, 0.667) are off by less than this share of a step. */
#define STEP_SLACK 1e-2

static bool steps_judge(struct reader *r, int64_t usual)
{
    bool equal = true;
    double slack = (double)usual * STEP_SLACK;
    for (uint32_t i = 1; i < r->count; i++) {
        int64_t step = r->rows[i].at_ns - r->rows[i - 1].at_ns;
        double off = (double)(step - usual);
        if (off <= slack && off >= -slack) continue;
        r->lines.at.line = r->rows[i].line;
        diag_error(r->diag, r->lines.at, NULL,
                   off > 0 ? "add the missing rows, with 0 where nothing came" : NULL,
                   "%s: %g s after line %u, where other rows are %g s apart",
                   off > 0 ? "a gap" : "too early", ns_to_s(step), r->rows[i - 1].line,
                   ns_to_s(usual));
        equal = false;
    }
    return equal;
}

bool csv_read_series(struct arena *a, const struct csv_source *source, struct diag *d,
                     struct csv_series *out)
{
    struct reader *r = reader_open(a, source, d);
    r->wants_value = r->strict = true;
    if (!rows_read(r)) return false;
    if (r->count < 2) {
        diag_error(d, r->lines.at, NULL, NULL,
                   "has %s: at least two are needed to know how long a step is",
                   r->count ? "one row" : "no rows");
        return false;
    }
    if (!steps_judge(r, step_usual(r))) return false;
    int64_t whole = r->rows[r->count - 1].at_ns - r->rows[0].at_ns;
    *out = (struct csv_series){ r->count, whole / (r->count - 1),
                                arena_alloc(a, r->count * sizeof *out->values) };
    for (uint32_t i = 0; i < r->count; i++)
        out->values[i] = r->rows[i].value;
    return true;
}

bool csv_read_times(struct arena *a, const struct csv_source *source, struct diag *d,
                    struct csv_times *out)
{
    struct reader *r = reader_open(a, source, d);
    if (!rows_read(r)) return false;
    if (r->count == 0) {
        diag_error(d, r->lines.at, NULL, NULL, "has no rows");
        return false;
    }
    int64_t origin = r->form == TIME_DATE ? r->rows[0].at_ns : 0;
    if (r->rows[0].at_ns < origin) {
        r->lines.at.line = r->rows[0].line;
        diag_error(d, r->lines.at, NULL, NULL, "%g s is before the run begins",
                   ns_to_s(r->rows[0].at_ns));
        return false;
    }
    *out = (struct csv_times){ r->count, arena_alloc(a, r->count * sizeof *out->at_ns) };
    for (uint32_t i = 0; i < r->count; i++)
        out->at_ns[i] = r->rows[i].at_ns - origin;
    return true;
}
