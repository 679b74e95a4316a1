/* step_call.c - asking another service, and waiting for its answer.
 *
 * Each pod of the calling service is a client of its own: its balancer and filter state are nobody
 * else's. A child's failure is the parent's failure unless the call is optional. */
#include "base/arena.h"
#include "flow/flow.h"
#include "service/path.h"

struct call_spec {
    const char *target;
    struct route_said said;
    struct route_asks asks;
    bool optional;
};

static void on_reply(struct world *w, uint32_t child)
{
    const struct call *c = call_get(w, child);
    child_answered(w, c, call_get(w, c->parent), route_owner(w, c->route) != 0);
}

/* The calls stand in the instructions that follow; all are sent before any is awaited. */
static enum step_result parallel_run(struct world *w, uint32_t call, const struct instruction *i)
{
    call_get(w, call)->step += i->count;
    for (uint16_t n = 1; n <= i->count; n++)
        program_send(w, call, i + n);
    return call_get(w, call)->pending ? STEP_WAIT : STEP_NEXT;
}

struct instruction step_send_instruction(struct compiler *c, struct route_spec route)
{
    const struct service *s = c->service;
    route.caller = c->name;
    if (!route.proceed) route.proceed = program_proceed;
    route.instance_count = s->capacity;
    route.instance_base = s->first_pod;
    route.by_pod = true;
    route.zones = service_room_of(c->w)->zones + s->first_pod;
    uint32_t id = route_open(c->w, &route, c->d);
    return (struct instruction){ .opcode = OPCODE_CALL,
                                 .way = id == ROUTE_NONE ? NULL : route_get(c->w, id),
                                 .route = id };
}

static struct instruction step_call_instruction(struct compiler *c, const struct part *step)
{
    const struct call_spec *spec = step->spec;
    struct route_spec route = { .target = spec->target,
                                .at = step->at,
                                .asks = &spec->asks,
                                .reply = on_reply,
                                .owner = spec->optional };
    route_say(&route, &spec->said);
    return step_send_instruction(c, route);
}

/* ------------------------------------------------------------------------- messages */

/* A part of role "dist" that nobody types: CPU for a message, always as much. */
static double message_draw(const void *spec, struct rng *r)
{
    (void)r;
    return (double)*(const int64_t *)spec;
}

static double message_mean(const void *spec)
{
    return (double)*(const int64_t *)spec;
}

static double message_scv(const void *spec)
{
    (void)spec;
    return 0;
}

static const struct dist_type message_dist = { message_draw, message_mean, message_scv };
static const struct kind message_kind = { .name = "message",
                                          .role = "dist",
                                          .vtable = &message_dist };

/* The caller encodes what it sends and decodes what it hears on a CPU of its own. */
static void message_emit(struct compiler *c, int64_t work_ns)
{
    if (work_ns == 0) return;
    struct part *work = arena_alloc(c->w->arena, sizeof *work);
    int64_t *spec = arena_alloc(c->w->arena, sizeof *spec);
    *spec = work_ns;
    *work = (struct part){ .kind = &message_kind, .spec = spec };
    compile_emit(c, (struct instruction){ .opcode = OPCODE_CPU,
                                          .draw = message_draw,
                                          .dist = work,
                                          .route = ROUTE_NONE });
    c->messages++;
}

static struct message_work work_of(const struct compiler *c, const struct instruction *i)
{
    return i->route == ROUTE_NONE ? (struct message_work){ 0 } : route_message_work(c->w, i->route);
}

/* Requests are encoded before the first is sent, and answers decoded when all are there. */
static void calls_emit(struct compiler *c, const struct part *steps, uint32_t count,
                       const struct instruction *before)
{
    struct instruction *calls = arena_alloc(c->w->arena, count * sizeof *calls);
    int64_t encode_ns = 0, decode_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        calls[i] = step_call_instruction(c, &steps[i]);
        if (calls[i].route != ROUTE_NONE) route_caller_works(c->w, calls[i].route);
        encode_ns += work_of(c, &calls[i]).encode_ns;
        decode_ns += work_of(c, &calls[i]).decode_ns;
    }
    message_emit(c, encode_ns);
    if (before) compile_emit(c, *before);
    for (uint32_t i = 0; i < count; i++)
        compile_emit(c, calls[i]);
    message_emit(c, decode_ns);
}

static void call_compile(struct compiler *c, const struct part *step)
{
    calls_emit(c, step, 1, NULL);
}

static void call_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    const struct call_spec *s = spec;
    route_said_check(&s->said, at, path, d);
    route_request_check(doc, &s->asks, &s->target, s->target != NULL, at, path, d);
}

static const struct field call_fields[] = {
    TEXT(struct call_spec, "target", target, .position = 1, .judge = target_check,
         .doc = "Whom to ask: a service and its endpoint, \"cart GET /cart\"."),
    ROUTE_SAID_FIELDS(struct call_spec, said,
        /* timeout */ "How long each attempt is awaited; inside `retry`.",
        /* retry */ "What to do when an attempt fails.",
        /* filters */ "Further guards, outermost first, outside `retry` and `timeout`.",
        /* balancer */ "How this caller chooses a pod; the called service's own choice by "
            "default.",
        /* protocol */ "How the call travels: connections, their set-up, messages; as the called "
            "service wishes by default.",
        /* discovery */ "How each pod of this caller learns which pods it can call; as the "
            "called service wishes by default.",
        /* trafficPolicy */ "Which of the pods it may use, and which first; the called service's "
            "own by default."),
    ASKS_FIELDS(struct call_spec, asks),
    BOOL(struct call_spec, "optional", optional, .preset = "false",
         .doc = "Whether the caller can do without the answer: a failure is then no error."),
    FIELDS_END
};

static const struct step_type call_type = { call_compile };

const struct kind step_call = {
    .name = "call",
    .role = "step",
    .room = "service",
    .doc = "Calls an endpoint of another service and waits for the answer.",
    .example = "call { \"redis GET\", timeout = \"200ms\", retry = { attempts = 2 } }",
    .spec_size = sizeof(struct call_spec),
    .fields = call_fields,
    .check = call_check,
    .vtable = &call_type,
};

struct parallel_spec {
    struct list calls;
};

static void parallel_compile(struct compiler *c, const struct part *step)
{
    const struct parallel_spec *spec = step->spec;
    struct instruction before = { .run = parallel_run,
                                  .route = ROUTE_NONE,
                                  .count = (uint16_t)spec->calls.count };
    calls_emit(c, spec->calls.items, spec->calls.count, &before);
}

static void parallel_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    (void)doc;
    const struct parallel_spec *s = spec;
    const struct part *calls = s->calls.items;
    for (uint32_t i = 0; i < s->calls.count; i++)
        if (calls[i].kind && calls[i].kind != &step_call)
            diag_error(d, calls[i].at, path, "only `call` steps can run in parallel",
                       "'%s' cannot stand in parallel", calls[i].kind->name);
    if (s->calls.count == 0)
        diag_error(d, at, path, "parallel { call \"a\", call \"b\" }", "parallel has no calls");
}

static const struct field parallel_fields[] = {
    LIST(struct parallel_spec, "calls", calls, FIELD_PART, .role = "step", .position = FIELD_REST,
         .doc = "The `call` steps that are sent at once."),
    FIELDS_END
};

static const struct step_type parallel_type = { parallel_compile };

const struct kind step_parallel = {
    .name = "parallel",
    .role = "step",
    .room = "service",
    .doc = "Sends several calls at once and waits for all the answers (fork-join).",
    .example = "parallel { call \"ads\", call \"reviews\" }",
    .spec_size = sizeof(struct parallel_spec),
    .fields = parallel_fields,
    .check = parallel_check,
    .vtable = &parallel_type,
};
