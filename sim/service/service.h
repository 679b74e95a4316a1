/* service.h - what other rooms may ask of services and their pods.
 *
 * Services are numbered in document order, then gateways. A pod is a slot that can be started, crash,
 * restart and go; its number is stable and dense per service. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "orrery/call.h"
#include "orrery/world.h"

#define SERVICE_NONE UINT32_MAX
#define POD_NONE UINT32_MAX

enum pod_state {
    POD_GONE,     /* an empty slot */
    POD_STARTING, /* scheduled, not ready yet */
    POD_READY,
    POD_DRAINING, /* out of the balancers; finishing what it has */
    POD_CRASHED   /* waiting to be restarted (CrashLoopBackOff) */
};
extern const char *const pod_state_names[];

/* For fields that name a service, or a gateway, which is one but for its program. */
bool service_judge(const struct document *doc, const char *name, struct place at, const char *path,
                   struct diag *d);

uint32_t service_count(const struct world *w);
uint32_t service_find(const struct world *w, const char *name);
const char *service_name(const struct world *w, uint32_t service);
uint32_t service_pod_first(const struct world *w, uint32_t service);
uint32_t service_pod_capacity(const struct world *w, uint32_t service); /* most it may scale to */
uint32_t service_ready_count(const struct world *w, uint32_t service);
uint32_t service_replicas(const struct world *w, uint32_t service); /* wanted now */
enum pod_state pod_state_of(const struct world *w, uint32_t pod);
uint32_t pod_node(const struct world *w, uint32_t pod);
uint32_t pod_service(const struct world *w, uint32_t pod);

/* Wants n replicas: starts pods in free slots (lowest first), or drains the highest. False when n
 * exceeds the capacity. `cause` is a recorder event number or 0. */
bool service_scale(struct world *w, uint32_t service, uint32_t replicas, uint32_t cause);

/* Starts a pod in a free slot beyond the wanted replicas (a rollout's surge). POD_NONE when there is
 * no slot or no room on a node. */
uint32_t pod_start(struct world *w, uint32_t service, uint32_t cause);
/* Out of the balancers now; gone when its calls are done or the grace period ends. */
void pod_drain(struct world *w, uint32_t pod, uint32_t cause);
/* The process dies: its calls fail as crashed; it restarts in place after the crash-loop
 * back-off (none the first time, then 10 s doubling to 5 min; forgotten after 10 min of running). */
void pod_crash(struct world *w, uint32_t pod, const char *reason, uint32_t cause);

/* Told whenever a pod becomes ready or gone: for rollouts. One listener a room. */
typedef void pod_listener(struct world *w, uint32_t pod, enum pod_state state);
void service_listen(struct world *w, pod_listener *listener);

/* A change of behaviour laid over one endpoint (operation) of a service, or all (UINT32_MAX), while
 * a fault lasts. Effects of several add up; all ratios are combined as independent. */
struct disturbance {
    uint32_t service, operation;
    const struct part *latency; /* extra wait before the program starts; NULL: none */
    double error_ratio;         /* share of calls that fail at once with OUTCOME_ERROR */
    double hang_ratio;          /* share of calls that never answer, holding their worker */
    int64_t leak_bytes;         /* memory a call takes and never gives back */
    double cpu_factor;          /* CPU work is multiplied by this; 1 = unchanged */
    uint32_t replicas_limit;    /* only the first so many pods; 0 = all */
};
/* Returns a number to lift it by. d is copied. */
uint32_t service_disturb(struct world *w, const struct disturbance *d);
void service_calm(struct world *w, uint32_t disturbance);

/* Signals for scripts and rooms above: "p99", "utilization", "cpu", "in_flight", "queue", "error_ratio",
 * "replicas", "ready", over the last complete window; NAN when unknown or empty. */
double service_signal(const struct world *w, uint32_t service, const char *signal);

#endif
