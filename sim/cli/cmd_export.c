/* cmd_export.c - orrery export: kept results for other programs, as CSV (RFC 4180) or JSON. */
#include "base/arena.h"
#include "cli/cli.h"
#include "report/report.h"
#include "store/store.h"

#include <inttypes.h>
#include <string.h>

struct export_values {
    const char *table, *out;
    bool force;
};

static const char *const table_names[] = { "figures",   "samples",      "events",
                                           "decisions", "expectations", NULL };

/* In the order of table_names. */
static const char *const queries[] = {
    "SELECT experiment_id, replication, section, object, metric, unit, value FROM figures "
    "ORDER BY experiment_id, replication, number",
    "SELECT experiment_id, replication, section, object, metric, unit, t_s, value FROM samples "
    "JOIN run ON run.id = samples.run_id ORDER BY run_id, section, object, metric, t_s",
    "SELECT experiment_id, replication, seq, t_s, kind, object, cause_seq, text FROM timeline "
    "JOIN run ON run.id = timeline.run_id ORDER BY run_id, seq",
    "SELECT experiment_id, replication, number, at_ns / 1e9 AS t_s, controller, object, text "
    "FROM decision JOIN run ON run.id = decision.run_id ORDER BY run_id, number",
    "SELECT experiment_id, number, name, pass, observed, ci95_low, ci95_high, unit, target, file, "
    "line FROM expectation ORDER BY experiment_id, number",
};

static const struct option export_options[] = {
    { "table", 0, OPTION_CHOICE, offsetof(struct export_values, table), "NAME",
      .choices = table_names,
      .doc = "Of csv: figures (the default), samples, events, decisions, expectations" },
    { "out", 'o', OPTION_TEXT, offsetof(struct export_values, out), "FILE",
      .doc = "Where to, instead of standard output" },
    { "force", 0, OPTION_FLAG, offsetof(struct export_values, force),
      .doc = "Overwrite an existing file" },
    OPTIONS_END
};

static void add_quoted(struct text *out, const char *s)
{
    if (!s[strcspn(s, ",\"\r\n")]) {
        text_add(out, s);
        return;
    }
    text_add(out, "\"");
    for (; *s; s++)
        text_format(out, *s == '"' ? "\"%c" : "%c", *s);
    text_add(out, "\"");
}

static void add_value(struct text *out, const struct cursor *c, uint32_t column)
{
    char buf[40];
    if (cursor_is_null(c, column)) return;
    if (cursor_is_text(c, column))
        add_quoted(out, cursor_text(c, column));
    else if (cursor_is_integer(c, column))
        text_format(out, "%" PRId64, cursor_integer(c, column));
    else
        text_add(out, text_double(cursor_double(c, column), buf));
}

static void add_csv(struct store *s, const char *table, struct text *out)
{
    uint32_t which = 0;
    while (table && strcmp(table_names[which], table) != 0)
        which++;
    struct cursor *c = cursor_open(s, queries[which], "");
    uint32_t columns = cursor_column_count(c);
    for (uint32_t i = 0; i < columns; i++)
        text_format(out, "%s%s", cursor_column_name(c, i), i + 1 < columns ? "," : "\r\n");
    while (cursor_next(c))
        for (uint32_t i = 0; i < columns; i++) {
            add_value(out, c, i);
            text_add(out, i + 1 < columns ? "," : "\r\n");
        }
    cursor_close(c);
}

static void add_json(struct cli *cli, struct store *s, struct text *out)
{
    uint32_t count = result_count(s);
    text_add(out, "{\"schema\": \"orrery.runs\", \"version\": 1, \"runs\": [\n");
    for (uint32_t id = 1; id <= count; id++) {
        const struct result *r = result_read(cli->arena, s, id);
        if (!r) return;
        if (id > 1) text_add(out, ",\n");
        report_json(r, out);
    }
    text_add(out, "\n]}\n");
}

static int export_run(struct cli *cli, const void *values)
{
    const struct export_values *v = values;
    const char *format = cli->operands[1];
    bool csv = strcmp(format, "csv") == 0;
    char error[OUTPUT_ERROR_BYTES];
    if (!csv && strcmp(format, "json") != 0)
        return cli_fail(cli, EXIT_USAGE, "unknown format '%s'; there are csv and json", format);
    if (!csv && v->table) return cli_fail(cli, EXIT_USAGE, "--table is of csv");
    if (cli_spare_input(cli, 0, v->out) != EXIT_OK) return EXIT_USAGE;
    struct store *s = store_open(cli->arena, cli->operands[0], error);
    if (!s) return cli_fail(cli, EXIT_USAGE, "%s", error);
    struct text out = { 0 };
    if (csv)
        add_csv(s, v->table, &out);
    else
        add_json(cli, s, &out);
    int code = store_failure(s) ? cli_fail(cli, EXIT_INTERNAL, "%s", store_failure(s))
                                : cli_write(cli, v->out, v->force, &out);
    text_close(&out);
    store_close(s);
    return code;
}

extern const struct command command_export;
const struct command command_export = {
    .name = "export",
    .operands = "FILE.db csv|json",
    .operand_min = 2,
    .operand_max = 2,
    .doc = "Kept results for other programs",
    .options = export_options,
    .values_size = sizeof(struct export_values),
    .run = export_run,
};
