/* test_gateway.c - requests at a gateway: where they go, who goes to the canary, and what it costs. */
#include "../support/script_run.h"

#define BACKENDS                                                                                   \
    "service 'cart' { replicas = 2, endpoints = { ['GET /cart'] = { cpu '4ms' },\n"                \
    "  ['POST /cart'] = { cpu '2ms' } } }\n"                                                       \
    "service 'canary' { endpoints = { ['GET /cart'] = { cpu '4ms' } } }\n"                         \
    "service 'shop' { endpoints = { ['GET /'] = { cpu '1ms' } } }\n"

static struct script_run *run(const char *rest)
{
    char text[4000];
    snprintf(text, sizeof text, "run { duration = '20s' }\n" BACKENDS "%s", rest);
    struct script_run *r = script_run(text, 7);
    if (r->failure) fail_msg("%s", r->failure);
    return r;
}

static double received(const struct script_run *r, const char *service)
{
    return scenario_figure(&r->s, "services", service, "received");
}

static double client(const struct script_run *r, const char *metric)
{
    return scenario_figure(&r->s, "clients", "users", metric);
}

static void a_request_goes_where_the_most_specific_route_says(void **state)
{
    (void)state;
    struct script_run *r = run(
        "gateway 'edge' { routes = {\n"
        "  { target = 'shop' },\n"
        "  { path = '/cart', target = 'shop' },\n"
        "  { path = exact '/cart', method = 'POST', target = 'cart' },\n"
        "  { path = regex '/ca.t', headers = { version = '2' }, target = 'canary' },\n"
        "  { host = '*.example.com', path = '/cart', target = 'cart' },\n"
        "} }\n"
        "client 'home' { target = 'edge GET /home', rate = constantRate '1/s' }\n"
        "client 'pre' { target = 'edge GET /cart/5', rate = constantRate '2/s' }\n"
        "client 'post' { target = 'edge POST /cart', rate = constantRate '3/s' }\n"
        "client 'head' { target = 'edge GET /cart', headers = { Version = '2' },\n"
        "  rate = constantRate '5/s' }\n"
        "client 'host' { target = 'edge GET /cart', host = 'a.b.example.com',\n"
        "  headers = { Version = '2' }, rate = constantRate '7/s' }\n");
    assert_int_equal(received(r, "shop"), 60);
    assert_int_equal(received(r, "cart"), 60 + 140);
    assert_int_equal(received(r, "canary"), 100);
    assert_int_equal(received(r, "edge"), 360);
    script_run_close(r);
}

/* The keys of the requests that a run sent to the canary, one a line. */
static char *canary_keys(struct script_run *r)
{
    static const char *const kinds[] = { "gateway.route", NULL };
    struct text t = { 0 };
    char *lines = script_lines(r, kinds), *rest = lines, *line;
    while ((line = strsep(&rest, "\n")))
        if (strstr(line, "to=canary")) text_format(&t, "%.20s\n", strstr(line, "key="));
    char *keys = strdup(text_data(&t));
    text_close(&t);
    free(lines);
    script_run_close(r);
    return keys;
}

static uint32_t lines_of(const char *text)
{
    uint32_t n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

static char *weighted(const char *weights)
{
    char text[600];
    snprintf(text, sizeof text,
             "gateway 'edge' { routes = { { to = { %s } } } }\n"
             "client 'users' { target = 'edge GET /cart', rate = '100/s' }\n",
             weights);
    return canary_keys(run(text));
}

static void a_greater_weight_takes_more_of_the_same_customers(void **state)
{
    (void)state;
    char *few = weighted("cart = 9, canary = 1"), *more = weighted("cart = 80, canary = 20"),
         *none = weighted("cart = 1, canary = 0");
    uint32_t n = lines_of(few), m = lines_of(more);
    assert_true(n > 160 && n < 240); /* 200 of 2000, within 3 sigma */
    assert_true(m > 346 && m < 454);
    assert_int_equal(lines_of(none), 0);
    char *rest = few, *key;
    while ((key = strsep(&rest, "\n")))
        if (*key) assert_non_null(strstr(more, key));
    free(few), free(more), free(none);
}

static void a_sticky_route_keeps_each_customer_where_he_is(void **state)
{
    (void)state;
    struct script_run *r = run(
        "gateway 'edge' { routes = { { to = { cart = 1, canary = 1 }, sticky = true } } }\n"
        "client 'users' { target = 'edge GET /cart', users = 1, think = '100ms' }\n"
        "client 'others' { target = 'edge GET /cart', users = 40, think = '500ms' }\n");
    char *lines = script_lines(r, (const char *const[]){ "call.sent", NULL });
    bool cart = strstr(lines, "edge GET /cart > cart GET /cart") != NULL;
    assert_true(cart && strstr(lines, "> canary GET /cart") != NULL); /* someone is at each */
    double all = scenario_figure(&r->s, "clients", "users", "sent");
    assert_true(all > 150);
    free(lines);
    script_run_close(r);
    r = run("gateway 'edge' { routes = { { to = { cart = 1, canary = 1 }, sticky = true } } }\n"
            "client 'users' { target = 'edge GET /cart', users = 1, think = '100ms' }\n");
    double here = received(r, "cart"), there = received(r, "canary");
    assert_true((here == 0) != (there == 0));
    script_run_close(r);
}

static void a_cookie_is_had_by_a_share_of_customers_always_or_never(void **state)
{
    (void)state;
    struct script_run *r = run(
        "gateway 'edge' { routes = {\n"
        "  { cookies = { canary = 'yes' }, target = 'canary' }, { target = 'cart' } } }\n"
        "client 'users' { target = 'edge GET /cart', users = 400, think = '1s',\n"
        "  cookies = { canary = { 'yes', share = '10%' } } }\n");
    double canary = received(r, "canary"), cart = received(r, "cart");
    /* 400 users of 20 calls each: a share of users, so the calls' share varies as 400 coins do. */
    assert_true(canary / (canary + cart) > 0.055 && canary / (canary + cart) < 0.145);
    script_run_close(r);
    r = run("gateway 'edge' { routes = {\n"
            "  { cookies = { canary = 'yes' }, target = 'canary' }, { target = 'cart' } } }\n"
            "client 'users' { target = 'edge GET /cart', users = 1, think = '100ms',\n"
            "  cookies = { canary = { 'yes', share = '50%' } } }\n");
    assert_true((received(r, "canary") == 0) != (received(r, "cart") == 0));
    script_run_close(r);
}

static void a_value_that_does_not_match_is_as_good_as_none(void **state)
{
    (void)state;
    struct script_run *r = run(
        "gateway 'edge' { routes = { { headers = { v = regex 'b.*' }, target = 'canary' },\n"
        "  { target = 'cart' } } }\n"
        "client 'users' { target = 'edge GET /cart', rate = '10/s', headers = { v = 'abc' } }\n"
        "client 'other' { target = 'edge GET /cart', rate = '10/s', headers = { v = 'bc' } }\n");
    assert_int_equal(received(r, "cart"), client(r, "sent"));
    assert_int_equal(received(r, "canary"), scenario_figure(&r->s, "clients", "other", "sent"));
    script_run_close(r);
}

static void what_no_route_is_for_is_an_error_with_its_cause(void **state)
{
    (void)state;
    struct script_run *r =
        run("gateway 'edge' { routes = { { path = '/cart', target = 'cart' } } }\n"
            "client 'users' { target = 'edge GET /carts', rate = '10/s' }\n");
    assert_true(client(r, "sent") > 0);
    assert_int_equal(client(r, "by_outcome.error"), client(r, "sent"));
    assert_int_equal(scenario_figure(&r->s, "services", "edge", "by_cause.unrouted"), client(r, "sent"));
    assert_non_null(strstr(r->trace, "cause=no route is for GET /carts"));
    assert_non_null(strstr(text_data(&r->s.said), "no route is for GET /carts of 'users'"));
    script_run_close(r);
}

static void it_passes_on_what_its_target_answered(void **state)
{
    (void)state;
    struct script_run *r =
        run("service 'slow' { workers = 99, endpoints = { ['GET /'] = { wait '1s', size '3k' } } }\n"
            "gateway 'edge' { routes = { { path = '/late', target = 'slow', timeout = '100ms' },\n"
            "  { path = '/size', target = 'slow' } } }\n"
            "client 'users' { target = 'edge GET /late', rate = '10/s', stop = '18s' }\n"
            "client 'bytes' { target = 'edge GET /size', rate = '10/s', stop = '18s' }\n");
    assert_int_equal(client(r, "by_outcome.timeout"), client(r, "sent"));
    double ok = scenario_figure(&r->s, "clients", "bytes", "ok");
    assert_true(ok > 100);
    assert_true(scenario_figure(&r->s, "clients", "bytes", "bytes") == ok * 3000);
    script_run_close(r);
}

static void a_crashed_target_is_unavailable_behind_it(void **state)
{
    (void)state;
    struct script_run *r =
        run("service 'slow' { endpoints = { ['GET /'] = { wait '1s' } } }\n"
            "gateway 'edge' { routes = { { target = 'slow' } } }\n"
            "client 'users' { target = 'edge GET /', rate = '10/s', stop = '18s' }\n"
            "at('5s', function(w) w:crash('slow') end)\n");
    assert_true(client(r, "by_outcome.unavailable") > 3);
    assert_int_equal(client(r, "failed"), client(r, "by_outcome.unavailable"));
    script_run_close(r);
}

static void its_workers_are_a_capacity_of_its_own(void **state)
{
    (void)state;
    struct script_run *r =
        run("gateway 'edge' { workers = 1, work = '8ms', routes = { { target = 'shop' } } }\n"
            "client 'users' { target = 'edge GET /', rate = '100/s' }\n"
            "at('10s', function(w) w:scale('edge', 2) end)\n");
    /* M/D/1 at 80 % for ten seconds, then at 40 %: waits, and then next to none. */
    assert_true(scenario_figure(&r->s, "services", "edge", "wait_ms.mean") > 3);
    assert_int_equal(scenario_figure(&r->s, "services", "edge", "replicas.max"), 2);
    double busy = scenario_figure(&r->s, "services", "edge", "utilization");
    assert_true(busy > 0.45 && busy < 0.62);
    assert_true(scenario_figure(&r->s, "services", "shop", "wait_ms.max") == 0);
    script_run_close(r);
}

static void a_customer_is_the_same_work_wherever_he_is_sent(void **state)
{
    (void)state;
    static const char *const targets[] = { "target = 'a'", "target = 'b'", "to = { a = 1, b = 1 }" };
    double mean[3];
    for (int i = 0; i < 3; i++) {
        char text[700];
        snprintf(text, sizeof text,
                 "local work = { ['GET /'] = { cpu(exponential '4ms') } }\n"
                 "service 'a' { workers = 100, endpoints = work }\n"
                 "service 'b' { workers = 100, endpoints = work }\n"
                 "gateway 'edge' { routes = { { %s } } }\n"
                 "client 'users' { target = 'edge GET /', rate = '50/s', stop = '19s' }\n",
                 targets[i]);
        struct script_run *r = run(text);
        mean[i] = client(r, "latency_ms.mean");
        script_run_close(r);
    }
    assert_true(mean[0] == mean[1] && mean[1] == mean[2]);
}

static void a_rewritten_request_is_another_endpoint_or_another_gateways(void **state)
{
    (void)state;
    struct script_run *r = run(
        "gateway 'inner' { routes = { { host = 'inner.local', path = '/v1/cart', target = 'shop' },\n"
        "  { path = '/v1', rewrite = { prefix = '/' }, target = 'cart' } } }\n"
        "gateway 'outer' { routes = {\n"
        "  { path = '/api', rewrite = { prefix = '/v1' }, target = 'inner' },\n"
        "  { path = '/x', rewrite = { path = '/v1/cart', host = 'inner.local' }, target = 'inner' },\n"
        "} }\n"
        "client 'users' { mix = { ['outer GET /api/cart'] = 1 }, rate = '10/s' }\n"
        "client 'other' { target = 'outer GET /x/y/z', rate = '10/s' }\n");
    assert_int_equal(received(r, "cart"), client(r, "sent"));
    assert_int_equal(received(r, "shop"), scenario_figure(&r->s, "clients", "other", "sent"));
    assert_int_equal(received(r, "inner"), received(r, "outer"));
    script_run_close(r);
}

static void services_call_gateways_too_and_headers_are_theirs(void **state)
{
    (void)state;
    struct script_run *r = run(
        "service 'web' { endpoints = { ['GET /'] = {\n"
        "  call { 'edge GET /cart', headers = { tier = { 'gold', share = '30%' } } } } } }\n"
        "gateway 'edge' { routes = { { headers = { tier = 'gold' }, target = 'canary' },\n"
        "  { target = 'cart' } } }\n"
        "client 'users' { target = 'web GET /', rate = '100/s' }\n");
    double share = received(r, "canary") / received(r, "edge");
    assert_true(share > 0.26 && share < 0.34);
    script_run_close(r);
}

static void faults_releases_and_scaling_hit_it_as_a_service(void **state)
{
    (void)state;
    struct script_run *r = run("gateway 'edge' { replicas = 2, routes = { { target = 'shop' } } }\n"
                               "client 'users' { target = 'edge GET /', rate = '50/s' }\n"
                               "at('2s', crash { 'edge' })\n"
                               "at('5s', restart { 'edge' })\n"
                               "at('8s', scale { 'edge', 4 })\n"
                               "at('12s', errors { 'edge', ratio = '50%', duration = '4s' })\n");
    assert_int_equal(scenario_figure(&r->s, "services", "edge", "restarts"), 1);
    assert_int_equal(scenario_figure(&r->s, "services", "edge", "replicas.last"), 4);
    double errors = client(r, "by_outcome.error");
    assert_true(errors > 60 && errors < 140); /* half of 200 */
    assert_true(scenario_figure(&r->s, "services", "edge", "by_cause.injected") == errors);
    assert_int_equal(scenario_entries(&r->s, "release.end"), 1);
    script_run_close(r);
}

/* Without a trace, filters or a network a call takes a shorter way there and back. */
static void the_short_way_tells_the_gateway_as_much(void **state)
{
    (void)state;
    const char *lua =
        "run { duration = '20s' }\n"
        "service 'a' { endpoints = { ['GET /'] = { cpu(exponential '5ms'), size '3k', fail '10%' } } }\n"
        "service 'late' { endpoints = { ['GET /'] = { wait '1s' } } }\n"
        "gateway 'inner' { routes = { { path = '/late', target = 'late', timeout = '50ms' },\n"
        "  { target = 'a' } } }\n"
        "gateway 'edge' { work = '1ms', routes = { { target = 'inner' } } }\n"
        "client 'users' { mix = { ['edge GET /late'] = 1, ['edge GET /'] = 4 }, rate = '20/s' }\n";
    double bytes[2], timeouts[2], errors[2];
    uint64_t digests[2];
    for (int traced = 0; traced < 2; traced++) {
        struct script_run *r = script_run_traced(lua, 7, traced);
        assert_null(r->failure);
        bytes[traced] = client(r, "bytes");
        timeouts[traced] = client(r, "by_outcome.timeout");
        errors[traced] = client(r, "by_outcome.error");
        digests[traced] = r->digest;
        script_run_close(r);
    }
    assert_true(bytes[0] > 500e3 && bytes[0] == bytes[1]);
    assert_true(timeouts[0] > 50 && timeouts[0] == timeouts[1]);
    assert_true(errors[0] > 15 && errors[0] == errors[1]);
    assert_int_equal(digests[0], digests[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_where_the_most_specific_route_says),
        cmocka_unit_test(a_greater_weight_takes_more_of_the_same_customers),
        cmocka_unit_test(a_sticky_route_keeps_each_customer_where_he_is),
        cmocka_unit_test(a_cookie_is_had_by_a_share_of_customers_always_or_never),
        cmocka_unit_test(a_value_that_does_not_match_is_as_good_as_none),
        cmocka_unit_test(what_no_route_is_for_is_an_error_with_its_cause),
        cmocka_unit_test(it_passes_on_what_its_target_answered),
        cmocka_unit_test(a_crashed_target_is_unavailable_behind_it),
        cmocka_unit_test(its_workers_are_a_capacity_of_its_own),
        cmocka_unit_test(a_customer_is_the_same_work_wherever_he_is_sent),
        cmocka_unit_test(a_rewritten_request_is_another_endpoint_or_another_gateways),
        cmocka_unit_test(services_call_gateways_too_and_headers_are_theirs),
        cmocka_unit_test(faults_releases_and_scaling_hit_it_as_a_service),
        cmocka_unit_test(the_short_way_tells_the_gateway_as_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
