/* result.c - what a run did, as a library's user reads it. */
#include "embed/inside.h"

#include "base/arena.h"
#include "base/text.h"
#include "orrery/time.h"
#include "report/report.h"

#include <pthread.h>
#include <stdlib.h>

struct json {
    pthread_mutex_t lock;
    struct text text; /* empty: not asked for yet */
};

static void json_close(void *json)
{
    struct json *j = json;
    pthread_mutex_destroy(&j->lock);
    text_close(&j->text);
}

struct orrery_result *result_open(void)
{
    struct arena *a = arena_open();
    struct orrery_result *r = arena_alloc(a, sizeof *r);
    *r = (struct orrery_result){ .arena = a, .status = ORRERY_REFUSED, .failure = "" };
    r->summary =
        (struct orrery_summary){ .scenario = "", .title = "", .currency = "", .digest = "" };
    r->json = arena_alloc(a, sizeof *r->json);
    pthread_mutex_init(&r->json->lock, NULL);
    arena_defer(a, json_close, r->json);
    return r;
}

static void show_summary(struct orrery_result *r)
{
    const struct result *rows = r->rows;
    r->summary = (struct orrery_summary){ .scenario = rows->scenario,
                                          .title = rows->title,
                                          .currency = rows->currency,
                                          .digest = rows->digest,
                                          .seed = strtoull(rows->seed, NULL, 10),
                                          .events = (uint64_t)rows->events,
                                          .replications = rows->replications,
                                          .finished = rows->finished,
                                          .simulated_s = ns_to_s(rows->simulated_ns),
                                          .warmup_s = ns_to_s(rows->warmup_ns) };
}

static void show_figures(struct orrery_result *r)
{
    struct orrery_figure *figures = arena_alloc(r->arena, r->rows->figure_count * sizeof *figures);
    for (uint32_t i = 0; i < r->rows->figure_count; i++) {
        const struct result_figure *f = &r->rows->figures[i];
        figures[i] = (struct orrery_figure){ .section = f->section,
                                             .object = f->object,
                                             .metric = f->metric,
                                             .unit = f->unit,
                                             .mean = f->mean,
                                             .ci95_low = f->ci95_low,
                                             .ci95_high = f->ci95_high,
                                             .n = f->n };
    }
    r->figures = figures;
    r->figure_count = r->rows->figure_count;
}

static void show_verdicts(struct orrery_result *r)
{
    uint32_t count = r->rows->expectation_count;
    struct orrery_verdict *verdicts = arena_alloc(r->arena, count * sizeof *verdicts);
    for (uint32_t i = 0; i < count; i++) {
        const struct result_expectation *e = &r->rows->expectations[i];
        verdicts[i] = (struct orrery_verdict){ .name = e->name,
                                               .observed = e->observed_text,
                                               .target = e->target,
                                               .unit = e->unit,
                                               .file = e->file,
                                               .line = e->line,
                                               .pass = e->pass,
                                               .has_value = e->observed,
                                               .value = e->value,
                                               .ci95_low = e->ci95_low,
                                               .ci95_high = e->ci95_high,
                                               .n = e->n };
    }
    r->verdicts = verdicts;
    r->verdict_count = count;
}

void result_show(struct orrery_result *r, const struct result *rows)
{
    r->rows = rows;
    show_summary(r);
    show_figures(r);
    show_verdicts(r);
}

void orrery_result_close(struct orrery_result *r)
{
    if (r) arena_close(r->arena);
}

enum orrery_status orrery_result_status(const struct orrery_result *r)
{
    return r->status;
}

const char *orrery_result_failure(const struct orrery_result *r)
{
    return r->failure;
}

const struct orrery_problems *orrery_result_problems(const struct orrery_result *r)
{
    return &r->problems;
}

const struct orrery_summary *orrery_result_summary(const struct orrery_result *r)
{
    return &r->summary;
}

uint32_t orrery_figure_count(const struct orrery_result *r)
{
    return r->figure_count;
}

const struct orrery_figure *orrery_figure_at(const struct orrery_result *r, uint32_t index)
{
    return index < r->figure_count ? &r->figures[index] : NULL;
}

const struct orrery_figure *orrery_figure_find(const struct orrery_result *r, const char *section,
                                               const char *object, const char *metric)
{
    const struct result_figure *f = r->rows ? result_find(r->rows, section, object, metric) : NULL;
    return f ? &r->figures[f - r->rows->figures] : NULL;
}

uint32_t orrery_verdict_count(const struct orrery_result *r)
{
    return r->verdict_count;
}

const struct orrery_verdict *orrery_verdict_at(const struct orrery_result *r, uint32_t index)
{
    return index < r->verdict_count ? &r->verdicts[index] : NULL;
}

bool orrery_result_holds(const struct orrery_result *r)
{
    return r->holds;
}

const char *orrery_result_json(const struct orrery_result *r)
{
    if (!r->rows) return "";
    struct host host;
    host_open(&host);
    pthread_mutex_lock(&r->json->lock);
    if (r->json->text.length == 0) report_json(r->rows, &r->json->text);
    const char *text = text_data(&r->json->text);
    pthread_mutex_unlock(&r->json->lock);
    host_close(&host);
    return text;
}
