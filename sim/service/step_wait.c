/* step_wait.c - time that passes without using a core: a disk, a lock, a remote system. */
#include "orrery/dist.h"
#include "service/pod.h"

struct wait_spec {
    struct part time;
    uint32_t drawn; /* index into drawn_choices */
};

enum { DRAWN_CUSTOMER, DRAWN_ATTEMPT };
static const char *const drawn_choices[] = { "customer", "attempt", NULL };

static void on_wait_done(struct world *w, uint32_t call, uint32_t generation)
{
    (void)generation;
    program_run(w, call);
}

const struct event_type wait_done = { EVENT("service.waited"), on_wait_done, call_live, PHASE_WORK };

static enum step_result wait_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    struct rng r = step_rng(c, call_side(w, call), i);
    engine_at(w->engine, now_ns(w) + dist_draw_ns(i->dist, &r), &wait_done, call, c->generation);
    return STEP_WAIT;
}

/* What is slow is not what the customer wants, but the way there: another attempt has other luck. */
static enum step_result wait_anew_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    const struct call_side *side = call_side(w, call);
    struct rng r = rng_keyed(key_child(step_key(c, side, i), ~attempt_number(c, side)));
    engine_at(w->engine, now_ns(w) + dist_draw_ns(i->dist, &r), &wait_done, call, c->generation);
    return STEP_WAIT;
}

/* A wait that always takes the same time needs no place in the queue: it stands in a lane. */
static enum step_result wait_constant_run(struct world *w, uint32_t call,
                                          const struct instruction *i)
{
    engine_lane_push(w->engine, i->lane, call, call_get(w, call)->generation);
    return STEP_WAIT;
}

static void wait_compile(struct compiler *c, const struct part *step)
{
    const struct wait_spec *spec = step->spec;
    struct instruction i = { .run = spec->drawn == DRAWN_ATTEMPT ? wait_anew_run : wait_run,
                             .dist = &spec->time, .route = ROUTE_NONE };
    if (dist_scv(&spec->time) == 0) {
        struct rng unused = rng_keyed(0);
        i.run = wait_constant_run;
        i.lane = engine_lane(c->w->engine, dist_draw_ns(&spec->time, &unused), &wait_done);
    }
    compile_emit(c, i);
}

static const struct field wait_fields[] = {
    PART(struct wait_spec, "time", time, "dist", .unit = UNIT_DURATION, .position = 1,
         .doc = "How long it waits, as a duration."),
    CHOICE(struct wait_spec, "drawn", drawn, .preset = "customer", .choices = drawn_choices,
           .doc = "Whether a customer waits as long in each attempt, or each attempt has luck of its "
                  "own, as where the network or a disk is slow."),
    FIELDS_END
};

static const struct step_type wait_type = { wait_compile };

const struct kind step_wait = {
    .name = "wait",
    .role = "step",
    .room = "service",
    .doc = "Waits without using a core. A thread-per-request service keeps its worker meanwhile; "
           "an async one does not.",
    .example = "wait(exponential(\"10ms\"))",
    .spec_size = sizeof(struct wait_spec),
    .fields = wait_fields,
    .vtable = &wait_type,
};
