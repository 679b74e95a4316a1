/* verbs_service.c - what a script's callback may ask of, and do to, services.
 *
 * Every deed of a script is an entry of the timeline, and is the cause of what follows from it. */
#include "delivery/verbs_service.h"

#include "base/arena.h"
#include "base/text.h"
#include "delivery/delivery.h"
#include "service/service.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/poison.h"

#define REPLICAS_MAX 100000

bool verb_service(struct world *w, const char *name, uint32_t *service, char *error,
                  size_t error_size)
{
    *service = service_find(w, name);
    if (*service != SERVICE_NONE) return true;
    uint32_t known = service_count(w);
    const char **names = arena_alloc(w->arena, known * sizeof *names);
    for (uint32_t i = 0; i < known; i++)
        names[i] = service_name(w, i);
    const char *near = text_nearest(name, names, known);
    snprintf(error, error_size, "no service has the name '%.63s'%s%s%s", name,
             near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    return false;
}

bool verb_whole(double number, const char *what, uint32_t max, uint32_t *whole, char *error,
                size_t error_size)
{
    if (number >= 0 && number <= max && number == (double)(uint32_t)number) {
        *whole = (uint32_t)number;
        return true;
    }
    char buf[32];
    snprintf(error, error_size, "%s must be a whole number from 0 to %u, not %s", what, max,
             text_double(number, buf));
    return false;
}

static bool scale_act(struct world *w, const struct argument *arguments, uint32_t count,
                      struct argument *result, char *error, size_t error_size)
{
    (void)count;
    uint32_t service, replicas;
    if (!verb_service(w, arguments[0].text, &service, error, error_size) ||
        !verb_whole(arguments[1].number, "replicas", REPLICAS_MAX, &replicas, error, error_size))
        return false;
    bool done = true;
    uint32_t before = service_replicas(w, service);
    if (before != replicas) {
        uint32_t cause =
            recorder_event(w->recorder, now_ns(w), "action", service_name(w, service), 0,
                           "a script scales it from %u to %u replicas", before, replicas);
        done = scale_to(w, service, replicas, cause);
    }
    *result = (struct argument){ .type = ARGUMENT_BOOL, .boolean = done };
    return true;
}

const struct verb verb_scale = {
    .name = "scale",
    .usage = "w:scale(service, replicas)",
    .doc = "Gives a service another number of replicas. True when it may have so many.",
    .signature = "tn",
    .act = scale_act,
};

static bool replicas_act(struct world *w, const struct argument *arguments, uint32_t count,
                         struct argument *result, char *error, size_t error_size)
{
    (void)count;
    uint32_t service;
    if (!verb_service(w, arguments[0].text, &service, error, error_size)) return false;
    *result = (struct argument){ .type = ARGUMENT_NUMBER, .number = service_replicas(w, service) };
    return true;
}

const struct verb verb_replicas = {
    .name = "replicas",
    .usage = "w:replicas(service)",
    .doc = "How many replicas a service should have now.",
    .signature = "t",
    .act = replicas_act,
};

static bool ready_act(struct world *w, const struct argument *arguments, uint32_t count,
                      struct argument *result, char *error, size_t error_size)
{
    (void)count;
    uint32_t service;
    if (!verb_service(w, arguments[0].text, &service, error, error_size)) return false;
    *result =
        (struct argument){ .type = ARGUMENT_NUMBER, .number = service_ready_count(w, service) };
    return true;
}

const struct verb verb_ready = {
    .name = "ready",
    .usage = "w:ready(service)",
    .doc = "How many pods of a service are ready now.",
    .signature = "t",
    .act = ready_act,
};

static bool restart_act(struct world *w, const struct argument *arguments, uint32_t count,
                        struct argument *result, char *error, size_t error_size)
{
    uint32_t service;
    if (!verb_service(w, arguments[0].text, &service, error, error_size)) return false;
    struct rollout_limits limits = rollout_limits_preset;
    if (count > 1 && arguments[1].type == ARGUMENT_TEXT)
        limits.version = arena_text(w->arena, arguments[1].text);
    rollout_begin(w, service, &limits, 0);
    *result = (struct argument){ .type = ARGUMENT_NONE };
    return true;
}

const struct verb verb_restart = {
    .name = "restart",
    .usage = "w:restart(service, version?)",
    .doc = "Replaces every pod of a service, one more than the replicas at a time.",
    .signature = "tT",
    .act = restart_act,
};

static const char *const signal_names[] = { "p50",         "p95",         "p99",       "throughput",
                                            "error_ratio", "utilization", "cpu",       "in_flight",
                                            "queue",       "replicas",    "ready" };
#define SIGNAL_COUNT (sizeof signal_names / sizeof *signal_names)

static bool signal_known(const char *name)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        if (strcmp(signal_names[i], name) == 0) return true;
    return false;
}

/* A service's name holds no dot, so the first one ends it. */
static bool signal_act(struct world *w, const struct argument *arguments, uint32_t count,
                       struct argument *result, char *error, size_t error_size)
{
    (void)count;
    const char *dot = strchr(arguments[0].text, '.');
    if (!dot) {
        snprintf(error, error_size,
                 "'%.63s' is no signal: write \"SERVICE.SIGNAL\", as in "
                 "\"cart.p99\"",
                 arguments[0].text);
        return false;
    }
    char name[64];
    uint32_t service;
    snprintf(name, sizeof name, "%.*s", (int)(dot - arguments[0].text), arguments[0].text);
    if (!verb_service(w, name, &service, error, error_size)) return false;
    double value = service_signal(w, service, dot + 1);
    if (isnan(value) && !signal_known(dot + 1)) {
        const char *near = text_nearest(dot + 1, signal_names, SIGNAL_COUNT);
        snprintf(error, error_size, "no signal has the name '%.63s' (did you mean '%s'?)", dot + 1,
                 near ? near : signal_names[2]);
        return false;
    }
    *result = (struct argument){ .type = ARGUMENT_NUMBER, .number = value };
    return true;
}

const struct verb verb_signal = {
    .name = "signal",
    .usage = "w:signal(\"service.signal\")",
    .doc =
        "What the last complete window measured: p50, p95, p99 (seconds), throughput (per second), "
        "error_ratio, utilization (of workers), cpu (share of the CPU that ready pods may use), "
        "in_flight, queue; or replicas, ready now. Not a number (nan) when nothing was measured.",
    .signature = "t",
    .act = signal_act,
};
