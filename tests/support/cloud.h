/* cloud.h - a whole scenario with every kind there is: JSON objects in, a world out.
 *
 * scenario.h with the program's own list of kinds, and with a choice of seed, queue and trace.
 * CALL makes a client that sends exactly one call, so that its mean latency is that call's, to the
 * nanosecond. Every room's check runs after every event unless a test asks otherwise. */
#ifndef SUPPORT_CLOUD_H
#define SUPPORT_CLOUD_H

#include "scenario.h"

#include "service/service.h"

struct cloud_options {
    uint64_t seed;
    bool heap_queue, unchecked;
    FILE *trace;
};

#define RUN(duration) "{'kind': 'run', 'duration': '" duration "'}"
#define SERVICE(name, fields, endpoints)                                                           \
    ", {'kind': 'service', 'name': '" name "', " fields " 'endpoints': {" endpoints "}}"
#define WORK(work) "{'kind': 'cpu', '#': ['" work "']}"
#define WAIT(time) "{'kind': 'wait', '#': ['" time "']}"
#define ASK(target, more) "{'kind': 'call', '#': ['" target "']" more "}"
#define EXPONENTIAL(mean) "{'kind': 'exponential', 'mean': '" mean "'}"
#define WORK_RANDOM(mean) "{'kind': 'cpu', 'work': " EXPONENTIAL(mean) "}"
/* One call at `at` ms. */
#define CALL(name, target, at, more)                                                               \
    ", {'kind': 'client', 'name': '" name "', 'target': '" target "', 'users': 1, 'start': '" at   \
    "ms', 'stop': '" at ".001ms'" more "}"
#define OPEN(name, target, rate, more)                                                             \
    ", {'kind': 'client', 'name': '" name "', 'target': '" target "', 'rate': '" rate "'" more "}"
#define AT(time, action) ", {'kind': 'at', '#': ['" time "', " action "]}"
#define CRASH(service) "{'kind': 'crash', 'service': '" service "'}"
#define SCALE(service, replicas)                                                                   \
    "{'kind': 'scale', '#': ['" service "'], 'replicas': " #replicas "}"

static inline void cloud_load(struct scenario *s, const char *objects)
{
    struct text json = { 0 };
    text_format(&json, "{\"orrery\": 1, \"objects\": [%s]}", objects);
    for (size_t i = 0; i < json.length; i++)
        if (json.data[i] == '\'') json.data[i] = '"';
    s->arena = arena_open();
    s->diag = diag_open();
    struct value *root = json_read_scenario(s->arena, json.data, json.length, "test.json", s->diag);
    if (root) s->doc = document_load(s->arena, root, "test.json", "a test", s->diag);
    text_close(&json);
}

/* A world of the document that is loaded; it may be called again after world_close. */
static inline void cloud_world(struct scenario *s, const struct cloud_options *o)
{
    const struct run_spec *run = document_singleton(s->doc, "run");
    struct world_options options = { .seed = o->seed ? o->seed : 7,
                                     .heap_queue = o->heap_queue,
                                     .warmup_ns = run->warmup_ns,
                                     .duration_ns = run->duration_ns,
                                     .check_every_event = !o->unchecked };
    s->rec = recorder_open(s->arena, o->trace);
    s->w = world_open(s->doc, &options, s->rec, (struct hook_door){ 0 }, s->diag);
}

static inline void cloud_open(struct scenario *s, const char *objects, struct cloud_options o)
{
    *s = (struct scenario){ 0 };
    cloud_load(s, objects);
    if (s->doc) cloud_world(s, &o);
    scenario_say(s);
    if (!s->w) print_error("%s", text_data(&s->said));
    assert_non_null(s->w);
}

/* Runs to the end and reports. */
static inline struct scenario cloud_run(const char *objects)
{
    struct scenario s;
    cloud_open(&s, objects, (struct cloud_options){ 0 });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    return s;
}

static inline void cloud_refused(const char *objects, const char *said)
{
    struct scenario s = { 0 };
    cloud_load(&s, objects);
    if (s.doc) cloud_world(&s, &(struct cloud_options){ 0 });
    scenario_say(&s);
    if (s.w || !strstr(text_data(&s.said), said))
        print_error("wanted: %s\ngot: %s\n", said, text_data(&s.said));
    assert_null(s.w);
    assert_non_null(strstr(text_data(&s.said), said));
    scenario_close(&s);
}

/* Without this figure, 0: counts of what never happened are not reported. */
static inline double cloud_figure(const struct scenario *s, const char *section, const char *object,
                                  const char *metric)
{
    const struct figure *f = recorder_figure(s->rec, section, object, metric);
    return f ? f->value : 0;
}

static inline double cloud_client(const struct scenario *s, const char *name, const char *metric)
{
    return cloud_figure(s, "clients", name, metric);
}

static inline double cloud_service(const struct scenario *s, const char *name, const char *metric)
{
    return cloud_figure(s, "services", name, metric);
}

/* Fails unless a and b agree to within so much. */
#define assert_close(a, b, within)                                                                 \
    do {                                                                                           \
        double close_a = (a), close_b = (b);                                                       \
        if (!(close_a - close_b <= (within) && close_b - close_a <= (within)))                     \
            fail_msg("%s is %.9f, not %.9f", #a, close_a, close_b);                                \
    } while (0)

/* The client's one call was answered ok after so many ms, to the nanosecond. */
#define assert_took(s, name, ms)                                                                   \
    do {                                                                                           \
        assert_true(cloud_client(s, name, "ok") == 1);                                             \
        assert_close(cloud_client(s, name, "latency_ms.mean"), ms, 2e-6);                          \
    } while (0)

/* The client's one call failed with this outcome after so many ms. */
#define assert_failed(s, name, outcome, ms)                                                        \
    do {                                                                                           \
        assert_true(cloud_client(s, name, "by_outcome." outcome) == 1);                            \
        assert_close(cloud_client(s, name, "failed_latency_ms.mean"), ms, 2e-6);                   \
    } while (0)

#endif
