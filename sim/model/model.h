/* model.h - specs become a world: the only room that knows every other room below it. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "orrery/diag.h"
#include "orrery/hook.h"
#include "orrery/kind.h"
#include "orrery/probe.h"

struct world;

struct world_options {
    uint64_t seed;
    uint32_t replication;
    bool heap_queue;      /* the 4-ary heap, the reference (the digest does not change) */
    bool check_every_event; /* run every room's check after every event */
    bool figures_only;    /* nobody draws series: windows are closed for callbacks alone */
    int64_t warmup_ns;    /* what the run decided (the scenario's, or MSER-5's) */
    int64_t duration_ns;
};

/* The scenario's own options: run { duration, warmup, seed }. */
struct run_spec {
    int64_t duration_ns;
    const char *warmup; /* a duration, or "auto" */
    int64_t warmup_ns;  /* -1 = auto (MSER-5) */
    const struct value *seed; /* as said: a number, or text when above 2^53 */
    uint64_t seed_value;
    const char *title;
    int64_t window_ns; /* how often series take a point; 0 = about 300 points a run */
    const char *currency;
};

/* NULL after telling d what cannot be built (a reference cycle, no room on any node...).
 * doc, rec must outlive the world; the door is closed with it. */
struct world *world_open(const struct document *doc, const struct world_options *options,
                         struct recorder *rec, struct hook_door door, struct diag *d);
/* Runs to until_ns (<= duration). False: a callback failed; world_failure says how. */
bool world_run(struct world *w, int64_t until_ns);
const char *world_failure(const struct world *w);
/* Checks every room, and hands all final figures to the recorder; once, after the run. */
void world_report(struct world *w);
int64_t world_now(const struct world *w);
uint64_t world_event_count(const struct world *w);
uint64_t world_digest(const struct world *w);
void world_close(struct world *w);

#endif
