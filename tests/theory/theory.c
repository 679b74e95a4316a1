/* theory.c - the table of references against the whole stack, one line a row.
 *
 * Each case is a scenario in Lua that goes the way of any user's: script, kinds, world, figures.
 * Exit 0: every row holds; 1: some row does not; 2: the table or the command line is wrong. */
#include "base/arena.h"
#include "base/text.h"
#include "trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct command {
    struct trial_options trial;
    const char *table, *scorecard, *only, *suite;
};

struct tally {
    struct text scorecard;
    uint32_t passed, failed, cases;
};

static double wall_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int usage(void)
{
    fprintf(stderr,
            "usage: theory [--slice] [-j N] [--only TEXT] [--suite NAME] [--table FILE]\n"
            "              [--scenarios DIR] [--rendered DIR] [--scorecard FILE]\n"
            "--only: families or parameters that contain TEXT; --scorecard - writes none\n");
    return 2;
}

static bool command_read(struct command *c, int argc, char **argv)
{
    const char *threads = "2";
    const struct {
        const char *name, **value;
    } options[] = { { "-j", &threads },
                    { "--only", &c->only },
                    { "--suite", &c->suite },
                    { "--table", &c->table },
                    { "--scenarios", &c->trial.scenarios },
                    { "--rendered", &c->trial.rendered },
                    { "--scorecard", &c->scorecard } };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--slice") == 0) {
            c->trial.slice = true;
            continue;
        }
        size_t o = 0;
        while (o < sizeof options / sizeof *options && strcmp(options[o].name, argv[i]) != 0)
            o++;
        if (o == sizeof options / sizeof *options || i + 1 == argc) return false;
        *options[o].value = argv[++i];
    }
    c->trial.threads = (uint32_t)strtoul(threads, NULL, 10);
    return c->trial.threads >= 1 && c->trial.threads <= 64;
}

static void scorecard_add(struct text *out, const struct theory_case *c, const struct row *row,
                          double simulated, bool good)
{
    struct text name = { 0 };
    char number[32];
    text_format(&name, "%s%s%s: %s", c->family, *c->parameters ? " " : "", c->parameters,
                row->metric);
    text_add(out, out->length ? ",\n  {\"name\": " : "[\n  {\"name\": ");
    text_add_json(out, text_data(&name));
    text_format(out, ", \"value\": %s, \"unit\": \"\", \"goal\": ",
                isfinite(simulated) ? text_double(simulated, number) : "null");
    text_add_json(out, row->goal);
    text_format(out, ", \"ok\": %s}", good ? "true" : "false");
    text_close(&name);
}

static const char *verdict_of(const struct trial_result *r, const struct row *row, uint32_t i)
{
    if (r->rows[i].good) return "ok";
    double error = r->rows[i].simulated - row->reference;
    if (row->bound == EXACTLY) error = fabs(error);
    bool far = (row->bound == AT_LEAST ? -error : error) > r->rows[i].tolerance;
    return far ? "FAIL" : "FAIL (interval too wide)";
}

static void case_print(const struct theory_case *c, const struct trial_result *r, struct tally *t)
{
    for (uint32_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        bool good = !r->failure && r->rows[i].good;
        double simulated = r->failure ? NAN : r->rows[i].simulated;
        printf("%-34.34s %-38s %-20s %-3s%-12.9g %-12.6g %-9.2g %-9.2g %s\n", c->family,
               c->parameters, row->metric, bound_signs[row->bound], row->reference, simulated,
               r->failure ? NAN : r->rows[i].half_width,
               r->failure ? row->tolerance : r->rows[i].tolerance,
               r->failure ? "FAIL" : verdict_of(r, row, i));
        scorecard_add(&t->scorecard, c, row, simulated, good);
        t->passed += good;
        t->failed += !good;
    }
    if (r->failure) printf("  %s %s: %s\n", c->family, c->parameters, r->failure);
    fflush(stdout);
}

static bool wanted(const struct theory_case *c, const struct command *command)
{
    if (command->trial.slice && !c->slice) return false;
    return !command->only || strstr(c->family, command->only) ||
           strstr(c->parameters, command->only);
}

/* After every case, so that a run that is cut short leaves what it measured. */
static bool scorecard_write(const struct command *c, const struct tally *t)
{
    if (c->trial.slice || c->only || strcmp(c->scorecard, "-") == 0) return true;
    FILE *out = fopen(c->scorecard, "w");
    if (out) fprintf(out, "%s\n]\n", text_data(&t->scorecard));
    if (out && fclose(out) == 0) return true;
    fprintf(stderr, "%s: cannot write %s\n", c->suite, c->scorecard);
    return false;
}

static bool cases_run(const struct table *table, const struct command *command, struct tally *t)
{
    bool written = true;
    printf("%-34s %-38s %-20s   %-12s %-12s %-9s %-9s\n", "family", "parameters", "figure",
           command->suite, "simulated", "99 % +-", "tolerance");
    for (uint32_t i = 0; i < table->case_count; i++) {
        const struct theory_case *c = &table->cases[i];
        if (!wanted(c, command)) continue;
        struct arena *a = arena_open();
        struct trial_result result;
        double begin_s = wall_s();
        trial_run(c, i + 1, &command->trial, a, &result);
        case_print(c, &result, t);
        fprintf(stderr, "%s: %3u of %u  %-34.34s %4u replications %7.2f s\n", command->suite,
                i + 1, table->case_count, c->family, result.replications, wall_s() - begin_s);
        t->cases++;
        written = scorecard_write(command, t) && written;
        arena_close(a);
    }
    return written;
}

static void left_out_print(const struct table *table)
{
    for (uint32_t i = 0; i < table->left_out_count; i++)
        printf("not covered here: %s (%s)\n", table->left_out[i].family, table->left_out[i].why);
}

int main(int argc, char **argv)
{
    struct command command = { .trial = { .scenarios = "tests/theory",
                                          .rendered = "build/theory-cases" },
                               .suite = "theory",
                               .table = "tests/theory/reference.json",
                               .scorecard = "build/scorecard/theory.json" };
    if (!command_read(&command, argc, argv)) return usage();
    mkdir(command.trial.rendered, 0777); /* it may be there; writing the cases would say if not */
    struct arena *a = arena_open();
    struct table table = { 0 };
    struct tally tally = { 0 };
    if (!table_read(&table, a, command.table)) return 2;
    double begin_s = wall_s();
    bool written = cases_run(&table, &command, &tally);
    text_close(&tally.scorecard);
    if (!command.trial.slice) left_out_print(&table);
    printf("%u rows, %u scenarios, %.0f s%s\n", tally.passed + tally.failed, tally.cases,
           wall_s() - begin_s, command.trial.slice ? " (a slice: five times the tolerance)" : "");
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    arena_close(a);
    return !written ? 2 : tally.failed || tally.cases == 0 ? 1 : 0;
}
