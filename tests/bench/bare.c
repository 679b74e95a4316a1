/* bare.c - hand-written loops: the standard that a general engine is held against.
 *
 * They draw from the same streams and count the same figures (one latency histogram), and leave out
 * everything else a simulator needs: no handles, no phases, no digest, no pools. */
#include "bench.h"

#include "base/arena.h"
#include "orrery/probe.h"
#include "orrery/rng.h"
#include "orrery/time.h"

#include <stdio.h>
#include <stdlib.h>

#define RING (1u << 12)

struct ring {
    int64_t at[RING];
    uint32_t head, tail;
};

/* M/M/1 at rho 0.8: two pending times and a ring of arrival times. */
static inline __attribute__((always_inline)) double mm1(double (*draw)(struct rng *r))
{
    enum { CUSTOMERS = 2000000 };
    static struct ring queue;
    struct rng arrivals = rng_open(1), services = rng_open(2);
    struct arena *arena = arena_open();
    struct histogram latency;
    histogram_open(&latency, arena);
    queue.head = queue.tail = 0;
    double begin = bench_clock_ns();
    int64_t arrival = (int64_t)(draw(&arrivals) * 1.25e6), departure = TIME_NEVER;
    for (uint32_t done = 0; done < CUSTOMERS;) {
        if (arrival < departure) {
            int64_t now = arrival;
            queue.at[queue.tail++ & (RING - 1)] = now;
            if (queue.tail - queue.head == 1)
                departure = now + (int64_t)(draw(&services) * 1e6);
            arrival = now + (int64_t)(draw(&arrivals) * 1.25e6);
        } else {
            int64_t now = departure;
            histogram_record(&latency, now - queue.at[queue.head++ & (RING - 1)]);
            done++;
            departure = queue.tail == queue.head
                            ? TIME_NEVER
                            : now + (int64_t)(draw(&services) * 1e6);
        }
    }
    double took = bench_clock_ns() - begin;
    double mean_ms = histogram_mean(&latency) / 1e6;
    if (mean_ms < 4.5 || mean_ms > 5.5) fprintf(stderr, "bare_mm1: mean %g ms, not 5\n", mean_ms);
    arena_close(arena);
    return took / CUSTOMERS;
}

struct item {
    int64_t time;
    uint32_t tier, unused;
};

struct heap {
    struct item items[8];
    uint32_t count;
};

static inline __attribute__((always_inline)) void heap_push(struct heap *h, struct item x)
{
    uint32_t at = h->count++;
    while (at > 0 && h->items[(at - 1) / 2].time > x.time) {
        h->items[at] = h->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->items[at] = x;
}

static inline __attribute__((always_inline)) struct item heap_pop(struct heap *h)
{
    struct item top = h->items[0], x = h->items[--h->count];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < h->count; at = child) {
        if (child + 1 < h->count && h->items[child + 1].time < h->items[child].time) child++;
        if (h->items[child].time >= x.time) break;
        h->items[at] = h->items[child];
    }
    h->items[at] = x;
    return top;
}

struct customer {
    int64_t began;
};

/* Three exponential servers in series, Poisson 700/s, 1 ms each: mean 10 ms by Jackson. */
static inline __attribute__((always_inline)) double chain3(double (*draw)(struct rng *r))
{
    enum { CUSTOMERS = 700000, ARRIVAL = 3 };
    static struct ring tiers[3];
    struct rng arrivals = rng_open(1), services = rng_open(2);
    struct arena *arena = arena_open();
    struct histogram latency;
    struct heap heap = { .count = 0 };
    histogram_open(&latency, arena);
    for (int i = 0; i < 3; i++)
        tiers[i].head = tiers[i].tail = 0;
    double begin = bench_clock_ns(), gap = 1e9 / 700;
    heap_push(&heap, (struct item){ (int64_t)(draw(&arrivals) * gap), ARRIVAL, 0 });
    for (uint32_t done = 0; done < CUSTOMERS;) {
        struct item x = heap_pop(&heap);
        int64_t began = x.time;
        uint32_t next = 0;
        if (x.tier == ARRIVAL) {
            int64_t after = x.time + (int64_t)(draw(&arrivals) * gap);
            heap_push(&heap, (struct item){ after, ARRIVAL, 0 });
        } else {
            struct ring *from = &tiers[x.tier];
            began = from->at[from->head++ & (RING - 1)];
            if (from->tail != from->head) {
                int64_t end = x.time + (int64_t)(draw(&services) * 1e6);
                heap_push(&heap, (struct item){ end, x.tier, 0 });
            }
            next = x.tier + 1;
        }
        if (next == 3) {
            histogram_record(&latency, x.time - began);
            done++;
            continue;
        }
        struct ring *to = &tiers[next];
        to->at[to->tail++ & (RING - 1)] = began;
        if (to->tail - to->head == 1) {
            int64_t end = x.time + (int64_t)(draw(&services) * 1e6);
            heap_push(&heap, (struct item){ end, next, 0 });
        }
    }
    double took = bench_clock_ns() - begin;
    double mean_ms = histogram_mean(&latency) / 1e6;
    if (mean_ms < 9.5 || mean_ms > 10.5)
        fprintf(stderr, "bare_chain3: mean %g ms, not 10\n", mean_ms);
    arena_close(arena);
    return took / CUSTOMERS;
}

double bare_mm1(void)
{
    return mm1(draw_textbook);
}

double bare_mm1_ziggurat(void)
{
    return mm1(draw_ziggurat);
}

double bare_chain3(void)
{
    return chain3(draw_textbook);
}

double bare_chain3_ziggurat(void)
{
    return chain3(draw_ziggurat);
}
