/* picks.c - what one choice of a balancer costs, among 3 backends and among 1000.
 *
 * Each pick is counted at its backend, and the oldest of a window of calls returns, as in a run. The
 * specs are a scenario's own. */
#include "bench.h"

#include "base/arena.h"
#include "orrery/balancer.h"
#include "orrery/diag.h"
#include "orrery/time.h"
#include "schema/schema.h"
#include "service/pod.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICKS 200000
#define WINDOW 256 /* calls in flight */

struct scene {
    struct arena *arena;
    struct diag *diag;
    const struct balancer_type *type;
    const void *spec;
    struct backend *backends;
    void *state, *shared;
    struct rng rng;
    uint32_t n;
};

static void scene_open(struct scene *s, const char *balancer, uint32_t n, uint32_t heaviest)
{
    static const char text[] =
        "{\"orrery\": 1, \"objects\": [{\"kind\": \"service\", \"name\": \"a\", "
        "\"balancer\": \"%s\", \"endpoints\": {\"GET\": []}}]}";
    char json[512];
    snprintf(json, sizeof json, text, balancer);
    s->arena = arena_open();
    s->diag = diag_open();
    struct value *root = json_read_scenario(s->arena, json, strlen(json), "bench.json", s->diag);
    struct document *doc = document_load(s->arena, root, "bench.json", "bench", s->diag);
    if (!doc) {
        diag_print(s->diag, stderr);
        exit(3);
    }
    const struct service_spec *service = document_object(doc, "service", 0)->spec;
    s->type = service->balancer.kind->vtable;
    s->spec = service->balancer.spec;
    s->state = arena_alloc(s->arena, s->type->state_size + n * s->type->backend_state_size);
    s->shared = arena_alloc(s->arena, s->type->shared_size);
    s->backends = arena_alloc(s->arena, n * sizeof *s->backends);
    s->rng = rng_open(1);
    s->n = n;
    for (uint32_t i = 0; i < n; i++)
        s->backends[i] = (struct backend){ .id = i, .weight = 1 + i % heaviest };
}

static void answer(const struct scene *s, uint32_t backend, int64_t now_ns)
{
    struct observation seen = { 1000000 + backend, now_ns, OUTCOME_OK };
    s->backends[backend].in_flight--;
    if (s->type->observe) s->type->observe(s->spec, s->state, &s->backends[backend], &seen);
}

static double picks(const char *balancer, uint32_t n, uint32_t heaviest)
{
    struct scene s;
    uint32_t window[WINDOW];
    scene_open(&s, balancer, n, heaviest);
    struct pick pick = { .rng = &s.rng, .shared = s.shared, .version = 1, .zone = ZONE_OUTSIDE };
    double begin = 0;
    for (uint32_t i = 0; i < WINDOW + PICKS; i++) {
        if (i == WINDOW) begin = bench_clock_ns(); /* tables are made */
        if (i >= WINDOW) answer(&s, window[i % WINDOW], pick.now_ns);
        pick.customer = hash_mix(i);
        pick.now_ns = i * INT64_C(1000);
        uint32_t chosen = s.type->pick(s.spec, s.state, s.backends, n, &pick);
        s.backends[chosen].in_flight++;
        window[i % WINDOW] = chosen;
    }
    double took = bench_clock_ns() - begin;
    diag_close(s.diag);
    arena_close(s.arena);
    return took / PICKS;
}

#define PICK(name, balancer, heaviest)                                                             \
    double pick_##name##_3(void)                                                                   \
    {                                                                                              \
        return picks(balancer, 3, heaviest);                                                       \
    }                                                                                              \
    double pick_##name##_1000(void)                                                                \
    {                                                                                              \
        return picks(balancer, 1000, heaviest);                                                    \
    }

PICK(random, "random", 1)
PICK(random_weighted, "random", 7)
PICK(round_robin, "roundRobin", 1)
PICK(round_robin_weighted, "roundRobin", 7)
PICK(least, "leastRequest", 1)
PICK(envoy_least, "envoyLeastRequest", 1)
PICK(power_of_two, "powerOfTwo", 1)
PICK(peak_ewma, "peakEwma", 1)
PICK(hash, "hash", 1)
PICK(ring_hash, "ringHash", 1)
PICK(maglev, "maglev", 1)
