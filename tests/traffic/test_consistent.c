/* test_consistent.c - the two consistent hashes: shares, movement, and the published table. */
#include "guard.h"

#include "../support/parts.h"
#include "orrery/balancer.h"
#include "traffic/maglev.h"
#include "traffic/ring.h"

#include <math.h>

extern const struct kind balancer_maglev, balancer_ring_hash;

#define CUSTOMERS 20000

struct scene {
    struct parts parts;
    struct part part;
    void *shared;
    struct backend backends[1000];
    uint32_t n, version;
};

static void scene_say(struct scene *s, const struct kind *kind, const char *said, uint32_t n)
{
    memset(s, 0, sizeof *s);
    parts_open(&s->parts);
    s->part = part_of(&s->parts, kind, said);
    s->shared = calloc(1, ((const struct balancer_type *)kind->vtable)->shared_size);
    s->n = n;
    s->version = 1;
    for (uint32_t i = 0; i < n; i++)
        s->backends[i] = (struct backend){ .id = 100 + i, .weight = 1 };
}

static void scene_open(struct scene *s, const struct kind *kind, uint32_t n)
{
    scene_say(s, kind, "", n);
}

static void scene_close(struct scene *s)
{
    parts_close(&s->parts);
    free(s->shared);
}

/* The number of the backend. */
static uint32_t pick_for(struct scene *s, uint32_t customer)
{
    struct pick pick = { .customer = hash_mix(customer),
                         .shared = s->shared,
                         .version = s->version };
    const struct balancer_type *type = s->part.kind->vtable;
    uint32_t chosen = type->pick(s->part.spec, NULL, s->backends, s->n, &pick);
    assert_true(chosen < s->n);
    return s->backends[chosen].id;
}

static void leaves(struct scene *s, uint32_t position)
{
    memmove(&s->backends[position], &s->backends[position + 1],
            (--s->n - position) * sizeof *s->backends);
    s->version++;
}

static const struct kind *const both[] = { &balancer_maglev, &balancer_ring_hash };

static void a_customer_stays_and_all_backends_have_some(void **state)
{
    (void)state;
    static const double spread[] = { 0.12, 0.5 }; /* maglev, ring */
    for (int k = 0; k < 2; k++) {
        struct scene s;
        scene_open(&s, both[k], 10);
        uint32_t count[10] = { 0 };
        for (uint32_t c = 0; c < CUSTOMERS; c++) {
            uint32_t id = pick_for(&s, c);
            assert_int_equal(pick_for(&s, c), id);
            count[id - 100]++;
        }
        for (int i = 0; i < 10; i++)
            assert_true(fabs(count[i] / (CUSTOMERS / 10.0) - 1) < spread[k]);
        scene_close(&s);
    }
}

/* How many customers of others move when the fifth of ten backends leaves. */
static uint32_t moved_by_leaving(const struct kind *kind, const char *said)
{
    static uint32_t before[CUSTOMERS];
    struct scene s;
    uint32_t moved = 0;
    scene_say(&s, kind, said, 10);
    for (uint32_t c = 0; c < CUSTOMERS; c++)
        before[c] = pick_for(&s, c);
    leaves(&s, 4);
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        uint32_t now = pick_for(&s, c);
        assert_int_not_equal(now, 104);
        moved += now != before[c] && before[c] != 104;
    }
    scene_close(&s);
    return moved;
}

static void who_leaves_takes_few_but_its_own_customers_along(void **state)
{
    (void)state;
    assert_in_range(moved_by_leaving(&balancer_maglev, ""), 1, CUSTOMERS / 50);
    assert_int_equal(moved_by_leaving(&balancer_ring_hash, "minimumRingSize=1"), 0);
    /* 1024 places are 103 for each of ten but 114 for each of nine: the new ones take customers. */
    assert_in_range(moved_by_leaving(&balancer_ring_hash, ""), 1, CUSTOMERS / 10);
}

static void a_thousand_backends_all_find_a_place(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct scene s;
        static bool seen[1000];
        memset(seen, 0, sizeof seen);
        scene_open(&s, both[k], 1000);
        for (uint32_t c = 0; c < 200000; c++)
            seen[pick_for(&s, c) - 100] = true;
        uint32_t count = 0;
        for (int i = 0; i < 1000; i++)
            count += seen[i];
        /* With two places each on the ring, a few stretches are too short to be met. */
        assert_true(k ? count > 980 : count == 1000);
        scene_close(&s);
    }
}

static void count_entries(const struct maglev *m, uint32_t *count)
{
    for (uint32_t i = 0; i < m->entry_count; i++)
        count[m->entries[i]]++;
}

static void maglev_shares_its_table_by_weight(void **state)
{
    (void)state;
    struct maglev *m = calloc(1, sizeof *m);
    struct backend two[] = { { .id = 7, .weight = 1 }, { .id = 3, .weight = 2 } };
    uint32_t count[3] = { 0 };
    maglev_make(m, 65537, two, 2);
    count_entries(m, count);
    assert_int_equal(count[0], 21846);
    assert_int_equal(count[1], 43691);
    struct backend three[] = { { .id = 1, .weight = 5 },
                               { .id = 2, .weight = 5 },
                               { .id = 9, .weight = 5 } };
    memset(count, 0, sizeof count);
    maglev_make(m, 65537, three, 3);
    count_entries(m, count);
    for (int i = 0; i < 3; i++)
        assert_in_range(count[i], 21845, 21846);
    free(m);
}

static void the_ring_is_in_order_and_shared_by_weight(void **state)
{
    (void)state;
    struct ring *r = calloc(1, sizeof *r);
    struct backend three[] = { { .id = 7, .weight = 1 },
                               { .id = 3, .weight = 2 },
                               { .id = 5, .weight = 1 } };
    uint32_t count[3] = { 0 };
    ring_make(r, 1022, three, 3);
    assert_int_equal(r->count, 256 + 511 + 256);
    for (uint32_t i = 0; i < r->count; i++) {
        if (i > 0) assert_true(r->entries[i - 1].hash <= r->entries[i].hash);
        assert_int_equal(three[r->entries[i].position].id, r->entries[i].id);
        count[r->entries[i].position]++;
    }
    assert_int_equal(count[1], 511);
    for (uint32_t i = 0; i < r->count; i++) {
        assert_int_equal(ring_find(r, r->entries[i].hash), r->entries[i].position);
        uint32_t next = (i + 1) % r->count;
        assert_int_equal(ring_find(r, r->entries[i].hash + 1), r->entries[next].position);
    }
    assert_int_equal(ring_find(r, 0), r->entries[0].position);
    free(r);
}

static void callers_reach_them_by_name(void **state)
{
    (void)state;
    static const char *const names[] = { "maglev", "ringHash" };
    for (int k = 0; k < 2; k++) {
        char text[400];
        snprintf(text, sizeof text,
                 "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"keys\": "
                 "{\"kind\": \"uniformKeys\", \"n\": 50}, \"rate\": {\"kind\": \"metronome\", "
                 "\"gap\": \"1ms\", \"count\": 2000}, \"balancer\": \"%s\"}",
                 names[k]);
        struct small_world *s = small_world_open(text, &(struct small_options){ .pods = 5 });
        stub_answers(s, { 1 * MS, OUTCOME_OK });
        small_world_run(s, NS_PER_S);
        group_ready(&s->w, s->group, 2, false);
        small_world_run(s, NS_PER_MIN);
        int32_t pod[64][2], moved = 0;
        memset(pod, 0xff, sizeof pod);
        for (uint32_t i = 0; i < s->stub.offered; i++) {
            const struct stub_offer *o = &s->stub.offers[i];
            int32_t *was = &pod[o->customer][o->at_ns > NS_PER_S];
            if (*was < 0) *was = (int32_t)o->pod;
            assert_int_equal(*was, o->pod); /* always the same one */
        }
        for (int c = 0; c < 64; c++) {
            if (pod[c][0] < 0 || pod[c][1] < 0) continue;
            assert_int_not_equal(pod[c][1], 2);
            moved += pod[c][0] != pod[c][1] && pod[c][0] != 2;
        }
        assert_true(moved <= 5); /* of 50 customers */
        guard_conserved(s, 2000);
        small_world_close(s);
    }
}

static void refused(const char *balancer, const char *said)
{
    char text[400];
    snprintf(text, sizeof text,
             "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"rate\": "
             "{\"kind\": \"metronome\"}, \"balancer\": %s}",
             balancer);
    const char *got = small_world_refusal(text);
    if (!strstr(got, said)) fail_msg("wanted: %s\nsaid: %s", said, got);
}

static void hashes_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    refused("{\"kind\": \"maglev\", \"tableSize\": 65536}", "not a prime number");
    refused("{\"kind\": \"maglev\", \"tableSize\": 101}", "tableSize");
    refused("{\"kind\": \"ringHash\", \"minimumRingSize\": 100000}", "minimumRingSize");
    refused("{\"kind\": \"ringHash\", \"ringSize\": 1}", "unknown field");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_customer_stays_and_all_backends_have_some),
        cmocka_unit_test(who_leaves_takes_few_but_its_own_customers_along),
        cmocka_unit_test(a_thousand_backends_all_find_a_place),
        cmocka_unit_test(maglev_shares_its_table_by_weight),
        cmocka_unit_test(the_ring_is_in_order_and_shared_by_weight),
        cmocka_unit_test(callers_reach_them_by_name),
        cmocka_unit_test(hashes_say_what_is_wrong_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
