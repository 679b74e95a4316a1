/* rng.c - named keys, and the rare paths of the two ziggurats.
 *
 * A key never depends on the order in which things were made: only on the seed, the replication and
 * names. Everything here is integer work, table constants and exact.h. */
#include "orrery/rng.h"

#include "base/exact.h"
#include "engine/ziggurat_tables.h"

#include "base/poison.h"

#define WARM_UP_ROUNDS 12 /* as sfc64's author, Chris Doty-Humphrey, has it for 64-bit seeds */

uint64_t hash_text(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash_mix(h);
}

uint64_t seed_key(uint64_t seed, uint32_t replication)
{
    return key_child(hash_mix(seed ^ UINT64_C(0x6a09e667f3bcc909)), replication);
}

uint64_t stream_key(uint64_t root, const char *name, const char *purpose)
{
    return key_child(key_child(root, hash_text(name)), hash_text(purpose));
}

struct rng rng_open(uint64_t key)
{
    struct rng r = { key, key, key, 1 };
    for (int i = 0; i < WARM_UP_ROUNDS; i++)
        rng_next(&r);
    return r;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
    uint64_t product = (rng_next(r) >> 32) * n;
    if ((uint32_t)product < n) { /* only here can a value have one preimage too many */
        uint32_t surplus = -n % n;
        while ((uint32_t)product < surplus)
            product = (rng_next(r) >> 32) * n;
    }
    return (uint32_t)(product >> 32);
}

/* A height drawn evenly over the layer, between its outer and its inner edge's density. */
static double layer_height(const double *heights, uint32_t layer, struct rng *r)
{
    return heights[layer] + rng_uniform(r) * (heights[layer + 1] - heights[layer]);
}

double rng_exponential_edge(struct rng *r, uint64_t bits)
{
    double passed = 0; /* what is left beyond the tail's begin is again exponential */
    for (;; bits = rng_next(r)) {
        uint32_t layer = (uint32_t)(bits % ZIGGURAT_LAYERS);
        const struct ziggurat_cell *cell = &exponential_cells[layer];
        double x = (double)(bits >> 11) * cell->width;
        if (bits >> 11 < cell->inside) return passed + x;
        if (layer == 0)
            passed += exponential_tail;
        else if (layer_height(exponential_heights, layer, r) < exact_exp(-x))
            return passed + x;
    }
}

double rng_keyed_exponential_edge(uint64_t key)
{
    struct rng r = rng_keyed(key);
    return rng_exponential(&r);
}

/* Beyond the tail's begin: Marsaglia's rejection from an exponential (Technometrics 6, 1964). */
static double normal_beyond(struct rng *r)
{
    for (;;) {
        double x = -exact_log(rng_uniform_positive(r)) / normal_tail;
        double y = -exact_log(rng_uniform_positive(r));
        if (y + y >= x * x) return normal_tail + x;
    }
}

double rng_normal_edge(struct rng *r, uint64_t bits)
{
    for (;; bits = rng_next(r)) {
        uint32_t layer = (uint32_t)(bits % ZIGGURAT_LAYERS);
        int64_t place = (int64_t)bits >> 10;
        uint64_t distance = (uint64_t)(place < 0 ? -place : place);
        double x = (double)place * normal_cells[layer].width;
        if (distance < normal_cells[layer].inside) return x;
        if (layer == 0) return place < 0 ? -normal_beyond(r) : normal_beyond(r);
        if (layer_height(normal_heights, layer, r) < exact_exp(-0.5 * x * x)) return x;
    }
}
