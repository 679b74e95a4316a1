/* test_errors.c - every wrong scenario is told what, where, and what would be right. */
#include "some_kinds.h"

#include <cmocka.h>

/* What stands in "objects", and all that is printed. */
struct row {
    const char *objects, *printed;
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena *a = arena_open();
        const char *printed = load_bad(a, rows[i].objects);
        if (strcmp(printed, rows[i].printed))
            fail_msg("for  %s\ngot  %swant %s", rows[i].objects, printed, rows[i].printed);
        arena_close(a);
    }
}
#define EXPECT(rows) expect_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define SERVICE(fields) "{\"kind\": \"service\", \"name\": \"cart\", " fields "}"
#define SAYS(rest) "s.json:1: error: service.cart." rest "\n"

static void quantities_name_their_range_and_their_unit(void **state)
{
    static const struct row rows[] = {
        { SERVICE("\"replicas\": 0"), SAYS("replicas: 0 is outside 1..1000") },
        { SERVICE("\"replicas\": -3"), SAYS("replicas: -3 is outside 1..1000") },
        { SERVICE("\"replicas\": 2.5"), SAYS("replicas: 2.5 is not a whole number") },
        { SERVICE("\"replicas\": 1e300"), SAYS("replicas: 1e+300 is outside 1..1000") },
        { SERVICE("\"replicas\": \"2k\""), SAYS("replicas: '2k' is outside 1..1000") },
        { SERVICE("\"replicas\": \"unlimited\""),
          SAYS("replicas: 'unlimited': not a number (write for instance 3, 0.5, 1e3 or 10k)") },
        { SERVICE("\"replicas\": [1]"),
          SAYS("replicas: must be a whole number, not a list (such as 3)") },
        { SERVICE("\"workers\": 0"), SAYS("workers: 0 is outside 1..4294967294 or \"unlimited\"") },
        { SERVICE("\"timeout\": 5"),
          SAYS("timeout: missing unit: 5 of what? (write \"5ms\" or \"5s\")") },
        { SERVICE("\"timeout\": \"5\""),
          SAYS("timeout: missing unit: 5 of what? (write \"5ms\" or \"5s\")") },
        { SERVICE("\"timeout\": \"5x\""),
          SAYS("timeout: '5x': not a duration (write a number with ns, us, ms, s, m, h or d, such "
               "as 5ms or 1h30m)") },
        { SERVICE("\"timeout\": \"2h\""), SAYS("timeout: '2h' is outside 1ns..1h") },
        { SERVICE("\"timeout\": \"-5ms\""), SAYS("timeout: '-5ms' is outside 1ns..1h") },
        { SERVICE("\"timeout\": true"),
          SAYS("timeout: must be a duration, not true or false (such as \"5ms\")") },
        { SERVICE("\"errors\": 70"), SAYS("errors: 70 is outside 0%..100% (write \"70%\")") },
        { SERVICE("\"errors\": \"170%\""), SAYS("errors: '170%' is outside 0%..100%") },
        { SERVICE("\"memory\": \"128MB\""),
          SAYS("memory: '128MB': the B is understood (write Mi for 2^20 or M for 10^6)") },
        { SERVICE("\"memory\": 1.5"), SAYS("memory: 1.5 is not a whole number") },
        { SERVICE("\"memory\": \"2Ei\""), SAYS("memory: '2Ei' is outside 0..1Ei") },
        { SERVICE("\"cpu\": 0"), SAYS("cpu: 0 is outside 1m..1024") },
        { SERVICE("\"cpu\": {\"a\": 1}"),
          SAYS("cpu: must be an amount of CPU, not a table (such as \"250m\")") },
        { SERVICE("\"weights\": [1, 1000, \"x\"]"),
          SAYS("weights[2]: 1000 is outside 0..100")
              SAYS("weights[3]: 'x': not a number (write for instance 3, 0.5, 1e3 or 10k)") },
        { SERVICE("\"limits\": {\"a b\": 3}"),
          SAYS("limits[\"a b\"]: missing unit: 3 of what? (write \"3ms\" or \"3s\")") },
        { "{\"kind\": \"nodepool\", \"name\": \"a\", \"pricePerHour\": -1}",
          "s.json:1: error: nodepool.a.pricePerHour: -1 is negative\n" },
        { "{\"kind\": \"run\", \"seed\": 1e19}",
          "s.json:1: error: run.seed: 1e+19 is outside -1e+18..1e+18\n" },
    };
    (void)state;
    EXPECT(rows);
}

static void words_are_matched_against_what_there_is(void **state)
{
    static const struct row rows[] = {
        { SERVICE("\"workres\": 3"), SAYS("workres: unknown field (did you mean 'workers'?)") },
        { SERVICE("\"zzz\": 3"), SAYS("zzz: unknown field (see: orrery explain service)") },
        { SERVICE("\"drain\": \"yes\""), SAYS("drain: must be true or false, not text") },
        { SERVICE("\"abandoned\": \"cancl\""),
          SAYS("abandoned: 'cancl' is not a choice here (did you mean 'cancel'?)") },
        { SERVICE("\"abandoned\": \"explode\""),
          SAYS("abandoned: 'explode' is not a choice here (one of: finish, cancel)") },
        { SERVICE("\"abandoned\": 1"),
          SAYS("abandoned: must be text, not a number (one of: finish, cancel)") },
        { SERVICE("\"labels\": {\"a\": 1}"), SAYS("labels.a: must be text, not a number") },
        { SERVICE("\"labels\": [1]"),
          SAYS("labels: every item needs a key (write [\"key\"] = ...)") },
        { SERVICE("\"labels\": 3"),
          SAYS("labels: must be a table, not a number (such as { ... })") },
        { SERVICE("\"labels\": {\"kind\": \"x\"}"),
          SAYS("labels: must be a plain table of names, not the kind 'x'") },
        { SERVICE("\"pools\": {\"a\": 1}"),
          SAYS("pools: must be a list, not a table (such as { ... })") },
        { "{\"kind\": \"zones\", \"#\": [\"Eu_West 1\"]}",
          "s.json:1: error: zones.names[1]: 'Eu_West 1' is not a name: use a-z, 0-9 and inner '-', "
          "at most 63 characters (such as 'eu-west-1')\n" },
        { "{\"kind\": \"at\", \"#\": [\"1s\"], \"call\": \"x\"}",
          "s.json:1: error: at[1].call: must be a function, not text (as in function(w) ... "
          "end; only Lua can say one)\n" },
    };
    (void)state;
    EXPECT(rows);
}

static void parts_are_matched_against_their_role(void **state)
{
    static const struct row rows[] = {
        { SERVICE("\"discipline\": \"fifi\""),
          SAYS("discipline: 'fifi' is not a discipline (did you mean 'fifo'?)") },
        { SERVICE("\"discipline\": {\"kind\": \"zzz\"}"),
          SAYS("discipline: 'zzz' is not a discipline (one of: fifo, priority)") },
        { SERVICE("\"discipline\": {\"levels\": 3}"),
          SAYS("discipline: say which discipline this table is (one of: fifo, priority)") },
        { SERVICE("\"discipline\": {\"kind\": \"lognormal\"}"),
          SAYS("discipline: lognormal is a dist, but a discipline is wanted here (one of: fifo, "
               "priority)") },
        { SERVICE("\"discipline\": 5"),
          SAYS("discipline: must be a discipline, not a number (one of: fifo, priority)") },
        { SERVICE("\"discipline\": {\"kind\": \"priority\", \"levels\": 1}"),
          SAYS("discipline.levels: 1 is outside 2..16") },
        { SERVICE("\"startup\": 5"),
          SAYS("startup: missing unit: 5 of what? (write \"5ms\" or \"5s\")") },
        { SERVICE("\"startup\": \"lognorml\""),
          SAYS("startup: 'lognorml' is not a dist (did you mean 'lognormal'?)") },
        { SERVICE("\"startup\": {\"kind\": \"lognormal\", \"p50\": \"3s\"}"),
          SAYS("startup.p99: required, but not given (such as p99 = \"5ms\")") },
        { SERVICE("\"size\": {\"kind\": \"lognormal\", \"p50\": \"3s\", \"p99\": 5}"),
          SAYS("size.p50: '3s': not an amount of bytes (write for instance 512, 2k, 128Mi or "
               "1Gi)") },
        { SERVICE("\"retry\": {\"attempts\": 99}"), SAYS("retry.attempts: 99 is outside 1..10") },
        { SERVICE("\"endpoints\": {\"GET /\": [{\"kind\": \"cpu\", \"time\": \"5\"}, {\"kind\": "
                  "\"cll\"}, null, 3]}"),
          SAYS("endpoints[\"GET /\"][1].time: missing unit: 5 of what? (write \"5ms\" or \"5s\")")
              SAYS("endpoints[\"GET /\"][2]: 'cll' is not a step (did you mean 'call'?)")
                  SAYS("endpoints[\"GET /\"][3]: must be a step, not nothing (one of: cpu, call, "
                       "parallel)")
                      SAYS("endpoints[\"GET /\"][4]: must be a step, not a number (one of: cpu, "
                           "call, parallel)") },
    };
    (void)state;
    EXPECT(rows);
}

static void references_are_resolved_when_all_names_are_known(void **state)
{
    static const struct row rows[] = {
        { SERVICE("\"pools\": [\"a\"]"), SAYS("pools[1]: there is no nodepool named 'a' (there is "
                                              "no nodepool at all)") "s.json:1: error: "
                                                                     "service.cart: more pools "
                                                                     "than there are\n" },
        { SERVICE("\"pools\": [\"wrkers\"]") ", {\"kind\": \"nodepool\", \"name\": \"workers\"}",
          SAYS("pools[1]: there is no nodepool named 'wrkers' (did you mean 'workers'?)") },
        { SERVICE("\"homes\": {\"x\": \"zzzzz\"}") ", {\"kind\": \"nodepool\", \"name\": \"w\"}",
          SAYS("homes.x: there is no nodepool named 'zzzzz' (there is 'w')") },
        { "{\"kind\": \"client\", \"name\": \"c\", \"target\": 7, \"rate\": \"1/s\"}",
          "s.json:1: error: client.c.target: must be the name of a service, not a number\n" },
        { "{\"kind\": \"at\", \"#\": [\"1s\", {\"kind\": \"outage\", \"pool\": \"p\"}]}",
          "s.json:1: error: at[1].action.pool: there is no nodepool named 'p' (there is no "
          "nodepool "
          "at all)\n" },
    };
    (void)state;
    EXPECT(rows);
}

static void objects_need_a_kind_and_a_name_of_their_own(void **state)
{
    static const struct row rows[] = {
        { "{\"kind\": \"servce\", \"name\": \"cart\"}",
          "s.json:1: error: objects[1]: unknown kind 'servce' (did you mean 'service'?)\n" },
        { "{\"kind\": \"qqqqqqq\"}",
          "s.json:1: error: objects[1]: unknown kind 'qqqqqqq' (see: orrery explain)\n" },
        { "{\"kind\": \"lognormal\"}",
          "s.json:1: error: objects[1]: lognormal is a dist: it stands inside an object, not "
          "alone\n" },
        { "{\"name\": \"x\"}",
          "s.json:1: error: objects[1]: an object needs a kind (write KIND \"name\" { ... }, or "
          "\"kind\" in JSON)\n" },
        { "5",
          "s.json:1: error: objects[1]: must be an object, not a number (write KIND \"name\" { ... "
          "}, or \"kind\" in JSON)\n" },
        { "{\"kind\": \"service\"}",
          "s.json:1: error: service: a service needs a name (such as service \"cart\" { replicas = "
          "3 })\n" },
        { "{\"kind\": \"service\", \"name\": \"Cart_Service\"}",
          "s.json:1: error: service: 'Cart_Service' is not a name: use a-z, 0-9 and inner '-', at "
          "most 63 characters (such as 'cart-service')\n" },
        { "{\"kind\": \"service\", \"name\": 5}",
          "s.json:1: error: service: must be a name, not a number (such as \"cart\")\n" },
        { "{\"kind\": \"service\", \"name\": \"x\"},\n{\"kind\": \"svc\", \"name\": \"x\"}",
          "s.json:2: error: service.x: duplicate name: there is a service 'x' already (first at "
          "s.json:1)\n" },
        { "{\"kind\": \"run\"},\n\n{\"kind\": \"run\"}",
          "s.json:3: error: run: there can be only one run (first at s.json:1)\n" },
        { "{\"kind\": \"client\", \"name\": \"c\"}",
          "s.json:1: error: client.c.target: required, but not given (the name of a service)\n"
          "s.json:1: error: client.c.rate: required, but not given (an arrival, such as "
          "\"40/s\")\n" },
    };
    (void)state;
    EXPECT(rows);
}

static void values_without_a_name_must_have_a_place(void **state)
{
    static const struct row rows[] = {
        { "{\"kind\": \"at\", \"#\": [\"1s\", null, null, 4]}",
          "s.json:1: error: at[1]: at takes at most 3 values without a name\n" },
        { "{\"kind\": \"run\", \"#\": [\"1s\"]}",
          "s.json:1: error: run: run takes no values without a name (fields: duration, seed, "
          "title)\n" },
        { "{\"kind\": \"at\", \"#\": [\"1s\"], \"time\": \"2s\"}",
          "s.json:1: error: at[1]: time is given twice: by name and as value 1\n" },
    };
    (void)state;
    EXPECT(rows);
}

static void kinds_judge_what_is_sound_whatever_is_wrong_elsewhere(void **state)
{
    static const struct row rows[] = {
        { SERVICE("\"startup\": {\"kind\": \"lognormal\", \"p50\": \"3s\", \"p99\": \"1s\"}"),
          SAYS("startup: p99 is not above p50 (swap them?)") },
        { SERVICE("\"replicas\": 13"),
          "s.json:1: error: service.cart: 13 replicas bring bad luck (take 12 or 14)\n" },
        { SERVICE(
              "\"replicas\": 13, \"startup\": {\"kind\": \"lognormal\", \"p50\": \"3s\", \"p99\":"
              " \"1s\"}, \"x\": 1"),
          SAYS("x: unknown field (see: orrery explain service)")
              SAYS("startup: p99 is not above p50 (swap them?)") },
        { SERVICE("\"replicas\": 13, \"startup\": {\"kind\": \"lognormal\", \"p50\": \"3s\", "
                  "\"p99\": \"1s\"}") ", {\"kind\": \"servce\"}",
          "s.json:1: error: objects[2]: unknown kind 'servce' (did you mean 'service'?)\n" SAYS(
              "startup: p99 is not above p50 (swap them?)") "s.json:1: error: service.cart: 13 "
                                                            "replicas bring bad luck (take 12 or "
                                                            "14)\n" },
        { SERVICE("\"x\": 1") ", " SERVICE("\"replicas\": 13, \"timeout\": 5"),
          "s.json:1: error: service.cart: duplicate name: there is a service 'cart' already (first "
          "at "
          "s.json:1)\n" SAYS("x: unknown field (see: orrery explain service)")
              SAYS("timeout: missing unit: 5 of what? (write \"5ms\" or \"5s\")") },
    };
    (void)state;
    EXPECT(rows);
}

static void every_problem_is_told_with_its_own_line(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "{\"kind\": \"service\",\n \"name\": \"cart\",\n \"replicas\": 0,\n \"timeout\": 5,\n"
          " \"startup\": {\n  \"kind\": \"lognormal\",\n  \"p50\": 1,\n  \"pp9\": \"1s\"}},\n"
          "{\"kind\": \"clent\"}",
          "s.json:3: error: service.cart.replicas: 0 is outside 1..1000\n"
          "s.json:4: error: service.cart.timeout: missing unit: 5 of what? (write \"5ms\" or "
          "\"5s\")\n"
          "s.json:5: error: service.cart.startup.p99: required, but not given (such as p99 = "
          "\"5ms\")\n"
          "s.json:7: error: service.cart.startup.p50: missing unit: 1 of what? (write \"1ms\" or "
          "\"1s\")\n"
          "s.json:8: error: service.cart.startup.pp9: unknown field (did you mean 'p99'?)\n"
          "s.json:9: error: objects[2]: unknown kind 'clent' (did you mean 'client'?)\n" },
    };
    EXPECT(rows);
}

static void a_long_text_is_shortened_where_a_character_ends(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    const char *printed =
        load_bad(a, SERVICE("\"abandoned\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "a\xc3\xa9 and so on\""));
    assert_non_null(
        strstr(printed, "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is not a choice"));
    arena_close(a);
}

/* A door that does not limit depth must not be able to exhaust the stack. */
static void a_tree_that_is_too_deep_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct place at = { "deep", 1 };
    struct value *inner = value_list(a, at);
    for (int i = 0; i < 100000; i++) {
        struct value *outer = value_list(a, (struct place){ "deep", 100001 - (uint32_t)i });
        value_append(outer, inner);
        inner = outer;
    }
    struct value *root = value_list(a, at), *object = value_map(a, at);
    object->tag = "service";
    value_set(a, object, "name", value_text(a, at, "x"));
    value_set(a, object, "selector", inner);
    value_append(root, object);
    assert_null(document_load_kinds(some_kinds(), a, root, "deep", NULL, d));
    assert_string_equal(problems_of(d, a),
                        "deep:64: error: service.x: nested deeper than 64 levels\n");
    diag_close(d);
    arena_close(a);
}

static void a_root_that_is_no_list_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct value *root = value_map(a, (struct place){ "s", 4 });
    assert_null(document_load_kinds(some_kinds(), a, root, "s", NULL, d));
    assert_string_equal(problems_of(d, a),
                        "s:4: error: a scenario is a list of objects, not a table\n");
    diag_close(d);
    arena_close(a);
}

static void nan_is_outside_every_range(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct place at = { "s", 1 };
    struct value *root = value_list(a, at), *object = value_map(a, at);
    object->tag = "run";
    value_set(a, object, "seed", value_number(a, at, 0.0 / 0.0, false));
    value_append(root, object);
    assert_null(document_load_kinds(some_kinds(), a, root, "s", NULL, d));
    assert_non_null(strstr(problems_of(d, a), "run.seed: "));
    assert_non_null(strstr(problems_of(d, a), "nan is outside -1e+18..1e+18"));
    diag_close(d);
    arena_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_name_their_range_and_their_unit),
        cmocka_unit_test(words_are_matched_against_what_there_is),
        cmocka_unit_test(parts_are_matched_against_their_role),
        cmocka_unit_test(references_are_resolved_when_all_names_are_known),
        cmocka_unit_test(objects_need_a_kind_and_a_name_of_their_own),
        cmocka_unit_test(values_without_a_name_must_have_a_place),
        cmocka_unit_test(kinds_judge_what_is_sound_whatever_is_wrong_elsewhere),
        cmocka_unit_test(every_problem_is_told_with_its_own_line),
        cmocka_unit_test(a_long_text_is_shortened_where_a_character_ends),
        cmocka_unit_test(a_tree_that_is_too_deep_is_refused),
        cmocka_unit_test(a_root_that_is_no_list_is_refused),
        cmocka_unit_test(nan_is_outside_every_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
