/* test_embed.c - orrery as another program sees it: through orrery.h and nothing else. */
#include "embed.h"

#include "../support/temporary.h"

#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what went right */

static void a_run_is_read_figure_by_figure(void **state)
{
    (void)state;
    struct orrery_scenario *s =
        open_good(SHOP(MINUTE, "expect.p99('users', { below = '10s' })\n"
                               "expect.mean('users', { below = '0.001ms' })"),
                  NULL);
    struct orrery_result *r = run_good(s, NULL);
    orrery_scenario_close(s); /* a result does not need it */
    const struct orrery_summary *summary = orrery_result_summary(r);
    assert_string_equal(summary->scenario, "shop.lua");
    assert_string_equal(summary->title, "A shop");
    assert_int_equal(strlen(summary->digest), 16);
    assert_int_equal(summary->seed, 3);
    assert_int_equal(summary->replications, 1);
    assert_int_equal(summary->finished, 1);
    assert_true(summary->events > 10000);
    assert_true(summary->simulated_s == 60 && summary->warmup_s == 5);
    const struct orrery_figure *p99 = orrery_figure_find(r, "clients", "users", "latency_ms.p99");
    assert_non_null(p99);
    assert_string_equal(p99->unit, "ms");
    assert_true(p99->mean > 5 && p99->ci95_low == p99->mean && p99->n == 1);
    assert_null(orrery_figure_find(r, "clients", "users", "latency_ms.p98"));
    assert_null(orrery_figure_find(r, "", "", ""));
    bool met = false;
    assert_true(orrery_figure_count(r) > 20);
    for (uint32_t i = 0; i < orrery_figure_count(r); i++)
        met |= orrery_figure_at(r, i) == p99;
    assert_true(met);
    assert_null(orrery_figure_at(r, orrery_figure_count(r)));
    assert_int_equal(orrery_verdict_count(r), 2);
    assert_null(orrery_verdict_at(r, 2));
    const struct orrery_verdict *good = orrery_verdict_at(r, 0), *bad = orrery_verdict_at(r, 1);
    assert_string_equal(good->name, "p99 users");
    assert_true(good->pass && good->has_value && fabs(good->value - p99->mean) < 1e-9);
    assert_string_equal(bad->target, "below 0.001ms");
    assert_string_equal(bad->file, "shop.lua");
    assert_int_equal(bad->line, 6);
    assert_false(bad->pass);
    assert_false(orrery_result_holds(r));
    assert_string_equal(orrery_result_failure(r), "");
    assert_int_equal(orrery_problem_count(orrery_result_problems(r)), 0);
    const char *json = orrery_result_json(r);
    assert_non_null(strstr(json, "\"schema\": \"orrery.run\""));
    assert_non_null(strstr(json, summary->digest));
    assert_ptr_equal(json, orrery_result_json(r));
    orrery_result_close(r);
}

static void settings_are_what_if(void **state)
{
    (void)state;
    const char *more[] = { "shop.workers=2", "users.rate=50/s", "users.rate=120/s", "run.seed=9",
                           NULL };
    struct orrery_scenario *plain = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_scenario *changed = open_good(SHOP(MINUTE, ""), more);
    struct orrery_result *a = run_good(plain, NULL), *b = run_good(changed, NULL);
    const struct orrery_figure *slow = orrery_figure_find(a, "services", "shop", "wait_ms.mean");
    const struct orrery_figure *fast = orrery_figure_find(b, "services", "shop", "wait_ms.mean");
    assert_true(fast->mean < slow->mean);
    assert_true(orrery_figure_find(b, "clients", "users", "sent")->mean > 6000);
    assert_int_equal(orrery_result_summary(b)->seed, 9);
    assert_true(orrery_result_holds(a)); /* nothing is expected */
    orrery_result_close(a);
    orrery_result_close(b);
    orrery_scenario_close(plain);
    orrery_scenario_close(changed);
}

static void replications_have_intervals_and_a_seed_is_a_seed(void **state)
{
    (void)state;
    uint64_t seed = UINT64_MAX, own = 3;
    struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_result *many = run_good(s, &(struct orrery_options){ .replications = 4 });
    struct orrery_result *same =
        run_good(s, &(struct orrery_options){ .replications = 4, .threads = 3, .seed = &own });
    struct orrery_result *other = run_good(s, &(struct orrery_options){ .seed = &seed });
    const struct orrery_figure *f = orrery_figure_find(many, "clients", "users", "latency_ms.mean");
    assert_int_equal(f->n, 4);
    assert_true(f->ci95_low < f->mean && f->mean < f->ci95_high);
    assert_string_equal(digest(many), digest(same));
    assert_string_not_equal(digest(many), digest(other));
    assert_true(orrery_result_summary(other)->seed == UINT64_MAX);
    assert_int_equal(orrery_result_summary(many)->finished, 4);
    orrery_result_close(many);
    orrery_result_close(same);
    orrery_result_close(other);
    orrery_scenario_close(s);
}

static void json_and_lua_are_two_doors_to_the_same(void **state)
{
    (void)state;
    static const char json[] =
        "{\"orrery\": 1, \"title\": \"A shop\", \"objects\": ["
        "{\"kind\": \"run\", \"duration\": \"1m\", \"warmup\": \"5s\", \"seed\": 3},"
        "{\"kind\": \"service\", \"name\": \"shop\", \"workers\": 1, \"endpoints\":"
        " {\"GET\": [{\"kind\": \"cpu\", \"work\": {\"kind\": \"exponential\", \"mean\": "
        "\"5ms\"}}]}},"
        "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"shop GET\", \"rate\": "
        "\"100/s\"}]}";
    struct orrery_scenario *a = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_scenario *b = open_named("shop.json", json, NULL);
    assert_true(orrery_scenario_ok(b));
    struct orrery_result *lua = run_good(a, NULL), *other = run_good(b, NULL);
    assert_string_equal(digest(lua), digest(other));
    orrery_result_close(lua);
    orrery_result_close(other);
    orrery_scenario_close(a);
    orrery_scenario_close(b);
}

/* --- threads */

struct worker {
    pthread_t thread;
    const struct orrery_scenario *shared; /* NULL: opens its own */
    char digest[20];
    double p99;
};

static void *work(void *state)
{
    struct worker *w = state;
    struct orrery_scenario *own =
        w->shared ? NULL : open_named("s.lua", SHOP(MINUTE, CALLBACKS), NULL);
    struct orrery_result *r = orrery_run(
        own ? own : w->shared, &(struct orrery_options){ .replications = 3, .threads = 2 });
    const struct orrery_figure *p99 = orrery_figure_find(r, "clients", "users", "latency_ms.p99");
    snprintf(w->digest, sizeof w->digest, "%s", digest(r));
    if (p99) w->p99 = p99->mean;
    orrery_result_close(r);
    orrery_scenario_close(own);
    return NULL;
}

static void runs_at_once_are_runs_alone(void **state)
{
    (void)state;
    struct orrery_scenario *s = open_good(SHOP(MINUTE, CALLBACKS), NULL);
    struct worker alone = { .shared = s }, workers[4] = { { .shared = s }, { .shared = s } };
    work(&alone);
    assert_int_equal(strlen(alone.digest), 16);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_string_equal(workers[i].digest, alone.digest);
        assert_true(workers[i].p99 == alone.p99);
    }
    orrery_scenario_close(s);
}

static void *ask_json(void *result)
{
    return (void *)(uintptr_t)orrery_result_json(result);
}

static void a_result_is_read_from_any_thread(void **state)
{
    (void)state;
    struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_result *r = run_good(s, NULL);
    pthread_t threads[4];
    void *texts[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_json, r), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], &texts[i]);
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(texts[i], orrery_result_json(r));
    orrery_result_close(r);
    orrery_scenario_close(s);
}

struct rounding {
    int met;
    uint32_t told;
};

static bool meet_rounding(void *state, const struct orrery_progress *p)
{
    (void)p;
    struct rounding *rounding = state;
    rounding->met = fegetround();
    rounding->told++;
    fesetround(FE_DOWNWARD); /* a host may change its mind */
    return true;
}

/* A host that rounds upwards still gets everybody's digest, and still rounds upwards after. */
static void the_hosts_floating_point_state_is_its_own(void **state)
{
    (void)state;
    struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_result *r = run_good(s, NULL), *upward = NULL;
    struct rounding rounding = { 0 };
    fesetround(FE_UPWARD);
    struct orrery_scenario *again = open_good(SHOP(MINUTE, ""), NULL);
    int opened = fegetround();
    upward = orrery_run(again,
                        &(struct orrery_options){ .progress = meet_rounding, .state = &rounding });
    int ran = fegetround();
    double mean = orrery_figure_find(upward, "clients", "users", "latency_ms.mean")->mean;
    fesetround(FE_TONEAREST);
    assert_int_equal(opened, FE_UPWARD);
    assert_int_equal(ran, rounding.told ? FE_DOWNWARD : FE_UPWARD);
    if (rounding.told == 1) assert_int_equal(rounding.met, FE_UPWARD);
    assert_string_equal(digest(upward), digest(r));
    assert_true(mean == orrery_figure_find(r, "clients", "users", "latency_ms.mean")->mean);
    orrery_result_close(r);
    orrery_result_close(upward);
    orrery_scenario_close(s);
    orrery_scenario_close(again);
}

/* Sets a locale whose decimal point is a comma; few machines have one, so it is made. */
static bool set_comma(const char *folder)
{
    char command[TEMPORARY_PATH_MAX + 80];
    if (setlocale(LC_ALL, "de_DE.UTF-8")) return true;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
             folder);
    setenv("LOCPATH", folder, 1);
    return system(command) == 0 && setlocale(LC_ALL, "de_DE.UTF-8");
}

struct point {
    char host[8];
};

static bool meet_point(void *state, const struct orrery_progress *p)
{
    struct point *point = state;
    (void)p;
    snprintf(point->host, sizeof point->host, "%.1f", 0.5);
    return true;
}

/* The script makes numbers of texts and texts of numbers on a worker's thread. */
static void a_comma_for_a_point_changes_nothing(void **state)
{
    (void)state;
    static const char text[] =
        SHOP("duration = '20m', warmup = '2.5s', seed = 3",
             "every('1.5s', function(w) assert(tostring(0.5) == '0.5' and tonumber('0.5') == 1/2)"
             " w:scale('shop', 2) end)\nexpect.p99('users', { below = '10.5ms' })");
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder(folder, "embed");
    struct orrery_scenario *s = open_good(text, NULL), *again = NULL;
    struct orrery_result *r = run_good(s, NULL), *comma = NULL;
    struct point point = { "0,5" };
    bool there = set_comma(folder);
    if (there) {
        again = open_named("shop.lua", text, NULL);
        struct orrery_options o = { .progress = meet_point, .state = &point };
        comma = orrery_run(again, &o);
        char *json = strdup(orrery_result_json(comma));
        assert_non_null(json);
        meet_point(&point, NULL);
        setlocale(LC_ALL, "C");
        assert_string_equal(point.host, "0,5");
        assert_string_equal(orrery_result_failure(comma), "");
        assert_string_equal(digest(comma), digest(r));
        const char *end = strstr(orrery_result_json(r), "\"provenance\"");
        assert_memory_equal(json, orrery_result_json(r), end - orrery_result_json(r));
        free(json);
    }
    orrery_result_close(r);
    orrery_result_close(comma);
    orrery_scenario_close(s);
    orrery_scenario_close(again);
    temporary_folder_remove(folder);
    if (!there) skip();
}

/* --- progress and cancelling */

struct listener {
    uint32_t told, limit;
    double share;
    bool sane;
};

static bool listen(void *state, const struct orrery_progress *p)
{
    struct listener *l = state;
    l->told++;
    l->sane = p->share >= l->share && p->share <= 1 && p->finished <= p->replications;
    l->share = p->share;
    return l->told < l->limit;
}

static void a_run_can_be_cancelled(void **state)
{
    (void)state;
    const char *starts[] = { "warmup=5s", "run.warmup=auto" };
    for (int i = 0; i < 2; i++) {
        const char *settings[] = { "run.duration=1000h", i ? starts[1] : NULL, NULL };
        struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), settings);
        struct listener l = { .limit = 2 };
        struct orrery_options o = { .replications = 2, .progress = listen, .state = &l };
        struct orrery_result *r = orrery_run(s, &o);
        assert_int_equal(orrery_result_status(r), ORRERY_CANCELLED);
        assert_int_equal(l.told, 2);
        assert_true(l.sane && l.share < 0.9);
        assert_string_equal(orrery_result_failure(r),
                            "cancelled: 0 of 2 replications had finished");
        assert_string_equal(digest(r), "");
        assert_string_equal(orrery_result_json(r), "");
        assert_int_equal(orrery_figure_count(r), 0);
        assert_null(orrery_figure_at(r, 0));
        assert_null(orrery_figure_find(r, "clients", "users", "sent"));
        assert_false(orrery_result_holds(r));
        orrery_result_close(r);
        orrery_scenario_close(s);
    }
}

static bool until_two(void *state, const struct orrery_progress *p)
{
    (void)state;
    return p->finished < 2;
}

static void what_had_finished_when_cancelled_is_there(void **state)
{
    (void)state;
    struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_options o = { .replications = 1000000, .progress = until_two };
    struct orrery_result *r = orrery_run(s, &o);
    assert_int_equal(orrery_result_status(r), ORRERY_CANCELLED);
    const struct orrery_summary *summary = orrery_result_summary(r);
    assert_true(summary->finished >= 2 && summary->finished < 1000000);
    assert_int_equal(summary->replications, 1000000);
    assert_int_equal(orrery_figure_find(r, "clients", "users", "sent")->n, summary->finished);
    orrery_result_close(r);
    orrery_scenario_close(s);
}

/* --- files */

static void results_can_be_kept(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX + 20];
    temporary_folder(folder, "embed");
    snprintf(path, sizeof path, "%s/shop.db", folder);
    struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_options o = { .out = path };
    orrery_result_close(run_good(s, &o));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 0);
    struct orrery_result *r = orrery_run(s, &o);
    assert_int_equal(orrery_result_status(r), ORRERY_REFUSED);
    orrery_result_close(r);
    o.overwrite = true;
    orrery_result_close(run_good(s, &o));
    unlink(path);
    o.out = "/nowhere/at/all.db";
    r = orrery_run(s, &o);
    assert_int_equal(orrery_result_status(r), ORRERY_BROKEN);
    assert_non_null(strstr(orrery_result_failure(r), "/nowhere/at/all.db"));
    assert_int_equal(orrery_figure_count(r), 0);
    orrery_result_close(r);
    orrery_scenario_close(s);
    rmdir(folder);
}

static void a_file_is_read_once(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX + 20];
    temporary_folder(folder, "embed");
    snprintf(path, sizeof path, "%s/shop.lua", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(SHOP(MINUTE, CALLBACKS), f);
    fclose(f);
    struct orrery_scenario *s = orrery_scenario_open(path, NULL), *text = NULL;
    assert_true(orrery_scenario_ok(s));
    unlink(path);
    rmdir(folder);
    text = open_good(SHOP(MINUTE, CALLBACKS), NULL);
    struct orrery_result *a = run_good(s, NULL), *b = run_good(text, NULL);
    assert_string_equal(digest(a), digest(b));
    orrery_result_close(a);
    orrery_result_close(b);
    orrery_scenario_close(s);
    orrery_scenario_close(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_read_figure_by_figure),
        cmocka_unit_test(settings_are_what_if),
        cmocka_unit_test(replications_have_intervals_and_a_seed_is_a_seed),
        cmocka_unit_test(json_and_lua_are_two_doors_to_the_same),
        cmocka_unit_test(runs_at_once_are_runs_alone),
        cmocka_unit_test(a_result_is_read_from_any_thread),
        cmocka_unit_test(the_hosts_floating_point_state_is_its_own),
        cmocka_unit_test(a_comma_for_a_point_changes_nothing),
        cmocka_unit_test(a_run_can_be_cancelled),
        cmocka_unit_test(what_had_finished_when_cancelled_is_there),
        cmocka_unit_test(results_can_be_kept),
        cmocka_unit_test(a_file_is_read_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
