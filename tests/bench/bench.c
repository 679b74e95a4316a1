/* bench.c - runs all benchmarks in turn, prints medians and ratios, writes the scorecard.
 *
 * A ratio is taken within a round and its median over the rounds is kept: both sides then ran at
 * the same speed of the machine. Not a test: it never fails on a slow machine. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_MAX 31

double bench_clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

enum body {
    BARE_MM1, ENGINE_MM1, BARE_MM1_ZIGGURAT, ENGINE_MM1_TEXTBOOK, HOLD_Q10, HOLD_Q1E3, HOLD_Q1E5,
    HOLD_Q1E6, HOLD_E10, HOLD_E1E3, HOLD_E1E5, HOLD_E1E6, CANCEL_1E3, CANCEL_1E5,
    BARE_CHAIN3, CHAIN3, CHAIN3_GUARDED, BARE_CHAIN3_ZIGGURAT, LB3, STORM, CROWD,
    PICK_RANDOM_3, PICK_RANDOM_1000, PICK_RANDOM_WEIGHTED_3, PICK_RANDOM_WEIGHTED_1000,
    PICK_ROUND_ROBIN_3, PICK_ROUND_ROBIN_1000, PICK_ROUND_ROBIN_WEIGHTED_3,
    PICK_ROUND_ROBIN_WEIGHTED_1000, PICK_LEAST_3, PICK_LEAST_1000, PICK_ENVOY_LEAST_3,
    PICK_ENVOY_LEAST_1000, PICK_POWER_OF_TWO_3, PICK_POWER_OF_TWO_1000, PICK_PEAK_EWMA_3,
    PICK_PEAK_EWMA_1000, PICK_HASH_3, PICK_HASH_1000, PICK_RING_HASH_3, PICK_RING_HASH_1000,
    PICK_MAGLEV_3, PICK_MAGLEV_1000,
    FILTER_NONE, FILTER_FIVE, FILTER_NOTHING,
    BODY_COUNT
};

static const struct bench bodies[BODY_COUNT] = {
    [BARE_MM1] = { "bare.mm1", bare_mm1 },
    [ENGINE_MM1] = { "engine.mm1", engine_mm1 },
    [BARE_MM1_ZIGGURAT] = { "bare.mm1.ziggurat", bare_mm1_ziggurat },
    [ENGINE_MM1_TEXTBOOK] = { "engine.mm1.textbook", engine_mm1_textbook },
    [HOLD_Q10] = { "hold.queue.10", hold_queue_10 },
    [HOLD_Q1E3] = { "hold.queue.1e3", hold_queue_1e3 },
    [HOLD_Q1E5] = { "hold.queue.1e5", hold_queue_1e5 },
    [HOLD_Q1E6] = { "hold.queue.1e6", hold_queue_1e6 },
    [HOLD_E10] = { "hold.engine.10", hold_engine_10 },
    [HOLD_E1E3] = { "hold.engine.1e3", hold_engine_1e3 },
    [HOLD_E1E5] = { "hold.engine.1e5", hold_engine_1e5 },
    [HOLD_E1E6] = { "hold.engine.1e6", hold_engine_1e6 },
    [CANCEL_1E3] = { "cancel.1e3", cancel_1e3 },
    [CANCEL_1E5] = { "cancel.1e5", cancel_1e5 },
    [BARE_CHAIN3] = { "bare.chain3", bare_chain3 },
    [BARE_CHAIN3_ZIGGURAT] = { "bare.chain3.ziggurat", bare_chain3_ziggurat },
    [CHAIN3] = { "chain3", calls_chain3 },
    [CHAIN3_GUARDED] = { "chain3.guarded", calls_chain3_guarded },
    [LB3] = { "lb3", calls_lb3 },
    [STORM] = { "storm", calls_storm },
    [CROWD] = { "crowd", calls_crowd_mb },
    [PICK_RANDOM_3] = { "pick.random.3", pick_random_3 },
    [PICK_RANDOM_1000] = { "pick.random.1000", pick_random_1000 },
    [PICK_RANDOM_WEIGHTED_3] = { "pick.randomWeighted.3", pick_random_weighted_3 },
    [PICK_RANDOM_WEIGHTED_1000] = { "pick.randomWeighted.1000", pick_random_weighted_1000 },
    [PICK_ROUND_ROBIN_3] = { "pick.roundRobin.3", pick_round_robin_3 },
    [PICK_ROUND_ROBIN_1000] = { "pick.roundRobin.1000", pick_round_robin_1000 },
    [PICK_ROUND_ROBIN_WEIGHTED_3] = { "pick.roundRobinWeighted.3", pick_round_robin_weighted_3 },
    [PICK_ROUND_ROBIN_WEIGHTED_1000] =
        { "pick.roundRobinWeighted.1000", pick_round_robin_weighted_1000 },
    [PICK_LEAST_3] = { "pick.leastRequest.3", pick_least_3 },
    [PICK_LEAST_1000] = { "pick.leastRequest.1000", pick_least_1000 },
    [PICK_ENVOY_LEAST_3] = { "pick.envoyLeastRequest.3", pick_envoy_least_3 },
    [PICK_ENVOY_LEAST_1000] = { "pick.envoyLeastRequest.1000", pick_envoy_least_1000 },
    [PICK_POWER_OF_TWO_3] = { "pick.powerOfTwo.3", pick_power_of_two_3 },
    [PICK_POWER_OF_TWO_1000] = { "pick.powerOfTwo.1000", pick_power_of_two_1000 },
    [PICK_PEAK_EWMA_3] = { "pick.peakEwma.3", pick_peak_ewma_3 },
    [PICK_PEAK_EWMA_1000] = { "pick.peakEwma.1000", pick_peak_ewma_1000 },
    [PICK_HASH_3] = { "pick.hash.3", pick_hash_3 },
    [PICK_HASH_1000] = { "pick.hash.1000", pick_hash_1000 },
    [PICK_RING_HASH_3] = { "pick.ringHash.3", pick_ring_hash_3 },
    [PICK_RING_HASH_1000] = { "pick.ringHash.1000", pick_ring_hash_1000 },
    [PICK_MAGLEV_3] = { "pick.maglev.3", pick_maglev_3 },
    [PICK_MAGLEV_1000] = { "pick.maglev.1000", pick_maglev_1000 },
    [FILTER_NONE] = { "filter.none", filter_none },
    [FILTER_FIVE] = { "filter.five", filter_five },
    [FILTER_NOTHING] = { "filter.nothing", filter_nothing },
};

/* What is reported: the median of a body, as ns or per second, or of one body over another. */
static const struct figure_row {
    const char *name, *unit;
    enum body top, bottom; /* value = top / bottom of ns; BODY_COUNT: none */
    double scale;          /* per-second figures: 1e9 / ns; 0: ns itself */
    const char *goal;
    double at_least, at_most;
} rows[] = {
    { "engine.mm1.ratio", "ratio", BARE_MM1, ENGINE_MM1_TEXTBOOK, 0, ">= 0.75", 0.75, 1e30 },
    { "engine.mm1.ziggurat.ratio", "ratio", BARE_MM1_ZIGGURAT, ENGINE_MM1, 0, "", 0, 1e30 },
    { "engine.mm1.customers_per_s", "1/s", ENGINE_MM1, BODY_COUNT, 1e9, "", 0, 1e30 },
    { "hold.queue.growth", "ratio", HOLD_Q1E6, HOLD_Q10, 0, "<= 4", 0, 4 },
    { "hold.engine.growth", "ratio", HOLD_E1E6, HOLD_E10, 0, "<= 8", 0, 8 },
    { "hold.queue.10.ns", "ns", HOLD_Q10, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.queue.1e3.ns", "ns", HOLD_Q1E3, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.queue.1e5.ns", "ns", HOLD_Q1E5, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.queue.1e6.ns", "ns", HOLD_Q1E6, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.engine.10.ns", "ns", HOLD_E10, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.engine.1e3.ns", "ns", HOLD_E1E3, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.engine.1e5.ns", "ns", HOLD_E1E5, BODY_COUNT, 0, "", 0, 1e30 },
    { "hold.engine.1e6.ns", "ns", HOLD_E1E6, BODY_COUNT, 0, "", 0, 1e30 },
    { "cancel.1e3.ns", "ns", CANCEL_1E3, BODY_COUNT, 0, "", 0, 1e30 },
    { "cancel.1e5.ns", "ns", CANCEL_1E5, BODY_COUNT, 0, "", 0, 1e30 },
    { "bare.chain3.requests_per_s", "1/s", BARE_CHAIN3, BODY_COUNT, 1e9, "", 0, 1e30 },
    { "bare.chain3.ziggurat.requests_per_s", "1/s", BARE_CHAIN3_ZIGGURAT, BODY_COUNT, 1e9, "", 0,
      1e30 },
    { "chain3.requests_per_s", "1/s", CHAIN3, BODY_COUNT, 1e9, "", 0, 1e30 },
    { "chain3.ratio", "ratio", BARE_CHAIN3, CHAIN3, 0, ">= 0.5", 0.5, 1e30 },
    { "chain3.guarded.ratio", "ratio", BARE_CHAIN3, CHAIN3_GUARDED, 0, ">= 0.35", 0.35, 1e30 },
    { "chain3.ziggurat.ratio", "ratio", BARE_CHAIN3_ZIGGURAT, CHAIN3, 0, "", 0, 1e30 },
    { "chain3.guarded.ziggurat.ratio", "ratio", BARE_CHAIN3_ZIGGURAT, CHAIN3_GUARDED, 0, "", 0,
      1e30 },
    { "lb3.calls_per_s", "1/s", LB3, BODY_COUNT, 1e9, ">= 5e6", 5e6, 1e30 },
    { "storm.events_per_s", "1/s", STORM, BODY_COUNT, 1e9, "", 0, 1e30 },
    { "pick.random.3.ns", "ns", PICK_RANDOM_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.random.1000.ns", "ns", PICK_RANDOM_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "pick.randomWeighted.3.ns", "ns", PICK_RANDOM_WEIGHTED_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.randomWeighted.1000.ns", "ns", PICK_RANDOM_WEIGHTED_1000, BODY_COUNT, 0, "<= 150", 0,
      150 },
    { "pick.roundRobin.3.ns", "ns", PICK_ROUND_ROBIN_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.roundRobin.1000.ns", "ns", PICK_ROUND_ROBIN_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "pick.roundRobinWeighted.3.ns", "ns", PICK_ROUND_ROBIN_WEIGHTED_3, BODY_COUNT, 0, "<= 60",
      0, 60 },
    { "pick.roundRobinWeighted.1000.ns", "ns", PICK_ROUND_ROBIN_WEIGHTED_1000, BODY_COUNT, 0, "",
      0, 1e30 },
    { "pick.leastRequest.3.ns", "ns", PICK_LEAST_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.leastRequest.1000.ns", "ns", PICK_LEAST_1000, BODY_COUNT, 0, "", 0, 1e30 },
    { "pick.envoyLeastRequest.3.ns", "ns", PICK_ENVOY_LEAST_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.envoyLeastRequest.1000.ns", "ns", PICK_ENVOY_LEAST_1000, BODY_COUNT, 0, "<= 150", 0,
      150 },
    { "pick.powerOfTwo.3.ns", "ns", PICK_POWER_OF_TWO_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.powerOfTwo.1000.ns", "ns", PICK_POWER_OF_TWO_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "pick.peakEwma.3.ns", "ns", PICK_PEAK_EWMA_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.peakEwma.1000.ns", "ns", PICK_PEAK_EWMA_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "pick.hash.3.ns", "ns", PICK_HASH_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.hash.1000.ns", "ns", PICK_HASH_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "pick.ringHash.3.ns", "ns", PICK_RING_HASH_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.ringHash.1000.ns", "ns", PICK_RING_HASH_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "pick.maglev.3.ns", "ns", PICK_MAGLEV_3, BODY_COUNT, 0, "<= 60", 0, 60 },
    { "pick.maglev.1000.ns", "ns", PICK_MAGLEV_1000, BODY_COUNT, 0, "<= 150", 0, 150 },
    { "filter.nothing.ns", "ns", FILTER_NOTHING, BODY_COUNT, 0, "<= 15", -1e30, 15 },
    { "calls.1e6.mb", "MB", CROWD, BODY_COUNT, 0, "<= 150", 1, 150 },
};
#define ROW_COUNT (sizeof rows / sizeof *rows)

static double took[ROUNDS_MAX][BODY_COUNT];

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double row_value(const struct figure_row *row, int rounds)
{
    double values[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) {
        double top = took[i][row->top];
        values[i] = row->bottom != BODY_COUNT ? top / took[i][row->bottom]
                    : row->scale > 0          ? row->scale / top
                                              : top;
    }
    qsort(values, (size_t)rounds, sizeof *values, ascending);
    return values[rounds / 2];
}

static void print(FILE *json, int rounds)
{
    fprintf(json, "[\n");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct figure_row *row = &rows[i];
        double value = row_value(row, rounds);
        int ok = value >= row->at_least && value <= row->at_most;
        printf("%-30s %14.4g %-6s %-8s %s\n", row->name, value, row->unit, row->goal,
               *row->goal == '\0' ? "" : ok ? "ok" : "BELOW");
        fprintf(json,
                "  {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"goal\": \"%s\", "
                "\"ok\": %s}%s\n",
                row->name, value, row->unit, row->goal, ok ? "true" : "false",
                i + 1 < ROW_COUNT ? "," : "");
    }
    fprintf(json, "]\n");
}

/* bench [ROUNDS] [SCORECARD.json]; bench --only NAME runs one body once, for an instruction count. */
int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--only") == 0) {
        for (int b = 0; b < BODY_COUNT; b++)
            if (strcmp(bodies[b].name, argv[2]) == 0) printf("%.1f ns\n", bodies[b].run());
        return 0;
    }
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    rounds = rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    for (int i = 0; i < rounds; i++)
        for (int b = 0; b < BODY_COUNT; b++)
            took[i][b] = bodies[b].run();
    FILE *json = fopen(argc > 2 ? argv[2] : "/dev/null", "w");
    if (!json) return 3;
    print(json, rounds);
    return fclose(json) == 0 ? 0 : 3;
}
