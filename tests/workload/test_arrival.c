/* test_arrival.c - arrival processes: rates, laws and change points, and what their checks refuse. */
#include "arrivals.h"

#include "orrery/dist.h"

extern const struct kind arrival_poisson, arrival_constant, arrival_renewal, arrival_batch,
    arrival_mmpp, arrival_mmpp_state, arrival_diurnal, arrival_burst, dist_constant, dist_erlang,
    dist_geometric, dist_pareto;

static void poisson_counts_are_as_spread_as_they_are_many(void **state)
{
    struct part p = good(state, &arrival_poisson, "rate=40/s");
    struct source s = source_open(state, p, 1);
    windows_count(&s, windows, WINDOWS, NS_PER_S);
    assert_near(total_of(windows, WINDOWS), 400000, 5 * sqrt(400000));
    assert_near(dispersion(windows, WINDOWS), 1, 5 * sqrt(2.0 / WINDOWS));
    assert_true(rate_of(p, NS_PER_S) == 40 && p.kind->scalar);
}

static void a_rate_of_zero_never_comes(void **state)
{
    static const struct {
        const struct kind *kind;
        const char *said;
    } rows[] = { { &arrival_poisson, "rate=0/s" },
                 { &arrival_constant, "rate=0/s" },
                 { &arrival_burst, "base=0/s peak=0/s at=1s duration=1s every=5s" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct source s = source_open(state, good(state, rows[i].kind, rows[i].said), 1);
        assert_false(source_next(&s));
        s.now_ns = 5;
        assert_false(source_next(&s));
    }
}

static void a_constant_rate_never_drifts(void **state)
{
    struct part p = good(state, &arrival_constant, "rate=3/s");
    struct source s = source_open(state, p, 1);
    for (int i = 1; i <= 300000; i++) {
        assert_true(source_next(&s));
        assert_near((double)s.now_ns, i * (1e9 / 3), 1);
    }
    assert_int_equal(s.now_ns, 100000 * NS_PER_S);
}

static struct part renewal_of(void **state, struct part gap)
{
    struct part p = part_filled(*state, &arrival_renewal, "");
    *(struct part *)part_member(&p, "gap") = gap;
    return part_checked(*state, p);
}

static void renewal_gaps_follow_their_distribution(void **state)
{
    struct part p = renewal_of(state, good(state, &dist_erlang, "k=4 mean=25000000"));
    struct source s = source_open(state, p, 2);
    windows_count(&s, windows, WINDOWS, NS_PER_S);
    assert_near(total_of(windows, WINDOWS), 400000, 5 * sqrt(400000 / 4.0));
    assert_near(dispersion(windows, WINDOWS), 0.25, 0.03); /* scv, and a little for short windows */
    assert_near(rate_of(p, NS_PER_S), 40, 1e-12);
}

static void a_renewal_whose_gaps_are_zero_is_refused(void **state)
{
    renewal_of(state, good(state, &dist_constant, "value=0"));
    assert_non_null(strstr(parts_said(*state), "renewal.gap: its mean must be greater than 0"));
}

/* The loader checks the outer part after the inner one was refused: it must not fall over it. */
static struct part batch_of(void **state, const char *said, struct part size)
{
    struct part p = part_filled(*state, &arrival_batch, said);
    *(struct part *)part_member(&p, "size") = size;
    return part_checked(*state, p);
}

static void batches_have_their_own_rate_and_size(void **state)
{
    struct part p = batch_of(state, "rate=10/s", good(state, &dist_geometric, "mean=3"));
    struct source s = source_open(state, p, 3);
    double calls = 0, batches = 0;
    while (source_next(&s) && s.now_ns < 10000 * NS_PER_S) {
        uint32_t size = s.type->batch(s.spec, s.state, &s.rng);
        assert_true(size >= 1);
        calls += size;
        batches++;
    }
    assert_near(batches, 100000, 5 * sqrt(100000));
    assert_near(calls / batches, 3, 5 * sqrt(6 / batches));
    assert_near(rate_of(p, NS_PER_S), 30, 1e-12);
}

static void an_endless_batch_is_cut_to_its_limit(void **state)
{
    struct part p =
        batch_of(state, "rate=10/s", good(state, &dist_pareto, "alpha=0.01 low=2000000"));
    struct source s = source_open(state, p, 3);
    assert_int_equal(s.type->batch(s.spec, s.state, &s.rng), 1000000);
}

static struct part mmpp_of(void **state, const char *first, const char *second)
{
    struct parts *parts = *state;
    struct part *items = arena_alloc(parts->arena, 2 * sizeof *items);
    items[0] = part_of(parts, &arrival_mmpp_state, first);
    items[1] = part_of(parts, &arrival_mmpp_state, second);
    struct part p = part_filled(parts, &arrival_mmpp, "");
    *(struct list *)part_member(&p, "states") = (struct list){ 2, items };
    return part_checked(parts, p);
}

/* Fischer & Meier-Hellstern, eq. 30: the dispersion of counts over long windows. */
static double mmpp_dispersion(double rate1, double rate2, double dwell1, double dwell2)
{
    double leave1 = 1 / dwell1, leave2 = 1 / dwell2, leave = leave1 + leave2;
    double apart = rate1 - rate2;
    return 1 + 2 * apart * apart * leave1 * leave2 /
                   (leave * leave * (rate1 * leave2 + rate2 * leave1));
}

static void mmpp_is_as_bursty_as_theory_says(void **state)
{
    struct part p = mmpp_of(state, "rate=20/s dwell=3s", "rate=200/s dwell=1s");
    assert_near(rate_of(p, NS_PER_S), 65, 1e-12);
    struct source s = source_open(state, p, 4);
    windows_count(&s, windows, WINDOWS, 20 * NS_PER_S);
    double calls = 65.0 * 20 * WINDOWS, spread = mmpp_dispersion(20, 200, 3, 1);
    assert_near(total_of(windows, WINDOWS), calls, 5 * sqrt(calls * spread));
    assert_near(dispersion(windows, WINDOWS) / spread, 1,
                0.1); /* 3.8 % short of the limit at 20 s */
}

static void mmpp_begins_in_a_state_by_how_long_states_last(void **state)
{
    struct part p = mmpp_of(state, "rate=0/s dwell=3s", "rate=1000/s dwell=1s");
    int busy = 0;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        struct source s = source_open(state, p, seed);
        busy += source_next(&s) && s.now_ns < 10 * NS_PER_MS;
    }
    double by_busy = 0.25 + 0.75 * 0.01 / 3; /* begun busy, or become so within 10 ms */
    assert_near(busy, 4000 * by_busy, 5 * sqrt(4000 * by_busy * (1 - by_busy)) + 4);
}

static void mmpp_refuses_one_state_or_no_rate_at_all(void **state)
{
    part_of(*state, &arrival_mmpp, "");
    assert_non_null(strstr(parts_said(*state), "mmpp.states: needs at least two states, not 0"));
    mmpp_of(state, "rate=0/s dwell=1s", "rate=0/s dwell=1s");
    assert_non_null(strstr(parts_said(*state), "mmpp.states: no state has a rate greater than 0"));
}

static void diurnal_follows_its_cosine(void **state)
{
    struct part p = good(state, &arrival_diurnal, "low=20/s peak=180/s period=100s phase=10s");
    struct source s = source_open(state, p, 5);
    uint32_t phases[10] = { 0 };
    const int periods = 100;
    while (source_next(&s) && s.now_ns < periods * 100 * NS_PER_S)
        phases[s.now_ns / (10 * NS_PER_S) % 10]++;
    for (int i = 0; i < 10; i++) {
        double from = 2 * M_PI * (i + 1) / 10, to = 2 * M_PI * (i + 2) / 10;
        double expected = periods * (100 * 10 - 80 * 100 / (2 * M_PI) * (sin(to) - sin(from)));
        assert_near(phases[i], expected, 5 * sqrt(expected));
    }
    assert_near(rate_of(p, 1000 * NS_PER_S), 100, 1e-9);
    double swing = sin(2 * M_PI * 0.11) - sin(2 * M_PI * 0.10); /* one second, from its tenth */
    assert_near(rate_of(p, NS_PER_S), 100 - 80 * swing / (2 * M_PI * 0.01), 1e-9);
}

static void diurnal_is_said_by_low_or_by_mean(void **state)
{
    struct part mean = good(state, &arrival_diurnal, "mean=100/s peak=180/s");
    struct part low = good(state, &arrival_diurnal, "low=20/s peak=180/s");
    assert_near(rate_of(mean, NS_PER_HOUR), rate_of(low, NS_PER_HOUR), 1e-9);
    assert_near(rate_of(good(state, &arrival_diurnal, "peak=180/s"), NS_PER_DAY), 90, 1e-9);
    refuse(state, &arrival_diurnal, "peak=0/s", "diurnal.peak: must be greater than 0");
    refuse(state, &arrival_diurnal, "low=5/s mean=6/s peak=9/s",
           "give either low or mean, not both");
    refuse(state, &arrival_diurnal, "low=9/s peak=5/s", "diurnal.low: is above peak (swap them)");
    refuse(state, &arrival_diurnal, "mean=9/s peak=5/s", "diurnal.mean: is above peak");
    refuse(state, &arrival_diurnal, "mean=2/s peak=5/s", "the rate would be negative at night");
}

static void a_surge_begins_and_ends_at_its_very_nanosecond(void **state)
{
    struct part p =
        good(state, &arrival_burst, "base=0/s peak=100000/s at=2s duration=1s every=10s");
    struct source s = source_open(state, p, 6);
    uint32_t count = 0;
    int64_t first = TIME_NEVER, last = 0;
    while (source_next(&s) && s.now_ns < 50 * NS_PER_S) {
        int64_t in_period = (s.now_ns - 2 * NS_PER_S) % (10 * NS_PER_S);
        assert_true(s.now_ns >= 2 * NS_PER_S && in_period <= NS_PER_S);
        if (in_period < first) first = in_period;
        if (in_period > last) last = in_period;
        count++;
    }
    assert_near(count, 500000, 5 * sqrt(500000));
    assert_true(first < 100000 && last > NS_PER_S - 100000); /* ten mean gaps */
}

static void a_single_surge_comes_once(void **state)
{
    struct part p = good(state, &arrival_burst, "base=10/s peak=100/s at=100s duration=100s");
    struct source s = source_open(state, p, 7);
    windows_count(&s, windows, 100, 100 * NS_PER_S);
    assert_near(windows[0], 1000, 5 * sqrt(1000));
    assert_near(windows[1], 10000, 5 * sqrt(10000));
    assert_near(total_of(windows + 2, 98), 98000, 5 * sqrt(98000));
    assert_near(rate_of(p, 200 * NS_PER_S), 55, 1e-9);
    refuse(state, &arrival_burst, "base=1/s peak=2/s at=0s duration=5s every=5s",
           "burst.every: must be longer than the surge itself");
}

/* Two variants of a scenario see the same customers: the process asks nothing but its stream. */
static void the_same_stream_gives_the_same_arrivals(void **state)
{
    struct part p = good(state, &arrival_burst, "base=10/s peak=100/s at=1s duration=1s every=3s");
    struct source a = source_open(state, p, 14), b = source_open(state, p, 14);
    for (int i = 0; i < 10000; i++) {
        assert_true(source_next(&a) && source_next(&b));
        assert_true(a.now_ns == b.now_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARRIVAL_TEST(poisson_counts_are_as_spread_as_they_are_many),
        ARRIVAL_TEST(a_rate_of_zero_never_comes),
        ARRIVAL_TEST(a_constant_rate_never_drifts),
        ARRIVAL_TEST(renewal_gaps_follow_their_distribution),
        ARRIVAL_TEST(a_renewal_whose_gaps_are_zero_is_refused),
        ARRIVAL_TEST(batches_have_their_own_rate_and_size),
        ARRIVAL_TEST(an_endless_batch_is_cut_to_its_limit),
        ARRIVAL_TEST(mmpp_is_as_bursty_as_theory_says),
        ARRIVAL_TEST(mmpp_begins_in_a_state_by_how_long_states_last),
        ARRIVAL_TEST(mmpp_refuses_one_state_or_no_rate_at_all),
        ARRIVAL_TEST(diurnal_follows_its_cosine),
        ARRIVAL_TEST(diurnal_is_said_by_low_or_by_mean),
        ARRIVAL_TEST(a_surge_begins_and_ends_at_its_very_nanosecond),
        ARRIVAL_TEST(a_single_surge_comes_once),
        ARRIVAL_TEST(the_same_stream_gives_the_same_arrivals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
