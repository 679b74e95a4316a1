/* sync.c - kube-proxy's bounded frequency runner (Kubernetes, pkg/util/async).
 *
 * Tokens come back evenly, one a period, up to the burst. A run that had to wait needs no token of
 * its own when its time has come: the token is there by then, and is taken. */
#include "traffic/sync.h"

static void refill(struct sync *s, int64_t now_ns, int64_t period_ns)
{
    s->spent -= (double)(now_ns - s->asked_ns) / (double)period_ns;
    if (s->spent < 0) s->spent = 0;
    s->asked_ns = now_ns;
}

static void take(struct sync *s, int64_t now_ns)
{
    s->spent = s->spent + 1 > SYNC_BURST ? SYNC_BURST : s->spent + 1;
    s->ran_ns = now_ns;
}

int64_t sync_at(struct sync *s, int64_t now_ns, int64_t period_ns)
{
    if (period_ns == 0) return now_ns;
    refill(s, now_ns, period_ns);
    if (s->spent + 1 <= SYNC_BURST) {
        take(s, now_ns);
        return now_ns;
    }
    return s->ran_ns + period_ns > now_ns ? s->ran_ns + period_ns : now_ns;
}

void sync_ran(struct sync *s, int64_t now_ns, int64_t period_ns)
{
    if (period_ns == 0 || s->ran_ns == now_ns) return; /* its token is taken */
    refill(s, now_ns, period_ns);
    take(s, now_ns);
}
