/* scenario.h - a whole scenario in a test: JSON objects in, a world out, its rows to look at.
 *
 * Quotes are written ' so that C can hold them; "@3" is the script function number 3, which the
 * test's own `callback` answers. Every room's check runs after every event. A header, so that only
 * tests that want a whole world link one. */
#ifndef SUPPORT_SCENARIO_H
#define SUPPORT_SCENARIO_H

#include "base/arena.h"
#include "base/text.h"
#include "engine/recorder.h"
#include "model/model.h"
#include "orrery/hook.h"
#include "orrery/value.h"
#include "orrery/world.h"
#include "schema/kinds.h"
#include "schema/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KIND(name) extern const struct kind name;
KIND(model_run)
KIND(dist_constant) KIND(dist_exponential) KIND(flow_network) KIND(infra_zones) KIND(infra_nodepool)
    KIND(infra_price) KIND(service_kind) KIND(service_resources) KIND(service_resource_list)
        KIND(step_cpu) KIND(step_wait) KIND(step_call) KIND(discipline_fifo)
            KIND(balancer_round_robin) KIND(balancer_least) KIND(filter_timeout) KIND(filter_retry)
                KIND(client_kind) KIND(delivery_scale) KIND(delivery_restart) KIND(fault_at)
                    KIND(fault_every) KIND(fault_when) KIND(fault_callback) KIND(fault_crash)
                        KIND(fault_slow) KIND(fault_errors) KIND(fault_hang) KIND(fault_leak)
                            KIND(fault_cpu) KIND(fault_zone_outage)
#undef KIND

                                static const struct kind *const scenario_kinds[] = {
                                    &model_run,
                                    &dist_constant,
                                    &dist_exponential,
                                    &flow_network,
                                    &infra_zones,
                                    &infra_nodepool,
                                    &infra_price,
                                    &service_kind,
                                    &service_resources,
                                    &service_resource_list,
                                    &step_cpu,
                                    &step_wait,
                                    &step_call,
                                    &discipline_fifo,
                                    &balancer_round_robin,
                                    &balancer_least,
                                    &filter_timeout,
                                    &filter_retry,
                                    &client_kind,
                                    &delivery_scale,
                                    &delivery_restart,
                                    &fault_at,
                                    &fault_every,
                                    &fault_when,
                                    &fault_callback,
                                    &fault_crash,
                                    &fault_slow,
                                    &fault_errors,
                                    &fault_hang,
                                    &fault_leak,
                                    &fault_cpu,
                                    &fault_zone_outage,
                                };

struct scenario {
    struct arena *arena;
    struct diag *diag;
    struct document *doc;
    struct recorder *rec;
    struct world *w;  /* NULL when it has errors */
    struct text said; /* what diag prints */
    /* What script functions do; NULL when the scenario has none. */
    bool (*callback)(struct scenario *s, uint32_t function, struct argument *result);
    char failure[200];
};

static inline bool scenario_call(void *state, uint32_t function, struct world *w,
                                 const struct argument *arguments, uint32_t count,
                                 struct argument *result)
{
    struct scenario *s = state;
    (void)arguments, (void)count;
    s->w = w;
    return s->callback(s, function, result);
}

static inline const char *scenario_failure(void *state)
{
    return ((struct scenario *)state)->failure;
}

static inline void scenario_functions(struct value *v)
{
    if (v->type == VALUE_TEXT && v->text[0] == '@') {
        v->function = (uint32_t)atoi(v->text + 1);
        v->type = VALUE_FUNCTION;
    }
    for (struct value *item = v->first; item; item = item->next)
        scenario_functions(item);
    for (struct value *item = v->list_first; item; item = item->next)
        scenario_functions(item);
}

static inline void scenario_say(struct scenario *s)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    diag_print(s->diag, out);
    fclose(out);
    text_add_n(&s->said, text, length);
    free(text);
}

static inline void scenario_load(struct scenario *s, const char *objects)
{
    struct text json = { 0 };
    text_format(&json, "{\"orrery\": 1, \"objects\": [%s]}", objects);
    for (size_t i = 0; i < json.length; i++)
        if (json.data[i] == '\'') json.data[i] = '"';
    s->arena = arena_open();
    s->diag = diag_open();
    struct value *root = json_read_scenario(s->arena, json.data, json.length, "test.json", s->diag);
    if (root) {
        scenario_functions(root);
        struct kind_list list = { scenario_kinds, sizeof scenario_kinds / sizeof *scenario_kinds };
        s->doc = document_load_kinds(list, s->arena, root, "test.json", "a test", s->diag);
    }
    text_close(&json);
}

static inline void scenario_open(struct scenario *s, const char *objects)
{
    scenario_load(s, objects);
    s->rec = recorder_open(s->arena, NULL);
    if (s->doc) {
        const struct run_spec *run = document_singleton(s->doc, "run");
        struct world_options options = { .seed = 7,
                                         .warmup_ns = run->warmup_ns,
                                         .duration_ns = run->duration_ns,
                                         .check_every_event = true };
        struct hook_door door = { .state = s, .call = scenario_call, .failure = scenario_failure };
        s->w = world_open(s->doc, &options, s->rec, door, s->diag);
    }
    scenario_say(s);
}

/* For scenarios that are right. */
static inline void scenario_begin(struct scenario *s, const char *objects)
{
    scenario_open(s, objects);
    if (!s->w) print_error("%s", text_data(&s->said));
    assert_non_null(s->w);
}

static inline void scenario_close(struct scenario *s)
{
    if (s->w) world_close(s->w);
    text_close(&s->said);
    diag_close(s->diag);
    arena_close(s->arena);
    *s = (struct scenario){ 0 };
}

/* Fails unless the objects are refused and each of the texts is said about them. */
static inline void scenario_refused(const char *objects, const char *said)
{
    struct scenario s = { 0 };
    scenario_open(&s, objects);
    if (s.w || !strstr(text_data(&s.said), said))
        print_error("wanted: %s\ngot: %s\n", said, text_data(&s.said));
    assert_null(s.w);
    assert_non_null(strstr(text_data(&s.said), said));
    scenario_close(&s);
}

static inline void scenario_run(struct scenario *s, double until_s)
{
    assert_true(world_run(s->w, (int64_t)(until_s * 1e9)));
}

static inline double scenario_figure(const struct scenario *s, const char *section,
                                     const char *object, const char *metric)
{
    const struct figure *f = recorder_figure(s->rec, section, object, metric);
    if (!f) print_error("no figure %s %s %s\n", section, object, metric);
    assert_non_null(f);
    return f->value;
}

/* How many timeline entries have this kind. */
static inline uint32_t scenario_entries(const struct scenario *s, const char *kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < recorder_event_count(s->rec); i++)
        count += strcmp(recorder_event_at(s->rec, i)->kind, kind) == 0;
    return count;
}

/* The number-th (from 0) entry of this kind. */
static inline const struct entry *scenario_entry(const struct scenario *s, const char *kind,
                                                 uint32_t number)
{
    for (uint32_t i = 0; i < recorder_event_count(s->rec); i++) {
        const struct entry *e = recorder_event_at(s->rec, i);
        if (strcmp(e->kind, kind) == 0 && number-- == 0) return e;
    }
    fail_msg("there is no such entry: %s", kind);
    return NULL;
}

#endif
