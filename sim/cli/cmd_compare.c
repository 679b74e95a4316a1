/* cmd_compare.c - orrery compare: two results side by side.
 *
 * An operand is a result file, or a scenario, which is then run first; with the same seed both see
 * the same customers. */
#include "base/arena.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "orrery/time.h"
#include "report/side.h"
#include "store/store.h"

#include <string.h>

struct compare_values {
    struct option_seed seed;
    uint32_t reps, jobs;
    struct option_texts metrics, set;
    bool json;
};

static const struct option compare_options[] = {
    { "metric", 'm', OPTION_TEXTS, offsetof(struct compare_values, metrics), "[LABEL=]NAME",
      .doc = "Only this figure, e.g. clients.*.failed; may be repeated" },
    { "set", 0, OPTION_TEXTS, offsetof(struct compare_values, set), "PATH=VALUE",
      .doc = "Change a field of B, e.g. cart.replicas=5; may be repeated" },
    { "seed", 0, OPTION_SEED, offsetof(struct compare_values, seed), "N",
      .doc = "Seed of both, where scenarios are run" },
    { "reps", 0, OPTION_COUNT, offsetof(struct compare_values, reps), "N", .min = 1,
      .max = EXPERIMENT_REPLICATIONS_MAX,
      .doc = "Replications of each scenario, for 95 % intervals of the differences" },
    { "jobs", 'j', OPTION_COUNT, offsetof(struct compare_values, jobs), "N", .min = 1,
      .max = EXPERIMENT_THREADS_MAX, .doc = "Threads; the results do not depend on them" },
    { "json", 0, OPTION_FLAG, offsetof(struct compare_values, json),
      .doc = "Print one JSON object instead of a table" },
    OPTIONS_END
};

/* "build/monolith.db" is called "monolith". */
static const char *name_of(struct cli *cli, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return dot && dot != base ? arena_text_n(cli->arena, base, (size_t)(dot - base)) : base;
}

/* What one operand names: a store that is there, or a scenario that is run into one. */
struct operand {
    struct scenario scenario; /* its document is NULL for a result file */
    struct side side;
};

static int failure_code(struct cli *cli, const char *file, enum experiment_status status,
                        const char *failure)
{
    if (status == EXPERIMENT_DONE) return EXIT_OK;
    if (status == EXPERIMENT_REFUSED && !*failure) return EXIT_USAGE;
    return cli_fail(cli, status == EXPERIMENT_BROKEN ? EXIT_INTERNAL : EXIT_USAGE, "%s: %s", file,
                    failure);
}

static int simulate(struct cli *cli, const struct compare_values *v, struct operand *operand)
{
    const struct scenario *s = &operand->scenario;
    enum output_status created;
    char error[OUTPUT_ERROR_BYTES];
    operand->side.store = store_create(cli->arena, NULL, false, &created, error);
    if (!operand->side.store) return cli_fail(cli, EXIT_INTERNAL, "%s", error);
    const struct run_spec *spec = document_singleton(s->document, "run");
    struct progress_bar bar = { .label = s->file, .until_s = ns_to_s(spec->duration_ns) };
    struct experiment_options o = { .document = s->document,
                                    .doors = s->doors,
                                    .replications = v->reps ? v->reps : 1,
                                    .threads = v->jobs ? v->jobs : 1,
                                    .seed = v->seed.given ? &v->seed.value : NULL,
                                    .progress_state = &bar,
                                    .version = ORRERY_VERSION };
    if (progress_wanted()) o.progress = progress_show;
    struct experiment_outcome outcome;
    struct diag *d = diag_open();
    enum experiment_status status = experiment_run(&o, operand->side.store, d, &outcome);
    progress_clear(&bar);
    diag_print(d, stderr);
    diag_close(d);
    return failure_code(cli, s->file, status, outcome.failure);
}

/* Scenarios are only read: both sides' problems are told before either is run. */
static int open_operand(struct cli *cli, const struct compare_values *v, uint32_t index,
                        struct operand *operand)
{
    char error[OUTPUT_ERROR_BYTES];
    const char *path = cli->operands[index];
    bool changed = index == 1 && v->set.count > 0;
    operand->side.name = changed ? "changed" : name_of(cli, path);
    if (text_has_ending(path, ".db")) {
        operand->side.store = store_open(cli->arena, path, error);
        return operand->side.store ? EXIT_OK : cli_fail(cli, EXIT_USAGE, "%s", error);
    }
    struct diag *d = diag_open();
    operand->scenario = cli_scenario(cli, path, changed ? &v->set : NULL, d);
    bool bad = cli_problems(d);
    diag_close(d);
    return bad ? EXIT_USAGE : EXIT_OK;
}

static int compare_sides(struct cli *cli, const struct compare_values *v,
                         const struct side sides[2])
{
    struct side_options o = { v->metrics.items, v->metrics.count, v->json };
    struct text out = { 0 };
    char error[SIDE_ERROR_BYTES];
    bool good = side_by_side(sides, &o, &out, error);
    int code = EXIT_OK;
    for (uint32_t i = 0; i < 2 && code == EXIT_OK; i++)
        if (store_failure(sides[i].store))
            code = cli_fail(cli, EXIT_INTERNAL, "%s: %s", cli->operands[i],
                            store_failure(sides[i].store));
    if (code == EXIT_OK)
        code = good ? cli_print(cli, &out) : cli_fail(cli, EXIT_USAGE, "%s", error);
    text_close(&out);
    return code;
}

/* What a result file holds cannot be changed any more: an option that would do nothing is told. */
static int options_judge(struct cli *cli, const struct compare_values *v)
{
    bool kept[2];
    for (uint32_t i = 0; i < 2; i++)
        kept[i] = text_has_ending(cli->operands[i], ".db");
    if (kept[1] && v->set.count)
        return cli_fail(cli, EXIT_USAGE, "--set changes a scenario, and %s is a result file",
                        cli->operands[1]);
    if (kept[0] && kept[1] && (v->reps || v->jobs || v->seed.given))
        return cli_fail(cli, EXIT_USAGE,
                        "--reps, --jobs and --seed are for scenarios, and both "
                        "are result files");
    return EXIT_OK;
}

static int compare_run(struct cli *cli, const void *values)
{
    struct operand operands[2] = { 0 };
    int code = options_judge(cli, values), judged = code;
    for (uint32_t i = 0; i < 2 && judged == EXIT_OK; i++)
        if (open_operand(cli, values, i, &operands[i]) != EXIT_OK) code = EXIT_USAGE;
    for (uint32_t i = 0; i < 2 && code == EXIT_OK; i++)
        if (!operands[i].side.store) code = simulate(cli, values, &operands[i]);
    const struct side sides[2] = { operands[0].side, operands[1].side };
    if (code == EXIT_OK) code = compare_sides(cli, values, sides);
    for (uint32_t i = 0; i < 2; i++)
        store_close(sides[i].store);
    return code;
}

extern const struct command command_compare;
const struct command command_compare = {
    .name = "compare",
    .operands = "A B",
    .operand_min = 2,
    .operand_max = 2,
    .doc = "Two results side by side: what differs, and by how much",
    .more =
        "Each of A and B is a result file (.db) or a scenario, which is then run. Scenarios in\n"
        "a file are compared in their order; replications in pairs, so that with one seed\n"
        "the difference is known better than the figures.\n\n"
        "metrics: names as in --json, a star for any one part, which adds up what it matches;\n"
        "  minutes(NAME) is how long a series was above 0\n\n"
        "examples:\n"
        "  orrery compare before.lua after.lua --reps 10\n"
        "  orrery compare shop.lua shop.lua --set shop.replicas=5\n"
        "  orrery compare a.db b.db -m failed='clients.*.failed' -m "
        "'minutes(clients.*.failed_per_s)'\n",
    .options = compare_options,
    .values_size = sizeof(struct compare_values),
    .run = compare_run,
};
