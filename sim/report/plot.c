/* plot.c - from a view to a picture: data blocks, a few variables, style.gp, NAME.gp.
 *
 * Names and texts in results may hold anything; gnuplot sees them only as quoted strings of
 * harmless characters inside data blocks, never as script. */
#include "report/plot.h"

#include "base/arena.h"
#include "base/text.h"
#include "orrery/time.h"
#include "report/gnuplot.h"
#include "report/share.h"
#include "store/result.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What could end a string, a block or start a substitution becomes a space. */
static void add_quoted(struct text *out, const char *s)
{
    text_add(out, "\"");
    for (; *s; s++)
        text_format(out, "%c", (unsigned char)*s < 0x20 || strchr("\"\\`$@{}\x7f", *s) ? ' ' : *s);
    text_add(out, "\"");
}

static void add_cells(const struct cursor *c, struct text *out)
{
    char buf[40];
    for (uint32_t i = 2; i < cursor_column_count(c); i++) {
        if (i > 2) text_add(out, " ");
        if (cursor_is_null(c, i))
            text_add(out, "NaN");
        else if (cursor_is_text(c, i))
            add_quoted(out, cursor_text(c, i));
        else
            text_add(out, text_double(cursor_double(c, i), buf));
    }
    text_add(out, "\n");
}

/* One name's rows, headed by the name for the key. */
struct line {
    struct text rows;
    double highest; /* of the first value */
    bool drawn;
};

struct lines {
    struct arena *arena;
    struct line *items;
    uint32_t count;
};

static struct line *line_begin(struct lines *l, const struct cursor *c)
{
    size_t size = sizeof *l->items;
    l->items = arena_grow(l->arena, l->items, l->count * size, (l->count + 1) * size);
    struct line *x = &l->items[l->count++];
    x->highest = -INFINITY;
    add_quoted(&x->rows, cursor_text(c, 1));
    for (uint32_t i = 3; i < cursor_column_count(c); i++) {
        text_add(&x->rows, " ");
        add_quoted(&x->rows, cursor_column_name(c, i));
    }
    text_add(&x->rows, "\n");
    return x;
}

/* A view says its rows by name and time. */
static struct lines lines_read(struct arena *a, struct store *s, const char *view, uint32_t run)
{
    const char *sql = arena_format(a, "SELECT * FROM \"%s\" WHERE run_id = ? ORDER BY 2, t_s", view);
    struct cursor *c = cursor_open(s, sql, "i", (int64_t)run);
    struct lines l = { .arena = a };
    struct line *x = NULL;
    const char *name = NULL;
    while (cursor_next(c)) {
        if (!name || strcmp(name, cursor_text(c, 1)) != 0) {
            name = arena_text(a, cursor_text(c, 1));
            x = line_begin(&l, c);
        }
        add_cells(c, &x->rows);
        if (cursor_column_count(c) > 3 && cursor_double(c, 3) > x->highest)
            x->highest = cursor_double(c, 3);
    }
    cursor_close(c);
    return l;
}

/* Marks those that go highest, the first of equals; 0: all. Returns how many. */
static uint32_t lines_choose(struct lines *l, uint32_t most)
{
    uint32_t chosen = 0;
    for (; chosen < l->count && (!most || chosen < most); chosen++) {
        struct line *best = NULL;
        for (uint32_t i = 0; i < l->count; i++)
            if (!l->items[i].drawn && (!best || l->items[i].highest > best->highest))
                best = &l->items[i];
        best->drawn = true;
    }
    return chosen;
}

/* A block a line; returns how many. "latency:6": at most six. */
static uint32_t add_blocks(struct arena *a, struct store *s, const char *said, uint32_t run,
                           struct text *out)
{
    const char *view = arena_text_n(a, said, strcspn(said, ":")), *colon = strchr(said, ':');
    struct lines l = lines_read(a, s, view, run);
    uint32_t count = lines_choose(&l, colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0);
    text_format(out, "$%s << EOD\n", view);
    const char *gap = "";
    for (uint32_t i = 0; i < l.count; i++) {
        struct line *x = &l.items[i];
        if (x->drawn) {
            text_add(out, gap);
            text_add_n(out, text_data(&x->rows), x->rows.length);
            gap = "\n\n";
        }
        text_close(&x->rows);
    }
    if (!count)
        text_add(out, "\"\"\nNaN NaN NaN NaN\n"); /* an empty block is an error to gnuplot */
    text_format(out, "EOD\n%s_count = %u\n%s_more = %u\n", view, count, view, l.count - count);
    return count;
}

/* "# view: latency:6 events" -> every view's data; 0 when all of them are empty. */
static uint32_t add_data(struct arena *a, struct store *s, const char *gp, uint32_t run,
                         struct text *out)
{
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(gp, "\n"), gp);
    uint32_t count = 0;
    const char *intro = "# view:";
    if (strncmp(line, intro, strlen(intro)) != 0) return 0;
    char *rest = NULL;
    for (char *said = strtok_r(line + strlen(intro), " ", &rest); said;
         said = strtok_r(NULL, " ", &rest))
        if (said[strspn(said, "abcdefghijklmnopqrstuvwxyz_:0123456789")] == '\0')
            count += add_blocks(a, s, said, run, out);
    return count;
}

/* Long runs are read in minutes or hours. */
static void add_time_axis(const struct result *r, struct text *out)
{
    double end_s = ns_to_s(r->simulated_ns);
    double scale = end_s >= 4 * 3600 ? 3600 : end_s >= 600 ? 60 : 1;
    const char *unit = scale == 3600 ? "h" : scale == 60 ? "min" : "s";
    char number[40];
    text_format(out, "time_scale = %s.0\ntime_label = 'time (%s)'\n",
                scale == 3600 ? "3600"
                : scale == 60 ? "60"
                              : "1",
                unit);
    text_format(out, "end = %s + 0.0\n", text_double(end_s / scale, number));
    text_format(out, "warmup = %s + 0.0\n", text_double(ns_to_s(r->warmup_ns) / scale, number));
}

#define TERMINAL_SVG                                                                               \
    "set terminal svg size 960,540 dynamic noenhanced font 'sans-serif,14' linewidth 1.2 "         \
    "background rgb 'white'\n"
#define TERMINAL_PNG                                                                               \
    "set terminal pngcairo size 1440,810 noenhanced font 'sans-serif,16' linewidth 1.5 "           \
    "background rgb 'white'\n"

static const char *terminal_of(const char *path)
{
    if (text_has_ending(path, ".svg")) return TERMINAL_SVG;
    return text_has_ending(path, ".png") ? TERMINAL_PNG : NULL;
}

static void add_target(const char *path, struct text *out)
{
    text_add(out, "set output '");
    for (const char *c = path; *c; c++)
        text_format(out, *c == '\'' ? "'%c" : "%c", *c); /* '' is a quote inside quotes */
    text_add(out, "'\n");
}

static enum plot_status refuse(enum plot_status status, char *error, const char *format,
                               const char *what)
{
    snprintf(error, OUTPUT_ERROR_BYTES, format, what);
    return status;
}

static enum plot_status no_such_plot(struct arena *a, const char *name, char *error)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t count = plot_names(a, names, docs);
    const char *near = text_nearest(name, names, count);
    struct text known = { 0 };
    for (uint32_t i = 0; i < count; i++)
        text_format(&known, "%s%s", i ? ", " : "", names[i]);
    if (!count)
        snprintf(error, OUTPUT_ERROR_BYTES, "the folder plots is missing: reinstall orrery");
    else if (near)
        snprintf(error, OUTPUT_ERROR_BYTES, "there is no plot '%s'; did you mean '%s'?", name,
                 near);
    else
        snprintf(error, OUTPUT_ERROR_BYTES, "there is no plot '%s'; there are: %s", name,
                 text_data(&known));
    text_close(&known);
    return count ? PLOT_USAGE : PLOT_FAILED;
}

/* What a plot is made from. */
struct drawing {
    struct arena *arena;
    struct store *store;
    const char *name, *gp, *style;
    const struct result *result;
};

static enum plot_status drawing_open(struct drawing *d, struct arena *a, struct store *s,
                                     const char *name, uint32_t experiment, char *error)
{
    bool named = name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
    *d = (struct drawing){ .arena = a, .store = s, .name = name };
    if (named && strcmp(name, "style") != 0)
        d->gp = share_read(a, arena_format(a, "plots/%s.gp", name));
    if (!d->gp) return no_such_plot(a, name, error);
    d->style = share_read(a, "plots/style.gp");
    if (!d->style)
        return refuse(PLOT_FAILED, error, "plots/%s is missing: reinstall orrery", "style.gp");
    d->result = result_read(a, s, experiment);
    if (store_failure(s)) return refuse(PLOT_FAILED, error, "%s", store_failure(s));
    if (!d->result || !d->result->finished)
        return refuse(PLOT_EMPTY, error, "the file holds no finished run%s", "");
    return PLOT_OK;
}

/* path NULL: to gnuplot's standard output. */
static enum plot_status add_script(const struct drawing *d, const char *terminal, const char *path,
                                   struct text *script, char *error)
{
    text_add(script, "set encoding utf8\n");
    text_add(script, terminal);
    if (path) add_target(path, script);
    uint32_t blocks = add_data(d->arena, d->store, d->gp, d->result->first_run, script);
    if (store_failure(d->store)) return refuse(PLOT_FAILED, error, "%s", store_failure(d->store));
    if (!blocks)
        return refuse(PLOT_EMPTY, error, "these results hold nothing for the plot '%s'", d->name);
    add_time_axis(d->result, script);
    text_add(script, "scenario = ");
    add_quoted(script, d->result->title);
    text_format(script, "\n%s\n%s\nunset output\n", d->style, d->gp);
    return PLOT_OK;
}

static enum plot_status draw(const struct drawing *d, const struct plot_options *o, char *error)
{
    const char *terminal = terminal_of(o->path);
    if (!terminal)
        return refuse(PLOT_USAGE, error, "%s: a plot's file ends in .svg or .png", o->path);
    struct output out;
    enum output_status opened = output_open(&out, d->arena, o->path, o->force, error);
    if (opened != OUTPUT_OK) return opened == OUTPUT_EXISTS ? PLOT_USAGE : PLOT_FAILED;
    struct text script = { 0 };
    enum plot_status status = add_script(d, terminal, out.part, &script, error);
    if (status == PLOT_OK && !gnuplot_run(&script, NULL, error)) status = PLOT_FAILED;
    text_close(&script);
    if (status != PLOT_OK)
        output_abandon(&out);
    else if (output_commit(&out, error) != OUTPUT_OK)
        status = PLOT_FAILED;
    return status;
}

enum plot_status plot_draw(struct store *s, const struct plot_options *o, char *error)
{
    struct arena *a = arena_open();
    struct drawing d;
    enum plot_status status = drawing_open(&d, a, s, o->name, o->experiment, error);
    if (status == PLOT_OK) status = draw(&d, o, error);
    arena_close(a);
    return status;
}

enum plot_status plot_svg(struct store *s, const char *name, uint32_t experiment, struct text *svg,
                          char *error)
{
    struct arena *a = arena_open();
    struct drawing d;
    struct text script = { 0 };
    enum plot_status status = drawing_open(&d, a, s, name, experiment, error);
    if (status == PLOT_OK) status = add_script(&d, TERMINAL_SVG, NULL, &script, error);
    if (status == PLOT_OK && !gnuplot_run(&script, svg, error)) status = PLOT_FAILED;
    text_close(&script);
    arena_close(a);
    return status;
}

bool plot_possible(struct arena *a, char *error)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    char version[100];
    if (!plot_names(a, names, docs))
        snprintf(error, OUTPUT_ERROR_BYTES, "the folder plots is missing: reinstall orrery");
    else if (!gnuplot_version(version))
        snprintf(error, OUTPUT_ERROR_BYTES,
                 "gnuplot cannot be started; plots need it (Debian package gnuplot-nox)");
    else
        return true;
    return false;
}

static void insert_sorted(const char *names[], uint32_t count, const char *name)
{
    uint32_t at = count;
    for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
        names[at] = names[at - 1];
    names[at] = name;
}

uint32_t plot_names(struct arena *a, const char *names[PLOT_NAMES_MAX],
                    const char *docs[PLOT_NAMES_MAX])
{
    uint32_t count = 0;
    const char *folder = share_find(a, "plots");
    DIR *d = folder ? opendir(folder) : NULL;
    for (struct dirent *e; d && count < PLOT_NAMES_MAX && (e = readdir(d));) {
        size_t length = strlen(e->d_name);
        if (length < 4 || strcmp(e->d_name + length - 3, ".gp") != 0) continue;
        if (strcmp(e->d_name, "style.gp") == 0) continue;
        insert_sorted(names, count++, arena_text_n(a, e->d_name, length - 3));
    }
    if (d) closedir(d);
    for (uint32_t i = 0; i < count; i++) {
        const char *gp = share_read(a, arena_format(a, "plots/%s.gp", names[i]));
        const char *second = gp ? strchr(gp, '\n') : NULL;
        second = second && strncmp(second, "\n# ", 3) == 0 ? second + 3 : "";
        docs[i] = arena_text_n(a, second, strcspn(second, "\n"));
    }
    return count;
}
