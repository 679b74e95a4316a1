/* fault.h - what the files of the fault room share.
 *
 * Actions are scheduled by `at`, `every` and `when`; faults that change how a service behaves share
 * one way of naming what they hit. */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include "orrery/action.h"
#include "orrery/hook.h"
#include "service/service.h"

/* ------------------------------------------------------------------------- schedule */

/* One `at`, `every` or `when`, and the action that it begins. */
struct scheduled {
    struct place at;
    const struct kind *kind; /* of the action */
    const struct action_type *type;
    const void *spec;
    void *state;                           /* the action's */
    int64_t first_ns, period_ns, until_ns; /* period 0: once */
    uint32_t condition;                    /* a script function; 0: none */
    bool under_way;                        /* begun, and an end is to come */
};

struct schedule {
    struct scheduled *items;
    uint32_t count;
    uint64_t begun, ended; /* actions that have an end */
};

static inline struct schedule *schedule_of(const struct world *w)
{
    return w->rooms[ROOM_FAULT];
}

/* action.c: begins it now, and sees to its end. */
void action_begin(struct world *w, uint32_t index);

/* schedule.c; kinds fault_at, fault_every and fault_when. */
/* Warns of what lies past the end of the run. */
void schedule_open(struct world *w, struct schedule *f, struct diag *d);
void schedule_begin(struct world *w);
extern const struct kind fault_at, fault_every, fault_when;

/* ------------------------------------------------------------------------- targets */

/* What a fault of a service's behaviour hits, and how long: the first member of its spec. */
struct target_spec {
    const char *target;
    uint32_t pods; /* COUNT_UNLIMITED: all */
    int64_t duration_ns;
    const char *service, *operation; /* derived from target; operation NULL: all */
};

/* The three rows that such a kind begins with; `on` is its struct target_spec. */
#define TARGET_FIELDS(T)                                                                           \
    TEXT(T, "target", on.target, .position = 1, .judge = target_spec_judge,                        \
         .doc =                                                                                    \
             "What is hit: a service (\"cart\") or one of its endpoints (\"cart GET /cart\")."),   \
        COUNT(T, "pods", on.pods, .preset = "unlimited", .min = 1, .max = COUNT_UNLIMITED,         \
              .doc = "Only the first so many pods of the service are hit."),                       \
        DURATION(T, "duration", on.duration_ns, .preset = "", .min = 1, .max = TIME_MAX_NS,        \
                 .doc = "How long it lasts; to the end of the run when left out.")

struct target_state {
    uint32_t disturbance;
};

/* For the target's field: it is a service, or a service and one of its endpoints. */
bool target_spec_judge(const struct document *doc, const char *target, struct place at,
                       const char *path, struct diag *d);
/* For the kinds' check: derives the service and the endpoint. */
void target_spec_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d);
/* Lays d over what the spec names; its service, operation and replicas_limit are filled in here. */
void target_disturb(struct world *w, const struct target_spec *on, struct disturbance d,
                    struct target_state *state);
/* For the vtables: `end`, `duration` and `subject`. */
void target_calm(const void *spec, void *state, struct world *w, uint32_t cause);
int64_t target_duration(const void *spec);
const char *target_subject(const void *spec);

#endif
