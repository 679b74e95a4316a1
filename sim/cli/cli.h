/* cli.h - what commands share: exit codes, the command row, and a few manners.
 *
 * Results go to stdout, everything else to stderr. To add a command: cmd_NAME.c with its
 * `const struct command command_NAME`, and a line in commands.def. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/text.h"
#include "cli/options.h"
#include "embed/scenario.h"
#include "orrery/orrery.h"

#include <stdbool.h>
#include <stdint.h>

enum exit_code {
    EXIT_OK = 0,
    EXIT_EXPECTATION = 1, /* an expectation failed */
    EXIT_USAGE = 2,       /* the command line, a scenario or an input is wrong */
    EXIT_INTERNAL = 3,    /* the disk is full, a thread cannot start, a bug */
    EXIT_TIME_LIMIT = 124,
    EXIT_INTERRUPTED = 130
};

struct cli {
    struct arena *arena;
    const struct command *command;
    const char *const *operands;
    uint32_t operand_count;
    bool color; /* stdout is a terminal that wants colour */
};

struct command {
    const char *name;
    const char *operands; /* "SCENARIO..." */
    uint32_t operand_min, operand_max;
    const char *doc;  /* one line */
    const char *more; /* paragraphs and examples for its help, or NULL */
    const struct option *options;
    size_t values_size;
    int (*run)(struct cli *cli, const void *values);
};

/* commands.def, in its order. */
extern const struct command *const cli_commands[];
extern const uint32_t cli_command_count;

int cli_main(int argc, char **argv);
void cli_help(const struct command *c, struct text *out); /* NULL: of orrery */

/* "orrery run: text" on stderr; answers code, so that a command can return it. */
__attribute__((format(printf, 3, 4))) int cli_fail(const struct cli *cli, int code,
                                                   const char *format, ...);
/* Writes to stdout; EXIT_INTERNAL when that fails. */
int cli_print(const struct cli *cli, const struct text *out);
/* True when both names lead to one file that is there. */
bool cli_same_file(const char *a, const char *b);
/* EXIT_USAGE, told, when `path` (may be NULL) is the file that operand `index` reads. */
int cli_spare_input(const struct cli *cli, uint32_t index, const char *path);
/* A file that appears whole or not at all; path NULL or "-": stdout. */
int cli_write(const struct cli *cli, const char *path, bool force, const struct text *out);
/* A scenario with what --set said; set may be NULL. */
struct scenario cli_scenario(const struct cli *cli, const char *file,
                             const struct option_texts *set, struct diag *d);
/* Prints all problems to stderr; true when there is an error among them. */
bool cli_problems(const struct diag *d);

#endif
