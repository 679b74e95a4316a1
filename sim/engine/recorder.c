/* recorder.c - what a run tells about itself, kept as rows.
 *
 * A figure is recorded once; a series grows in time order; an event's cause is an earlier
 * event. A value that is no finite number (a mean of nothing) is left out, so that readers
 * see "absent" and never an invented zero. Every row kind has a limit with a name. */
#include "engine/recorder.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/map.h"
#include "engine/trace.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* About 300 windows a run: the first block holds them, so windows allocate once a series. */
#define SERIES_POINTS_FIRST 512
#define ROWS_FIRST 64

struct rows {
    void *items;
    uint32_t count, capacity;
};

struct recorder {
    struct arena *arena;
    struct trace trace;
    struct text key; /* scratch */
    struct map_text *words, *figure_keys, *series_keys;
    struct rows figures, series, spreads, events, decisions;
    uint64_t point_count;
    bool skips_series;
    struct recorder_dropped dropped;
};

static void *rows_add(struct recorder *r, struct rows *rows, size_t size)
{
    if (rows->count == rows->capacity) {
        uint32_t wanted = rows->capacity ? 2 * rows->capacity : ROWS_FIRST;
        rows->items = arena_grow(r->arena, rows->items, rows->capacity * size, wanted * size);
        rows->capacity = wanted;
    }
    return (char *)rows->items + size * rows->count++;
}

/* One copy of every word: names repeat in thousands of rows. */
static const char *word(struct recorder *r, const char *s)
{
    uint32_t index = map_get(r->words, s);
    if (index == MAP_NONE) {
        index = map_count(r->words);
        map_put(r->words, s, index);
    }
    return map_key(r->words, index);
}

static const char *row_key(struct recorder *r, const char *section, const char *object,
                           const char *metric)
{
    const char *parts[] = { section, object, metric };
    r->key.length = 0;
    for (uint32_t i = 0; i < 3; i++) {
        text_add_n(&r->key, parts[i], strlen(parts[i]));
        text_add_n(&r->key, "\x1f", 1);
    }
    return text_data(&r->key);
}

static void close_recorder_text(void *recorder)
{
    struct recorder *r = recorder;
    text_close(&r->key);
    text_close(&r->trace.pending);
}

struct recorder *recorder_open(struct arena *a, FILE *trace_out)
{
    struct recorder *r = arena_alloc(a, sizeof *r);
    r->arena = a;
    r->trace.out = trace_out;
    r->words = map_open(a);
    r->figure_keys = map_open(a);
    r->series_keys = map_open(a);
    arena_defer(a, close_recorder_text, r);
    return r;
}

void recorder_skip_series(struct recorder *r)
{
    r->skips_series = true;
}

bool recorder_close(struct recorder *r)
{
    return trace_flush(&r->trace);
}

void recorder_value(struct recorder *r, const char *section, const char *object, const char *metric,
                    const char *unit, double value)
{
    if (!isfinite(value)) return;
    if (r->figures.count == RECORDER_FIGURES_MAX) {
        r->dropped.figures++;
        return;
    }
    const char *key = row_key(r, section, object, metric);
    check(map_get(r->figure_keys, key) == MAP_NONE); /* two rooms claim one figure */
    map_put(r->figure_keys, key, r->figures.count);
    struct figure *f = rows_add(r, &r->figures, sizeof *f);
    *f = (struct figure){ word(r, section), word(r, object), word(r, metric), word(r, unit),
                          value + 0.0 /* -0 is 0 to a reader */ };
}

static void spread_copy(struct recorder *r, struct spread *s, const struct histogram *h)
{
    s->count = h->count;
    s->sum = h->sum;
    s->sum_squares = h->sum_squares;
    s->min = h->min;
    s->max = h->max;
    s->bucket_low = h->bucket_low;
    s->bucket_count = h->bucket_high - h->bucket_low + 1;
    uint64_t *counts = arena_alloc(r->arena, s->bucket_count * sizeof *counts);
    memcpy(counts, h->buckets + h->bucket_low, s->bucket_count * sizeof *counts);
    s->counts = counts;
}

void recorder_histogram(struct recorder *r, const char *section, const char *object,
                        const char *metric, const struct histogram *h)
{
    if (h->count == 0) return;
    struct spread *s = rows_add(r, &r->spreads, sizeof *s);
    *s = (struct spread){ .section = word(r, section),
                          .object = word(r, object),
                          .metric = word(r, metric) };
    spread_copy(r, s, h);
    size_t length = strlen(metric);
    bool ms = length > 3 && strcmp(metric + length - 3, "_ms") == 0;
    double scale = ms ? 1e6 : 1;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        { "mean", histogram_mean(h) },
        { "stddev", histogram_stddev(h) },
        { "p50", histogram_quantile(h, 0.5) },
        { "p90", histogram_quantile(h, 0.9) },
        { "p95", histogram_quantile(h, 0.95) },
        { "p99", histogram_quantile(h, 0.99) },
        { "p999", histogram_quantile(h, 0.999) },
        { "max", (double)h->max },
    };
    for (uint32_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char name[128];
        int written = snprintf(name, sizeof name, "%s.%s", metric, figures[i].name);
        check(written < (int)sizeof name);
        recorder_value(r, section, object, name, ms ? "ms" : "1", figures[i].value / scale);
    }
}

static struct series *series_find(struct recorder *r, const char *section, const char *object,
                                  const char *metric, const char *unit)
{
    const char *key = row_key(r, section, object, metric);
    uint32_t index = map_get(r->series_keys, key);
    if (index != MAP_NONE) return (struct series *)r->series.items + index;
    map_put(r->series_keys, key, r->series.count);
    struct series *s = rows_add(r, &r->series, sizeof *s);
    *s = (struct series){ .section = word(r, section),
                          .object = word(r, object),
                          .metric = word(r, metric),
                          .unit = word(r, unit) };
    return s;
}

void recorder_sample(struct recorder *r, const char *section, const char *object,
                     const char *metric, const char *unit, int64_t now_ns, double value)
{
    if (!isfinite(value) || r->skips_series) return;
    struct series *s = series_find(r, section, object, metric, unit);
    struct point *last = s->count ? &s->points[s->count - 1] : NULL;
    check(!last || last->at_ns <= now_ns);
    if (last && last->at_ns == now_ns) { /* a window that ends with the run: one point an instant */
        last->value = value + 0.0;
        return;
    }
    if (r->point_count == RECORDER_POINTS_MAX) {
        r->dropped.points++;
        return;
    }
    if (s->count == s->capacity) {
        uint32_t wanted = s->capacity ? 2 * s->capacity : SERIES_POINTS_FIRST;
        s->points = arena_grow(r->arena, s->points, s->capacity * sizeof *s->points,
                               wanted * sizeof *s->points);
        s->capacity = wanted;
    }
    s->points[s->count++] = (struct point){ now_ns, value + 0.0 };
    r->point_count++;
}

/* Formats into buf (RECORDER_TEXT_MAX + 4 bytes), never splitting a UTF-8 character. */
static void limited_text(char *buf, const char *format, va_list arguments)
{
    int wanted = vsnprintf(buf, RECORDER_TEXT_MAX + 1, format, arguments);
    check(wanted >= 0);
    if (wanted <= RECORDER_TEXT_MAX) return;
    size_t end = RECORDER_TEXT_MAX;
    while (end > 0 && ((unsigned char)buf[end - 1] & 0xc0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)buf[end - 1] >= 0xc0) end--;
    memcpy(buf + end, "...", 4);
}

static void trace_about(struct recorder *r, int64_t now_ns, const char *kind, const char *object,
                        const char *detail)
{
    if (!r->trace.out) return;
    char line[RECORDER_TEXT_MAX + 300];
    snprintf(line, sizeof line, "%s%s%s", object, *object && *detail ? ": " : "", detail);
    trace_line(&r->trace, now_ns, kind, line);
}

uint32_t recorder_event(struct recorder *r, int64_t now_ns, const char *kind, const char *object,
                        uint32_t cause, const char *format, ...)
{
    check(cause <= r->events.count);
    char detail[RECORDER_TEXT_MAX + 4];
    va_list arguments;
    va_start(arguments, format);
    limited_text(detail, format, arguments);
    va_end(arguments);
    trace_about(r, now_ns, kind, object, detail);
    if (r->events.count == RECORDER_EVENTS_MAX) {
        r->dropped.events++;
        return 0; /* it has no number, so nothing can name it as a cause */
    }
    struct entry *e = rows_add(r, &r->events, sizeof *e);
    *e = (struct entry){ now_ns, cause, word(r, kind), word(r, object),
                         arena_text(r->arena, detail) };
    return r->events.count;
}

void recorder_decision(struct recorder *r, int64_t now_ns, const char *controller,
                       const char *object, const char *format, ...)
{
    char detail[RECORDER_TEXT_MAX + 4];
    va_list arguments;
    va_start(arguments, format);
    limited_text(detail, format, arguments);
    va_end(arguments);
    trace_about(r, now_ns, controller, object, detail);
    if (r->decisions.count == RECORDER_DECISIONS_MAX) {
        r->dropped.decisions++;
        return;
    }
    struct decision *d = rows_add(r, &r->decisions, sizeof *d);
    *d = (struct decision){ now_ns, word(r, controller), word(r, object),
                            arena_text(r->arena, detail) };
}

bool recorder_tracing(const struct recorder *r)
{
    return r->trace.out != NULL;
}

void recorder_trace(struct recorder *r, int64_t now_ns, const char *kind, const char *format, ...)
{
    if (!r->trace.out) return;
    char detail[RECORDER_TEXT_MAX + 4];
    va_list arguments;
    va_start(arguments, format);
    limited_text(detail, format, arguments);
    va_end(arguments);
    trace_line(&r->trace, now_ns, kind, detail);
}

uint32_t recorder_figure_count(const struct recorder *r)
{
    return r->figures.count;
}

const struct figure *recorder_figure_at(const struct recorder *r, uint32_t index)
{
    check(index < r->figures.count);
    return (const struct figure *)r->figures.items + index;
}

/* The scratch key is the recorder's one mutable part that reading touches: hence the copy. */
const struct figure *recorder_figure(const struct recorder *r, const char *section,
                                     const char *object, const char *metric)
{
    struct recorder *scratch = (struct recorder *)r;
    uint32_t index = map_get(r->figure_keys, row_key(scratch, section, object, metric));
    return index == MAP_NONE ? NULL : recorder_figure_at(r, index);
}

uint32_t recorder_series_count(const struct recorder *r)
{
    return r->series.count;
}

const struct series *recorder_series_at(const struct recorder *r, uint32_t index)
{
    check(index < r->series.count);
    return (const struct series *)r->series.items + index;
}

uint32_t recorder_spread_count(const struct recorder *r)
{
    return r->spreads.count;
}

const struct spread *recorder_spread_at(const struct recorder *r, uint32_t index)
{
    check(index < r->spreads.count);
    return (const struct spread *)r->spreads.items + index;
}

uint32_t recorder_event_count(const struct recorder *r)
{
    return r->events.count;
}

const struct entry *recorder_event_at(const struct recorder *r, uint32_t index)
{
    check(index < r->events.count);
    return (const struct entry *)r->events.items + index;
}

uint32_t recorder_decision_count(const struct recorder *r)
{
    return r->decisions.count;
}

const struct decision *recorder_decision_at(const struct recorder *r, uint32_t index)
{
    check(index < r->decisions.count);
    return (const struct decision *)r->decisions.items + index;
}

const struct recorder_dropped *recorder_dropped(const struct recorder *r)
{
    return &r->dropped;
}
