/* world.c - a document and a seed become a world that runs.
 *
 * Rooms open in the order of sim/ROOMS and never see each other being opened. The world owns one
 * arena: closing it is one free. */
#include "model/model.h"

#include "base/arena.h"
#include "base/check.h"
#include "model/rooms.h"
#include "orrery/rng.h"
#include "orrery/world.h"

#include <inttypes.h>

struct owned_world {
    struct world w;
    struct world_options options;
    int64_t window_ns, window_began_ns;
};

/* About this many points a series, so that a database stays small however long the run. */
#define WINDOWS_WANTED 300

/* A round number of seconds (or of ms, in short runs) that gives about WINDOWS_WANTED windows. */
static int64_t window_of(const struct document *doc, int64_t duration_ns)
{
    static const int64_t steps[] = { 1, 2, 5 };
    const struct run_spec *run = document_singleton(doc, "run");
    if (run->window_ns > 0) return run->window_ns;
    for (int64_t unit = NS_PER_US; unit < TIME_MAX_NS; unit *= 10)
        for (uint32_t i = 0; i < 3; i++)
            if (unit * steps[i] * WINDOWS_WANTED >= duration_ns) return unit * steps[i];
    return duration_ns;
}

static void describe(void *context)
{
    const struct owned_world *o = context;
    fprintf(stderr,
            "  at %.9f s, after %" PRIu64 " events, seed %" PRIu64 ", replication %u\n"
            "  replay: orrery run %s --seed %" PRIu64 "\n",
            ns_to_s(now_ns(&o->w)), engine_event_count(o->w.engine), o->options.seed,
            o->options.replication, o->w.doc->file, o->options.seed);
}

static void each_check(struct world *w)
{
    for (uint32_t i = 0; i < ROOM_COUNT; i++)
        if (world_rooms[i]->check) (world_rooms[i]->check)(w); /* the member, not the macro */
}

static void check_after(struct world *w, const struct event_type *type, uint32_t a, uint32_t b)
{
    (void)type, (void)a, (void)b;
    each_check(w);
}

/* Rooms take what the window held, if anybody will see it: in series, or as signals. */
static void window_close(struct owned_world *o)
{
    int64_t now = now_ns(&o->w), held_ns = now - o->window_began_ns;
    o->window_began_ns = now;
    if (held_ns == 0 || (o->options.figures_only && !o->w.door.state)) return;
    for (uint32_t i = 0; i < ROOM_COUNT; i++)
        if (world_rooms[i]->sample) world_rooms[i]->sample(&o->w, held_ns);
}

/* What rooms have counted is gone after it, and so the window ends here too. */
static void on_warm(struct world *w, uint32_t a, uint32_t b)
{
    (void)a, (void)b;
    window_close((struct owned_world *)w);
    w->counted_from_ns = w->warmup_ns;
    for (uint32_t i = 0; i < ROOM_COUNT; i++)
        if (world_rooms[i]->reset) world_rooms[i]->reset(w);
}

/* Before anything else of its instant, being the first event that a world schedules: what begins at
 * the warm-up's end is counted. */
static const struct event_type world_warm = { EVENT("world.warm"), on_warm, NULL, PHASE_FAULT };

static void on_window(struct world *w, uint32_t a, uint32_t b);
static const struct event_type world_window = { EVENT("world.window"), on_window, NULL,
                                                PHASE_OBSERVE };

static void on_window(struct world *w, uint32_t a, uint32_t b)
{
    (void)a, (void)b;
    struct owned_world *o = (struct owned_world *)w;
    window_close(o);
    engine_at(w->engine, now_ns(w) + o->window_ns, &world_window, 0, 0);
}

static struct owned_world *world_make(const struct document *doc,
                                      const struct world_options *options, struct recorder *rec,
                                      struct hook_door door)
{
    struct arena *a = arena_open();
    struct owned_world *o = arena_alloc(a, sizeof *o);
    o->options = *options;
    o->window_ns = window_of(doc, options->duration_ns);
    o->w = (struct world){ .arena = a,
                           .doc = doc,
                           .recorder = rec,
                           .door = door,
                           .root_key = seed_key(options->seed, options->replication),
                           .warmup_ns = options->warmup_ns,
                           .duration_ns = options->duration_ns,
                           .tracing = recorder_tracing(rec) };
    struct engine_options queue = { .heap_queue = options->heap_queue };
    o->w.engine = engine_open(a, &o->w, queue);
    check_context(describe, o);
    if (o->w.warmup_ns > 0) engine_at(o->w.engine, o->w.warmup_ns, &world_warm, 0, 0);
    return o;
}

struct world *world_open(const struct document *doc, const struct world_options *options,
                         struct recorder *rec, struct hook_door door, struct diag *d)
{
    struct owned_world *o = world_make(doc, options, rec, door);
    struct world *w = &o->w;
    uint32_t before = diag_error_count(d);
    for (uint32_t i = 0; i < ROOM_COUNT; i++) {
        w->rooms[i] = arena_alloc(w->arena, world_rooms[i]->state_size);
        if (world_rooms[i]->open) world_rooms[i]->open(w, w->rooms[i], d);
    }
    for (uint32_t i = 0; i < ROOM_COUNT; i++)
        if (world_rooms[i]->judge) world_rooms[i]->judge(w, d);
    if (diag_error_count(d) > before) {
        world_close(w);
        return NULL;
    }
    engine_at(w->engine, o->window_ns, &world_window, 0, 0);
    for (uint32_t i = 0; i < ROOM_COUNT; i++)
        if (world_rooms[i]->begin) world_rooms[i]->begin(w);
    if (options->check_every_event) engine_watch(w->engine, check_after);
    return w;
}

bool world_run(struct world *w, int64_t until_ns)
{
    check_context(describe, w);
    engine_run(w->engine, until_ns < w->duration_ns ? until_ns : w->duration_ns);
    return !w->failure;
}

const char *world_failure(const struct world *w)
{
    return w->failure;
}

void world_report(struct world *w)
{
    each_check(w);
    w->closing = true;
    for (uint32_t i = 0; i < ROOM_COUNT; i++)
        if (world_rooms[i]->report) world_rooms[i]->report(w);
}

int64_t world_now(const struct world *w)
{
    return now_ns(w);
}

uint64_t world_event_count(const struct world *w)
{
    return engine_event_count(w->engine);
}

uint64_t world_digest(const struct world *w)
{
    return engine_digest(w->engine);
}

void world_close(struct world *w)
{
    check_context(NULL, NULL);
    if (w->door.state && w->door.close) w->door.close(w->door.state);
    arena_close(w->arena);
}
