/* cmd_run.c - orrery run: simulate scenarios, show and keep what they did.
 *
 * With --out nothing is shown before the file is safe under its name; without, each scenario is
 * shown as soon as it is done. A failed callback or a broken disk leaves no file. */
#include "base/arena.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "orrery/time.h"
#include "report/plot.h"
#include "report/report.h"
#include "store/store.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run_values {
    struct option_seed seed;
    uint32_t reps, jobs;
    struct option_texts set;
    const char *out, *trace, *queue;
    int64_t until_ns, time_limit_ns;
    bool json, plot, force, check, quiet;
};

static const char *const queues[] = { "heap", "radix", NULL };

static const struct option run_options[] = {
    { "seed", 0, OPTION_SEED, offsetof(struct run_values, seed), "N",
      .doc = "Seed of everything random, instead of the scenario's" },
    { "reps", 0, OPTION_COUNT, offsetof(struct run_values, reps), "N", .min = 1,
      .max = EXPERIMENT_REPLICATIONS_MAX, .doc = "Replications, for means with 95 % intervals" },
    { "jobs", 'j', OPTION_COUNT, offsetof(struct run_values, jobs), "N", .min = 1,
      .max = EXPERIMENT_THREADS_MAX, .doc = "Threads; the results do not depend on them" },
    { "set", 0, OPTION_TEXTS, offsetof(struct run_values, set), "PATH=VALUE",
      .doc = "Change a field, e.g. cart.replicas=5; may be repeated" },
    { "until", 0, OPTION_DURATION, offsetof(struct run_values, until_ns), "T",
      .doc = "Stop at this virtual time, e.g. 5m" },
    { "out", 'o', OPTION_TEXT, offsetof(struct run_values, out), "FILE.db",
      .doc = "Keep all results in a SQLite file" },
    { "json", 0, OPTION_FLAG, offsetof(struct run_values, json),
      .doc = "Print one JSON object instead of tables" },
    { "trace", 0, OPTION_TEXT, offsetof(struct run_values, trace), "FILE",
      .doc = "Write what happens, a line each, in the first replication" },
    { "plot", 0, OPTION_FLAG, offsetof(struct run_values, plot),
      .doc = "Draw every plot as SVG, beside --out or in this folder" },
    { "time-limit", 0, OPTION_DURATION, offsetof(struct run_values, time_limit_ns), "T",
      .doc = "Stop each scenario after this much real time: exit 124" },
    { "force", 0, OPTION_FLAG, offsetof(struct run_values, force),
      .doc = "Overwrite existing files" },
    { "quiet", 'q', OPTION_FLAG, offsetof(struct run_values, quiet), .doc = "No progress bar" },
    { "queue", 0, OPTION_CHOICE, offsetof(struct run_values, queue), "heap|radix",
      .choices = queues, .hidden = true,
      .doc = "Force an event queue (radix is the default): the digest does not change" },
    { "check", 0, OPTION_FLAG, offsetof(struct run_values, check), .hidden = true,
      .doc = "Check every room's invariants after every event" },
    OPTIONS_END
};

static atomic_bool interrupted;

/* Once: a second ^C ends the process at once, as a user would expect by then. */
static void on_signal(int number)
{
    (void)number;
    atomic_store(&interrupted, true);
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

struct run {
    struct cli *cli;
    const struct run_values *values;
    struct scenario *scenarios;
    struct store *store;
    struct output trace;
    uint32_t done; /* experiments that can be shown */
    bool expectations_hold;
    struct text json;
};

static uint32_t default_jobs(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1                        ? 1
           : cores > EXPERIMENT_THREADS_MAX ? EXPERIMENT_THREADS_MAX
                                            : (uint32_t)cores;
}

static bool load_all(struct run *run)
{
    struct cli *cli = run->cli;
    struct diag *d = diag_open();
    run->scenarios = arena_alloc(cli->arena, cli->operand_count * sizeof *run->scenarios);
    for (uint32_t i = 0; i < cli->operand_count; i++)
        run->scenarios[i] = cli_scenario(cli, cli->operands[i], &run->values->set, d);
    bool bad = cli_problems(d);
    diag_close(d);
    return !bad;
}

static const char *plot_stem(struct run *run, uint32_t id)
{
    const char *out = run->values->out;
    const char *from = out && run->cli->operand_count == 1 ? out : run->cli->operands[id - 1];
    const char *slash = strrchr(from, '/');
    if (from != out && slash) from = slash + 1; /* scenarios' plots go to this folder */
    const char *base = strrchr(from, '/');
    const char *dot = strrchr(base ? base : from, '.');
    return arena_text_n(run->cli->arena, from, dot ? (size_t)(dot - from) : strlen(from));
}

/* False when plots cannot be drawn, or not under their names; better told now than after the run.
 */
static bool plots_judge(struct run *run)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t problems = 0;
    for (uint32_t id = 1; id <= run->cli->operand_count; id++)
        for (uint32_t before = 1; before < id; before++)
            if (strcmp(plot_stem(run, id), plot_stem(run, before)) == 0) {
                cli_fail(run->cli, EXIT_USAGE, "--plot: %s and %s would draw the same files",
                         run->cli->operands[before - 1], run->cli->operands[id - 1]);
                problems++;
            }
    uint32_t count = run->values->force ? 0 : plot_names(run->cli->arena, names, docs);
    for (uint32_t id = 1; id <= run->cli->operand_count; id++)
        for (uint32_t i = 0; i < count; i++) {
            const char *path =
                arena_format(run->cli->arena, "%s-%s.svg", plot_stem(run, id), names[i]);
            if (access(path, F_OK) != 0) continue;
            cli_fail(run->cli, EXIT_USAGE, "--plot: %s exists; --force overwrites it", path);
            problems++;
        }
    return problems == 0;
}

/* What would be lost, or found out only when the run is over. */
static bool outputs_judge(struct run *run)
{
    const struct run_values *v = run->values;
    const struct cli *cli = run->cli;
    const char *outputs[] = { v->out, v->trace }, *options[] = { "--out", "--trace" };
    uint32_t problems = 0;
    for (uint32_t i = 0; i < 2; i++) {
        if (!outputs[i]) continue;
        if (strcmp(outputs[i], "-") == 0)
            problems++,
                cli_fail(cli, EXIT_USAGE, "%s - : name a file; standard output is for the report",
                         options[i]);
        for (uint32_t k = 0; k < cli->operand_count; k++)
            if (cli_same_file(outputs[i], cli->operands[k]))
                problems++, cli_fail(cli, EXIT_USAGE, "%s %s would overwrite the scenario",
                                     options[i], outputs[i]);
    }
    if (v->out && v->trace && (strcmp(v->out, v->trace) == 0 || cli_same_file(v->out, v->trace)))
        problems++, cli_fail(cli, EXIT_USAGE, "--out and --trace name the same file, %s", v->out);
    if (v->trace && cli->operand_count > 1)
        problems++, cli_fail(cli, EXIT_USAGE, "--trace is of one scenario, and there are %u",
                             cli->operand_count);
    bool plots_fine = !v->plot || plots_judge(run);
    return problems == 0 && plots_fine;
}

static int open_outputs(struct run *run)
{
    const struct run_values *v = run->values;
    char error[OUTPUT_ERROR_BYTES];
    enum output_status status;
    run->store = store_create(run->cli->arena, v->out, v->force, &status, error);
    if (run->store && v->trace)
        status = output_open(&run->trace, run->cli->arena, v->trace, v->force, error);
    if (status == OUTPUT_OK) return EXIT_OK;
    return cli_fail(run->cli, status == OUTPUT_EXISTS ? EXIT_USAGE : EXIT_INTERNAL, "%s", error);
}

static int show(struct run *run, uint32_t id)
{
    struct arena *a = arena_open();
    const struct result *r = result_read(a, run->store, id);
    struct text out = { 0 };
    int code = EXIT_OK;
    if (!r) {
        code = cli_fail(run->cli, EXIT_INTERNAL, "%s", store_failure(run->store));
    } else if (run->values->json) {
        if (id > 1) text_add(&run->json, ",\n");
        report_json(r, &run->json);
    } else {
        struct report_options o = { .color = run->cli->color, .file = run->values->out };
        if (id > 1) text_add(&out, "\n\n");
        report_table(r, &o, &out);
        code = cli_print(run->cli, &out);
    }
    text_close(&out);
    arena_close(a);
    return code;
}

/* One scenario is its object; several are in a list of runs. */
static int show_json(struct run *run)
{
    struct text out = { 0 };
    bool many = run->cli->operand_count > 1;
    if (many) text_add(&out, "{\"schema\": \"orrery.runs\", \"version\": 1, \"runs\": [\n");
    text_add(&out, text_data(&run->json));
    text_add(&out, many ? "\n]}\n" : "\n");
    int code = cli_print(run->cli, &out);
    text_close(&out);
    return code;
}

static int status_code(struct run *run, const char *file, enum experiment_status status,
                       const struct experiment_outcome *outcome, uint32_t replications)
{
    struct cli *cli = run->cli;
    switch (status) {
    case EXPERIMENT_DONE:
        return EXIT_OK;
    case EXPERIMENT_INTERRUPTED:
    case EXPERIMENT_TIME_LIMIT:
        return cli_fail(cli, status == EXPERIMENT_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_TIME_LIMIT,
                        "%s: %s; %u of %u replications had finished%s", file,
                        status == EXPERIMENT_INTERRUPTED ? "interrupted" : "out of time",
                        outcome->finished, replications,
                        run->values->out && outcome->id ? " and are kept" : "");
    case EXPERIMENT_REFUSED:
        if (*outcome->failure) cli_fail(cli, EXIT_USAGE, "%s: %s", file, outcome->failure);
        return EXIT_USAGE;
    case EXPERIMENT_FAILED:
        return cli_fail(cli, EXIT_USAGE, "%s", outcome->failure);
    case EXPERIMENT_BROKEN:
        break;
    }
    return cli_fail(cli, EXIT_INTERNAL, "%s", outcome->failure);
}

static bool is_worth_keeping(int code)
{
    return code == EXIT_OK || code == EXIT_INTERRUPTED || code == EXIT_TIME_LIMIT;
}

static int simulate(struct run *run, const struct scenario *s)
{
    const struct run_values *v = run->values;
    const struct run_spec *spec = document_singleton(s->document, "run");
    int64_t until_ns = v->until_ns ? v->until_ns : spec->duration_ns;
    struct progress_bar bar = { .label = s->file, .until_s = ns_to_s(until_ns) };
    struct experiment_options o = { .document = s->document,
                                    .doors = s->doors,
                                    .replications = v->reps ? v->reps : 1,
                                    .threads = v->jobs ? v->jobs : default_jobs(),
                                    .seed = v->seed.given ? &v->seed.value : NULL,
                                    .until_ns = v->until_ns,
                                    .wall_ns_max = v->time_limit_ns,
                                    .heap_queue = v->queue && strcmp(v->queue, "heap") == 0,
                                    .check_every_event = v->check,
                                    .figures_only = !v->out && !v->plot,
                                    .trace = run->trace.file,
                                    .interrupt = &interrupted,
                                    .progress_state = &bar,
                                    .version = ORRERY_VERSION };
    if (!v->quiet && progress_wanted()) o.progress = progress_show;
    struct diag *d = diag_open();
    struct experiment_outcome outcome;
    enum experiment_status status = experiment_run(&o, run->store, d, &outcome);
    progress_clear(&bar);
    diag_print(d, stderr);
    diag_close(d);
    int code = status_code(run, s->file, status, &outcome, o.replications);
    if (!is_worth_keeping(code) || !outcome.id) return code;
    run->done = outcome.id;
    run->expectations_hold = run->expectations_hold && outcome.expectations_hold;
    if (!v->out) {
        int shown = show(run, outcome.id);
        if (shown != EXIT_OK) return shown;
    }
    return code;
}

/* The trace of a failed run is the one most wanted, so it is kept whatever the code. */
static int keep(struct run *run, int code)
{
    char error[OUTPUT_ERROR_BYTES];
    if (run->trace.open && output_commit(&run->trace, error) != OUTPUT_OK)
        code = cli_fail(run->cli, EXIT_INTERNAL, "%s", error);
    if (!is_worth_keeping(code) || !run->done) return code;
    enum output_status status = store_commit(run->store, error);
    if (status != OUTPUT_OK)
        return cli_fail(run->cli, status == OUTPUT_EXISTS ? EXIT_USAGE : EXIT_INTERNAL, "%s",
                        error);
    for (uint32_t id = 1; run->values->out && id <= run->done; id++) {
        int shown = show(run, id);
        if (shown != EXIT_OK) return shown;
    }
    return code;
}

static int draw_plots(struct run *run, uint32_t id)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t count = plot_names(run->cli->arena, names, docs);
    char error[OUTPUT_ERROR_BYTES];
    if (!count) return cli_fail(run->cli, EXIT_INTERNAL, "the folder plots is missing: reinstall");
    for (uint32_t i = 0; i < count; i++) {
        const char *path = arena_format(run->cli->arena, "%s-%s.svg", plot_stem(run, id), names[i]);
        struct plot_options o = { names[i], path, id, run->values->force };
        enum plot_status status = plot_draw(run->store, &o, error);
        if (status == PLOT_OK) fprintf(stderr, "drew %s\n", path);
        if (status == PLOT_USAGE) return cli_fail(run->cli, EXIT_USAGE, "%s", error);
        if (status == PLOT_FAILED) return cli_fail(run->cli, EXIT_INTERNAL, "%s", error);
    }
    return EXIT_OK;
}

static int run_all(struct run *run)
{
    char error[OUTPUT_ERROR_BYTES];
    bool outputs_fine = outputs_judge(run);
    if (!load_all(run) || !outputs_fine) return EXIT_USAGE;
    if (run->values->plot && !plot_possible(run->cli->arena, error))
        return cli_fail(run->cli, EXIT_INTERNAL, "%s", error);
    int code = open_outputs(run);
    if (code != EXIT_OK) return code;
    catch_signals();
    for (uint32_t i = 0; i < run->cli->operand_count && code == EXIT_OK; i++)
        code = simulate(run, &run->scenarios[i]);
    code = keep(run, code);
    if (run->values->json && run->done && is_worth_keeping(code)) {
        int shown = show_json(run);
        if (shown != EXIT_OK) return shown;
    }
    for (uint32_t id = 1; run->values->plot && id <= run->done && code == EXIT_OK; id++)
        code = draw_plots(run, id);
    return code == EXIT_OK && !run->expectations_hold ? EXIT_EXPECTATION : code;
}

static int run_run(struct cli *cli, const void *values)
{
    struct run run = { .cli = cli, .values = values, .expectations_hold = true };
    int code = run_all(&run);
    store_close(run.store);
    output_abandon(&run.trace);
    text_close(&run.json);
    return code;
}

extern const struct command command_run;
const struct command command_run = {
    .name = "run",
    .operands = "SCENARIO...",
    .operand_min = 1,
    .operand_max = UINT32_MAX,
    .doc = "Simulate scenarios and show what happened",
    .more =
        "examples:\n"
        "  orrery run scenario.lua\n"
        "  orrery run scenario.lua --reps 10 -j 2 --out run.db --plot\n"
        "  orrery run scenario.lua --set cart.replicas=5 --json\n\n"
        "exit: 0 ok, 1 an expectation failed, 2 usage or scenario error, 3 internal or I/O error,\n"
        "      124 time limit, 130 interrupted\n",
    .options = run_options,
    .values_size = sizeof(struct run_values),
    .run = run_run,
};
