/* cmd_diff.c - orrery diff: what two scenarios say differently, or what two result files hold
 * differently (everything but where and when they were made). */
#include "base/arena.h"
#include "cli/cli.h"
#include "schema/schema.h"
#include "store/store.h"

#include <inttypes.h>

struct diff_values {
    bool json, exit_code;
};

static const struct option diff_options[] = {
    { "json", 0, OPTION_FLAG, offsetof(struct diff_values, json),
      .doc = "Print one JSON object instead of lines" },
    { "exit-code", 0, OPTION_FLAG, offsetof(struct diff_values, exit_code),
      .doc = "Exit 1 when there are differences" },
    OPTIONS_END
};

static int diff_scenarios(struct cli *cli, struct text *out, uint64_t *count)
{
    struct diag *d = diag_open();
    struct scenario a = cli_scenario(cli, cli->operands[0], NULL, d);
    struct scenario b = cli_scenario(cli, cli->operands[1], NULL, d);
    bool bad = cli_problems(d);
    diag_close(d);
    if (bad) return EXIT_USAGE;
    *count = schema_difference(a.document, b.document, out);
    return EXIT_OK;
}

static int diff_results(struct cli *cli, struct text *out, uint64_t *count)
{
    struct store *stores[2];
    char error[OUTPUT_ERROR_BYTES];
    for (uint32_t i = 0; i < 2; i++) {
        stores[i] = store_open(cli->arena, cli->operands[i], error);
        if (!stores[i]) return cli_fail(cli, EXIT_USAGE, "%s", error);
    }
    *count = store_compare(stores[0], stores[1], out);
    for (uint32_t i = 0; i < 2; i++)
        if (store_failure(stores[i]))
            return cli_fail(cli, EXIT_INTERNAL, "%s: %s", cli->operands[i],
                            store_failure(stores[i]));
    return EXIT_OK;
}

static void add_json(struct text *out, const struct text *lines, uint64_t count)
{
    text_format(out,
                "{\"schema\": \"orrery.diff\", \"version\": 1, \"differences\": %" PRIu64
                ", \"text\": ",
                count);
    text_add_json(out, text_data(lines));
    text_add(out, "}\n");
}

static int diff_run(struct cli *cli, const void *values)
{
    const struct diff_values *v = values;
    bool results = text_has_ending(cli->operands[0], ".db");
    if (results != text_has_ending(cli->operands[1], ".db"))
        return cli_fail(cli, EXIT_USAGE, "a scenario and a result file cannot be compared");
    struct text lines = { 0 }, out = { 0 };
    uint64_t count = 0;
    int code = (results ? diff_results : diff_scenarios)(cli, &lines, &count);
    if (code == EXIT_OK) {
        if (v->json) add_json(&out, &lines, count);
        code = cli_print(cli, v->json ? &out : &lines);
    }
    text_close(&lines);
    text_close(&out);
    return code == EXIT_OK && v->exit_code && count ? EXIT_EXPECTATION : code;
}

extern const struct command command_diff;
const struct command command_diff = {
    .name = "diff",
    .operands = "A B",
    .operand_min = 2,
    .operand_max = 2,
    .doc = "What differs between two scenarios, or between two result files",
    .options = diff_options,
    .values_size = sizeof(struct diff_values),
    .run = diff_run,
};
