/* pod.h - the room's own view of services and pods. */
#ifndef SERVICE_POD_H
#define SERVICE_POD_H

#include "flow/meter.h"
#include "infra/infra.h"
#include "orrery/discipline.h"
#include "orrery/dist.h"
#include "orrery/transport.h"
#include "service/program.h"
#include "service/service.h"

struct resource_list {
    double cpu;
    int64_t memory;
};

struct resources_spec {
    struct part requests, limits;
};

static inline struct resource_list resources_of(const struct part *p)
{
    static const struct resource_list none;
    return p->kind ? *(const struct resource_list *)p->spec : none;
}

enum { ABANDON_FINISH, ABANDON_CANCEL }; /* service_spec.on_abandon */

struct service_spec {
    uint32_t replicas, replicas_max, workers, queue_limit, on_abandon;
    struct part discipline, startup, resources, queue_timeout, balancer, protocol, discovery, policy;
    struct list weights, priorities; /* uint32_t, by pod */
    bool async, drop_expired, occupancy;
    int64_t memory, grace_ns, pre_stop_ns, toleration_ns;
    struct map endpoints;
};

/* What the path of a call touches. Areas are sums of leave times minus enter times, modulo 2^64: the
 * integral of a count up to now is area + count * now, exactly, with one addition a change. */
struct pod {
    struct service *owner;
    uint8_t state;
    uint8_t serving;     /* pod_serve is under way further up the stack */
    uint8_t smooth;      /* nothing rare can happen to its calls: see pod_settle */
    uint8_t async;       /* as its service says */
    uint32_t running;    /* workers held */
    uint32_t queued;
    uint32_t in_flight;  /* running, queued or waiting */
    uint32_t first, last; /* the queue, when it is a list */
    uint64_t area_flight, area_queue, area_busy;
    uint64_t alone_ns;   /* CPU time of work that takes exactly its time, charged when begun */
};
_Static_assert(sizeof(struct pod) == 64, "one cache line: every call touches it");

struct ranked {
    int64_t rank;
    uint64_t age;
    uint32_t call;
};

struct task {
    double tag; /* virtual time at which it is done */
    uint64_t age;
    uint32_t call;
};

struct on_cpu {
    uint32_t call;
    int64_t done_ns;
    struct event_id event;
};

/* The rest of a pod. */
struct pod_side {
    uint32_t node;
    uint32_t generation; /* of the process: changes when it crashes or goes */
    bool node_known;
    bool fast; /* CPU work takes exactly its time: nothing is shared */
    uint32_t crash_count;
    uint32_t address;     /* counts the pods that have had this slot: each has an address of its own */
    int64_t stop_ns;      /* while it drains: when its process is told to end */
    int64_t memory, started_ns;
    int64_t lost_ns; /* when it was found on a node that is down, while `lost` */
    bool lost;
    int64_t level_ns; /* since when in_flight is what it is, where the service keeps occupancy */
    struct ranked *queue; /* a heap, for ranked disciplines */
    int64_t queue_empty_ns; /* when the queue was last empty, for managed ones */
    uint32_t queue_capacity;
    uint64_t age;
    struct on_cpu *on_cpu; /* by no particular order; for disciplines that interrupt */
    uint32_t on_cpu_count;
    uint64_t ahead_ns; /* of alone_ns, what was still to come when cpu_look_ahead was asked */
    /* Processor sharing in virtual time: `served` grows by `rate` per ns for every task at once. */
    struct task *tasks; /* a heap on tag */
    uint32_t task_count, task_capacity;
    double served, rate;
    int64_t wanted; /* what it is counted for at its node: see node_cpu.c */
    double cpu_ns; /* CPU time used while sharing, by all calls since the figures began */
    int64_t advanced_ns;
    struct event_id done;
};

struct disturbed {
    struct disturbance by;
    uint32_t id;
    uint64_t key; /* of its coins */
};

struct service {
    const struct service_spec *spec;
    const char *name;
    uint32_t index, group, first_pod, capacity, replicas, ready;
    const struct discipline_type *discipline;
    const void *discipline_spec;
    struct place at;          /* where it was said */
    const char **operations;  /* of a gateway: as they are asked for */
    uint32_t operation_count;
    struct program *programs; /* by operation */
    struct gateway *gateway;  /* NULL: a service */
    struct resource_list requests, limits;
    uint32_t workers;         /* of a pod; no limit where calls share */
    bool async;
    bool plain_queue; /* a list that calls join at its end, without limit to their patience */
    bool listed;      /* the queue is a list */
    bool preempts, limited;   /* limited: limits.cpu was given */
    bool filling, unschedulable; /* a retry is pending; the shortage has been told */
    bool occupied;            /* occupancy is kept */
    bool messages;            /* some caller's protocol charges it CPU for messages */
    bool adjusts;             /* a cpu step's work is not only what it draws: that, or a fault */
    struct meter meter;
    struct histogram wait;    /* ns, of calls that had to wait for a worker */
    uint64_t unwaited;        /* those that did not */
    struct histogram occupancy; /* ns by calls in flight at a pod; opened when kept */
    /* answers nobody waited for; optional calls that failed; starts, for whatever reason; crashes;
     * preemptions */
    uint64_t wasted, done_without, starts, restarts, interrupted;
    uint64_t spared, clashed, repeated; /* by `once` steps */
    uint64_t unrouted, injected; /* errors because no route of a gateway was for them; of a fault */
    uint64_t inside_early;                  /* who was there when the figures began */
    uint64_t inside, inside_counted;        /* for the room's check */
    uint64_t area_ready, area_serving;
    uint32_t serving; /* pods with calls or open to them: ready or draining */
    uint32_t ready_min, ready_max;
    struct disturbed *disturbances;
    uint32_t disturbance_count, disturbance_capacity;
    bool hooked; /* pod_begins has something to do */
    double window_utilization, window_cpu, window_in_flight, window_queue;
    /* integrals when the window began */
    double last_flight, last_queue, last_busy, last_cpu, last_capacity;
};

struct once; /* step_once.c */
struct node_cpu;

struct service_room {
    struct once **onces;
    uint32_t once_count;
    struct service *services;
    uint32_t service_count;
    struct instruction *code; /* of all programs, one after another */
    uint32_t code_count;
    struct pod *pods;
    struct pod_side *sides;
    uint8_t *zones; /* by pod */
    uint32_t pod_count;
    struct node_cpu *node_cpus; /* by node */
    pod_listener *listeners[ROOM_COUNT];
    uint32_t listener_count, disturbance_next;
    const struct chooser **choosers; /* of gateways' programs */
    uint32_t chooser_count, nesting; /* nesting: requests of gateways to gateways being opened */
    bool complete; /* all services are open: a program that comes later settles itself */
    int64_t reset_ns;
    struct row_room *rows; /* NULL when no step names any */
    bool reserved; /* no pod of the scenario can want more CPU than it requests */
};

static inline struct service_room *service_room_of(const struct world *w)
{
    return w->rooms[ROOM_SERVICE];
}

static inline struct pod *pod_get(const struct world *w, uint32_t pod)
{
    return &service_room_of(w)->pods[pod];
}

/* path.c: the usual way of a call through its pod */
void pod_offer(struct world *w, uint32_t pod, uint32_t call);
void pod_answer(struct world *w, uint32_t call);             /* its program is over */
void pod_leave_worker(struct world *w, uint32_t call);
void pod_serve(struct world *w, uint32_t pod);               /* starts whoever waits, while it can */
void pod_account(struct world *w, uint32_t call, enum outcome outcome); /* in its service's figures */
void program_worked(struct world *w, uint32_t call);         /* a CPU step is over */

/* pod.c: the rarer ways */
extern const struct endpoint_type pod_endpoint;
bool pod_take_worker(struct world *w, uint32_t call); /* when none is free; false: queued or refused */
void pod_evict(struct world *w, uint32_t call, enum outcome outcome); /* ends it from outside */
bool pod_begins(struct world *w, uint32_t call); /* of a hooked service; true: it is held up, or over */
void service_hook(struct world *w, struct service *s); /* what hooks into its calls has changed */
void pod_settle(const struct world *w, struct pod *p); /* what `smooth` depends on has changed */
bool pod_sheds(struct world *w, uint32_t call); /* out of a managed queue: turned away after all? */

/* waiting.c: who waits for a worker */
void waiting_push(struct world *w, uint32_t pod, uint32_t call);
uint32_t waiting_pop(struct world *w, uint32_t pod);
void waiting_remove(struct world *w, uint32_t pod, uint32_t call);
uint32_t waiting_worst(const struct world *w, uint32_t pod); /* who ranks last; of a heap */
int64_t waiting_rank(const struct world *w, uint32_t call, int64_t work_ns);
int64_t waiting_work(const struct world *w, uint32_t call);

/* cpu.c: work on a processor */
void cpu_begin_slowly(struct world *w, uint32_t call, int64_t work_ns); /* where it may be shared */
void cpu_stop(struct world *w, uint32_t call); /* the call on CPU is gone or interrupted */
void cpu_set_rate(struct world *w, uint32_t pod, double rate); /* of a sharing pod: to each task */
/* The call on this pod's CPUs that should give way to one of this rank, or CALL_NONE. */
uint32_t cpu_victim(const struct world *w, uint32_t pod, int64_t rank);
int64_t cpu_remaining(const struct world *w, uint32_t call);
void cpu_look_ahead(struct world *w); /* before cpu_used_ns or cpu_reset are asked at a new time */
double cpu_used_ns(const struct world *w, uint32_t pod); /* CPU time so far, all its calls */
void cpu_reset(struct world *w, uint32_t pod);
double pod_cores(const struct service *s); /* most CPU a pod can use */

/* occupancy.c */
void occupancy_mark(const struct world *w, const struct pod *p); /* its level or state is to change */
void occupancy_reset(struct world *w, struct service *s);
void occupancy_report(struct world *w, struct service *s);

/* service.c, service_kind.c */
void programs_settle(struct service_room *room); /* the code has moved */
void service_pods_check(struct service_spec *s, struct place at, const char *path, struct diag *d);

/* gateway_open.c */
void gateway_open(struct world *w, struct service *s, const struct object *o);
uint32_t gateway_answer(struct world *w, uint32_t group, const struct request *request,
                        const char *caller, struct place at, struct diag *d);

/* step_row.c */
void rows_reset(struct world *w);
void rows_report(struct world *w);
void rows_check(const struct world *w);

/* lifecycle.c */
void lifecycle_open(struct world *w);
void pod_memory_add(struct world *w, uint32_t pod, int64_t bytes);
void pod_drained_check(struct world *w, uint32_t pod);
uint64_t pod_address(const struct world *w, uint32_t pod);
enum reach pod_reach(const struct world *w, uint32_t pod, uint64_t address);
bool pod_leaves(const struct world *w, uint32_t pod);

/* disturb.c: true when the call waits, hangs or has failed because of a fault */
bool disturb_begin(struct world *w, uint32_t call);
double disturb_cpu_factor(const struct world *w, const struct service *s, uint32_t operation,
                          uint32_t pod);

extern const struct event_type wait_done;

/* What a cpu step takes: drawn from the customer; a call's first has its messages' on top; faults
 * that slow a process down scale it. */
static inline int64_t cpu_work(const struct world *w, uint32_t call, const struct instruction *i)
{
    const struct call *c = call_get(w, call);
    struct rng r = step_rng(c, call_side(w, call), i);
    int64_t work_ns = dist_draw_ns(i->dist, &r);
    const struct service *s = pod_get(w, c->pod)->owner;
    if (s->messages && !(c->flags & CALL_CHARGED))
        work_ns += route_message_work(w, c->route).backend_ns;
    if (s->disturbance_count == 0) return work_ns;
    double slowed =
        (double)work_ns * disturb_cpu_factor(w, s, route_operation(w, c->route), c->pod);
    return slowed < (double)TIME_MAX_NS ? (int64_t)slowed : TIME_MAX_NS;
}

#endif
