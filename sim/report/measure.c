/* measure.c - the values of a metric, replication by replication.
 *
 * A name is section.object.metric; what belongs to no object (cost.total) has no middle. A star in
 * a pattern stands for any text without a dot, and all that matches is added up. */
#include "report/measure.h"

#include "base/arena.h"
#include "orrery/time.h"
#include "store/result.h"
#include "store/store.h"

#include <string.h>

/* On a mismatch the last star takes one character more; earlier ones never need to. */
static bool matches(const char *pattern, const char *name)
{
    const char *star = NULL, *taken = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            taken = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else {
            if (!star || *taken == '.') return false;
            name = ++taken;
            pattern = star + 1;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

struct metric metric_read(struct arena *a, const char *said)
{
    static const char minutes[] = "minutes(";
    struct metric m = { .label = said, .pattern = said };
    const char *sign = strchr(said, '=');
    if (sign) {
        m.label = arena_text_n(a, said, (size_t)(sign - said));
        m.pattern = sign + 1;
    }
    size_t length = strlen(m.pattern), lead = sizeof minutes - 1;
    m.minutes =
        length > lead && strncmp(m.pattern, minutes, lead) == 0 && m.pattern[length - 1] == ')';
    if (m.minutes) m.pattern = arena_text_n(a, m.pattern + lead, length - lead - 1);
    return m;
}

static const char *name_of(struct arena *a, const struct cursor *c, uint32_t first)
{
    const char *section = cursor_text(c, first), *object = cursor_text(c, first + 1);
    const char *metric = cursor_text(c, first + 2);
    return *object ? arena_format(a, "%s.%s.%s", section, object, metric)
                   : arena_format(a, "%s.%s", section, metric);
}

static struct measure measure_open(struct arena *a, struct store *s, uint32_t experiment)
{
    struct cursor *c = cursor_open(s, "SELECT count(*) FROM run WHERE experiment_id = ?", "i",
                                   (int64_t)experiment);
    struct measure m = { .unit = "1" };
    if (cursor_next(c)) m.count = (uint32_t)cursor_integer(c, 0);
    cursor_close(c);
    m.values = arena_alloc(a, m.count * sizeof *m.values);
    m.has = arena_alloc(a, m.count * sizeof *m.has);
    return m;
}

/* A pattern without a star is a name, and looked for by SQLite: compare asks for every figure in
 * turn, and took three times as long looking at every row here. */
static void add_figures(struct arena *a, struct store *s, uint32_t experiment, const char *pattern,
                        struct measure *m)
{
    struct cursor *c = cursor_open(
        s,
        "SELECT place, section, object, metric, unit, value FROM summary JOIN (SELECT id, "
        "dense_rank() OVER (ORDER BY replication) AS place FROM run WHERE experiment_id = ?) "
        "ON id = run_id WHERE ? OR section || '.' || object || iif(object = '', '', '.') || "
        "metric = ? ORDER BY place, number",
        "iit", (int64_t)experiment, (int64_t)(strchr(pattern, '*') != NULL), pattern);
    while (cursor_next(c)) {
        uint32_t index = (uint32_t)cursor_integer(c, 0) - 1;
        if (index >= m->count || !matches(pattern, name_of(a, c, 1))) continue;
        if (!m->found) m->unit = arena_text(a, cursor_text(c, 4));
        m->found = m->has[index] = true;
        m->values[index] += cursor_double(c, 5);
    }
    cursor_close(c);
}

static int64_t ask_integer(struct store *s, const char *sql, int64_t id)
{
    struct cursor *c = cursor_open(s, sql, "i", id);
    int64_t answer = cursor_next(c) ? cursor_integer(c, 0) : 0;
    cursor_close(c);
    return answer;
}

static void mark_series(struct store *s, int64_t run, int64_t series, int64_t window_ns,
                        int64_t warmup_ns, bool *above)
{
    struct cursor *c = cursor_open(s,
                                   "SELECT at_ns FROM sample WHERE run_id = ? AND series = ? "
                                   "AND value > 0 AND at_ns > ?",
                                   "iii", run, series, warmup_ns);
    while (cursor_next(c))
        above[cursor_integer(c, 0) / window_ns] = true;
    cursor_close(c);
}

/* A point of a series stands for the window before it. Windows are counted once, however many
 * objects were above 0 in them. False: no series has this name. */
static bool minutes_above(struct arena *a, struct store *s, int64_t run, int64_t warmup_ns,
                          const char *pattern, double *minutes)
{
    int64_t window_ns = ask_integer(s, "SELECT min(at_ns) FROM sample WHERE run_id = ?", run);
    int64_t end_ns = ask_integer(s, "SELECT max(at_ns) FROM sample WHERE run_id = ?", run);
    if (window_ns <= 0) return false;
    int64_t window_count = end_ns / window_ns + 1;
    bool *above = arena_alloc(a, (size_t)window_count * sizeof *above), found = false;
    struct cursor *c = cursor_open(
        s, "SELECT number, section, object, metric FROM series WHERE run_id = ?", "i", run);
    while (cursor_next(c)) {
        if (!matches(pattern, name_of(a, c, 1))) continue;
        mark_series(s, run, cursor_integer(c, 0), window_ns, warmup_ns, above);
        found = true;
    }
    cursor_close(c);
    for (int64_t i = 0; i < window_count; i++)
        *minutes += above[i] ? (double)window_ns / (double)NS_PER_MIN : 0;
    return found;
}

static void add_minutes(struct arena *a, struct store *s, uint32_t experiment, const char *pattern,
                        struct measure *m)
{
    int64_t warmup_ns =
        ask_integer(s, "SELECT warmup_ns FROM experiment WHERE id = ?", (int64_t)experiment);
    struct cursor *c =
        cursor_open(s, "SELECT id FROM run WHERE experiment_id = ? ORDER BY replication", "i",
                    (int64_t)experiment);
    for (uint32_t i = 0; cursor_next(c) && i < m->count; i++)
        m->found |= minutes_above(a, s, cursor_integer(c, 0), warmup_ns, pattern, &m->values[i]);
    cursor_close(c);
    m->unit = "min";
}

bool metric_is_count(const struct metric *m)
{
    return m->minutes || result_is_map_key(m->pattern);
}

struct measure measure_metric(struct arena *a, struct store *s, uint32_t experiment,
                              const struct metric *metric)
{
    struct measure m = measure_open(a, s, experiment);
    struct arena *scratch = arena_open(); /* a name a row would fill the caller's */
    struct measure into = m;
    (metric->minutes ? add_minutes : add_figures)(scratch, s, experiment, metric->pattern, &into);
    into.unit = arena_text(a, into.unit);
    arena_close(scratch);
    return into;
}
