/* some_kinds.h - a small list of kinds that uses every type of field, and helpers to load a
 * scenario of them from JSON. Not the program's kinds: what they mean does not matter here. */
#ifndef TESTS_SCHEMA_SOME_KINDS_H
#define TESTS_SCHEMA_SOME_KINDS_H

#include "base/arena.h"
#include "orrery/time.h"
#include "schema/json.h"
#include "schema/kinds.h"
#include "schema/schema.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct some_run {
    int64_t duration_ns;
    double seed;
    const char *title;
};
static const struct field some_run_fields[] = {
    DURATION(struct some_run, "duration", duration_ns, .preset = "10m", .min = 1, .max = 864e11,
             .doc = "How long the run lasts."),
    NUMBER(struct some_run, "seed", seed, .preset = "1", .doc = "Where chance begins."),
    TEXT(struct some_run, "title", title, .preset = "", .doc = "What it is about."), FIELDS_END
};
static const struct kind some_run_kind = {
    .name = "run",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "model",
    .doc = "Options of the run.",
    .spec_size = sizeof(struct some_run),
    .fields = some_run_fields,
};

struct some_zones {
    struct list names;
};
static const struct field some_zones_fields[] = {
    LIST(struct some_zones, "names", names, FIELD_NAME, .preset = "", .position = FIELD_REST,
         .doc = "Names of the zones."),
    FIELDS_END
};
static const struct kind some_zones_kind = {
    .name = "zones",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "infra",
    .doc = "The zones there are.",
    .spec_size = sizeof(struct some_zones),
    .fields = some_zones_fields,
};

struct some_pool {
    uint32_t count;
    double price;
};
static const struct field some_pool_fields[] = {
    COUNT(struct some_pool, "count", count, .preset = "3", .min = 1, .max = 10000,
          .doc = "Nodes in the pool."),
    MONEY(struct some_pool, "pricePerHour", price, .preset = "0.05",
          .doc = "Price of a node hour."),
    FIELDS_END
};
static const struct kind some_pool_kind = {
    .name = "nodepool",
    .role = "object",
    .form = KIND_NAMED,
    .room = "infra",
    .doc = "Equal nodes.",
    .spec_size = sizeof(struct some_pool),
    .fields = some_pool_fields,
};

struct some_service {
    uint32_t replicas, workers, policy;
    struct part startup, size, discipline, retry;
    int64_t timeout_ns, memory_bytes;
    double errors, cores;
    bool drain;
    struct map endpoints, labels, limits, homes;
    struct list pools, weights;
    const struct value *selector;
};
static const char *const some_policies[] = { "finish", "cancel", NULL };
static const struct field some_service_fields[] = {
    COUNT(struct some_service, "replicas", replicas, .preset = "1", .min = 1, .max = 1000,
          .doc = "How many pods."),
    COUNT(struct some_service, "workers", workers, .preset = "unlimited", .min = 1,
          .max = UINT32_MAX, .doc = "Calls a pod serves at once."),
    PART(struct some_service, "startup", startup, "dist", .preset = "1s", .unit = UNIT_DURATION,
         .doc = "Time from start to ready."),
    PART(struct some_service, "size", size, "dist", .preset = "", .unit = UNIT_BYTES,
         .doc = "Size of an answer."),
    DURATION(struct some_service, "timeout", timeout_ns, .preset = "", .min = 1, .max = 3600e9,
             .doc = "When it gives up."),
    RATIO(struct some_service, "errors", errors, .preset = "0%",
          .doc = "Share of answers that fail."),
    BYTES(struct some_service, "memory", memory_bytes, .preset = "128Mi",
          .doc = "Memory of a pod."),
    CPU(struct some_service, "cpu", cores, .preset = "250m", .min = 0.001, .max = 1024,
        .doc = "Cores of a pod."),
    BOOL(struct some_service, "drain", drain, .preset = "true", .doc = "Whether it ends in peace."),
    CHOICE(struct some_service, "abandoned", policy, .preset = "finish", .choices = some_policies,
           .doc = "What becomes of work nobody waits for."),
    PART(struct some_service, "discipline", discipline, "discipline", .preset = "fifo",
         .doc = "Who is next."),
    PART(struct some_service, "retry", retry, "retry", .preset = "", .doc = "How it tries again."),
    MAP(struct some_service, "endpoints", endpoints, FIELD_LIST, .role = "step", .preset = "",
        .doc = "What each endpoint does."),
    MAP(struct some_service, "labels", labels, FIELD_TEXT, .preset = "", .doc = "Labels."),
    MAP(struct some_service, "limits", limits, FIELD_DURATION, .preset = "", .doc = "Limits."),
    MAP(struct some_service, "homes", homes, FIELD_REFERENCE, .role = "nodepool", .preset = "",
        .doc = "Homes."),
    LIST(struct some_service, "pools", pools, FIELD_REFERENCE, .role = "nodepool", .preset = "",
         .doc = "Where it may run."),
    LIST(struct some_service, "weights", weights, FIELD_NUMBER, .preset = "[1, 2]", .min = 0,
         .max = 100, .doc = "Weights."),
    ANY(struct some_service, "selector", selector, .preset = "", .doc = "Which pods."),
    FIELDS_END
};
static void some_service_check(void *spec, const struct document *doc, struct place at,
                               const char *path, struct diag *d)
{
    struct some_service *s = spec;
    if (document_count(doc, "nodepool") < s->pools.count)
        diag_error(d, at, path, NULL, "more pools than there are");
    if (s->replicas == 13) diag_error(d, at, path, "take 12 or 14", "13 replicas bring bad luck");
}
static const struct kind some_service_kind = {
    .name = "service",
    .alias = "svc",
    .role = "object",
    .form = KIND_NAMED,
    .room = "service",
    .doc = "Pods behind one name.",
    .source = "Kubernetes core/v1",
    .example = "service \"cart\" { replicas = 3 }",
    .spec_size = sizeof(struct some_service),
    .fields = some_service_fields,
    .check = some_service_check,
};

struct some_client {
    struct reference target;
    struct part rate;
};
static const struct field some_client_fields[] = {
    REFERENCE(struct some_client, "target", target, "service", .doc = "Whom it calls."),
    PART(struct some_client, "rate", rate, "arrival", .doc = "How often it calls."), FIELDS_END
};
static const struct kind some_client_kind = {
    .name = "client",
    .role = "object",
    .form = KIND_NAMED,
    .room = "workload",
    .doc = "Who asks.",
    .spec_size = sizeof(struct some_client),
    .fields = some_client_fields,
};

struct some_at {
    int64_t time_ns;
    struct part action;
    uint32_t hook;
};
static const struct field some_at_fields[] = {
    DURATION(struct some_at, "time", time_ns, .position = 1, .doc = "When."),
    PART(struct some_at, "action", action, "fault", .preset = "", .position = 2, .doc = "What."),
    HOOK(struct some_at, "call", hook, .preset = "", .position = 3, .doc = "What else."), FIELDS_END
};
static const struct kind some_at_kind = {
    .name = "at",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "fault",
    .doc = "Once, then.",
    .spec_size = sizeof(struct some_at),
    .fields = some_at_fields,
};

struct some_expect {
    const char *subject;
    int64_t below_ns;
};
static const struct field some_expect_fields[] = {
    TEXT(struct some_expect, "subject", subject, .position = 1, .doc = "Whose."),
    DURATION(struct some_expect, "below", below_ns, .preset = "1s", .doc = "The most it may be."),
    FIELDS_END
};
static const struct kind some_expect_kind = {
    .name = "expect.p99",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "experiment",
    .doc = "The 99th percentile.",
    .spec_size = sizeof(struct some_expect),
    .fields = some_expect_fields,
};

struct some_constant {
    double value;
};
static const struct field some_constant_fields[] = {
    AMOUNT(struct some_constant, "value", value, .position = 1, .doc = "Always this."), FIELDS_END
};
static const struct kind some_constant_kind = {
    .name = "constant",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "No chance.",
    .example = "constant \"5ms\"",
    .spec_size = sizeof(struct some_constant),
    .fields = some_constant_fields,
    .scalar = true,
};

struct some_lognormal {
    double p50, p99, spread;
};
static const struct field some_lognormal_fields[] = {
    AMOUNT(struct some_lognormal, "p50", p50, .doc = "Median."),
    AMOUNT(struct some_lognormal, "p99", p99, .doc = "99th percentile."), FIELDS_END
};
static void some_lognormal_check(void *spec, const struct document *doc, struct place at,
                                 const char *path, struct diag *d)
{
    struct some_lognormal *s = spec;
    (void)doc;
    s->spread = s->p99 - s->p50; /* derived */
    if (s->p99 <= s->p50) diag_error(d, at, path, "swap them?", "p99 is not above p50");
}
static const struct kind some_lognormal_kind = {
    .name = "lognormal",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Long tail.",
    .spec_size = sizeof(struct some_lognormal),
    .fields = some_lognormal_fields,
    .check = some_lognormal_check,
};

struct some_weighted {
    double weight;
    struct part dist;
};
static const struct field some_weighted_fields[] = {
    RATIO(struct some_weighted, "weight", weight, .position = 1, .doc = "How often."),
    PART(struct some_weighted, "dist", dist, "dist", .position = 2, .doc = "What then."), FIELDS_END
};
static const struct kind some_weighted_kind = {
    .name = "weighted",
    .role = "mixturePart",
    .form = KIND_PART,
    .room = "engine",
    .doc = "One of a mixture.",
    .spec_size = sizeof(struct some_weighted),
    .fields = some_weighted_fields,
};

struct some_mixture {
    struct list parts;
};
static const struct field some_mixture_fields[] = {
    LIST(struct some_mixture, "parts", parts, FIELD_PART, .role = "mixturePart",
         .position = FIELD_REST, .doc = "What is mixed."),
    FIELDS_END
};
static const struct kind some_mixture_kind = {
    .name = "mixture",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "One of several.",
    .spec_size = sizeof(struct some_mixture),
    .fields = some_mixture_fields,
};

struct some_cpu {
    struct part time;
};
static const struct field some_cpu_fields[] = { PART(struct some_cpu, "time", time, "dist",
                                                     .unit = UNIT_DURATION, .position = 1,
                                                     .doc = "Time on a core."),
                                                FIELDS_END };
static const struct kind some_cpu_kind = {
    .name = "cpu",
    .role = "step",
    .form = KIND_PART,
    .room = "service",
    .doc = "Work.",
    .spec_size = sizeof(struct some_cpu),
    .fields = some_cpu_fields,
};

struct some_call {
    const char *target;
};
static const struct field some_call_fields[] = {
    TEXT(struct some_call, "target", target, .position = 1, .doc = "SERVICE ENDPOINT."), FIELDS_END
};
static const struct kind some_call_kind = {
    .name = "call",
    .role = "step",
    .form = KIND_PART,
    .room = "service",
    .doc = "Asks another.",
    .spec_size = sizeof(struct some_call),
    .fields = some_call_fields,
};

struct some_parallel {
    struct list steps;
};
static const struct field some_parallel_fields[] = {
    LIST(struct some_parallel, "steps", steps, FIELD_PART, .role = "step", .position = FIELD_REST,
         .doc = "All at once."),
    FIELDS_END
};
static const struct kind some_parallel_kind = {
    .name = "parallel",
    .role = "step",
    .form = KIND_PART,
    .room = "service",
    .doc = "Several at once.",
    .spec_size = sizeof(struct some_parallel),
    .fields = some_parallel_fields,
};

static const struct field some_no_fields[] = { FIELDS_END };
static const struct kind some_fifo_kind = {
    .name = "fifo",
    .role = "discipline",
    .form = KIND_PART,
    .room = "service",
    .doc = "First come, first served.",
    .fields = some_no_fields,
};
struct some_priority {
    uint32_t levels;
};
static const struct field some_priority_fields[] = { COUNT(struct some_priority, "levels", levels,
                                                           .preset = "2", .min = 2, .max = 16,
                                                           .doc = "How many classes."),
                                                     FIELDS_END };
static const struct kind some_priority_kind = {
    .name = "priority",
    .role = "discipline",
    .form = KIND_PART,
    .room = "service",
    .doc = "The important first.",
    .spec_size = sizeof(struct some_priority),
    .fields = some_priority_fields,
};

struct some_retry {
    uint32_t attempts;
    int64_t backoff_ns;
};
static const struct field some_retry_fields[] = {
    COUNT(struct some_retry, "attempts", attempts, .preset = "3", .min = 1, .max = 10,
          .doc = "Tries in all."),
    DURATION(struct some_retry, "backoff", backoff_ns, .preset = "100ms", .doc = "Wait between."),
    FIELDS_END
};
static const struct kind some_retry_kind = {
    .name = "retry",
    .role = "retry",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Tries again.",
    .spec_size = sizeof(struct some_retry),
    .fields = some_retry_fields,
};

struct some_poisson {
    double rate;
};
static const struct field some_poisson_fields[] = {
    RATE(struct some_poisson, "rate", rate, .min = 1e-6, .max = 1e7, .position = 1, .doc = "Mean."),
    FIELDS_END
};
static const struct kind some_poisson_kind = {
    .name = "poisson",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Independent of each other.",
    .example = "\"40/s\"",
    .scalar = true,
    .spec_size = sizeof(struct some_poisson),
    .fields = some_poisson_fields,
};
/* The name of a dist too: the place decides. */
static const struct kind some_steady_kind = {
    .name = "constant",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Evenly spaced.",
    .spec_size = sizeof(struct some_poisson),
    .fields = some_poisson_fields,
};

struct some_outage {
    struct reference pool;
    int64_t duration_ns;
};
static const struct field some_outage_fields[] = {
    REFERENCE(struct some_outage, "pool", pool, "nodepool", .doc = "Which pool."),
    DURATION(struct some_outage, "duration", duration_ns, .preset = "1m", .doc = "How long."),
    FIELDS_END
};
static const struct kind some_outage_kind = {
    .name = "outage",
    .role = "fault",
    .form = KIND_PART,
    .room = "fault",
    .doc = "All gone.",
    .spec_size = sizeof(struct some_outage),
    .fields = some_outage_fields,
};

static const struct kind *const some_kinds_array[] = {
    &some_run_kind,       &some_zones_kind,    &some_pool_kind,    &some_service_kind,
    &some_client_kind,    &some_at_kind,       &some_expect_kind,  &some_constant_kind,
    &some_lognormal_kind, &some_weighted_kind, &some_mixture_kind, &some_cpu_kind,
    &some_call_kind,      &some_parallel_kind, &some_fifo_kind,    &some_priority_kind,
    &some_retry_kind,     &some_poisson_kind,  &some_steady_kind,  &some_outage_kind,
};

static inline struct kind_list some_kinds(void)
{
    return (struct kind_list){ some_kinds_array,
                               sizeof some_kinds_array / sizeof some_kinds_array[0] };
}

/* ------------------------------------------------------------------------- helpers */

/* What diag_print prints, in the arena. */
static inline const char *problems_of(const struct diag *d, struct arena *a)
{
    char *data = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&data, &size);
    diag_print(d, f);
    fclose(f);
    const char *text = arena_text(a, data);
    free(data);
    return text;
}

/* The root of a document whose objects are this text; line 1 is the text's first line. */
static inline struct value *root_of(struct arena *a, const char *objects, struct diag *d)
{
    const char *json = arena_format(a, "{\"orrery\": 1, \"objects\": [%s]}", objects);
    return json_read_scenario(a, json, strlen(json), "s.json", d);
}

static inline struct document *load_with(struct arena *a, const char *objects, struct diag *d)
{
    struct value *root = root_of(a, objects, d);
    return root ? document_load_kinds(some_kinds(), a, root, "s.json", NULL, d) : NULL;
}

/* Loads, which must succeed. */
static inline struct document *load_good(struct arena *a, const char *objects)
{
    struct diag *d = diag_open();
    struct document *doc = load_with(a, objects, d);
    if (!doc) diag_print(d, stderr);
    diag_close(d);
    return doc;
}

/* Loads, which must fail, and answers what was printed. */
static inline const char *load_bad(struct arena *a, const char *objects)
{
    struct diag *d = diag_open();
    struct document *doc = load_with(a, objects, d);
    const char *text = doc ? "it loaded" : problems_of(d, a);
    diag_close(d);
    return text;
}

#endif
