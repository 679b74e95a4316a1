/* cmd_help.c - help and version. */
#include "cli/cli.h"

#include <string.h>

static const struct option no_options[] = { OPTIONS_END };

static int help_run(struct cli *cli, const void *values)
{
    (void)values;
    const struct command *about = NULL;
    for (uint32_t i = 0; cli->operand_count && i < cli_command_count; i++)
        if (strcmp(cli_commands[i]->name, cli->operands[0]) == 0) about = cli_commands[i];
    if (cli->operand_count && !about)
        return cli_fail(cli, EXIT_USAGE, "there is no command '%s'", cli->operands[0]);
    struct text out = { 0 };
    cli_help(about, &out);
    int code = cli_print(cli, &out);
    text_close(&out);
    return code;
}

extern const struct command command_help;
const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .operand_max = 1,
    .doc = "What commands there are, or what one of them does",
    .options = no_options,
    .run = help_run,
};

static int version_run(struct cli *cli, const void *values)
{
    (void)values;
    struct text out = { 0 };
    text_add(&out, "orrery " ORRERY_VERSION "\n");
    int code = cli_print(cli, &out);
    text_close(&out);
    return code;
}

extern const struct command command_version;
const struct command command_version = {
    .name = "version",
    .operands = "",
    .doc = "The version of orrery",
    .options = no_options,
    .run = version_run,
};
