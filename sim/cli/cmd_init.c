/* cmd_init.c - orrery init: a scenario to begin with, that runs as it is. */
#include "base/arena.h"
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct init_values {
    bool force;
};

static const struct option init_options[] = { { "force", 0, OPTION_FLAG,
                                                offsetof(struct init_values, force),
                                                .doc = "Overwrite an existing scenario.lua" },
                                              OPTIONS_END };

static const char starter[] =
    "-- My first scenario: a shop that asks a cart service, which asks a store.\n"
    "-- What to look for: p99 of shoppers against the mean; which service is busiest.\n"
    "-- Try: --set cart.replicas=1, --set shoppers.rate=400/s, and read 'orrery explain service'.\n"
    "run { duration = \"5m\", warmup = \"30s\", seed = 7 }\n"
    "\n"
    "service \"redis\" {\n"
    "  replicas = 1, workers = 4,\n"
    "  endpoints = { GET = { cpu(exponential(\"1ms\")) } },\n"
    "}\n"
    "\n"
    "service \"cart\" {\n"
    "  replicas = 3, workers = 2,\n"
    "  endpoints = {\n"
    "    [\"GET /cart\"] = { cpu(lognormal { p50 = \"4ms\", p99 = \"20ms\" }), call \"redis GET\" "
    "},\n"
    "  },\n"
    "}\n"
    "\n"
    "client \"shoppers\" { target = \"cart GET /cart\", rate = \"200/s\", timeout = \"1s\" }\n"
    "\n"
    "expect.availability(\"shoppers\", { above = \"99.9%\" })\n"
    "expect.p99(\"shoppers\", { below = \"100ms\" })\n";

static int init_run(struct cli *cli, const void *values)
{
    const struct init_values *v = values;
    const char *folder = cli->operand_count ? cli->operands[0] : ".";
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return cli_fail(cli, EXIT_INTERNAL, "%s: %s", folder, strerror(errno));
    const char *path = arena_format(cli->arena, "%s/scenario.lua", folder);
    struct text out = { 0 };
    text_add(&out, starter);
    int code = cli_write(cli, path, v->force, &out);
    if (code == EXIT_OK) {
        out.length = 0;
        text_add(&out, "wrote ");
        text_add_line(&out, path);
        text_add(&out, "\nnext: orrery run ");
        text_add_word(&out, path);
        text_add(&out, "\n");
        code = cli_print(cli, &out);
    }
    text_close(&out);
    return code;
}

extern const struct command command_init;
const struct command command_init = {
    .name = "init",
    .operands = "[DIR]",
    .operand_max = 1,
    .doc = "Write a scenario to begin with",
    .options = init_options,
    .values_size = sizeof(struct init_values),
    .run = init_run,
};
