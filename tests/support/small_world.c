/* small_world.c - clients, filters and balancers against a stub instead of services. */
#include "small_world.h"

#include "base/arena.h"
#include "base/text.h"
#include "schema/kinds.h"
#include "schema/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

extern const struct kind flow_network, client_kind, filter_timeout, filter_retry, balancer_random,
    balancer_round_robin, balancer_least, balancer_p2c, balancer_hash, keys_zipf, keys_uniform,
    dist_constant, dist_exponential, filter_breaker, filter_hystrix,
    filter_bulkhead,
    filter_ratelimit,
    filter_throttle,
    filter_vegas,
    filter_gradient,
    filter_fallback,
    filter_twin,
    filter_collapse,
    filter_thresholds,
    filter_hedge,
    budget_token,
    budget_window,
    budget_concurrency,
    budget_throttling,
    budget_quota,
    balancer_maglev,
    balancer_ring_hash;

/* ------------------------------------------------------------------------- the stub */

struct stub_spec {
    struct map endpoints;
};

static const struct field stub_fields[] = {
    MAP(struct stub_spec, "endpoints", endpoints, FIELD_NUMBER,
        .doc = "Names, each with any number."),
    FIELDS_END
};

static const struct kind stub_kind = {
    .name = "stub",
    .role = "object",
    .form = KIND_NAMED,
    .room = "test",
    .doc = "What answers as a test says.",
    .spec_size = sizeof(struct stub_spec),
    .fields = stub_fields,
};

static struct stub *stub_of(const struct world *w)
{
    return w->rooms[ROOM_SERVICE];
}

static void on_answer(struct world *w, uint32_t call, uint32_t generation)
{
    (void)generation;
    call_side(w, call)->reply_bytes = stub_of(w)->reply_bytes;
    call_reply(w, call, (enum outcome)call_get(w, call)->step); /* where stub_offer left it */
}

static const struct event_type stub_answer = {
    EVENT("stub.answer"), .fire = on_answer, .live = call_live, .phase = PHASE_WORK
};

static void stub_offer(struct world *w, uint32_t pod, uint32_t call)
{
    struct stub *stub = stub_of(w);
    struct call *c = call_get(w, call);
    if (stub->offered < STUB_OFFERS_MAX)
        stub->offers[stub->offered] = (struct stub_offer){
            now_ns(w), c->deadline_ns, c->key, pod, route_operation(w, c->route),
            call_side(w, call)->customer, c->attempt, c->priority
        };
    uint32_t next = stub->offered++;
    if (next >= stub->answer_count) next = stub->answer_count - 1;
    const struct stub_answer *answer = &stub->answers[next];
    c->state = CALL_WAITING;
    c->step = (uint16_t)answer->outcome;
    if (answer->after_ns == 0)
        call_reply(w, call, answer->outcome);
    else if (answer->after_ns != TIME_NEVER)
        engine_at(w->engine, now_ns(w) + answer->after_ns, &stub_answer, call, c->generation);
}

static bool stub_cancel(struct world *w, uint32_t pod, uint32_t call)
{
    (void)pod, (void)call;
    struct stub *stub = stub_of(w);
    stub->orphaned += !stub->cancels;
    stub->cancelled += stub->cancels;
    return stub->cancels;
}

static const struct endpoint_type stub_type = { "stub", stub_offer, stub_cancel };

/* ------------------------------------------------------------------------- the metronome */

struct metronome_spec {
    int64_t first_ns, gap_ns;
    uint32_t count, batch;
};

static int64_t metronome_gap(const void *spec, void *state, int64_t now, struct rng *r)
{
    (void)now, (void)r;
    const struct metronome_spec *s = spec;
    uint32_t *sent = state;
    if (*sent >= s->count) return TIME_NEVER;
    return (*sent)++ ? s->gap_ns : s->first_ns;
}

static uint32_t metronome_batch(const void *spec, void *state, struct rng *r)
{
    (void)state, (void)r;
    return ((const struct metronome_spec *)spec)->batch;
}

static double metronome_rate(const void *spec, int64_t duration_ns)
{
    (void)duration_ns;
    const struct metronome_spec *s = spec;
    return s->batch * 1e9 / (double)s->gap_ns;
}

static const struct arrival_type metronome_type = { .state_size = sizeof(uint32_t),
                                                    .next_gap = metronome_gap,
                                                    .batch = metronome_batch,
                                                    .mean_rate = metronome_rate };

static const struct field metronome_fields[] = {
    DURATION(struct metronome_spec, "first", first_ns, .preset = "0s", .doc = "The first send."),
    DURATION(struct metronome_spec, "gap", gap_ns, .preset = "1s", .doc = "Between two sends."),
    COUNT(struct metronome_spec, "count", count, .preset = "1", .doc = "How many sends in all."),
    COUNT(struct metronome_spec, "batch", batch, .preset = "1", .doc = "Calls a send."),
    FIELDS_END
};

static const struct kind metronome = {
    .name = "metronome",
    .role = "arrival",
    .form = KIND_PART,
    .room = "test",
    .doc = "Sends at exact times.",
    .spec_size = sizeof(struct metronome_spec),
    .fields = metronome_fields,
    .vtable = &metronome_type,
};

/* ------------------------------------------------------------------------- the world */

static const struct kind *const small_kinds[] = {
    &filter_twin,
    &filter_collapse,
    &filter_thresholds,
    &filter_hedge,
    &budget_token,
    &budget_window,
    &budget_concurrency,
    &budget_throttling,
    &budget_quota,
    &flow_network,   &client_kind,    &filter_timeout,       &filter_retry,   &balancer_random,
    &balancer_least, &balancer_p2c,   &balancer_round_robin, &balancer_hash,  &keys_zipf,
    &keys_uniform,   &dist_constant,  &dist_exponential,     &stub_kind,      &metronome,
    &filter_breaker, &filter_hystrix,
    &filter_bulkhead,
    &filter_ratelimit,
    &filter_throttle,
    &filter_vegas,
    &filter_gradient,
    &filter_fallback,
    &balancer_maglev,
    &balancer_ring_hash,
};
static const struct kind_list small_list = { small_kinds,
                                             sizeof small_kinds / sizeof *small_kinds };

static const char stub_json[] = "{\"kind\": \"stub\", \"name\": \"shop\", \"endpoints\": "
                                "{\"GET /\": 1, \"GET /cart\": 1}}";

static void document_open(struct small_world *s, const char *objects)
{
    const char *text = arena_format(s->arena, "{\"orrery\": 1, \"objects\": [%s%s%s]}", stub_json,
                                    *objects ? ",\n" : "", objects);
    struct value *root = json_read_scenario(s->arena, text, strlen(text), "test.json", s->diag);
    if (root)
        s->w.doc = document_load_kinds(small_list, s->arena, root, "test.json", "test", s->diag);
}

static void check_after(struct world *w, const struct event_type *type, uint32_t a, uint32_t b)
{
    (void)type, (void)a, (void)b;
    flow_room.check(w);
    workload_room.check(w);
}

static void rooms_open(struct small_world *s, const struct small_options *o)
{
    static const char *const operations[] = { "GET /", "GET /cart" };
    static const struct part nothing_said[1];
    static const struct part round_robin = { .kind = &balancer_round_robin, .spec = nothing_said };
    struct world *w = &s->w;
    w->rooms[ROOM_FLOW] = arena_alloc(s->arena, flow_room.state_size);
    w->rooms[ROOM_SERVICE] = &s->stub;
    w->rooms[ROOM_WORKLOAD] = arena_alloc(s->arena, workload_room.state_size);
    flow_room.open(w, w->rooms[ROOM_FLOW], s->diag);
    struct group group = { .name = "shop", .type = &stub_type, .capacity = STUB_PODS_MAX,
                           .operations = operations, .operation_count = 2,
                           .balancer = &round_robin };
    s->group = group_open(w, &group);
    for (uint32_t i = 0; i < (o->no_pods ? 0 : o->pods ? o->pods : 1); i++)
        group_ready(w, s->group, i, true);
    workload_room.open(w, w->rooms[ROOM_WORKLOAD], s->diag);
}

static void on_warm(struct world *w, uint32_t a, uint32_t b)
{
    (void)a, (void)b;
    w->counted_from_ns = w->warmup_ns;
    flow_room.reset(w);
    workload_room.reset(w);
}

static const struct event_type warm = { EVENT("world.warm"), on_warm, NULL, PHASE_FAULT };

static struct small_world *small_world_try(const char *objects, const struct small_options *o)
{
    struct arena *a = arena_open();
    struct small_world *s = arena_alloc(a, sizeof *s);
    struct world *w = &s->w;
    s->arena = w->arena = a;
    s->diag = diag_open();
    static const struct stub_answer never = { TIME_NEVER, OUTCOME_OK };
    s->stub.answers = &never;
    s->stub.answer_count = 1;
    document_open(s, objects);
    if (!w->doc) return s;
    w->engine = engine_open(a, w, (struct engine_options){ 0 });
    w->recorder = recorder_open(a, o->trace);
    w->tracing = recorder_tracing(w->recorder);
    w->root_key = seed_key(o->seed, 0);
    w->warmup_ns = o->warmup_ns;
    w->duration_ns = TIME_MAX_NS;
    if (w->warmup_ns > 0) engine_at(w->engine, w->warmup_ns, &warm, 0, 0);
    rooms_open(s, o);
    if (diag_error_count(s->diag)) return s;
    workload_room.begin(w);
    if (!o->unchecked) engine_watch(w->engine, check_after);
    return s;
}

struct small_world *small_world_open(const char *objects, const struct small_options *options)
{
    static const struct small_options none;
    struct small_world *s = small_world_try(objects, options ? options : &none);
    diag_print(s->diag, stderr);
    assert_int_equal(diag_error_count(s->diag), 0);
    return s;
}

void small_world_close(struct small_world *s)
{
    recorder_close(s->w.recorder);
    diag_close(s->diag);
    arena_close(s->arena);
}

void small_world_run(struct small_world *s, int64_t until_ns)
{
    engine_run(s->w.engine, until_ns);
    flow_room.check(&s->w);
    workload_room.check(&s->w);
}

const char *small_world_refusal(const char *objects)
{
    static char said[4096];
    static const struct small_options none;
    struct small_world *s = small_world_try(objects, &none);
    assert_int_not_equal(diag_error_count(s->diag), 0);
    FILE *out = fmemopen(said, sizeof said, "w");
    diag_print(s->diag, out);
    fclose(out);
    diag_close(s->diag);
    arena_close(s->arena);
    return said;
}
