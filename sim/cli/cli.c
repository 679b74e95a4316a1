/* cli.c - find the command, read its options, run it.
 *
 * Usage is judged completely before a command begins, so a command sees only what it declared. */
#include "cli/cli.h"

#include "base/arena.h"
#include "store/output.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND(name) extern const struct command command_##name;
#include "cli/commands.def"
#undef COMMAND

const struct command *const cli_commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
};
const uint32_t cli_command_count = sizeof cli_commands / sizeof *cli_commands;

static const struct command *find_command(const char *name)
{
    for (uint32_t i = 0; i < cli_command_count; i++)
        if (strcmp(cli_commands[i]->name, name) == 0) return cli_commands[i];
    return NULL;
}

int cli_fail(const struct cli *cli, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "orrery %s: ", cli->command->name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    return code;
}

int cli_print(const struct cli *cli, const struct text *out)
{
    bool good = fwrite(text_data(out), 1, out->length, stdout) == out->length;
    if (fflush(stdout) == 0 && good) return EXIT_OK;
    return cli_fail(cli, EXIT_INTERNAL, "standard output cannot be written: %s", strerror(errno));
}

bool cli_same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

int cli_spare_input(const struct cli *cli, uint32_t index, const char *path)
{
    if (!path || !cli_same_file(path, cli->operands[index])) return EXIT_OK;
    return cli_fail(cli, EXIT_USAGE, "--out %s would overwrite the file that is read", path);
}

int cli_write(const struct cli *cli, const char *path, bool force, const struct text *out)
{
    if (!path || strcmp(path, "-") == 0) return cli_print(cli, out);
    struct output file;
    char error[OUTPUT_ERROR_BYTES];
    enum output_status status = output_open(&file, cli->arena, path, force, error);
    if (status == OUTPUT_OK) {
        fwrite(text_data(out), 1, out->length, file.file); /* commit sees a failure */
        status = output_commit(&file, error);
    }
    if (status == OUTPUT_OK) return EXIT_OK;
    return cli_fail(cli, status == OUTPUT_EXISTS ? EXIT_USAGE : EXIT_INTERNAL, "%s", error);
}

struct scenario cli_scenario(const struct cli *cli, const char *file,
                             const struct option_texts *set, struct diag *d)
{
    struct scenario_source source = { .file = file };
    if (set) {
        source.settings = set->items;
        source.setting_count = set->count;
    }
    return scenario_open(cli->arena, &source, d);
}

bool cli_problems(const struct diag *d)
{
    diag_print(d, stderr);
    return diag_error_count(d) > 0;
}

void cli_help(const struct command *c, struct text *out)
{
    if (c) {
        text_format(out, "%s\n\nusage: orrery %s%s%s%s\n", c->doc, c->name,
                    c->options->type == OPTION_END ? "" : " [OPTION...]", *c->operands ? " " : "",
                    c->operands);
        text_add(out, "\noptions:\n");
        options_help(c->options, out);
        text_add(out, "  -h, --help               Show this\n");
        if (c->more) text_format(out, "\n%s", c->more);
        return;
    }
    text_add(out, "orrery: a clockwork model of a cloud; the same run on every machine\n\n"
                  "usage: orrery COMMAND [OPTION...] [FILE...]\n\ncommands:\n");
    for (uint32_t i = 0; i < cli_command_count; i++)
        text_format(out, "  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->doc);
    text_add(out, "\n'orrery help COMMAND' tells more; 'orrery init' makes a scenario to begin "
                  "with.\n");
}

static bool is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

/* https://no-color.org: present and not empty. */
static bool wants_color(void)
{
    const char *no = getenv("NO_COLOR");
    return is_terminal(STDOUT_FILENO) && !(no && *no);
}

static int no_such_command(const char *name)
{
    const char *names[64];
    uint32_t count = 0;
    for (uint32_t i = 0; i < cli_command_count && count < 64; i++)
        names[count++] = cli_commands[i]->name;
    const char *near = text_nearest(name, names, count);
    fprintf(stderr, "orrery: there is no command '%s'", name);
    if (near) fprintf(stderr, " (did you mean '%s'?)", near);
    fprintf(stderr, "; 'orrery help' lists them\n");
    return EXIT_USAGE;
}

static void judge_operands(const struct cli *cli, struct text *problems)
{
    const struct command *c = cli->command;
    if (cli->operand_count < c->operand_min) text_format(problems, "%s is missing\n", c->operands);
    if (cli->operand_count > c->operand_max)
        text_format(problems, "unexpected '%s'\n", cli->operands[c->operand_max]);
}

static int usage(const struct cli *cli, const struct text *problems)
{
    const char *name = cli->command->name;
    for (const char *line = text_data(problems), *end; (end = strchr(line, '\n')); line = end + 1)
        fprintf(stderr, "orrery %s: %.*s\n", name, (int)(end - line), line);
    fprintf(stderr, "usage: orrery %s%s%s%s; 'orrery help %s' tells more\n", name,
            cli->command->options->type == OPTION_END ? "" : " [OPTION...]",
            *cli->command->operands ? " " : "", cli->command->operands, name);
    return EXIT_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    const struct command *c = cli->command;
    struct text out = { 0 };
    int code;
    if (asks_for_help(argc, argv)) {
        cli_help(c, &out);
        code = cli_print(cli, &out);
    } else {
        void *values = arena_alloc(cli->arena, c->values_size);
        const char **operands = arena_alloc(cli->arena, ((size_t)argc + 1) * sizeof *operands);
        options_parse(cli->arena, c->options, argc, argv, values, operands, &cli->operand_count,
                      &out);
        cli->operands = operands;
        judge_operands(cli, &out);
        code = out.length ? usage(cli, &out) : c->run(cli, values);
    }
    text_close(&out);
    return code;
}

int cli_main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) name = "help";
    if (strcmp(name, "--version") == 0) name = "version";
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error to tell of, not a way to die */
    const struct command *c = find_command(name);
    if (!c) return no_such_command(name);
    struct cli cli = { .arena = arena_open(), .command = c, .color = wants_color() };
    int code = run_command(&cli, argc > 2 ? argc - 2 : 0, argv + 2);
    arena_close(cli.arena);
    return code;
}
