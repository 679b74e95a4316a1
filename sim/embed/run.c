/* run.c - a run for a library's user: an experiment into a store of its own, read back as a result.
 *
 * Whatever happens, what comes out is a result that says so. */
#include "embed/inside.h"

#include "base/arena.h"
#include "store/store.h"

#include <inttypes.h>
#include <unistd.h>

struct running {
    const struct orrery_options *options;
    struct host host;
    atomic_bool cancelled;
};

/* Only here does the host's own code run, and it must not notice that it is inside. */
static void tell(void *state, const struct progress *p)
{
    struct running *r = state;
    if (atomic_load(&r->cancelled)) return; /* it has been told all it wanted */
    struct orrery_progress shown = { .share = p->share,
                                     .finished = p->finished,
                                     .replications = p->replications,
                                     .simulated_s = p->simulated_s,
                                     .events = p->events,
                                     .wall_s = p->wall_s };
    host_return(&r->host);
    bool go_on = r->options->progress(r->options->state, &shown);
    host_leave(&r->host);
    if (!go_on) atomic_store(&r->cancelled, true);
}

static void judge(const struct orrery_options *o, struct diag *d)
{
    struct place nowhere = { 0 };
    if (o->replications > EXPERIMENT_REPLICATIONS_MAX)
        diag_error(d, nowhere, "options.replications", NULL, "%" PRIu32 " is more than %d",
                   o->replications, EXPERIMENT_REPLICATIONS_MAX);
    if (o->threads > EXPERIMENT_THREADS_MAX)
        diag_error(d, nowhere, "options.threads", NULL, "%" PRIu32 " is more than %d", o->threads,
                   EXPERIMENT_THREADS_MAX);
    if (o->out && !o->overwrite && access(o->out, F_OK) == 0)
        diag_error(d, nowhere, "options.out", "set options.overwrite to replace it", "'%s' exists",
                   o->out);
}

static enum orrery_status status_of(enum experiment_status status)
{
    switch (status) {
    case EXPERIMENT_DONE:
        return ORRERY_DONE;
    case EXPERIMENT_INTERRUPTED:
    case EXPERIMENT_TIME_LIMIT: /* none is set */
        return ORRERY_CANCELLED;
    case EXPERIMENT_REFUSED:
        return ORRERY_REFUSED;
    case EXPERIMENT_FAILED:
        return ORRERY_FAILED;
    case EXPERIMENT_BROKEN:
        break;
    }
    return ORRERY_BROKEN;
}

static void break_off(struct orrery_result *r, const char *failure)
{
    r->status = ORRERY_BROKEN;
    r->failure = arena_text(r->arena, failure);
}

static void simulate(struct orrery_result *r, const struct scenario *s, struct running *running,
                     struct store *store, struct diag *d)
{
    const struct orrery_options *o = running->options;
    struct experiment_options options = { .document = s->document,
                                          .doors = s->doors,
                                          .replications = o->replications ? o->replications : 1,
                                          .threads = o->threads ? o->threads : 1,
                                          .seed = o->seed,
                                          .figures_only = !o->out,
                                          .interrupt = &running->cancelled,
                                          .progress = o->progress ? tell : NULL,
                                          .progress_state = running,
                                          .version = ORRERY_VERSION };
    struct experiment_outcome outcome;
    r->status = status_of(experiment_run(&options, store, d, &outcome));
    r->failure = arena_text(r->arena, outcome.failure);
    if (r->status == ORRERY_CANCELLED)
        r->failure = arena_format(r->arena, "cancelled: %u of %u replications had finished",
                                  outcome.finished, options.replications);
    if ((r->status != ORRERY_DONE && r->status != ORRERY_CANCELLED) || !outcome.id) return;
    const struct result *rows = result_read(r->arena, store, outcome.id);
    char error[OUTPUT_ERROR_BYTES];
    if (!rows) {
        break_off(r, store_failure(store));
    } else if (store_commit(store, error) != OUTPUT_OK) {
        break_off(r, error);
    } else {
        result_show(r, rows);
        r->holds = outcome.expectations_hold;
    }
}

static void run(struct orrery_result *r, const struct scenario *s, struct running *running,
                struct diag *d)
{
    const struct orrery_options *o = running->options;
    char error[OUTPUT_ERROR_BYTES];
    enum output_status status;
    struct store *store = store_create(r->arena, o->out, o->overwrite, &status, error);
    if (store)
        simulate(r, s, running, store, d);
    else
        break_off(r, error);
    store_close(store);
}

/* A refusal has its reason among the problems; who only prints the failure must see one too. */
static void explain(struct orrery_result *r, const struct orrery_problems *p)
{
    if (r->status != ORRERY_REFUSED || *r->failure) return;
    uint32_t first = 0;
    while (first < p->count && p->items[first].severity != ORRERY_ERROR)
        first++;
    r->failure = first < p->count ? arena_text(r->arena, p->items[first].text)
                                  : "the scenario cannot be built";
}

struct orrery_result *orrery_run(const struct orrery_scenario *s,
                                 const struct orrery_options *options)
{
    static const struct orrery_options defaults = { 0 };
    struct running running = { .options = options ? options : &defaults };
    host_open(&running.host);
    struct diag *d = diag_open();
    struct orrery_result *r = result_open();
    judge(running.options, d);
    bool good = s && orrery_scenario_ok(s);
    if (!s) r->failure = "there is no scenario";
    if (good && diag_error_count(d) == 0) run(r, &s->scenario, &running, d);
    r->problems = problems_take(r->arena, d);
    explain(r, !s || good ? &r->problems : &s->problems);
    host_close(&running.host);
    return r;
}
