/* rng.h - chance: named streams and keyed draws.
 *
 * Two sorts. A stream (sfc64) is a sequence owned by one thing, seeded by hash(seed,
 * replication, stable name, purpose): adding a service disturbs nobody else's. A keyed draw
 * is a pure function of (key, index): what a customer *is* must not depend on what was
 * drawn before it, so that two variants of a scenario see the same customers doing the same
 * work, also after a retry or another route. A struct rng serves both: rng_keyed() makes a
 * short stream from a key. */
#ifndef ORRERY_RNG_H
#define ORRERY_RNG_H

#include <stdint.h>

struct rng {
    uint64_t a, b, c, counter; /* sfc64 (Doty-Humphrey), counter starts at 1 */
};

/* 64-bit finaliser of good avalanche (murmur3/splitmix64 family). */
static inline uint64_t hash_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

/* What tells part `index` of a thing from its other parts: key + key_salt(index) is a key unlike
 * all others once it is mixed, as a stream (rng_keyed) does by itself. */
static inline uint64_t key_salt(uint64_t index)
{
    return (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The key of part `index` of the thing with key `key`. */
static inline uint64_t key_child(uint64_t key, uint64_t index)
{
    return hash_mix(key + key_salt(index));
}

uint64_t hash_text(const char *text); /* FNV-1a 64, then hash_mix */

/* The root of everything random in one replication. */
uint64_t seed_key(uint64_t seed, uint32_t replication);
/* The key of (name, purpose) under a root, e.g. stream_key(root, "client shoppers", "arrival"). */
uint64_t stream_key(uint64_t root, const char *name, const char *purpose);

struct rng rng_open(uint64_t key); /* a full stream: 12 rounds of warm-up as its author has it */

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t out = r->a + r->b + r->counter++;
    r->a = r->b ^ (r->b >> 11);
    r->b = r->c + (r->c << 3);
    r->c = ((r->c << 24) | (r->c >> 40)) + out;
    return out;
}

static inline uint64_t keyed_mix(uint64_t key)
{
    return hash_mix(key ^ UINT64_C(0x5851f42d4c957f2d));
}

/* A cheap stream for the few draws of one keyed decision. The mixed key stands in b and, turned by
 * half a word, in c: so the second output does not lean on the key alone, nor its upper half on
 * the first's. The tests of uniformity and of pairwise correlation cover plain counters as keys. */
static inline struct rng rng_keyed(uint64_t key)
{
    uint64_t mixed = keyed_mix(key);
    return (struct rng){ key, mixed, (mixed << 32) | (mixed >> 32), 1 };
}

/* [0, 1) with 53 bits. */
static inline double rng_uniform(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

/* (0, 1]: safe to take a logarithm of. */
static inline double rng_uniform_positive(struct rng *r)
{
    return (double)((rng_next(r) >> 11) + 1) * 0x1p-53;
}

/* [0, n), n > 0, without bias worth naming (multiply-high, Lemire, with rejection). */
uint32_t rng_below(struct rng *r, uint32_t n);

/* Marsaglia & Tsang's ziggurat: a layer by 8 bits, a place in it by 53 others. Nearly always the
 * place lies wholly under the curve and one multiplication ends it; the rest is in rng.c. */
#define ZIGGURAT_LAYERS 256

struct ziggurat_cell {
    uint64_t inside; /* places below this are under the curve whatever the height */
    double width;    /* of one place */
};

extern const struct ziggurat_cell exponential_cells[ZIGGURAT_LAYERS];
extern const struct ziggurat_cell normal_cells[ZIGGURAT_LAYERS];
double rng_exponential_edge(struct rng *r, uint64_t bits); /* for rng_exponential only */
double rng_normal_edge(struct rng *r, uint64_t bits);      /* for rng_normal only */

/* Mean 1. */
static inline double rng_exponential(struct rng *r)
{
    uint64_t bits = rng_next(r), place = bits >> 11;
    const struct ziggurat_cell *cell = &exponential_cells[bits % ZIGGURAT_LAYERS];
    if (__builtin_expect(place < cell->inside, 1)) return (double)(int64_t)place * cell->width;
    return rng_exponential_edge(r, bits);
}

double rng_keyed_exponential_edge(uint64_t key); /* for rng_keyed_exponential only */

/* What rng_exponential first gives of rng_keyed(key), where nothing more is drawn of it: the stream
 * itself is then never built. */
static inline double rng_keyed_exponential(uint64_t key)
{
    uint64_t bits = key + keyed_mix(key) + 1, place = bits >> 11;
    const struct ziggurat_cell *cell = &exponential_cells[bits % ZIGGURAT_LAYERS];
    if (__builtin_expect(place < cell->inside, 1)) return (double)(int64_t)place * cell->width;
    return rng_keyed_exponential_edge(key);
}

/* Mean 0, standard deviation 1. */
static inline double rng_normal(struct rng *r)
{
    uint64_t bits = rng_next(r);
    int64_t place = (int64_t)bits >> 10; /* signed, 54 bits */
    const struct ziggurat_cell *cell = &normal_cells[bits % ZIGGURAT_LAYERS];
    uint64_t distance = (uint64_t)(place < 0 ? -place : place);
    if (__builtin_expect(distance < cell->inside, 1)) return (double)place * cell->width;
    return rng_normal_edge(r, bits);
}

#endif
