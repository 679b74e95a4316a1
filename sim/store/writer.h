/* writer.h - putting results into a store made by store_create.
 *
 * Ids are given by the content: experiments number 1.. in the order said, runs by experiment and
 * replication. Replications may be written in any order. Failures stick in the store. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

struct recorder;
struct store;

struct experiment_row {
    const char *scenario, *title, *currency;
    uint64_t seed;
    uint32_t replications;
    int64_t duration_ns;
};

/* Returns its id, 1... Runs of experiments are written after their experiment's row. */
uint32_t store_experiment(struct store *s, const struct experiment_row *e);
/* Once, when all that will finish has finished. digest: of all finished runs. */
void store_experiment_end(struct store *s, uint32_t experiment, uint32_t finished, uint64_t digest,
                          int64_t warmup_ns);
void store_parameter(struct store *s, uint32_t experiment, uint32_t number, const char *path,
                     const char *value);

struct run_row {
    uint32_t experiment, replication; /* 1.. */
    uint64_t digest, events;
    int64_t simulated_ns;
};

/* All rows of one finished run. */
void store_run(struct store *s, const struct run_row *run, const struct recorder *rows);

struct expectation_row {
    const char *name, *unit, *observed_text, *target, *file;
    bool pass, observed; /* observed: there was something to observe */
    double value, ci95_low, ci95_high;
    uint32_t n, line; /* n: replications behind the value */
};

void store_expectation(struct store *s, uint32_t experiment, uint32_t number,
                       const struct expectation_row *e);
void store_finding(struct store *s, uint32_t experiment, uint32_t number, const char *text);
void store_provenance(struct store *s, uint32_t experiment, const char *key, const char *value);

#endif
