/* warmup.c - MSER-5 on what clients felt.
 *
 * Of all clients the one that settles last decides. A client without a steady state (its traffic
 * ramps all the way) is named and leaves nothing out: a cut there would hide what happened. */
#include "experiment/warmup.h"

#include "base/arena.h"
#include "engine/summary.h"
#include "orrery/time.h"

#include <string.h>

/* The mean per window, or where a room records none, the median. */
static const char *const responses[] = { "latency_ms.mean", "latency_ms.p50" };

static const struct series *response_of(const struct recorder *r, const char *client)
{
    for (uint32_t m = 0; m < sizeof responses / sizeof *responses; m++)
        for (uint32_t i = 0; i < recorder_series_count(r); i++) {
            const struct series *s = recorder_series_at(r, i);
            if (strcmp(s->section, "clients") == 0 && strcmp(s->object, client) == 0 &&
                strcmp(s->metric, responses[m]) == 0)
                return s;
        }
    return NULL;
}

static struct warmup settle(const struct series *s)
{
    struct arena *a = arena_open();
    double *values = arena_alloc(a, s->count * sizeof *values);
    for (uint32_t i = 0; i < s->count; i++)
        values[i] = s->points[i].value;
    struct warmup w = warmup_mser5(values, s->count);
    arena_close(a);
    return w;
}

/* True once for each client: at the first of its series. */
static bool is_first_of_client(const struct recorder *r, uint32_t index)
{
    const struct series *s = recorder_series_at(r, index);
    if (strcmp(s->section, "clients") != 0) return false;
    for (uint32_t i = 0; i < index; i++) {
        const struct series *other = recorder_series_at(r, i);
        if (strcmp(other->section, "clients") == 0 && strcmp(other->object, s->object) == 0)
            return false;
    }
    return true;
}

void warmup_choose(const struct recorder *pilot, int64_t until_ns, struct warmup_choice *choice)
{
    const struct series *latest = NULL, *restless = NULL;
    choice->warmup_ns = 0;
    for (uint32_t i = 0; i < recorder_series_count(pilot); i++) {
        if (!is_first_of_client(pilot, i)) continue;
        const struct series *s = response_of(pilot, recorder_series_at(pilot, i)->object);
        if (!s) continue;
        struct warmup w = settle(s);
        int64_t end_ns = w.truncation ? s->points[w.truncation - 1].at_ns : 0;
        if (!w.steady || end_ns >= until_ns) {
            if (!restless) restless = s;
        } else if (!latest || end_ns > choice->warmup_ns) {
            latest = s;
            choice->warmup_ns = end_ns;
        }
    }
    int length = 0;
    if (latest)
        length = snprintf(choice->text, sizeof choice->text,
                          "warm-up: %.6gs, chosen by MSER-5 on %s of client %s",
                          ns_to_s(choice->warmup_ns), latest->metric, latest->object);
    else
        length = snprintf(choice->text, sizeof choice->text, "warm-up: 0s");
    if (restless)
        snprintf(choice->text + length, sizeof choice->text - (size_t)length,
                 "; client %s shows no steady state (MSER-5 on %u windows)", restless->object,
                 restless->count);
    else if (!latest)
        snprintf(choice->text + length, sizeof choice->text - (size_t)length,
                 ", because no client recorded response times per window");
}
