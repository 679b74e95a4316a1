/* engine.c - the engine alone: M/M/1, the hold model, and time-outs that are cancelled. */
#include "bench.h"

#include "base/arena.h"
#include "engine/queue.h"
#include "orrery/engine.h"
#include "orrery/probe.h"
#include "orrery/rng.h"

#include <stdio.h>

#define RING (1u << 12)

/* The engine never looks inside a world, so a benchmark may bring its own. */
struct world {
    struct engine *engine;
    struct rng arrivals, services;
    struct histogram latency;
    int64_t at[RING];
    uint32_t head, tail, done, wanted;
    struct entity *entities;
    struct event_id *timers;
    int64_t gap_ns;
};

#define ALONE static inline __attribute__((always_inline))

/* M/M/1 at rho 0.8, as bare.c has it: by its events, which `draw` from one distribution. */
ALONE void mm1_serve(struct world *w, const struct event_type *departs, double (*draw)(struct rng *r))
{
    int64_t end = engine_now(w->engine) + (int64_t)(draw(&w->services) * 1e6);
    engine_at(w->engine, end, departs, 0, 0);
}

ALONE void mm1_depart(struct world *w, const struct event_type *departs, double (*draw)(struct rng *r))
{
    int64_t now = engine_now(w->engine);
    histogram_record(&w->latency, now - w->at[w->head++ & (RING - 1)]);
    if (++w->done == w->wanted) engine_stop(w->engine);
    if (w->tail != w->head) mm1_serve(w, departs, draw);
}

ALONE void mm1_arrive(struct world *w, const struct event_type *arrives,
                      const struct event_type *departs, double (*draw)(struct rng *r))
{
    int64_t now = engine_now(w->engine);
    w->at[w->tail++ & (RING - 1)] = now;
    if (w->tail - w->head == 1) mm1_serve(w, departs, draw);
    engine_at(w->engine, now + (int64_t)(draw(&w->arrivals) * 1.25e6), arrives, 0, 0);
}

#define MM1(DRAW)                                                                                  \
    static void DRAW##_departure(struct world *w, uint32_t a, uint32_t b);                         \
    static void DRAW##_arrival(struct world *w, uint32_t a, uint32_t b);                           \
    static const struct event_type DRAW##_departs = { EVENT("departure"), DRAW##_departure,        \
                                                      .phase = PHASE_WORK };                       \
    static const struct event_type DRAW##_arrives = { EVENT("arrival"), DRAW##_arrival,            \
                                                      .phase = PHASE_ARRIVAL };                    \
    static void DRAW##_departure(struct world *w, uint32_t a, uint32_t b)                          \
    {                                                                                              \
        (void)a, (void)b;                                                                          \
        mm1_depart(w, &DRAW##_departs, DRAW);                                                      \
    }                                                                                              \
    static void DRAW##_arrival(struct world *w, uint32_t a, uint32_t b)                            \
    {                                                                                              \
        (void)a, (void)b;                                                                          \
        mm1_arrive(w, &DRAW##_arrives, &DRAW##_departs, DRAW);                                     \
    }

MM1(draw_textbook)
MM1(draw_ziggurat)

static double mm1(void (*arrival)(struct world *w, uint32_t a, uint32_t b))
{
    static struct world w;
    struct arena *arena = arena_open();
    w = (struct world){ .arrivals = rng_open(1), .services = rng_open(2), .wanted = 2000000 };
    w.engine = engine_open(arena, &w, (struct engine_options){ 0 });
    histogram_open(&w.latency, arena);
    double begin = bench_clock_ns();
    arrival(&w, 0, 0);
    engine_run(w.engine, TIME_MAX_NS);
    double took = bench_clock_ns() - begin;
    double mean_ms = histogram_mean(&w.latency) / 1e6;
    if (mean_ms < 4.5 || mean_ms > 5.5) fprintf(stderr, "engine_mm1: mean %g ms\n", mean_ms);
    arena_close(arena);
    return took / w.wanted;
}

double engine_mm1(void)
{
    return mm1(draw_ziggurat_arrival);
}

double engine_mm1_textbook(void)
{
    return mm1(draw_textbook_arrival);
}

/* The hold model (Jones 1986): n pending; take the earliest, put it back an exponential time later. */
static bool nothing_dead(const void *context, const struct waiter *x)
{
    (void)context, (void)x;
    return false;
}

static uint64_t hold_gap(struct rng *r)
{
    return event_key((int64_t)(rng_exponential(r) * 1e6), PHASE_FAULT);
}

static double hold_queue(uint32_t pending)
{
    enum { HOLDS = 400000 };
    struct arena *arena = arena_open();
    struct radix_queue *radix = arena_alloc(arena, sizeof *radix);
    struct judge judge = { nothing_dead, NULL, NULL, false };
    struct front *front = arena_alloc(arena, sizeof *front);
    radix_queue_open(radix, front);
    struct rng r = rng_open(3);
    struct waiter x = { 0 };
    for (uint32_t i = 0; i < pending; i++) {
        x = (struct waiter){ .key = hold_gap(&r), .about = i };
        radix_queue_push(radix, arena, &x);
    }
    double begin = 0;
    uint32_t warm = pending < HOLDS ? HOLDS : pending;
    for (uint32_t i = 0; i < warm + HOLDS; i++) {
        if (i == warm) begin = bench_clock_ns();
        radix_queue_ready(radix, arena, &judge, KEY_LAST);
        radix_queue_take(radix, &x);
        x.key += hold_gap(&r);
        radix_queue_push(radix, arena, &x);
    }
    double took = bench_clock_ns() - begin;
    arena_close(arena);
    return took / HOLDS;
}

struct entity {
    uint64_t words[8]; /* 64 bytes: one cache line that the event touches */
};

static void on_hold(struct world *w, uint32_t entity, uint32_t b);
static const void *hold_entity(const struct world *w, uint32_t entity)
{
    return &w->entities[entity];
}

static const struct event_type hold = { EVENT("hold"), on_hold, NULL, PHASE_WORK, hold_entity };

static void on_hold(struct world *w, uint32_t entity, uint32_t b)
{
    (void)b;
    w->entities[entity].words[0]++;
    if (++w->done == w->wanted) engine_stop(w->engine);
    int64_t gap = 1 + (int64_t)(rng_exponential(&w->services) * 1e6);
    engine_at(w->engine, engine_now(w->engine) + gap, &hold, entity, 0);
}

static double hold_engine(uint32_t pending)
{
    enum { HOLDS = 400000 };
    static struct world w;
    struct arena *arena = arena_open();
    w = (struct world){ .services = rng_open(3) };
    w.engine = engine_open(arena, &w, (struct engine_options){ 0 });
    w.entities = arena_alloc(arena, pending * sizeof *w.entities);
    w.wanted = UINT32_MAX;
    for (uint32_t i = 0; i < pending; i++)
        engine_at(w.engine, 1 + (int64_t)(rng_exponential(&w.services) * 1e6), &hold, i, 0);
    while (w.done < (pending < HOLDS ? HOLDS : pending))
        engine_run(w.engine, engine_now(w.engine) + 100000);
    w.wanted = w.done + HOLDS;
    double begin = bench_clock_ns();
    engine_run(w.engine, TIME_MAX_NS);
    double took = bench_clock_ns() - begin;
    arena_close(arena);
    return took / HOLDS;
}

/* Time-outs: each operation sets one 2 s ahead and cancels the one set n operations ago. */
static void never(struct world *w, uint32_t a, uint32_t b)
{
    (void)w, (void)a, (void)b;
    fprintf(stderr, "cancel: a cancelled time-out fired\n");
}

static const struct event_type timeout = { EVENT("timeout"), never, NULL, PHASE_WORK };

static void on_operation(struct world *w, uint32_t a, uint32_t b);
static const struct event_type operation = { EVENT("operation"), on_operation, NULL, PHASE_WORK };

static void on_operation(struct world *w, uint32_t mask, uint32_t b)
{
    (void)b;
    int64_t now = engine_now(w->engine);
    struct event_id *timer = &w->timers[w->done & mask];
    engine_cancel(w->engine, *timer);
    *timer = engine_timer(w->engine, now + 2000000000, &timeout, 0, 0);
    if (++w->done == w->wanted) {
        engine_stop(w->engine);
        return;
    }
    engine_at(w->engine, now + w->gap_ns, &operation, mask, 0);
}

static double cancel(uint32_t outstanding)
{
    enum { OPERATIONS = 400000 };
    static struct world w;
    struct arena *arena = arena_open();
    w = (struct world){ .wanted = OPERATIONS };
    w.engine = engine_open(arena, &w, (struct engine_options){ 0 });
    uint32_t mask = 1;
    while (mask + 1 < outstanding)
        mask = 2 * mask + 1;
    w.timers = arena_alloc(arena, (mask + 1) * sizeof *w.timers);
    w.gap_ns = 1000000000 / (mask + 1); /* all are cancelled after a second */
    double begin = bench_clock_ns();
    on_operation(&w, mask, 0);
    engine_run(w.engine, TIME_MAX_NS);
    double took = bench_clock_ns() - begin;
    arena_close(arena);
    return took / OPERATIONS;
}

double hold_queue_10(void) { return hold_queue(10); }
double hold_queue_1e3(void) { return hold_queue(1000); }
double hold_queue_1e5(void) { return hold_queue(100000); }
double hold_queue_1e6(void) { return hold_queue(1000000); }
double hold_engine_10(void) { return hold_engine(10); }
double hold_engine_1e3(void) { return hold_engine(1000); }
double hold_engine_1e5(void) { return hold_engine(100000); }
double hold_engine_1e6(void) { return hold_engine(1000000); }
double cancel_1e3(void) { return cancel(1000); }
double cancel_1e5(void) { return cancel(100000); }
