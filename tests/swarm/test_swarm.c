/* test_swarm.c - random clouds with random faults: no room's invariant ever breaks.
 *
 * Each scenario runs with every room's check after every event, and again with the other queue
 * and in slices, with an audit of all calls between: the digests must agree. When a check fails it
 * prints the seed, which is the scenario's number: `test_swarm NUMBER` runs that one alone, after
 * printing it; `test_swarm FIRST LAST` runs those (make swarm). */
#include "../support/cloud.h"
#include "random_scenario.h"

#include "orrery/route.h"
#include "service/pod.h"

/* More than a tenth refused, and the swarm would test nothing. */
#define REFUSED_SHARE 10

static uint64_t first = 1, last = 200;

static void load(struct scenario *s, uint64_t number)
{
    struct text objects = { 0 };
    random_scenario(number, &objects);
    *s = (struct scenario){ 0 };
    cloud_load(s, text_data(&objects));
    text_close(&objects);
}

struct books {
    uint32_t in_flight, queued, holding;
};

static uint32_t children_of(const struct world *w, uint32_t call)
{
    uint32_t count = 0;
    for (uint32_t c = call_side(w, call)->child; c != CALL_NONE; c = call_side(w, c)->sibling) {
        assert_int_equal(call_get(w, c)->parent, call);
        count++;
    }
    return count;
}

/* What every pod has in its books is what the calls themselves say, one by one. */
static void audit(const struct world *w)
{
    const struct service_room *room = service_room_of(w);
    struct books *books = calloc(room->pod_count, sizeof *books);
    uint32_t open = 0;
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct call *c = call_get(w, id);
        if (c->state == CALL_FREE) continue;
        open++;
        bool at_pod = c->state >= CALL_QUEUED && c->state <= CALL_WAITING;
        assert_true(at_pod || !(c->flags & CALL_HOLDS));
        if (!at_pod) continue;
        books[c->pod].in_flight++;
        books[c->pod].queued += c->state == CALL_QUEUED;
        books[c->pod].holding += (c->flags & CALL_HOLDS) != 0;
        assert_int_equal(children_of(w, id), c->pending);
    }
    assert_int_equal(open, w->calls->in_flight);
    for (uint32_t pod = 0; pod < room->pod_count; pod++) {
        const struct pod *p = &room->pods[pod];
        assert_int_equal(books[pod].in_flight, p->in_flight);
        assert_int_equal(books[pod].queued, p->queued);
        assert_int_equal(books[pod].holding, p->running);
        assert_true(room->sides[pod].task_count <= p->running);
        bool idle = p->running < p->owner->spec->workers && p->queued > 0;
        assert_false(idle); /* nobody waits beside a free worker */
    }
    free(books);
}

/* The digest, or 0 when the scenario is refused: more pods than fit on its nodes. */
static uint64_t swarm_run(uint64_t number, bool other_way)
{
    struct scenario s;
    load(&s, number);
    if (s.doc)
        cloud_world(
            &s, &(struct cloud_options){ number, .heap_queue = other_way, .unchecked = other_way });
    scenario_say(&s);
    if (!s.w && !strstr(text_data(&s.said), "no node has room"))
        fail_msg("scenario %llu: %s", (unsigned long long)number, text_data(&s.said));
    if (!s.w) {
        scenario_close(&s);
        return 0;
    }
    for (int64_t t = 0; other_way && t < 3000; t += 7) {
        assert_true(world_run(s.w, t * NS_PER_MS));
        audit(s.w);
    }
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    uint64_t digest = world_digest(s.w);
    assert_true(digest != 0);
    scenario_close(&s);
    return digest;
}

static void random_clouds_keep_every_invariant(void **state)
{
    (void)state;
    uint32_t refused = 0;
    for (uint64_t number = first; number <= last; number++) {
        uint64_t digest = swarm_run(number, false);
        refused += digest == 0;
        if (digest != swarm_run(number, true))
            fail_msg("scenario %llu: the digest depends on queue, slices or checks",
                     (unsigned long long)number);
    }
    assert_true(refused <= 1 + (last - first) / REFUSED_SHARE);
}

static void show(uint64_t number)
{
    struct text objects = { 0 };
    random_scenario(number, &objects);
    printf("{\"orrery\": 1, \"objects\": [%s]}\n", text_data(&objects));
    fflush(stdout);
    text_close(&objects);
    printf("digest %016llx\n", (unsigned long long)swarm_run(number, false));
    printf("digest %016llx\n", (unsigned long long)swarm_run(number, true));
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        first = strtoull(argv[1], NULL, 10);
        last = strtoull(argv[2], NULL, 10);
    } else if (argc > 1) {
        show(strtoull(argv[1], NULL, 10));
        return 0;
    }
    const struct CMUnitTest tests[] = { cmocka_unit_test(random_clouds_keep_every_invariant) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
