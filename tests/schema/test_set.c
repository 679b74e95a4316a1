/* test_set.c - --set reaches every value by its path, or says why not. */
#include "some_kinds.h"

#include <cmocka.h>

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_open();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static const char base[] =
    "{\"kind\":\"service\",\"name\":\"cart\",\"endpoints\":{\"GET /\":[{\"kind\":\"cpu\",\"#\":"
    "[\"5ms\"]},{\"kind\":\"parallel\",\"#\":[{\"kind\":\"call\",\"#\":[\"a\"]},{\"kind\":\"call\","
    "\"#\":[\"b\"]}]}],\"one\":{\"kind\":\"cpu\",\"time\":\"1ms\"}}},"
    "{\"kind\":\"nodepool\",\"name\":\"both\"},{\"kind\":\"service\",\"name\":\"both\"},"
    "{\"kind\":\"at\",\"#\":[\"1s\"]},{\"kind\":\"expect.p99\",\"#\":[\"c\"]},"
    "{\"kind\":\"zones\",\"#\":[\"a\",\"b\"]}";

/* The Lua form after the assignments, or the problems. */
static const char *after(const char *const *assignments)
{
    struct diag *d = diag_open();
    struct text t = { 0 };
    struct value *root = root_of(arena, base, d);
    for (; *assignments; assignments++)
        schema_set_kinds(some_kinds(), arena, root, *assignments, d);
    struct document *doc = document_load_kinds(some_kinds(), arena, root, "s.json", "T", d);
    if (doc && !diag_error_count(d))
        schema_print_lua(doc, &t);
    else
        text_add(&t, problems_of(d, arena));
    const char *result = arena_text(arena, text_data(&t));
    text_close(&t);
    diag_close(d);
    return result;
}
#define AFTER(...) after((const char *const[]){ __VA_ARGS__, NULL })

static void expect_line(const char *assignment, const char *line)
{
    const char *result = AFTER(assignment);
    if (!strstr(result, line)) fail_msg("%s gave\n%s", assignment, result);
}

static void a_value_is_reached_wherever_it_was_said(void **state)
{
    (void)state;
    expect_line("service.cart.replicas=5", "service \"cart\" {\n  replicas = 5,");
    expect_line("svc.cart.replicas=5", "replicas = 5");
    expect_line("cart.replicas=5", "replicas = 5");
    expect_line("run.duration=5m", "run { duration = \"5m\" }"); /* was silent */
    expect_line("nodepool.both.count=7", "nodepool \"both\" { count = 7 }");
    expect_line("at[1].time=3s", "at \"3s\"");
    expect_line("expect.p99[1].below=3s", "expect.p99 { \"c\", below = \"3s\" }");
    expect_line("zones.names[2]=c", "zones { \"a\", \"c\" }");
    expect_line("zones.names[3]=c", "zones { \"a\", \"b\", \"c\" }");
    expect_line("cart.endpoints[\"GET /\"][1].time=7ms", "cpu \"7ms\"");
    expect_line("cart.endpoints[\"GET /\"][1].time.value=7ms", "cpu \"7ms\"");
    expect_line("cart.endpoints[\"GET /\"][2].steps[2].target=z",
                "parallel(call \"a\", call \"z\")");
    expect_line("cart.endpoints.one[1].time=9ms", "one = { cpu \"9ms\" }");
    expect_line("cart.startup.value=2s", "startup = \"2s\""); /* into a preset */
    expect_line("cart.retry.attempts=7", "retry = { attempts = 7 }");
    expect_line("cart.weights[2]=9", "weights = { 1, 9 }");
    expect_line("cart.labels.tier=web", "labels = { tier = \"web\" }");
    expect_line("cart.labels[\"a=\\\"b\"]=web=1", "labels = { [\"a=\\\"b\"] = \"web=1\" }");
    expect_line("cart.drain=false", "drain = false");
    expect_line("cart.workers=10k", "workers = 10000");
    expect_line("run.title=5", "run { title = \"5\" }");
    expect_line("cart.selector={\"a\": [1, \"x\"]}", "selector = { a = { 1, \"x\" } }");
    expect_line("cart.pools=[\"both\"]", "pools = { \"both\" }");
    expect_line("cart.pools=both", "pools = { \"both\" }");
}

static void assignments_build_on_each_other(void **state)
{
    (void)state;
    const char *lua = AFTER("cart.startup=lognormal", "cart.startup.p50=1s", "cart.startup.p99=2s",
                            "cart.discipline=priority", "cart.discipline.levels=3",
                            "cart.timeout=1s", "cart.timeout=null");
    assert_non_null(strstr(lua, "startup = lognormal { p50 = \"1s\", p99 = \"2s\" }"));
    assert_non_null(strstr(lua, "discipline = priority { levels = 3 }"));
    assert_null(strstr(lua, "timeout"));
}

static void expect_refusal(const char *assignment, const char *printed)
{
    const char *result = AFTER(assignment);
    if (!strstr(result, printed)) fail_msg("%s gave\n%s", assignment, result);
}

static void what_cannot_be_set_is_refused_with_a_hint(void **state)
{
    (void)state;
    expect_refusal("nothing", "--set: error: nothing: there is no '=' (PATH=VALUE, such as "
                              "service.cart.replicas=5)\n");
    expect_refusal("=3", "not a path (such as service.cart.endpoints[\"GET /\"][1].time=5ms)");
    expect_refusal("a..b=3", "not a path");
    expect_refusal("a[0]=3", "not a path");
    expect_refusal("a[\"b=3", "there is no '='");
    expect_refusal("both.replicas=3", "2 objects are called 'both' (write nodepool.both or "
                                      "service.both)");
    expect_refusal("cat.replicas=3", "there is no object or kind 'cat' (did you mean 'cart'?)");
    expect_refusal("srvice.cart.x=3",
                   "there is no object or kind 'srvice' (did you mean 'service'?)");
    expect_refusal("service.crt.replicas=3",
                   "there is no service named 'crt' (did you mean 'cart'?)");
    expect_refusal("service=3", "say which service (service.NAME.field=...)");
    expect_refusal("at.time=3s", "say which at (at[1].field=...)");
    expect_refusal("at[3].time=3s", "there is no at[3]");
    expect_refusal("service.cart=3", "say which field of service");
    expect_refusal("cart.replcas=3", "service has no field 'replcas' (did you mean 'replicas'?)");
    expect_refusal("cart.startup.p50=1s", "constant has no field 'p50'");
    expect_refusal("cart.startup[1]=1s", "[1] stands where a field's name is wanted");
    expect_refusal("cart.size.p50=1", "which dist is meant is not said yet (set the whole dist)");
    expect_refusal("cart.replicas.x=3", "replicas is a whole number: nothing lies inside it");
    expect_refusal("cart.weights[5]=3", "there is no item [5]: the list has 2");
    expect_refusal("cart.selector={\"a\":", "--set: error: /a: expected a value, found the end");
    expect_refusal("cart.labels=\xff", "not valid UTF-8");
}

static void what_is_set_is_judged_like_all_else(void **state)
{
    (void)state;
    expect_refusal("cart.replicas=99999",
                   "--set: error: service.cart.replicas: '99999' is outside 1..1000\n");
    expect_refusal("cart.timeout=5",
                   "--set: error: service.cart.timeout: missing unit: 5 of what? (write \"5ms\" or "
                   "\"5s\")\n");
    expect_refusal("cart.drain=yes", "--set: error: service.cart.drain: must be true or false");
    expect_refusal("cart.pools[1]=x", "--set: error: service.cart.pools[1]: there is no nodepool");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(a_value_is_reached_wherever_it_was_said),
        T(assignments_build_on_each_other),
        T(what_cannot_be_set_is_refused_with_a_hint),
        T(what_is_set_is_judged_like_all_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
