/* breaker.h - a circuit breaker's rule and state: pure functions of time and outcomes.
 *
 * Closed counts over a window of calls or of time; open refuses; half-open lets `trials` calls
 * through and judges them. No timer: open becomes half-open at the first call after its time, as in
 * resilience4j and Hystrix. An answer counts in the state that it arrives in. */
#ifndef TRAFFIC_BREAKER_H
#define TRAFFIC_BREAKER_H

#include "traffic/rolling.h"

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };
extern const char *const breaker_state_names[]; /* "closed", "open", "halfOpen" */

struct breaker_rule {
    bool timed;           /* the window is of time, else of calls */
    uint32_t window;      /* calls, or buckets */
    int64_t bucket_ns;    /* timed */
    uint32_t minimum;     /* calls in the window before it is judged */
    double failure_ratio, slow_ratio; /* at or above: trips */
    int64_t slow_ns;      /* a call longer than this is slow */
    int64_t open_ns;
    uint32_t trials;      /* calls that half-open lets through, and then judges */
};

struct breaker_counts {
    uint32_t calls, failures, slow;
};

struct breaker {
    enum breaker_state state;
    struct breaker_counts counts; /* of the window by calls, or of the trials */
    struct breaker_counts judged; /* what the last change of state was decided by */
    uint32_t permitted;           /* half-open: calls still let through */
    uint32_t at;                  /* the ring's next place */
    int64_t until_ns;             /* open: refuses before this */
    uint8_t *ring;                /* by calls: what each was */
    struct rolling rolling;       /* by time */
};

void breaker_open(struct breaker *b, const struct breaker_rule *rule, struct arena *a);
/* Whether a call may go out now; may change open to half-open. A permitted call is later recorded
 * or released. */
bool breaker_permits(struct breaker *b, const struct breaker_rule *rule, int64_t now_ns);
/* Its answer came. True: the state has changed. */
bool breaker_record(struct breaker *b, const struct breaker_rule *rule, int64_t now_ns, bool failed,
                    int64_t took_ns);
/* No answer will come: a trial may be made again. */
void breaker_release(struct breaker *b);
/* What the window, or the trials, hold now. */
struct breaker_counts breaker_counts(const struct breaker *b, const struct breaker_rule *rule);

#endif
