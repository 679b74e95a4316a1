/* test_scripted.c - a policy written in Lua is the built-in one, choice by choice, when it has the
 * same rule; and it can do no harm. */
#include "../support/script_run.h"

#define SHOP                                                                                       \
    "run { duration = '10s' }\n"                                                                   \
    "service 'shop' { replicas = 3, workers = 2,\n"                                                \
    "  endpoints = { ['GET /'] = { cpu(exponential '10ms'), %s } } }\n"                            \
    "service 'front' { replicas = 2, endpoints = { ['GET /'] = { call { 'shop GET /', %s } } } }\n" \
    "client 'users' { target = 'front GET /', rate = '100/s' }\n"                                  \
    "client 'direct' { target = 'shop GET /', rate = '60/s', %s }\n"

/* The choices of one run: every line that says who was sent where, refused or tripped. */
static char *choices(const char *prelude, const char *step, const char *policy, uint64_t *digest)
{
    static const char *const kinds[] = { "call.sent",      "call.unavailable", "breaker.open",
                                         "breaker.closed", "breaker.reject",   NULL };
    char text[4000], body[3000];
    snprintf(body, sizeof body, SHOP, step, policy, policy);
    snprintf(text, sizeof text, "%s\n%s", prelude, body);
    struct script_run *r = script_run(text, 7);
    if (r->failure) fail_msg("%s", r->failure);
    char *lines = script_lines(r, kinds);
    if (digest) *digest = r->digest;
    script_run_close(r);
    return lines;
}

static uint32_t count_of(const char *lines, const char *word)
{
    uint32_t count = 0;
    for (const char *at = lines; (at = strstr(at, word)); at++)
        count++;
    return count;
}

/* Each caller has its own turn: two pods of front and one client. */
static const char *const turns =
    "local function turns(state, backends)\n"
    "  local n = #backends\n"
    "  if n == 1 then return 1 end -- a built-in one is not asked then\n"
    "  state.next = state.next or math.floor(math.random() * n)\n"
    "  if state.next >= n then state.next = 0 end\n"
    "  state.next = state.next + 1\n"
    "  return state.next\n"
    "end\n"
    "at('3s', crash { 'shop' })\n"; /* so that the set changes under way */

static void a_scripted_round_robin_is_the_built_in_one(void **state)
{
    (void)state;
    uint64_t scripted_digest, built_in_digest;
    char *scripted = choices(turns, "size '1k'", "balancer = turns", &scripted_digest),
         *built_in = choices(turns, "size '1k'", "balancer = roundRobin()", &built_in_digest);
    assert_true(count_of(built_in, "call.sent") > 2000);
    assert_string_equal(scripted, built_in);
    assert_int_equal(scripted_digest, built_in_digest);
    free(scripted);
    free(built_in);
}

static const char *const least =
    "local function least(state, backends)\n"
    "  local best = 1\n"
    "  for i, b in ipairs(backends) do\n"
    "    if b.inFlight < backends[best].inFlight then best = i end\n"
    "  end\n"
    "  return best\n"
    "end\n";

static void a_scripted_least_request_is_the_built_in_one(void **state)
{
    (void)state;
    char *scripted = choices(least, "wait '20ms'", "balancer = least", NULL),
         *built_in = choices(least, "wait '20ms'", "balancer = leastRequest { ties = 'lowest' }",
                             NULL);
    assert_true(count_of(built_in, "pod=1") > 100);
    assert_string_equal(scripted, built_in);
    free(scripted);
    free(built_in);
}

/* Five failures in a row open it, for 300 ms; then one call may try. */
static const char *const consecutive =
    "local function breaker(limit, rest)\n"
    "  return scriptedBreaker {\n"
    "    onCall = function(s, now)\n"
    "      if s.mode == 'open' and now - s.since >= rest then s.mode, s.trial = 'half', true end\n"
    "      if s.mode == 'open' then return 'open' end\n"
    "      if s.mode == 'half' and not s.trial then return 'halfOpen' end\n"
    "      s.trial = nil\n"
    "      return true\n"
    "    end,\n"
    "    onReply = function(s, now, outcome)\n"
    "      local failed = outcome ~= 'ok'\n"
    "      if s.mode == 'half' then\n"
    "        s.mode, s.since, s.count = failed and 'open' or nil, now, 0\n"
    "      elseif not s.mode then\n"
    "        s.count = failed and (s.count or 0) + 1 or 0\n"
    "        if s.count == limit then s.mode, s.since, s.count = 'open', now, 0 end\n"
    "      end\n"
    "    end,\n"
    "  }\n"
    "end\n"
    "local function builtIn(limit, rest)\n"
    "  return breaker_of { failureRateThreshold = '100%', slidingWindowSize = limit,\n"
    "    minimumNumberOfCalls = limit, waitDurationInOpenState = rest,\n"
    "    permittedNumberOfCallsInHalfOpenState = 1 }\n"
    "end\n";

/* Who went out and who was refused; the two word their trips differently. */
static char *passages(const char *lines)
{
    struct text t = { 0 };
    for (const char *line = lines; *line;) {
        const char *end = strchr(line, '\n');
        size_t length = (size_t)(end - line);
        if (memmem(line, length, "call.sent", 9) || memmem(line, length, "breaker.reject", 14))
            text_add_n(&t, line, length + 1);
        line = end + 1;
    }
    char *kept = strdup(text_data(&t));
    text_close(&t);
    return kept;
}

static void a_scripted_breaker_is_the_built_in_one(void **state)
{
    (void)state;
    char prelude[3000];
    snprintf(prelude, sizeof prelude, "local breaker_of = breaker\n%s", consecutive);
    char *a = choices(prelude, "fail '60%'", "filters = { breaker(5, 0.3) }", NULL),
         *b = choices(prelude, "fail '60%'", "filters = { builtIn(5, '300ms') }", NULL);
    char *scripted = passages(a), *built_in = passages(b);
    assert_true(count_of(built_in, "breaker.reject") > 200);
    assert_true(count_of(built_in, "call.sent") > 200);
    assert_true(count_of(a, "breaker.open") > 5 && count_of(a, "breaker.closed") > 5);
    assert_string_equal(scripted, built_in);
    free(a), free(b), free(scripted), free(built_in);
}

static void a_scripted_policy_draws_from_its_callers_own_stream(void **state)
{
    (void)state;
    const char *lua = "local function any(state, backends) return math.random(#backends) end\n",
               *noise = "local function any(state, backends) return math.random(#backends) end\n"
                        "every('100ms', function(w) math.random() end)\n";
    char *quiet = choices(lua, "size '1k'", "balancer = any", NULL),
         *loud = choices(noise, "size '1k'", "balancer = any", NULL);
    assert_true(count_of(quiet, "pod=2") > 100);
    assert_string_equal(quiet, loud);
    free(quiet);
    free(loud);
}

static void observations_reach_the_script(void **state)
{
    (void)state;
    struct script_run *r = script_run(
        "run { duration = '2s' }\n"
        "service 'shop' { replicas = 2, endpoints = { ['GET /'] = { wait '25ms' } } }\n"
        "local seen, wrong = 0, 0\n"
        "client 'users' { target = 'shop GET /', rate = '50/s', balancer = scripted {\n"
        "  pick = function(state, backends, call)\n"
        "    if call.attempt ~= 1 or call.priority ~= 0 or call.now <= 0 then wrong = wrong + 1 end\n"
        "    return call.customer % #backends + 1\n"
        "  end,\n"
        "  observe = function(state, backend, outcome, latency)\n"
        "    seen = seen + 1\n"
        "    if outcome ~= 'ok' or math.abs(latency - 0.025) > 1e-9 or backend.pod > 1 then\n"
        "      wrong = wrong + 1 end\n"
        "  end } }\n"
        "at('2s', function(w) w:log(seen .. ' seen, ' .. wrong .. ' wrong') end)\n",
        7);
    assert_null(r->failure);
    uint32_t seen, wrong;
    assert_int_equal(sscanf(scenario_entry(&r->s, "note", 0)->text, "%u seen, %u wrong", &seen, &wrong),
                     2);
    assert_true(seen > 60);
    assert_int_equal(wrong, 0);
    script_run_close(r);
}

static void a_callback_may_cause_questions_while_it_runs(void **state)
{
    (void)state;
    struct script_run *r = script_run(
        "run { duration = '2s' }\n"
        "service 'shop' { replicas = 3, endpoints = { ['GET /'] = { wait '1s' } } }\n"
        "local asked = 0\n"
        "client 'users' { target = 'shop GET /', rate = '50/s', filters = { scriptedBreaker {\n"
        "  onCall = function() return true end,\n"
        "  onReply = function(state, now, outcome) asked = asked + 1 end } } }\n"
        "at('500ms', function(w)\n"
        "  local before = asked\n"
        "  w:crash('shop', 3)\n"
        "  w:log('asked ' .. (asked > before and 'more' or 'no more') .. ' at ' .. w:now())\n"
        "end)\n",
        7);
    if (r->failure) fail_msg("%s", r->failure);
    assert_string_equal(scenario_entry(&r->s, "note", 0)->text, "asked more at 0.5");
    script_run_close(r);
}

static void a_script_that_answers_zero_has_no_backend(void **state)
{
    (void)state;
    struct script_run *r = script_run(
        "run { duration = '2s' }\n"
        "service 'shop' { endpoints = { ['GET /'] = { cpu '1ms' } } }\n"
        "client 'users' { target = 'shop GET /', rate = '50/s', balancer = function() return 0 end }\n",
        7);
    assert_null(r->failure);
    assert_true(scenario_figure(&r->s, "clients", "users", "by_outcome.unavailable") ==
                scenario_figure(&r->s, "clients", "users", "sent"));
    script_run_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scripted_round_robin_is_the_built_in_one),
        cmocka_unit_test(a_scripted_least_request_is_the_built_in_one),
        cmocka_unit_test(a_scripted_breaker_is_the_built_in_one),
        cmocka_unit_test(a_scripted_policy_draws_from_its_callers_own_stream),
        cmocka_unit_test(observations_reach_the_script),
        cmocka_unit_test(a_callback_may_cause_questions_while_it_runs),
        cmocka_unit_test(a_script_that_answers_zero_has_no_backend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
