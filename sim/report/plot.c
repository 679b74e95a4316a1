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

/* What a plot reads: "latency", or "latency:6" for the six names whose first value goes highest. */
struct view {
    const char *name;
    const char *label, *value; /* its second and fourth column; value NULL: it has none */
    uint32_t most;             /* names; 0: all */
};

static struct view view_of(struct arena *a, struct store *s, const char *said)
{
    const char *colon = strchr(said, ':');
    struct view v = { .name = arena_text_n(a, said, strcspn(said, ":")) };
    if (colon) v.most = (uint32_t)strtoul(colon + 1, NULL, 10);
    struct cursor *c = cursor_open(s, arena_format(a, "SELECT * FROM \"%s\" LIMIT 0", v.name), "");
    v.label = cursor_column_count(c) > 1 ? arena_text(a, cursor_column_name(c, 1)) : "NULL";
    if (cursor_column_count(c) > 3) v.value = arena_text(a, cursor_column_name(c, 3));
    cursor_close(c);
    return v;
}

static const char *view_sql(struct arena *a, const struct view *v)
{
    const char *highest = "";
    if (v->most && v->value)
        highest = arena_format(a,
                               "AND %s IN (SELECT %s FROM \"%s\" WHERE run_id = ?1 GROUP BY 1 "
                               "ORDER BY max(%s) DESC, 1 LIMIT %u)",
                               v->label, v->label, v->name, v->value, v->most);
    return arena_format(a, "SELECT * FROM \"%s\" WHERE run_id = ?1 %s ORDER BY 2, t_s", v->name,
                        highest);
}

static uint32_t name_count(struct arena *a, struct store *s, const struct view *v, uint32_t run)
{
    const char *sql = arena_format(a, "SELECT count(DISTINCT %s) FROM \"%s\" WHERE run_id = ?1",
                                   v->label, v->name);
    struct cursor *c = cursor_open(s, sql, "i", (int64_t)run);
    uint32_t count = cursor_next(c) ? (uint32_t)cursor_integer(c, 0) : 0;
    cursor_close(c);
    return count;
}

/* A block a name, each headed by the name for the key; returns how many. */
static uint32_t add_blocks(struct arena *a, struct store *s, const struct view *v, uint32_t run,
                           struct text *out)
{
    struct cursor *c = cursor_open(s, view_sql(a, v), "i", (int64_t)run);
    uint32_t count = 0;
    const char *name = NULL;
    text_format(out, "$%s << EOD\n", v->name);
    while (cursor_next(c)) {
        if (!name || strcmp(name, cursor_text(c, 1)) != 0) {
            name = arena_text(a, cursor_text(c, 1));
            if (count++) text_add(out, "\n\n");
            for (uint32_t i = 2; i < cursor_column_count(c); i++) {
                if (i > 2) text_add(out, " ");
                add_quoted(out, i == 2 ? name : cursor_column_name(c, i));
            }
            text_add(out, "\n");
        }
        add_cells(c, out);
    }
    cursor_close(c);
    if (!count)
        text_add(out, "\"\"\nNaN NaN NaN NaN\n"); /* an empty block is an error to gnuplot */
    text_format(out, "EOD\n%s_count = %u\n%s_more = %u\n", v->name, count, v->name,
                name_count(a, s, v, run) - count);
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
         said = strtok_r(NULL, " ", &rest)) {
        if (said[strspn(said, "abcdefghijklmnopqrstuvwxyz_:0123456789")] != '\0') continue;
        struct view v = view_of(a, s, said);
        count += add_blocks(a, s, &v, run, out);
    }
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
