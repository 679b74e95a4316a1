/* codel.h - what a queue does once it has not been empty for long: pure rules.
 *
 * A queue that empties now and then absorbs a burst; one that does not, for `interval`, only adds
 * delay. backlogged_ns: how long ago it was last empty. */
#ifndef SERVICE_CODEL_H
#define SERVICE_CODEL_H

#include "orrery/time.h"

#include <stdbool.h>

struct codel_rule {
    int64_t target_ns, interval_ns;
};

static inline bool codel_backlogged(int64_t interval_ns, int64_t backlogged_ns)
{
    return backlogged_ns > interval_ns;
}

/* How long a call that joins the queue now may wait before it is turned away. */
static inline int64_t codel_patience_ns(const struct codel_rule *rule, int64_t backlogged_ns)
{
    return codel_backlogged(rule->interval_ns, backlogged_ns) ? rule->target_ns : rule->interval_ns;
}

#endif
