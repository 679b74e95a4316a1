/* cmd_check.c - orrery check: everything that is wrong with scenarios, without running them.
 *
 * A scenario is good when it loads and a world can be built from it. */
#include "base/memory.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

struct check_values {
    struct option_texts set;
    bool json;
};

static const struct option check_options[] = {
    { "set", 0, OPTION_TEXTS, offsetof(struct check_values, set), "PATH=VALUE",
      .doc = "Change a field first; may be repeated" },
    { "json", 0, OPTION_FLAG, offsetof(struct check_values, json),
      .doc = "Print one JSON object instead of lines" },
    OPTIONS_END
};

static void add_json(struct text *out, const char *file, const struct scenario *s,
                     const struct diag *d)
{
    char *problems = NULL;
    size_t length = 0;
    FILE *f = open_memstream(&problems, &length);
    diag_print_json(d, f);
    fclose(f);
    while (length && problems[length - 1] == '\n')
        problems[--length] = '\0';
    text_add(out, "{\"file\": ");
    text_add_json(out, file);
    text_format(out, ", \"ok\": %s, \"objects\": %u, \"problems\": %s}",
                diag_error_count(d) ? "false" : "true", s->document ? s->document->object_count : 0,
                problems);
    memory_free(problems);
}

static bool check_one(struct cli *cli, const struct check_values *v, const char *file,
                      struct text *out)
{
    struct diag *d = diag_open();
    struct scenario s = cli_scenario(cli, file, &v->set, d);
    if (s.document && !diag_error_count(d)) scenario_try(&s, d);
    bool good = diag_error_count(d) == 0;
    if (v->json)
        add_json(out, file, &s, d);
    else if (good)
        text_format(out, "%s: ok, %u objects\n", file, s.document->object_count);
    if (!v->json) diag_print(d, stderr);
    diag_close(d);
    return good;
}

static int check_run(struct cli *cli, const void *values)
{
    const struct check_values *v = values;
    struct text out = { 0 };
    bool good = true;
    if (v->json) text_add(&out, "{\"schema\": \"orrery.check\", \"version\": 1, \"files\": [");
    for (uint32_t i = 0; i < cli->operand_count; i++) {
        if (v->json) text_add(&out, i ? ",\n  " : "\n  ");
        if (!check_one(cli, v, cli->operands[i], &out)) good = false;
    }
    if (v->json) text_add(&out, "\n]}\n");
    int code = cli_print(cli, &out);
    text_close(&out);
    return code != EXIT_OK || good ? code : EXIT_USAGE;
}

extern const struct command command_check;
const struct command command_check = {
    .name = "check",
    .operands = "SCENARIO...",
    .operand_min = 1,
    .operand_max = UINT32_MAX,
    .doc = "Tell everything that is wrong with scenarios, without running them",
    .options = check_options,
    .values_size = sizeof(struct check_values),
    .run = check_run,
};
