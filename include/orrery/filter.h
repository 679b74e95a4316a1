/* filter.h - the role "filter": what stands between a caller and a backend.
 *
 * A route lists its filters outermost first. on_call runs on the way out, on_reply on the way back;
 * a filter that says WAIT keeps the call and later resumes or answers it. State is per caller
 * instance (each pod of a calling service has its own, a client has one), zeroed at open.
 *
 * A filter may also split a call: several attempts of it are then in flight at once, each a call of
 * its own that passes the filters further in, while the call itself waits at the filter. Of the
 * attempts that are answered the filter takes one; the others are abandoned. */
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

/* Gives up on the call, and has that happen after so long by an event (call, generation)
 * of a lane. */
struct filter_bound {
    int64_t after_ns; /* from now on; 0: no such thing */
    uint32_t lane;
    bool late_too; /* also on a call that was meant to be sent before now */
};

struct filter_type {
    size_t state_size;
    /* Once a route, at open: lanes and the like; the result becomes site.shared. */
    void *(*prepare)(const void *spec, struct world *w, uint32_t route, uint8_t index);
    /* ANSWER: the call is over with *outcome. WAIT: the filter calls call_resume(index + 1) or
     * call_answer(index) later. */
    enum verdict (*on_call)(const struct filter_site *site, struct world *w, uint32_t call,
                            enum outcome *outcome);
    /* Whether on_call only lets the call pass: it is not asked then. NULL: it does more. */
    bool (*quiet)(const void *spec);
    /* All that on_call does with a first attempt: the chain then does so itself. NULL: it does
     * more. */
    struct filter_bound (*bound)(const void *shared);
    /* The reply's outcome is in the call; may be changed there. WAIT: as above. NULL: pass. */
    enum verdict (*on_reply)(const struct filter_site *site, struct world *w, uint32_t call);
    /* Of filters that split calls. One of the call's attempts has its reply, the outcome is in the
     * attempt; call.pending counts those still in flight. ANSWER: it is the call's own answer; the
     * rest are abandoned. WAIT: it is not, and is closed; an attempt in flight, or one that an
     * event of the filter will send, must follow. Send none from here. */
    enum verdict (*on_attempt)(const struct filter_site *site, struct world *w, uint32_t call,
                               uint32_t attempt);
    /* Of filters that split calls. A server has begun one of the call's attempts. Only note it. */
    void (*on_begun)(const struct filter_site *site, struct world *w, uint32_t call,
                     uint32_t attempt);
    /* The call got a new id while this filter still guards it: arm its timers again. `old` is only
     * a number by now. */
    void (*on_moved)(const struct filter_site *site, struct world *w, uint32_t call, uint32_t old);
    /* The call ends without a reply to this filter: one further out gave up, or the caller is gone.
     * Told to all it has passed and to the one that keeps it waiting; give back what it holds, but
     * begin nothing with other calls (schedule that for now). */
    void (*on_gone)(const struct filter_site *site, struct world *w, uint32_t call);
    /* Counters that `shared` keeps: start again (the warm-up is over), and tell; NULL: none. The
     * object is "CALLER > TARGET KIND", in section "guards". */
    void (*reset)(void *shared, const struct world *w);
    void (*report)(const void *shared, struct world *w, const char *object);
    /* Whether on_reply has anything to do with a call that ended ok: where no filter of a route
     * has, its answers go straight back. NULL: it has. */
    bool (*heeds_ok)(const void *spec);
    /* Makes attempts: inner filters' timers belong to one attempt; a call that passes it has the
     * deadline it came with in side.budget_ns. One a route. */
    bool retries;
};

/* What the filter at `index` of the call's route works with; for events of filters. */
struct filter_site filter_site_of(const struct world *w, uint32_t call, uint8_t index);

/* Splits a call that is under way, past the filter at `index`: returns the caller's side, under a
 * new id, which waits at the filter with the old one as its attempt in flight. */
uint32_t call_split(struct world *w, uint32_t call, uint8_t index);

/* Sends an attempt of a call that waits at a filter (after call_split, or with on_call or on_reply
 * about to say WAIT), from the next filter on. `number`: 0 for the first. It may be answered, and
 * the call over, before this returns: hold (call, generation). */
void call_attempt(struct world *w, uint32_t call, uint8_t number);

/* Abandons those attempts of the call that no server has begun; how many. */
uint32_t call_withdraw(struct world *w, uint32_t call);

#endif
