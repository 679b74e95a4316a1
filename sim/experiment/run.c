/* run.c - an experiment: a scenario, a seed, replications, and the rows they leave.
 *
 * Everything that goes into the store but provenance is a function of (scenario, seed,
 * replications): threads, the wall clock and the host appear in provenance only. */
#include "experiment/run.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/digest.h"
#include "experiment/team.h"
#include "experiment/verdicts.h"
#include "experiment/warmup.h"
#include "orrery/time.h"
#include "schema/schema.h"
#include "store/store.h"
#include "store/writer.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

struct experiment {
    const struct experiment_options *options;
    const struct run_spec *run;
    struct store *store;
    struct experiment_outcome *out;
    struct replica_plan plan;
    uint32_t parameter_count, finding_count;
    uint64_t digest, events;
};

static bool judge_options(const struct experiment *e, struct diag *d)
{
    const struct replica_plan *p = &e->plan;
    struct place nowhere = { .file = e->options->document->file };
    if (p->until_ns > p->duration_ns)
        diag_error(d, nowhere, "--until", "--set run.duration=T runs longer",
                   "it is later than the end of the run");
    else if (p->until_ns <= p->warmup_ns)
        diag_error(d, nowhere, "--until", "stop later, or --set run.warmup=0s",
                   "the run would end within its warm-up, with nothing measured");
    return diag_error_count(d) == 0;
}

static void add_finding(struct experiment *e, const char *text)
{
    store_finding(e->store, e->out->id, ++e->finding_count, text);
}

static void add_parameter(void *state, const char *path, const char *text)
{
    struct experiment *e = state;
    store_parameter(e->store, e->out->id, ++e->parameter_count, path, text);
}

static void begin(struct experiment *e)
{
    const struct document *doc = e->options->document;
    bool titled = e->run->title && *e->run->title;
    struct experiment_row row = { .scenario = doc->file,
                                  .title = titled ? e->run->title : doc->title,
                                  .currency = e->run->currency ? e->run->currency : "",
                                  .seed = e->plan.seed,
                                  .replications = e->options->replications,
                                  .duration_ns = e->plan.duration_ns };
    e->out->id = store_experiment(e->store, &row);
    schema_parameters(doc, add_parameter, e);
}

static void tell_dropped(struct experiment *e, uint32_t replication,
                         const struct recorder_dropped *dropped)
{
    const struct {
        const char *what;
        uint64_t count, limit;
    } rows[] = { { "figures", dropped->figures, RECORDER_FIGURES_MAX },
                 { "points of series", dropped->points, RECORDER_POINTS_MAX },
                 { "notable events", dropped->events, RECORDER_EVENTS_MAX },
                 { "decisions", dropped->decisions, RECORDER_DECISIONS_MAX } };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].count) continue;
        char text[200];
        snprintf(text, sizeof text,
                 "replication %u: %" PRIu64 " %s past the limit of %" PRIu64 " were not kept",
                 replication, rows[i].count, rows[i].what, rows[i].limit);
        add_finding(e, text);
    }
}

static bool take(void *state, uint32_t index, struct replica *r)
{
    struct experiment *e = state;
    if (!e->out->id) begin(e);
    struct run_row row = { .experiment = e->out->id,
                           .replication = index + 1,
                           .digest = r->digest,
                           .events = r->events,
                           .simulated_ns = r->simulated_ns };
    store_run(e->store, &row, r->recorder);
    tell_dropped(e, index + 1, recorder_dropped(r->recorder));
    /* One replication is itself; several are folded in order. */
    e->digest = e->options->replications == 1 ? r->digest : digest_add(e->digest, r->digest);
    e->events += r->events;
    e->out->finished++;
    arena_close(r->arena);
    return store_failure(e->store) == NULL;
}

static void add_provenance(struct experiment *e, const struct team_result *team)
{
    char text[64];
    struct rusage usage = { 0 };
    getrusage(RUSAGE_SELF, &usage);
    store_provenance(e->store, e->out->id, "version", e->options->version);
    snprintf(text, sizeof text, "%.6f", team->wall_s);
    store_provenance(e->store, e->out->id, "wall_s", text);
    snprintf(text, sizeof text, "%.0f", team->wall_s > 0 ? (double)e->events / team->wall_s : 0);
    store_provenance(e->store, e->out->id, "events_per_s", text);
    snprintf(text, sizeof text, "%ld", usage.ru_maxrss);
    store_provenance(e->store, e->out->id, "peak_rss_kib", text);
    snprintf(text, sizeof text, "%u", team->threads);
    store_provenance(e->store, e->out->id, "threads", text);
}

static void finish(struct experiment *e, const struct team_result *team,
                   const struct warmup_choice *choice)
{
    if (choice->text[0]) add_finding(e, choice->text);
    if (e->out->finished < e->options->replications) {
        char text[100];
        snprintf(text, sizeof text, "interrupted: %u of %u replications had finished",
                 e->out->finished, e->options->replications);
        add_finding(e, text);
    }
    store_experiment_end(e->store, e->out->id, e->out->finished, e->digest, e->plan.warmup_ns);
    e->out->expectations_hold = verdicts_write(e->options->document, e->store, e->out->id);
    add_provenance(e, team);
}

static enum experiment_status status_of(struct experiment *e, const struct team_result *team)
{
    const struct replica *failure = &team->first_failure;
    char *text = e->out->failure;
    size_t size = sizeof e->out->failure;
    if (store_failure(e->store)) {
        snprintf(text, size, "%s", store_failure(e->store));
        return EXPERIMENT_BROKEN;
    }
    if (team->threads == 0) {
        snprintf(text, size, "no thread could be started");
        return EXPERIMENT_BROKEN;
    }
    snprintf(text, size, "%s", failure->failure);
    if (failure->status == REPLICA_UNTRACED) return EXPERIMENT_BROKEN;
    if (failure->status == REPLICA_REFUSED) return EXPERIMENT_REFUSED;
    if (failure->status == REPLICA_FAILED) return EXPERIMENT_FAILED;
    if (e->out->finished == e->options->replications) return EXPERIMENT_DONE;
    return team->limited ? EXPERIMENT_TIME_LIMIT : EXPERIMENT_INTERRUPTED;
}

struct pilot {
    struct experiment *experiment;
    struct warmup_choice *choice;
};

static bool take_pilot(void *state, uint32_t index, struct replica *r)
{
    struct pilot *pilot = state;
    struct experiment *e = pilot->experiment;
    (void)index;
    warmup_choose(r->recorder, e->plan.until_ns, pilot->choice);
    e->plan.warmup_ns = pilot->choice->warmup_ns;
    arena_close(r->arena);
    return true;
}

/* A pilot without a warm-up says where steady state begins. It is a team of one, so that it can be
 * interrupted and tells its progress like any other replication. */
static enum experiment_status choose_warmup(struct experiment *e, struct diag *d,
                                            struct warmup_choice *choice)
{
    struct experiment_options options = *e->options;
    options.replications = options.threads = 1;
    options.trace = NULL;
    options.figures_only = false;
    struct replica_plan plan = e->plan;
    plan.options = &options;
    struct pilot pilot = { e, choice };
    struct team_result team;
    team_run(&plan, d, take_pilot, &pilot, &team);
    return team.taken ? EXPERIMENT_DONE : status_of(e, &team);
}

enum experiment_status experiment_run(const struct experiment_options *o, struct store *s,
                                      struct diag *d, struct experiment_outcome *out)
{
    check(o->replications >= 1 && o->threads >= 1);
    memset(out, 0, sizeof *out);
    const struct run_spec *run = document_singleton(o->document, "run");
    struct experiment e = { .options = o, .run = run, .store = s, .out = out };
    bool pilot = run->warmup_ns < 0;
    e.plan = (struct replica_plan){ .run = replicate,
                                    .options = o,
                                    .seed = o->seed ? *o->seed : run->seed_value,
                                    .warmup_ns = pilot ? 0 : run->warmup_ns,
                                    .duration_ns = run->duration_ns,
                                    .until_ns = o->until_ns ? o->until_ns : run->duration_ns };
    if (!judge_options(&e, d)) return EXPERIMENT_REFUSED;
    struct warmup_choice choice = { 0 };
    enum experiment_status status = EXPERIMENT_DONE;
    if (pilot) status = choose_warmup(&e, d, &choice);
    if (status != EXPERIMENT_DONE) return status;
    struct team_result team;
    team_run(&e.plan, d, take, &e, &team);
    status = status_of(&e, &team);
    bool keep = status == EXPERIMENT_DONE || status == EXPERIMENT_INTERRUPTED ||
                status == EXPERIMENT_TIME_LIMIT;
    if (keep && out->id) finish(&e, &team, &choice);
    if (keep && store_failure(s)) status = status_of(&e, &team);
    return status;
}
