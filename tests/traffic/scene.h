/* scene.h - one balancer, its backends and its chance, without a world around them. */
#ifndef TESTS_TRAFFIC_SCENE_H
#define TESTS_TRAFFIC_SCENE_H

#include "orrery/balancer.h"
#include "../support/parts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define DRAWS 60000
#define BACKENDS_MAX 64

struct scene {
    struct parts parts;
    struct part part;
    struct backend backends[BACKENDS_MAX];
    uint32_t n;
    uint64_t state[16 + 3 * BACKENDS_MAX];
    uint32_t version;
    int64_t now_ns;
    struct rng rng;
    uint32_t picked[BACKENDS_MAX];
};

static inline void scene_open(struct scene *s, const struct kind *kind, const char *said, uint32_t n)
{
    memset(s, 0, sizeof *s);
    parts_open(&s->parts);
    s->part = part_of(&s->parts, kind, said);
    s->n = n;
    s->rng = rng_open(7);
    s->version = 1;
    for (uint32_t i = 0; i < n; i++)
        s->backends[i] = (struct backend){ .id = 100 + i, .weight = 1 };
}

static inline const struct balancer_type *type_of(const struct scene *s)
{
    return s->part.kind->vtable;
}

static inline uint32_t pick_for(struct scene *s, uint64_t customer)
{
    struct pick pick = { customer, &s->rng, .version = s->version, .now_ns = s->now_ns };
    const struct balancer_type *type = type_of(s);
    assert_true(type->state_size + s->n * type->backend_state_size <= sizeof s->state);
    return type_of(s)->pick(s->part.spec, s->state, s->backends, s->n, &pick);
}

static inline void pick_often(struct scene *s)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint32_t chosen = pick_for(s, i);
        assert_true(chosen < s->n);
        s->picked[chosen]++;
    }
}

/* Within 4.5 standard deviations of DRAWS * share. */
static inline void assert_share(uint32_t picked, double share)
{
    double expected = DRAWS * share, deviation = sqrt(DRAWS * share * (1 - share));
    assert_true(fabs(picked - expected) <= 4.5 * deviation + 1e-9);
}

#endif
