/* cmd_plot.c - orrery plot: a view of a result file, drawn by gnuplot. */
#include "base/arena.h"
#include "cli/cli.h"
#include "report/plot.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

struct plot_values {
    const char *out;
    uint32_t experiment;
    bool force, json;
};

static const struct option plot_options[] = {
    { "out", 'o', OPTION_TEXT, offsetof(struct plot_values, out), "FILE",
      .doc = "Where to, .svg or .png; by default FILE-VIEW.svg beside the result file" },
    { "experiment", 0, OPTION_COUNT, offsetof(struct plot_values, experiment), "N", .min = 1,
      .max = 1000000, .doc = "Which scenario of the file, when it holds several; 1 by default" },
    { "force", 0, OPTION_FLAG, offsetof(struct plot_values, force),
      .doc = "Overwrite an existing file" },
    { "json", 0, OPTION_FLAG, offsetof(struct plot_values, json),
      .doc = "Print one JSON object instead of lines" },
    OPTIONS_END
};

static int list_plots(struct cli *cli, bool json)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t count = plot_names(cli->arena, names, docs);
    struct text out = { 0 };
    if (json) text_add(&out, "{\"schema\": \"orrery.plots\", \"version\": 1, \"plots\": [");
    for (uint32_t i = 0; i < count; i++) {
        if (!json) {
            text_format(&out, "%-12s %s\n", names[i], docs[i]);
            continue;
        }
        text_add(&out, i ? ", {\"name\": " : "{\"name\": ");
        text_add_json(&out, names[i]);
        text_add(&out, ", \"doc\": ");
        text_add_json(&out, docs[i]);
        text_add(&out, "}");
    }
    if (json) text_add(&out, "]}\n");
    int code = cli_print(cli, &out);
    text_close(&out);
    return code;
}

static const char *beside(struct cli *cli, const char *file, const char *view)
{
    size_t length = strlen(file) - (text_has_ending(file, ".db") ? 3 : 0);
    return arena_format(cli->arena, "%.*s-%s.svg", (int)length, file, view);
}

static int draw(struct cli *cli, struct store *s, const struct plot_options *o, bool json)
{
    char error[OUTPUT_ERROR_BYTES];
    switch (plot_draw(s, o, error)) {
    case PLOT_OK:
        break;
    case PLOT_USAGE:
    case PLOT_EMPTY:
        return cli_fail(cli, EXIT_USAGE, "%s", error);
    case PLOT_FAILED:
        return cli_fail(cli, EXIT_INTERNAL, "%s", error);
    }
    struct text out = { 0 };
    if (json) text_add(&out, "{\"schema\": \"orrery.plot\", \"version\": 1, \"file\": ");
    if (json)
        text_add_json(&out, o->path);
    else
        text_add(&out, o->path);
    text_add(&out, json ? "}\n" : "\n");
    int code = cli_print(cli, &out);
    text_close(&out);
    return code;
}

static int plot_run(struct cli *cli, const void *values)
{
    const struct plot_values *v = values;
    if (!cli->operand_count) return list_plots(cli, v->json);
    if (cli->operand_count == 1)
        return cli_fail(cli, EXIT_USAGE, "FILE.db is missing: orrery plot %s FILE.db",
                        cli->operands[0]);
    char error[OUTPUT_ERROR_BYTES];
    struct store *s = store_open(cli->arena, cli->operands[1], error);
    if (!s) return cli_fail(cli, EXIT_USAGE, "%s", error);
    struct plot_options o = { .name = cli->operands[0],
                              .path =
                                  v->out ? v->out : beside(cli, cli->operands[1], cli->operands[0]),
                              .experiment = v->experiment ? v->experiment : 1,
                              .force = v->force };
    int code = draw(cli, s, &o, v->json);
    store_close(s);
    return code;
}

extern const struct command command_plot;
const struct command command_plot = {
    .name = "plot",
    .operands = "[VIEW FILE.db]",
    .operand_max = 2,
    .doc = "Draw a view of a result file; without operands, list the plots",
    .more = "examples:\n"
            "  orrery plot latency run.db -o latency.png\n"
            "  orrery plot\n",
    .options = plot_options,
    .values_size = sizeof(struct plot_values),
    .run = plot_run,
};
