/* test_explain.c - what is said about kinds: to people, to editors, to validators. */
#include "some_kinds.h"
#include "validator.h"

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

static const char *kept(struct text *t)
{
    const char *s = arena_text(arena, text_data(t));
    text_close(t);
    return s;
}

static const char *explained(const char *topic, bool *known)
{
    struct text t = { 0 };
    *known = explain_text_kinds(some_kinds(), topic, &t);
    return kept(&t);
}

static void expect_explained(const char *topic, const char *wanted)
{
    bool known;
    const char *text = explained(topic, &known);
    if (!known || strcmp(text, wanted)) fail_msg("%s gave\n%s", topic, text);
}

static void a_kind_is_explained_with_a_table_of_its_fields(void **state)
{
    (void)state;
    expect_explained("retry", "retry - retry, in traffic\n"
                              "\n"
                              "  Tries again.\n"
                              "\n"
                              "  FIELD     TYPE      DEFAULT  RANGE  MEANING\n"
                              "  attempts  count     3        1..10  Tries in all.\n"
                              "  backoff   duration  100ms           Wait between.\n");
    expect_explained(
        "poisson",
        "poisson - arrival, in workload\n"
        "\n"
        "  Independent of each other.\n"
        "\n"
        "  Example  \"40/s\"\n"
        "  Short    where the role arrival is wanted, a bare value alone is the rate of "
        "this\n"
        "\n"
        "  FIELD  TYPE  DEFAULT   RANGE                MEANING\n"
        "  rate   rate  required  1e-06/s..10000000/s  Mean. May come first, without its "
        "name.\n");
    expect_explained("fifo", "fifo - discipline, in service\n\n  First come, first served.\n\n"
                             "  It has no fields.\n");
}

static void a_table_is_aligned_and_fits_the_page(void **state)
{
    (void)state;
    bool known;
    const char *text = explained("svc", &known); /* an alias will do */
    assert_true(known);
    assert_non_null(strstr(text, "\n  Alias    svc\n"));
    assert_non_null(strstr(text, "\n  workers     count                  unlimited  1..unlimited  "
                                 "Calls a pod serves at once.\n"));
    assert_non_null(strstr(text, "  endpoints   map of step lists      -"));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t n = strcspn(line, "\n");
        assert_true(n <= 100);
        assert_true(n == 0 || line[n - 1] != ' ');
    }
}

static void a_field_is_explained_with_what_can_stand_there(void **state)
{
    (void)state;
    expect_explained("service.startup", "service.startup - dist (duration)\n\n"
                                        "  Time from start to ready.\n\n  Default  1s\n\n"
                                        "What can stand here (dist):\n\n"
                                        "  constant   No chance.\n"
                                        "  lognormal  Long tail.\n"
                                        "  mixture    One of several.\n");
    expect_explained("expect.p99.below",
                     "expect.p99.below - duration\n\n  The most it may be.\n\n  Default  1s\n");
    expect_explained(
        "service.abandoned",
        "service.abandoned - choice\n\n  What becomes of work nobody waits for. One of: "
        "finish, cancel.\n\n  Default  finish\n");
}

static void a_role_lists_its_kinds_and_a_shared_name_all_it_means(void **state)
{
    (void)state;
    bool known;
    expect_explained("fault", "fault - a role; these kinds can stand where one is wanted:\n\n"
                              "  outage  All gone.\n");
    const char *text = explained("constant", &known);
    assert_true(known);
    assert_non_null(strstr(text, "constant - dist, in engine\n"));
    assert_non_null(strstr(text, "\nconstant - arrival, in workload\n"));
}

static void no_topic_lists_all_kinds_by_room(void **state)
{
    (void)state;
    bool known;
    const char *text = explained(NULL, &known);
    assert_true(known);
    assert_non_null(strstr(text, "\nfault\n  at          object       Once, then.\n"
                                 "  outage      fault        All gone.\n\n"));
}

static void an_unknown_topic_has_a_hint(void **state)
{
    static const char *const rows[][2] = {
        { "servce", "there is no kind 'servce'; did you mean 'service'?\n" },
        { "service.replcas", "service has no field 'replcas'; did you mean 'service.replicas'?\n" },
        { "disciplin", "there is no kind 'disciplin'; did you mean 'discipline'?\n" },
        { "qqqqqq", "there is no kind 'qqqqqq'; `orrery explain` lists all kinds\n" },
        { "service.qqqqqq", "service has no field 'qqqqqq'; `orrery explain` lists all kinds\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool known;
        assert_string_equal(explained(rows[i][0], &known), rows[i][1]);
        assert_false(known);
        struct text t = { 0 };
        assert_false(explain_markdown_kinds(some_kinds(), rows[i][0], &t));
        assert_string_equal(kept(&t), rows[i][1]);
    }
}

static void markdown_is_a_reference_page(void **state)
{
    (void)state;
    struct text t = { 0 };
    assert_true(explain_markdown_kinds(some_kinds(), "retry", &t));
    assert_string_equal(kept(&t),
                        "# retry\n\n*retry, in traffic*\n\nTries again.\n\n"
                        "| Field | Type | Default | Range | Meaning |\n|---|---|---|---|---|\n"
                        "| `attempts` | count | `3` | 1..10 | Tries in all. |\n"
                        "| `backoff` | duration | `100ms` |  | Wait between. |\n\n");
    assert_true(explain_markdown_kinds(some_kinds(), NULL, &t));
    const char *all = kept(&t);
    assert_non_null(strstr(all, "\n## infra\n\n### zones\n"));
    for (uint32_t i = 0; i < some_kinds().count; i++)
        assert_non_null(strstr(all, arena_format(arena, "### %s\n", some_kinds().kinds[i]->name)));
    assert_true(explain_markdown_kinds(some_kinds(), "service.replicas", &t));
    assert_non_null(strstr(kept(&t), "| `replicas` | count | `1` | 1..1000 | How many pods. |\n"));
}

/* ------------------------------------------------------------------------- JSON Schema */

static cJSON *the_schema(void)
{
    struct text t = { 0 };
    explain_json_schema_kinds(some_kinds(), &t);
    cJSON *schema = cJSON_Parse(kept(&t));
    assert_non_null(schema);
    return schema;
}

static bool document_fits(const cJSON *schema, const char *objects)
{
    const char *text = arena_format(arena, "{\"orrery\": 1, \"objects\": [%s]}", objects);
    cJSON *v = cJSON_Parse(text);
    if (!v) fail_msg("%s", text);
    bool fits = schema_fits(schema, schema, v);
    cJSON_Delete(v);
    return fits;
}

#define SERVICE(fields) "{\"kind\": \"service\", \"name\": \"cart\", " fields "}"

static void the_schema_accepts_what_the_loader_accepts(void **state)
{
    static const char *const rows[] = {
        "",
        "{\"kind\": \"run\", \"duration\": \"1h30m\", \"seed\": 7}",
        "{\"kind\": \"zones\", \"names\": [\"a\", \"b\"]}, {\"kind\": \"zones\", \"names\": \"a\"}",
        "{\"kind\": \"svc\", \"name\": \"x\"}",
        SERVICE("\"replicas\": \"1k\", \"workers\": \"unlimited\", \"timeout\": \"5ms\","
                "\"errors\": \"0.1%\", \"memory\": \"1.5Gi\", \"cpu\": \"250m\", \"drain\": false"),
        SERVICE("\"replicas\": 5, \"workers\": 8, \"errors\": 0.5, \"memory\": 1024, \"cpu\": 2"),
        SERVICE(
            "\"abandoned\": \"cancel\", \"discipline\": \"priority\", \"retry\": {\"attempts\": 3},"
            "\"selector\": {\"any\": [1]}, \"labels\": {\"a\": \"b\"}, \"pools\": [\"x\"]"),
        SERVICE("\"discipline\": {\"kind\": \"priority\", \"levels\": 4}, \"retry\": {\"kind\": "
                "\"retry\"}, \"startup\": \"5ms\", \"size\": \"4Ki\", \"weights\": [1, \"2\"]"),
        SERVICE("\"startup\": {\"kind\": \"mixture\", \"parts\": [{\"weight\": 0.5, \"dist\": "
                "\"1ms\"}, {\"weight\": \"50%\", \"dist\": {\"kind\": \"constant\", \"value\": "
                "\"1us\"}}]}"),
        SERVICE("\"endpoints\": {\"GET /\": [{\"kind\": \"cpu\", \"time\": \"1ms\"}, {\"kind\": "
                "\"parallel\", \"steps\": [{\"kind\": \"call\", \"target\": \"x\"}]}],"
                "\"one\": {\"kind\": \"cpu\", \"time\": \"1s\"}}"),
        "{\"kind\": \"client\", \"name\": \"c\", \"target\": \"x\", \"rate\": \"3/min\"}",
        "{\"kind\": \"at\", \"time\": \"1s\", \"action\": {\"pool\": \"x\"}}",
        "{\"kind\": \"expect.p99\", \"subject\": \"x\"}",
    };
    (void)state;
    cJSON *schema = the_schema();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!document_fits(schema, rows[i])) fail_msg("refused: %s", rows[i]);
    cJSON_Delete(schema);
}

static void the_schema_refuses_what_the_loader_refuses(void **state)
{
    static const char *const rows[] = {
        "5",
        "{\"kind\": \"servce\", \"name\": \"x\"}",
        "{\"kind\": \"lognormal\"}",
        "{\"name\": \"x\"}",
        "{\"kind\": \"service\"}",
        "{\"kind\": \"service\", \"name\": \"Cart\"}",
        SERVICE("\"workres\": 3"),
        SERVICE("\"replicas\": 0"),
        SERVICE("\"replicas\": 2.5"),
        SERVICE("\"replicas\": \"many\""),
        SERVICE("\"workers\": -1"),
        SERVICE("\"timeout\": 5"),
        SERVICE("\"timeout\": \"5\""),
        SERVICE("\"timeout\": \"5x\""),
        SERVICE("\"errors\": 70"),
        SERVICE("\"memory\": \"128MB\""),
        SERVICE("\"cpu\": \"lots\""),
        SERVICE("\"drain\": \"yes\""),
        SERVICE("\"abandoned\": \"explode\""),
        SERVICE("\"discipline\": \"lifo\""),
        SERVICE("\"discipline\": {\"levels\": 3}"),
        SERVICE("\"discipline\": {\"kind\": \"priority\", \"levels\": 1}"),
        SERVICE("\"startup\": 5"),
        SERVICE("\"startup\": \"4Ki\""),
        SERVICE("\"size\": \"5ms\""),
        SERVICE("\"startup\": {\"kind\": \"lognormal\", \"p50\": \"3s\"}"),
        SERVICE(
            "\"startup\": {\"kind\": \"mixture\", \"parts\": [{\"weight\": 0.5, \"dist\": 5}]}"),
        SERVICE("\"retry\": {\"attempts\": 99}"),
        SERVICE("\"labels\": {\"a\": 1}"),
        SERVICE("\"endpoints\": {\"a\": [3]}"),
        "{\"kind\": \"client\", \"name\": \"c\", \"target\": \"x\"}",
        "{\"kind\": \"client\", \"name\": \"c\", \"target\": \"x\", \"rate\": 40}",
        "{\"kind\": \"at\", \"time\": \"1s\", \"call\": \"f\"}",
    };
    (void)state;
    cJSON *schema = the_schema();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (document_fits(schema, rows[i])) fail_msg("accepted: %s", rows[i]);
        assert_string_not_equal(load_bad(arena, rows[i]), "it loaded");
    }
    cJSON_Delete(schema);
}

/* ------------------------------------------------------------------------- editors */

static void editors_learn_every_constructor(void **state)
{
    (void)state;
    struct text t = { 0 };
    explain_luals_kinds(some_kinds(), &t);
    const char *stub = kept(&t);
    assert_int_equal(strncmp(stub, "---@meta\n", 9), 0);
    assert_non_null(strstr(stub,
                           "---@class orrery.service\n---@field replicas? number|string How many "
                           "pods.\n"));
    assert_non_null(strstr(stub, "---@field target string Whom it calls.\n")); /* required */
    assert_non_null(strstr(stub, "---@field abandoned? 'finish'|'cancel' "));
    assert_non_null(strstr(stub, "---@field endpoints? table<string, orrery.role.step[]> "));
    assert_non_null(strstr(stub,
                           "---@return fun(fields: orrery.service)\nfunction service(name) end\n"
                           "\nsvc = service\n"));
    assert_non_null(strstr(stub, "\nexpect = {}\n"));
    assert_non_null(strstr(stub, "\nfunction expect.p99(...) end\n"));
    assert_non_null(strstr(stub, "---@return orrery.dist.constant|orrery.arrival.constant\n"
                                 "function constant(...) end\n"));
    const char *constant = strstr(stub, "function constant(");
    assert_null(strstr(constant + 1, "function constant(")); /* one, whatever the roles */
}

static void the_linter_learns_every_global(void **state)
{
    (void)state;
    struct text t = { 0 };
    explain_luacheckrc_kinds(some_kinds(), &t);
    const char *rc = kept(&t);
    assert_non_null(strstr(rc, "std = \"lua54\"\nread_globals = {\n  \"include\",\n"));
    assert_non_null(strstr(rc, "  \"service\",\n  \"svc\",\n"));
    assert_non_null(strstr(rc, "  expect = { fields = { \"p99\" } },\n"));
    const char *constant = strstr(rc, "\"constant\"");
    assert_null(strstr(constant + 1, "\"constant\""));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(a_kind_is_explained_with_a_table_of_its_fields),
        T(a_table_is_aligned_and_fits_the_page),
        T(a_field_is_explained_with_what_can_stand_there),
        T(a_role_lists_its_kinds_and_a_shared_name_all_it_means),
        T(no_topic_lists_all_kinds_by_room),
        T(an_unknown_topic_has_a_hint),
        T(markdown_is_a_reference_page),
        T(the_schema_accepts_what_the_loader_accepts),
        T(the_schema_refuses_what_the_loader_refuses),
        T(editors_learn_every_constructor),
        T(the_linter_learns_every_global),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
