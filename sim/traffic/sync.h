/* sync.h - how often kube-proxy writes its rules. */
#ifndef TRAFFIC_SYNC_H
#define TRAFFIC_SYNC_H

#include <stdint.h>

/* Two syncs may come one right after the other; then they keep their distance. */
#define SYNC_BURST 2

/* A bucket of SYNC_BURST tokens, one more every period. All zero: nothing has run yet. */
struct sync {
    double spent;    /* tokens missing from the bucket at `asked_ns` */
    int64_t asked_ns, ran_ns;
};

/* When the rules are written that a change now asks for: now, if there is a token, else a period
 * after the last time. Takes the token when it is now. */
int64_t sync_at(struct sync *s, int64_t now_ns, int64_t period_ns);
/* They are written at this time, which sync_at gave. */
void sync_ran(struct sync *s, int64_t now_ns, int64_t period_ns);

#endif
