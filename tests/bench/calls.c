/* calls.c - whole scenarios through the full call path, with all metrics on.
 *
 * The scenario is loaded as a user's would be; only the run is timed, since loading is paid once. */
#include "bench.h"

#include "base/arena.h"
#include "engine/recorder.h"
#include "experiment/replicate.h"
#include "orrery/time.h"
#include "schema/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char chain3[] =
    "{\"orrery\": 1, \"objects\": ["
    "{\"kind\": \"run\", \"duration\": \"1000s\"},"
    "{\"kind\": \"service\", \"name\": \"c\", \"workers\": 1, \"endpoints\": {\"GET\": [%s]}},"
    "{\"kind\": \"service\", \"name\": \"b\", \"workers\": 1, \"async\": true, \"endpoints\": {\"GET\": "
    "[%s, {\"kind\": \"call\", \"target\": \"c GET\"%s}]}},"
    "{\"kind\": \"service\", \"name\": \"a\", \"workers\": 1, \"async\": true, \"endpoints\": {\"GET\": "
    "[%s, {\"kind\": \"call\", \"target\": \"b GET\"%s}]}},"
    "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"a GET\", \"rate\": \"700/s\"%s}]}";

static const char work[] =
    "{\"kind\": \"cpu\", \"work\": {\"kind\": \"exponential\", \"mean\": \"1ms\"}}";

static const char lb3[] =
    "{\"orrery\": 1, \"objects\": ["
    "{\"kind\": \"run\", \"duration\": \"400s\"},"
    "{\"kind\": \"service\", \"name\": \"a\", \"replicas\": 3, \"workers\": 1, "
    "\"endpoints\": {\"GET\": [%s]}},"
    "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"a GET\", \"rate\": \"2400/s\"}]}";

/* Everybody waits to the end: a million calls in flight. */
static const char crowd[] =
    "{\"orrery\": 1, \"objects\": [{\"kind\": \"run\", \"duration\": \"10s\"},"
    "{\"kind\": \"service\", \"name\": \"a\", \"async\": true, \"endpoints\": {\"GET\": "
    "[{\"kind\": \"wait\", \"time\": \"1000s\"}]}},"
    "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"a GET\", \"rate\": \"100000/s\"}]}";

/* More than it can do, all of it done: what waits, and what nobody waits for, grows to the end. */
static const char storm[] =
    "{\"orrery\": 1, \"objects\": [{\"kind\": \"run\", \"duration\": \"60s\"},"
    "{\"kind\": \"service\", \"name\": \"a\", \"workers\": 1, \"onAbandon\": \"finish\", "
    "\"endpoints\": {\"GET\": [%s]}},"
    "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"a GET\", \"rate\": \"3000/s\", "
    "\"timeout\": \"1s\", \"retry\": {\"kind\": \"retry\", \"attempts\": 2}}]}";

static struct document *load(struct arena *a, const char *text, struct diag *d)
{
    struct value *root = json_read_scenario(a, text, strlen(text), "bench.json", d);
    return root ? document_load(a, root, "bench.json", "bench", d) : NULL;
}

/* ns per call that users sent. */
static double run(const char *text, double mean_low_ms, double mean_high_ms)
{
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct document *doc = load(a, text, d);
    if (!doc) {
        diag_print(d, stderr);
        return 0;
    }
    const struct run_spec *spec = document_singleton(doc, "run");
    struct recorder *rec = recorder_open(a, NULL);
    struct world_options options = { .seed = 1, .duration_ns = spec->duration_ns };
    struct world *w = world_open(doc, &options, rec, (struct hook_door){ 0 }, d);
    if (!w) {
        diag_print(d, stderr);
        return 0;
    }
    double begin = bench_clock_ns();
    world_run(w, spec->duration_ns);
    double took = bench_clock_ns() - begin;
    world_report(w);
    double sent = recorder_figure(rec, "clients", "users", "sent")->value;
    for (uint32_t i = 0; i < recorder_spread_count(rec); i++) {
        const struct spread *s = recorder_spread_at(rec, i);
        if (strcmp(s->section, "clients") || strcmp(s->metric, "latency_ms")) continue;
        double mean_ms = s->sum / (double)s->count / 1e6;
        if (mean_ms < mean_low_ms || mean_ms > mean_high_ms)
            fprintf(stderr, "bench: mean %g ms, not %g to %g\n", mean_ms, mean_low_ms,
                    mean_high_ms);
    }
    world_close(w);
    recorder_close(rec);
    diag_close(d);
    arena_close(a);
    return took / sent;
}

double calls_chain3(void)
{
    static char text[4096];
    snprintf(text, sizeof text, chain3, work, work, "", work, "", "");
    return run(text, 9.5, 10.5);
}

double calls_chain3_guarded(void)
{
    static char text[4096];
    const char *guard = ", \"timeout\": \"2s\", \"retry\": {\"kind\": \"retry\", \"attempts\": 3}";
    snprintf(text, sizeof text, chain3, work, work, guard, work, guard, guard);
    return run(text, 9.5, 10.5);
}

double calls_lb3(void)
{
    static char text[4096];
    snprintf(text, sizeof text, lb3, work);
    return run(text, 2.0, 3.5);
}

/* ns an event, as orrery run makes it: slices, windows and the report are in the time. */
double calls_storm(void)
{
    static char text[4096];
    snprintf(text, sizeof text, storm, work);
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct experiment_options options = { .document = load(a, text, d) };
    struct replica_plan plan = { .options = &options, .seed = 1 };
    struct replica out = { 0 };
    double took = 0;
    if (options.document) {
        const struct run_spec *spec = document_singleton(options.document, "run");
        plan.duration_ns = plan.until_ns = spec->duration_ns;
        double begin = bench_clock_ns();
        replicate(&plan, 0, d, NULL, NULL, NULL, NULL, &out);
        took = bench_clock_ns() - begin;
    }
    if (out.arena)
        arena_close(out.arena);
    else
        diag_print(d, stderr);
    diag_close(d);
    arena_close(a);
    return out.events ? took / (double)out.events : 0;
}

static double peak_mb(void)
{
    char line[256];
    double mb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) mb = atof(line + 6) * 1024 / 1e6;
    if (f) fclose(f);
    return mb;
}

/* In a child of its own, since a peak never comes down. 0 when that was not possible. */
double calls_crowd_mb(void)
{
    int ends[2];
    double mb = 0;
    if (pipe(ends) != 0) return 0;
    pid_t child = fork();
    if (child == 0) {
        run(crowd, 0, 1e30);
        mb = peak_mb();
        _exit(write(ends[1], &mb, sizeof mb) != sizeof mb);
    }
    if (child < 0 || read(ends[0], &mb, sizeof mb) != sizeof mb) mb = 0;
    if (child > 0) waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    return mb;
}
