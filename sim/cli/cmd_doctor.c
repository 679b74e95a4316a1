/* cmd_doctor.c - orrery doctor: what is there, and what it is for. */
#include "base/arena.h"
#include "cli/cli.h"
#include "report/gnuplot.h"
#include "report/plot.h"
#include "report/share.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct doctor_values {
    bool json;
};

static const struct option doctor_options[] = { { "json", 0, OPTION_FLAG,
                                                  offsetof(struct doctor_values, json),
                                                  .doc = "Print one JSON object instead of lines" },
                                                OPTIONS_END };

struct finding {
    const char *name, *state, *use;
    bool there;
};

static struct finding look_for_gnuplot(struct arena *a)
{
    char version[100];
    const char *found = gnuplot_version(version);
    return (struct finding){ "gnuplot", found ? arena_text(a, found) : "missing",
                             found ? "draws plots" : "draws plots: apt-get install gnuplot-nox",
                             found != NULL };
}

static struct finding look_for_plots(struct arena *a)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t count = plot_names(a, names, docs);
    return (struct finding){ "plots",
                             count ? arena_format(a, "%u in %s", count, share_find(a, "plots"))
                                   : "missing",
                             "what orrery plot draws", count > 0 };
}

static struct finding count_cores(struct arena *a)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES);
    double gib = (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 30);
    return (struct finding){ "machine", arena_format(a, "%ld cores, %.1f GiB", cores, gib),
                             "replications run on all cores (-j)", cores > 0 };
}

static void add_finding(const struct finding *f, bool json, bool first, struct text *out)
{
    if (!json) {
        text_format(out, "%-8s %-8s %-40s %s\n", f->there ? "ok" : "missing", f->name, f->state,
                    f->use);
        return;
    }
    text_add(out, first ? "\n  {\"name\": " : ",\n  {\"name\": ");
    text_add_json(out, f->name);
    text_format(out, ", \"ok\": %s, \"state\": ", f->there ? "true" : "false");
    text_add_json(out, f->state);
    text_add(out, ", \"use\": ");
    text_add_json(out, f->use);
    text_add(out, "}");
}

static int doctor_run(struct cli *cli, const void *values)
{
    const struct doctor_values *v = values;
    struct arena *a = cli->arena;
    const struct finding findings[] = {
        { "orrery", ORRERY_VERSION, "simulates", true },
        { "lua", "5.4, sandboxed", "scenarios are written in it", true },
        { "sqlite", store_engine_version(), "keeps results (--out)", true },
        look_for_gnuplot(a),
        look_for_plots(a),
        count_cores(a),
    };
    struct text out = { 0 };
    bool good = true;
    if (v->json) text_add(&out, "{\"schema\": \"orrery.doctor\", \"version\": 1, \"findings\": [");
    for (uint32_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        add_finding(&findings[i], v->json, i == 0, &out);
        good = good && findings[i].there;
    }
    if (v->json) text_add(&out, "\n]}\n");
    int code = cli_print(cli, &out);
    text_close(&out);
    return code == EXIT_OK && !good ? EXIT_EXPECTATION : code;
}

extern const struct command command_doctor;
const struct command command_doctor = {
    .name = "doctor",
    .operands = "",
    .doc = "What is installed, and what it is for",
    .more = "exit: 0 all there, 1 something is missing\n",
    .options = doctor_options,
    .values_size = sizeof(struct doctor_values),
    .run = doctor_run,
};
