/* small_world.h - clients, filters and balancers against a stub instead of services.
 *
 * The world has the rooms flow and workload and one object, `stub`, whose pods answer as the test
 * says: each offered call takes the next of stub.answers (the last one again and again). The
 * scenario is the list of objects of a JSON document without its brackets. The arrival `metronome`
 * sends at exact times: {"kind": "metronome", "first": "0s", "gap": "1s", "count": 3}. */
#ifndef SUPPORT_SMALL_WORLD_H
#define SUPPORT_SMALL_WORLD_H

#include "orrery/world.h"

#include "engine/recorder.h"
#include "workload/workload.h"

#define STUB_PODS_MAX 64
#define STUB_OFFERS_MAX 20000

struct stub_answer {
    int64_t after_ns; /* TIME_NEVER: none */
    enum outcome outcome;
};

struct stub_offer {
    int64_t at_ns, deadline_ns;
    uint64_t key;
    uint32_t pod, operation, customer;
    uint8_t attempt, priority;
};

struct stub {
    const struct stub_answer *answers;
    uint32_t answer_count;
    bool cancels;         /* abandoned work is dropped at once */
    uint32_t reply_bytes; /* of every answer */
    uint32_t offered, cancelled, orphaned;
    struct stub_offer offers[STUB_OFFERS_MAX]; /* the first ones */
};

struct small_options {
    uint64_t seed;
    uint32_t pods; /* ready from the start; 0: 1 */
    bool no_pods;
    int64_t warmup_ns;
    bool unchecked; /* do not run the rooms' checks after every event */
    FILE *trace;
};

struct small_world {
    struct world w;
    struct arena *arena;
    struct diag *diag;
    struct stub stub;
    uint32_t group;
};

/* Fails the test when the scenario is refused. options NULL: all zero. */
struct small_world *small_world_open(const char *objects, const struct small_options *options);
void small_world_close(struct small_world *s);
void small_world_run(struct small_world *s, int64_t until_ns);
/* Its answers from here on. */
#define stub_answers(s, ...)                                                                       \
    ((s)->stub.answers = (const struct stub_answer[]){ __VA_ARGS__ },                              \
     (s)->stub.answer_count =                                                                      \
         sizeof((const struct stub_answer[]){ __VA_ARGS__ }) / sizeof(struct stub_answer))

/* What the user reads when this scenario is refused; fails the test when it is accepted. The
 * text lives until the next call. */
const char *small_world_refusal(const char *objects);

#endif
