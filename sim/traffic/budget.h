/* budget.h - the role "budget": whether one more attempt of a call may be afforded.
 *
 * What retries and hedges of one caller's instance may add to the load. The arithmetic is
 * retry_budget.c; a filter that makes attempts asks through these. To add one:
 * sim/traffic/budget_NAME.c and a line in kinds.def. */
#ifndef TRAFFIC_BUDGET_H
#define TRAFFIC_BUDGET_H

#include "orrery/call.h"
#include "orrery/kind.h"
#include "traffic/retry_budget.h"

/* One instance's, zeroed when opened. */
struct budget {
    bool opened;
    uint32_t calls; /* under way at this filter */
    uint32_t extra; /* attempts beyond the first, waiting to be sent or in flight */
    union {
        struct budget_throttle throttle;
        struct budget_bucket bucket;
        struct budget_window window;
    };
};

#define BUDGET_REFUSED 0
#define BUDGET_FREE 1 /* what an attempt costs where nothing is paid back */

struct budget_type {
    void (*open)(const void *spec, struct budget *b, struct arena *a); /* NULL: nothing to do */
    void (*call)(const void *spec, struct budget *b, int64_t now_ns);  /* a first attempt; NULL */
    /* What one more attempt costs, paid now, or BUDGET_REFUSED. `cause`: of the attempt before. */
    int64_t (*take)(const void *spec, struct budget *b, int64_t now_ns, enum outcome cause);
    /* An attempt is answered; `failed`: in a way that would be tried again. `cost`: what was last
     * paid for this call, 0 for a first attempt. NULL: nothing to do. */
    void (*answer)(const void *spec, struct budget *b, bool failed, enum outcome outcome,
                   int64_t cost);
};

/* What filters call; nothing happens where p names no budget. */
void budget_call(const struct part *p, struct budget *b, struct world *w);
int64_t budget_take(const struct part *p, struct budget *b, struct world *w, enum outcome cause);
void budget_answer(const struct part *p, struct budget *b, bool failed, enum outcome outcome,
                   int64_t cost);
/* An attempt that was paid for is over, or the whole call is. */
void budget_extra_over(const struct part *p, struct budget *b);
void budget_call_over(const struct part *p, struct budget *b);

#endif
