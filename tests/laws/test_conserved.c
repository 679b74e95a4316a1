/* test_conserved.c - nothing is lost: figures add up, and the trace tells of every decision and why.
 *
 * One service that is too small, and a client behind each guard there is. The rooms' own checks run
 * after every event; here the totals are held against the trace, line by line. */
#include "../support/script_run.h"

#include "flow/flow.h"

static const char *const scenario =
    "run { duration = '20s', warmup = '2s' }\n"
    "service 'shop' { replicas = 2, workers = 2, queueLimit = 6,\n"
    "  endpoints = { ['GET /'] = { cpu(exponential '10ms'), fail '10%' } } }\n"
    "service 'front' { replicas = 2, workers = 50, endpoints = { ['GET /'] = {\n"
    "  call { 'shop GET /', timeout = '40ms', retry = { attempts = 2, backoff = '5ms' },\n"
    "    optional = true } } } }\n"
    "gateway 'edge' { work = '1ms', routes = { { path = '/a', timeout = '100ms', target = 'shop' } } }\n"
    "client 'plain' { target = 'shop GET /', rate = '40/s' }\n"
    "client 'deep' { target = 'front GET /', rate = '30/s' }\n"
    "client 'edged' { mix = { ['edge GET /a'] = 3, ['edge GET /b'] = 1 }, rate = '30/s' }\n"
    "client 'retries' { target = 'shop GET /', rate = '40/s', timeout = '60ms',\n"
    "  retry = { attempts = 3, backoff = '5ms' } }\n"
    "client 'hedges' { target = 'shop GET /', rate = '20/s', filters = { hedge { delay = '20ms' } } }\n"
    "client 'breaks' { target = 'shop GET /', rate = '40/s', filters = { breaker {\n"
    "  failureRateThreshold = '30%', slidingWindowSize = 20, minimumNumberOfCalls = 10,\n"
    "  waitDurationInOpenState = '1s', permittedNumberOfCallsInHalfOpenState = 3 } } }\n"
    "client 'scripted' { target = 'shop GET /', rate = '20/s', filters = { scriptedBreaker {\n"
    "  onCall = function(s, now) return (s.until_s or 0) <= now or 'resting' end,\n"
    "  onReply = function(s, now, outcome)\n"
    "    if outcome ~= 'ok' then s.until_s = now + 0.2 end end } } }\n"
    "client 'bulks' { target = 'shop GET /', rate = '40/s', filters = { bulkhead { 1 } } }\n"
    "client 'limits' { target = 'shop GET /', rate = '40/s', filters = { rateLimit { '20/s' } } }\n"
    "client 'throttles' { target = 'shop GET /', rate = '40/s',\n"
    "  filters = { throttle { k = 1.1, window = '10s' } } }\n"
    "client 'sheds' { target = 'shop GET /', rate = '60/s',\n"
    "  filters = { vegasLimit { initialLimit = 2, maxLimit = 2 } } }\n"
    "client 'falls' { target = 'shop GET /', rate = '20/s', filters = { fallback {} } }\n"
    "at('8s', crash { 'shop' })\n"
    "at('12s', slow { 'shop', latency = '50ms', duration = '4s' })\n";

static uint32_t lines_of(const struct script_run *r, const char *kind, const char *said)
{
    char *lines = script_lines(r, (const char *const[]){ kind, NULL }), *rest = lines, *line;
    uint32_t count = 0;
    while ((line = strsep(&rest, "\n")))
        count += *line && strstr(line, said);
    free(lines);
    return count;
}

static void every_attempt_is_a_line_and_a_count(void **state)
{
    (void)state;
    struct script_run *r = script_run(scenario, 7);
    if (r->failure) fail_msg("%s", r->failure);
    uint64_t sent = 0;
    for (uint32_t route = 0; route < flow_of(r->s.w)->route_count; route++)
        sent += flow_of(r->s.w)->routes[route]->sent;
    assert_true(sent > 8000);
    assert_int_equal(lines_of(r, "call.sent", ""), sent);
    script_run_close(r);
}

/* What a guard answered itself is one line of its own each, and each says its cause. */
static void every_refusal_is_a_line_with_its_cause(void **state)
{
    (void)state;
    static const struct {
        const char *guard, *line;
    } guards[] = { { "timeout", "call.timeout" },        { "breaker", "breaker.reject" },
                   { "scriptedBreaker", "breaker.reject" }, { "bulkhead", "bulkhead.reject" },
                   { "rateLimit", "ratelimit.reject" },  { "throttle", "throttle.reject" },
                   { "vegasLimit", "shed.reject" } };
    struct script_run *r = script_run(scenario, 7);
    uint32_t routes = flow_of(r->s.w)->route_count, seen = 0;
    for (uint32_t i = 0; i < routes; i++) {
        const struct route *at = flow_of(r->s.w)->routes[i];
        for (uint8_t g = 0; g < at->filter_count; g++)
            for (size_t k = 0; k < sizeof guards / sizeof *guards; k++) {
                if (strcmp(at->filters[g].kind, guards[k].guard) != 0) continue;
                char name[200];
                snprintf(name, sizeof name, "  %s key=", at->name);
                uint32_t lines = lines_of(r, guards[k].line, name);
                if (lines != at->filters[g].tally.answered)
                    fail_msg("%s %s: %u lines, %llu answered", at->name, guards[k].guard, lines,
                             (unsigned long long)at->filters[g].tally.answered);
                assert_true(lines > 5);
                seen++;
            }
    }
    assert_int_equal(seen, 9); /* three timeouts, and one of each other */
    for (size_t k = 0; k < sizeof guards / sizeof *guards; k++)
        assert_int_equal(lines_of(r, guards[k].line, "cause="), lines_of(r, guards[k].line, ""));
    script_run_close(r);
}

static void every_trip_is_told_once_with_the_rates_that_decided_it(void **state)
{
    (void)state;
    struct script_run *r = script_run(scenario, 7);
    const char *breaks = "breaks > shop GET /";
    uint32_t opened = lines_of(r, "breaker.open", breaks);
    assert_true(opened >= 3);
    assert_int_equal(opened, lines_of(r, "breaker.open", "failed and 0 slow of "));
    uint32_t half = lines_of(r, "breaker.halfOpen", breaks);
    uint32_t closed = lines_of(r, "breaker.closed", breaks);
    assert_true(half >= opened - 1 && half <= opened && closed >= 1 && closed < opened);
    assert_int_equal(opened + lines_of(r, "breaker.open", "scripted >"),
                     scenario_entries(&r->s, "breaker.open"));
    script_run_close(r);
}

static void retries_hedges_and_gateways_say_why(void **state)
{
    (void)state;
    struct script_run *r = script_run(scenario, 7);
    static const char *const kinds[] = { "call.retry", "call.hedge", "call.fallback",
                                         "gateway.route", "gateway.none" };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        uint32_t lines = lines_of(r, kinds[k], "");
        if (lines < 20) fail_msg("%s: %u lines", kinds[k], lines);
        assert_int_equal(lines_of(r, kinds[k], "cause="), lines);
    }
    script_run_close(r);
}

static double figure(const struct script_run *r, const char *section, const char *object,
                     const char *metric)
{
    const struct figure *f = recorder_figure(r->s.rec, section, object, metric);
    return f ? f->value : 0;
}

/* offered = ok + failed + in flight, failed = the sum by outcome: to the call, as a user sees it. */
static void adds_up(const struct script_run *r, const char *section, const char *object,
                    const char *offered, bool at_the_end)
{
    double failed = 0;
    for (int outcome = OUTCOME_OK + 1; outcome < OUTCOME_COUNT; outcome++) {
        char metric[64];
        snprintf(metric, sizeof metric, "by_outcome.%s", outcome_names[outcome]);
        failed += figure(r, section, object, metric);
    }
    assert_true(failed == figure(r, section, object, "failed"));
    double ended = figure(r, section, object, "ok") + failed, all = figure(r, section, object, offered);
    assert_true(all > 100 && ended <= all);
    if (at_the_end) assert_true(all == ended + figure(r, section, object, "in_flight_last"));
}

static void what_a_user_sees_adds_up(void **state)
{
    (void)state;
    static const char *const clients[] = { "plain",  "deep",   "edged",     "retries", "hedges", "breaks",
                                           "scripted", "bulks", "limits",   "throttles", "sheds",
                                           "falls" };
    struct script_run *r = script_run_traced(scenario, 7, false);
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
        adds_up(r, "clients", clients[i], "sent", true);
    adds_up(r, "services", "shop", "received", false);
    adds_up(r, "services", "front", "received", false);
    adds_up(r, "services", "edge", "received", false);
    script_run_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attempt_is_a_line_and_a_count),
        cmocka_unit_test(every_refusal_is_a_line_with_its_cause),
        cmocka_unit_test(every_trip_is_told_once_with_the_rates_that_decided_it),
        cmocka_unit_test(retries_hedges_and_gateways_say_why),
        cmocka_unit_test(what_a_user_sees_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
