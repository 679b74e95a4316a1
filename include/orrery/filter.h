/* filter.h - the role "filter": what stands between a caller and a backend.
 *
 * A route lists its filters outermost first. on_call runs on the way out, on_reply on the way back; a
 * filter that says WAIT keeps the call and later resumes or answers it. State is per caller
 * instance (each pod of a calling service has its own, a client has one), zeroed at open. */
#ifndef ORRERY_FILTER_H
#define ORRERY_FILTER_H

#include "orrery/call.h"

#define FILTERS_MAX 8 /* on one route: a named limit, checked at load */

enum verdict { FILTER_PASS, FILTER_ANSWER, FILTER_WAIT };

struct filter_site {
    const void *spec;
    void *state;
    uint32_t route;
    uint8_t index; /* position in the route's list */
    void *shared;  /* what `prepare` made: per route, the same for all instances */
};

struct filter_type {
    size_t state_size;
    /* Once a route, at open: lanes and the like; the result becomes site.shared. */
    void *(*prepare)(const void *spec, struct world *w, uint32_t route, uint8_t index);
    /* ANSWER: the call is over with *outcome. WAIT: the filter calls call_resume(index + 1) or
     * call_answer(index) later. */
    enum verdict (*on_call)(const struct filter_site *site, struct world *w, uint32_t call,
                            enum outcome *outcome);
    /* The reply's outcome is in the call; may be changed there. WAIT: as above. NULL: pass. */
    enum verdict (*on_reply)(const struct filter_site *site, struct world *w, uint32_t call);
    /* The call got a new id while this filter still guards it: arm its timers again. `old` is only
     * a number by now. */
    void (*on_moved)(const struct filter_site *site, struct world *w, uint32_t call, uint32_t old);
    /* The call ends without a reply to this filter: one further out gave up, or the caller is gone.
     * Told to all it has passed and to the one that keeps it waiting; give back what it holds, but
     * begin nothing with other calls (schedule that for now). */
    void (*on_gone)(const struct filter_site *site, struct world *w, uint32_t call);
    bool retries; /* makes attempts: inner filters' timers belong to one attempt */
};

/* What the filter at `index` of the call's route works with; for events of filters. */
struct filter_site filter_site_of(const struct world *w, uint32_t call, uint8_t index);

#endif
