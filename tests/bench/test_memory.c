/* test_memory.c - a run's memory: none is asked for once it is warm, and no more for a longer run. */
#include "base/arena.h"
#include "engine/recorder.h"
#include "model/model.h"
#include "orrery/call.h"
#include "orrery/time.h"
#include "orrery/world.h"
#include "schema/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Two services, timeouts and retries, at a utilisation of 0.5. */
static const char steady[] =
    "{\"orrery\": 1, \"objects\": ["
    "{\"kind\": \"run\", \"duration\": \"%ds\", \"window\": \"%ds\"},"
    "{\"kind\": \"service\", \"name\": \"b\", \"workers\": 1, \"endpoints\": {\"GET\": [%s]}},"
    "{\"kind\": \"service\", \"name\": \"a\", \"workers\": 4, \"replicas\": 3, \"endpoints\": {\"GET\": "
    "[%s, {\"kind\": \"call\", \"target\": \"b GET\", \"timeout\": \"1s\"}]}},"
    "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"a GET\", \"rate\": \"500/s\", "
    "\"timeout\": \"2s\", \"retry\": {\"kind\": \"retry\", \"attempts\": 3}}]}";
static const char work[] =
    "{\"kind\": \"cpu\", \"work\": {\"kind\": \"exponential\", \"mean\": \"1ms\"}}";

struct run {
    struct arena *arena;
    struct diag *diag;
    struct recorder *recorder;
    struct world *w;
};

static struct run run_open(const char *text)
{
    struct run r = { .arena = arena_open(), .diag = diag_open() };
    struct value *root = json_read_scenario(r.arena, text, strlen(text), "test.json", r.diag);
    struct document *doc = document_load(r.arena, root, "test.json", "test", r.diag);
    const struct run_spec *spec = document_singleton(doc, "run");
    struct world_options options = { .seed = 1, .duration_ns = spec->duration_ns };
    r.recorder = recorder_open(r.arena, NULL);
    r.w = world_open(doc, &options, r.recorder, (struct hook_door){ 0 }, r.diag);
    diag_print(r.diag, stderr);
    assert_non_null(r.w);
    return r;
}

static void run_close(struct run *r)
{
    world_close(r->w);
    recorder_close(r->recorder);
    diag_close(r->diag);
    arena_close(r->arena);
}

static const char *steady_text(int duration_s)
{
    static char text[4096];
    snprintf(text, sizeof text, steady, duration_s, duration_s / 10, work, work);
    return text;
}

static void a_warm_run_allocates_nothing(void **state)
{
    (void)state;
    struct run r = run_open(steady_text(200));
    world_run(r.w, 21 * NS_PER_S); /* a tenth, and a window's series opened */
    uint64_t before = memory_allocation_count(), events = engine_event_count(r.w->engine);
    world_run(r.w, 199 * NS_PER_S);
    assert_true(engine_event_count(r.w->engine) > events + 200000);
    assert_int_equal(memory_allocation_count(), before);
    run_close(&r);
}

static long peak_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && kib < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) kib = atol(line + 6);
    if (f) fclose(f);
    return kib;
}

/* In a child of its own, since a peak never comes down. */
static long peak_of(const char *text, bool (*holds)(const struct world *w))
{
    int ends[2];
    long kib = -1;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct run r = run_open(text);
        world_run(r.w, TIME_MAX_NS);
        kib = holds(r.w) ? peak_kib() : -1;
        _exit(write(ends[1], &kib, sizeof kib) != sizeof kib);
    }
    assert_int_equal(read(ends[0], &kib, sizeof kib), sizeof kib);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    return kib;
}

static bool few_in_flight(const struct world *w)
{
    return engine_event_count(w->engine) > 40000 && w->calls->in_flight < 100;
}

static void a_run_ten_times_as_long_needs_no_more_memory(void **state)
{
    (void)state;
    long brief = peak_of(steady_text(60), few_in_flight);
    long tenfold = peak_of(steady_text(600), few_in_flight);
    assert_true(brief > 0);
    assert_true(tenfold * 100 <= brief * 105);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warm_run_allocates_nothing),
        cmocka_unit_test(a_run_ten_times_as_long_needs_no_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
