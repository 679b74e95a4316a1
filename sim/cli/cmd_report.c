/* cmd_report.c - orrery report: the report of a kept result, as the run would have shown it. */
#include "base/arena.h"
#include "cli/cli.h"
#include "report/report.h"
#include "store/store.h"

struct report_values {
    bool json, markdown, html, force;
    const char *out;
};

static const struct option report_options_table[] = {
    { "json", 0, OPTION_FLAG, offsetof(struct report_values, json),
      .doc = "The object of orrery run --json" },
    { "markdown", 0, OPTION_FLAG, offsetof(struct report_values, markdown),
      .doc = "Tables for a README or a pull request" },
    { "html", 0, OPTION_FLAG, offsetof(struct report_values, html),
      .doc = "One page with all plots, which needs no other file and no network" },
    { "out", 'o', OPTION_TEXT, offsetof(struct report_values, out), "FILE",
      .doc = "Where to, instead of standard output; .json, .md and .html say what as well" },
    { "force", 0, OPTION_FLAG, offsetof(struct report_values, force),
      .doc = "Overwrite an existing file" },
    OPTIONS_END
};

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML };

/* An option, or else the ending of the file's name, says what it is to be. */
static enum format format_of(const struct report_values *v)
{
    if (v->json) return FORMAT_JSON;
    if (v->markdown) return FORMAT_MARKDOWN;
    if (v->html) return FORMAT_HTML;
    const char *out = v->out ? v->out : "";
    if (text_has_ending(out, ".json")) return FORMAT_JSON;
    if (text_has_ending(out, ".md")) return FORMAT_MARKDOWN;
    return text_has_ending(out, ".html") ? FORMAT_HTML : FORMAT_TABLE;
}

static void add_json(struct cli *cli, struct store *s, uint32_t count, struct text *out)
{
    if (count != 1) text_add(out, "{\"schema\": \"orrery.runs\", \"version\": 1, \"runs\": [\n");
    for (uint32_t id = 1; id <= count; id++) {
        const struct result *r = result_read(cli->arena, s, id);
        if (!r) return;
        if (id > 1) text_add(out, ",\n");
        report_json(r, out);
    }
    text_add(out, count != 1 ? "\n]}\n" : "\n");
}

static void add_tables(struct cli *cli, struct store *s, uint32_t count, bool markdown, bool color,
                       struct text *out)
{
    struct report_options o = { .color = color, .file = cli->operands[0] };
    for (uint32_t id = 1; id <= count; id++) {
        const struct result *r = result_read(cli->arena, s, id);
        if (!r) return;
        if (id > 1) text_add(out, "\n\n");
        if (markdown)
            report_markdown(r, out);
        else
            report_table(r, &o, out);
    }
}

static int report_run(struct cli *cli, const void *values)
{
    const struct report_values *v = values;
    char error[OUTPUT_ERROR_BYTES];
    if (v->json + v->markdown + v->html > 1)
        return cli_fail(cli, EXIT_USAGE, "choose one of --json, --markdown and --html");
    if (cli_spare_input(cli, 0, v->out) != EXIT_OK) return EXIT_USAGE;
    struct store *s = store_open(cli->arena, cli->operands[0], error);
    if (!s) return cli_fail(cli, EXIT_USAGE, "%s", error);
    const char *failure = NULL;
    struct text out = { 0 };
    uint32_t count = result_count(s);
    enum format format = format_of(v);
    if (format == FORMAT_JSON)
        add_json(cli, s, count, &out);
    else if (format != FORMAT_HTML)
        add_tables(cli, s, count, format == FORMAT_MARKDOWN, cli->color && !v->out, &out);
    else if (!report_html(s, &out, error))
        failure = error;
    if (!failure) failure = store_failure(s);
    int code = failure ? cli_fail(cli, EXIT_INTERNAL, "%s", failure)
                       : cli_write(cli, v->out, v->force, &out);
    text_close(&out);
    store_close(s);
    return code;
}

extern const struct command command_report;
const struct command command_report = {
    .name = "report",
    .operands = "FILE.db",
    .operand_min = 1,
    .operand_max = 1,
    .doc = "Show a kept result again",
    .options = report_options_table,
    .values_size = sizeof(struct report_values),
    .run = report_run,
};
