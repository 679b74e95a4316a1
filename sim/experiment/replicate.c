/* replicate.c - one replication: open a world, run it in slices, keep its rows.
 *
 * Slices only make a run interruptible; where they fall is a fixed share of virtual time, so
 * that no wall clock could ever change an order of events. */
#include "experiment/replicate.h"

#include "base/arena.h"
#include "orrery/rng.h"
#include "orrery/time.h"

#include <string.h>

/* Enough that an interruption of a ten-minute run is felt within a second. */
#define SLICES 1024

static struct world *open_world(const struct replica_plan *plan, uint32_t index,
                                struct recorder *recorder, struct diag *d, struct replica *out)
{
    const struct experiment_options *o = plan->options;
    struct hook_door door = { 0 };
    if (o->doors.open) {
        door = o->doors.open(o->doors.state, seed_key(plan->seed, index), world_now);
        if (!door.state) {
            snprintf(out->failure, sizeof out->failure,
                     "the scenario's callbacks cannot be loaded");
            return NULL;
        }
    }
    struct world_options options = { .seed = plan->seed,
                                     .replication = index,
                                     .heap_queue = o->heap_queue,
                                     .check_every_event = o->check_every_event,
                                     .figures_only = o->figures_only,
                                     .warmup_ns = plan->warmup_ns,
                                     .duration_ns = plan->duration_ns };
    return world_open(o->document, &options, recorder, door, d);
}

/* The end of slice i: exact for any duration, the last one is the end itself. */
static int64_t slice_end(int64_t until_ns, int64_t i)
{
    int64_t whole = until_ns / SLICES, rest = until_ns % SLICES;
    return whole * i + rest * i / SLICES;
}

static enum replica_status run_slices(const struct replica_plan *plan, uint32_t index,
                                      struct world *w, bool (*stop)(void *, uint32_t), void *state,
                                      struct replica_watch *watch, struct replica *out)
{
    for (int64_t i = 1; i <= SLICES; i++) {
        if (stop && stop(state, index)) return REPLICA_STOPPED;
        if (!world_run(w, slice_end(plan->until_ns, i))) {
            snprintf(out->failure, sizeof out->failure, "%s", world_failure(w));
            return REPLICA_FAILED;
        }
        if (!watch) continue;
        atomic_store_explicit(&watch->events, world_event_count(w), memory_order_relaxed);
        atomic_store_explicit(&watch->now_ns, world_now(w), memory_order_relaxed);
    }
    return REPLICA_FINISHED;
}

void replicate(const struct replica_plan *plan, uint32_t index, struct diag *d, FILE *trace,
               bool (*stop)(void *state, uint32_t index), void *state, struct replica_watch *watch,
               struct replica *out)
{
    memset(out, 0, sizeof *out);
    struct arena *arena = arena_open();
    struct recorder *recorder = recorder_open(arena, trace);
    if (plan->options->figures_only) recorder_skip_series(recorder);
    struct world *w = open_world(plan, index, recorder, d, out);
    out->status = REPLICA_REFUSED;
    if (w) {
        out->status = run_slices(plan, index, w, stop, state, watch, out);
        if (out->status == REPLICA_FINISHED) world_report(w);
        out->digest = world_digest(w);
        out->events = world_event_count(w);
        out->simulated_ns = world_now(w);
        world_close(w);
    }
    if (!recorder_close(recorder) && out->status == REPLICA_FINISHED) {
        out->status = REPLICA_UNTRACED;
        snprintf(out->failure, sizeof out->failure, "the trace cannot be written");
    }
    if (out->status == REPLICA_FINISHED) {
        out->arena = arena;
        out->recorder = recorder;
    } else {
        arena_close(arena);
    }
}
