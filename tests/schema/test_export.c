/* test_export.c - what is printed reads back as the same document. */
#include "some_kinds.h"

#include <cmocka.h>

static const char everything[] =
    "{\"kind\":\"run\",\"duration\":\"90m\",\"seed\":7,\"title\":\"x \\\"q\\\" \\u0001\\n\"},"
    "{\"kind\":\"zones\",\"#\":[\"eu-1a\",\"eu-1b\"]},"
    "{\"kind\":\"nodepool\",\"name\":\"a\",\"count\":10000,\"pricePerHour\":0.192},"
    "{\"kind\":\"service\",\"name\":\"cart\",\"replicas\":3,\"workers\":8,"
    "\"startup\":{\"kind\":\"lognormal\",\"p50\":\"12s\",\"p99\":\"30s\"},\"size\":\"4096\","
    "\"timeout\":\"1500ms\",\"errors\":0.005,\"memory\":\"1024Mi\",\"cpu\":\"1500m\","
    "\"drain\":false,\"abandoned\":\"cancel\",\"discipline\":\"priority\",\"retry\":{\"attempts\":"
    "5},"
    "\"endpoints\":{\"GET /cart\":[{\"kind\":\"cpu\",\"time\":{\"kind\":\"lognormal\","
    "\"p50\":\"4ms\",\"p99\":\"20ms\"}},{\"kind\":\"call\",\"target\":\"redis GET\"},"
    "{\"kind\":\"parallel\",\"steps\":[{\"kind\":\"cpu\",\"time\":\"1ms\"},"
    "{\"kind\":\"call\",\"target\":\"y\"}]}],\"simple\":{\"kind\":\"cpu\",\"time\":\"1us\"}},"
    "\"labels\":{\"end\":\"x\",\"b c\":\"y\"},\"pools\":[\"a\"],\"homes\":{\"h\":\"a\"},"
    "\"limits\":{\"l\":\"60s\"},\"weights\":[3],"
    "\"selector\":{\"kind\":\"Deployment\",\"app\":[1,true]}},"
    "{\"kind\":\"client\",\"name\":\"c\",\"target\":\"cart\",\"rate\":\"1000/min\"},"
    "{\"kind\":\"client\",\"name\":\"d\",\"target\":\"cart\","
    "\"rate\":{\"kind\":\"constant\",\"rate\":\"7/s\"}},"
    "{\"kind\":\"at\",\"#\":[\"10m\",{\"kind\":\"outage\",\"pool\":\"a\"}]},"
    "{\"kind\":\"expect.p99\",\"subject\":\"c\",\"below\":\"300ms\"},"
    "{\"kind\":\"service\",\"name\":\"z\",\"startup\":{\"kind\":\"mixture\","
    "\"#\":[{\"kind\":\"weighted\",\"#\":[\"90%\",\"1s\"]},{\"weight\":0.1,\"dist\":\"2s\"}]}}";

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

static const char *as_lua(const struct document *doc)
{
    struct text t = { 0 };
    schema_print_lua(doc, &t);
    const char *s = arena_text(arena, text_data(&t));
    text_close(&t);
    return s;
}

static const char *as_json(const struct document *doc)
{
    struct text t = { 0 };
    schema_print_json(doc, &t);
    const char *s = arena_text(arena, text_data(&t));
    text_close(&t);
    return s;
}

static struct document *read_json(const char *json)
{
    struct diag *d = diag_open();
    struct value *root = json_read_scenario(arena, json, strlen(json), "r.json", d);
    struct document *doc =
        root ? document_load_kinds(some_kinds(), arena, root, "r.json", NULL, d) : NULL;
    if (!doc) diag_print(d, stderr);
    diag_close(d);
    return doc;
}

static uint32_t difference(const struct document *a, const struct document *b, const char **lines)
{
    struct text t = { 0 };
    uint32_t count = schema_difference(a, b, &t);
    *lines = arena_text(arena, text_data(&t));
    text_close(&t);
    return count;
}

static void lua_is_what_a_person_would_write(void **state)
{
    (void)state;
    assert_string_equal(as_lua(load_good(arena, everything)),
                        "-- s.json\n"
                        "run { duration = \"90m\", seed = 7, title = \"x \\\"q\\\" \\001\\n\" }\n"
                        "zones { \"eu-1a\", \"eu-1b\" }\n"
                        "nodepool \"a\" { count = 10000, pricePerHour = 0.192 }\n"
                        "service \"cart\" {\n"
                        "  replicas = 3,\n"
                        "  workers = 8,\n"
                        "  startup = lognormal { p50 = \"12s\", p99 = \"30s\" },\n"
                        "  size = \"4Ki\",\n"
                        "  timeout = \"1.5s\",\n"
                        "  errors = \"0.5%\",\n"
                        "  memory = \"1Gi\",\n"
                        "  cpu = \"1.5\",\n"
                        "  drain = false,\n"
                        "  abandoned = \"cancel\",\n"
                        "  discipline = \"priority\",\n"
                        "  retry = { attempts = 5 },\n"
                        "  endpoints = {\n"
                        "    [\"GET /cart\"] = {\n"
                        "      cpu(lognormal { p50 = \"4ms\", p99 = \"20ms\" }),\n"
                        "      call \"redis GET\",\n"
                        "      parallel(cpu \"1ms\", call \"y\"),\n"
                        "    },\n"
                        "    simple = { cpu \"1us\" },\n"
                        "  },\n"
                        "  labels = { [\"b c\"] = \"y\", [\"end\"] = \"x\" },\n"
                        "  limits = { l = \"1m\" },\n"
                        "  homes = { h = \"a\" },\n"
                        "  pools = { \"a\" },\n"
                        "  weights = { 3 },\n"
                        "  selector = { app = { 1, true }, kind = \"Deployment\" },\n"
                        "}\n"
                        "client \"c\" { target = \"cart\", rate = \"1000/min\" }\n"
                        "client \"d\" { target = \"cart\", rate = constant \"7/s\" }\n"
                        "at(\"10m\", outage { pool = \"a\" })\n"
                        "expect.p99 { \"c\", below = \"300ms\" }\n"
                        "service \"z\" { startup = mixture(weighted { \"90%\", \"1s\" }, weighted "
                        "{ \"10%\", \"2s\" }) }\n");
}

static void json_reads_back_as_the_same_document_and_the_same_bytes(void **state)
{
    (void)state;
    struct document *doc = load_good(arena, everything);
    const char *first = as_json(doc), *lines;
    struct document *again = read_json(first);
    assert_non_null(again);
    assert_int_equal(difference(doc, again, &lines), 0);
    assert_string_equal(lines, "");
    assert_string_equal(as_json(again), first);
    assert_string_equal(as_lua(again), as_lua(doc));
    assert_string_equal(again->title, "s.json");
}

static void saying_a_preset_is_saying_nothing(void **state)
{
    (void)state;
    struct document *doc = load_good(
        arena,
        "{\"kind\": \"service\", \"name\": \"x\", \"replicas\": 1, \"discipline\": \"fifo\","
        "\"startup\": {\"kind\": \"constant\", \"value\": \"1000ms\"}, \"memory\": \"131072Ki\","
        "\"weights\": [1, 2], \"drain\": true, \"workers\": \"unlimited\"}");
    assert_string_equal(as_lua(doc), "-- s.json\nservice \"x\" {}\n");
}

static void a_scalar_that_is_also_the_name_of_a_kind_is_not_shortened(void **state)
{
    (void)state;
    struct document *doc =
        load_good(arena, "{\"kind\": \"service\", \"name\": \"x\", \"retry\": {},"
                         "\"discipline\": {\"kind\": \"priority\", \"levels\": 2}}");
    assert_string_equal(as_lua(doc),
                        "-- s.json\nservice \"x\" { discipline = \"priority\", retry = {} }\n");
}

/* ------------------------------------------------------------------------- differences */

static void a_difference_names_each_field_that_changed(void **state)
{
    (void)state;
    static const char before[] =
        "{\"kind\":\"service\",\"name\":\"cart\",\"replicas\":3,\"endpoints\":{\"a\":[{\"kind\":"
        "\"cpu\",\"time\":\"1ms\"}],\"b\":[]},\"weights\":[1,2,3]},"
        "{\"kind\":\"nodepool\",\"name\":\"gone\"},"
        "{\"kind\":\"run\",\"title\":\"one\"},{\"kind\":\"at\",\"#\":[\"1s\"]}";
    static const char after[] =
        "{\"kind\":\"run\",\"title\":\"two\"},{\"kind\":\"service\",\"name\":\"cart\",\"replicas\":"
        "5,"
        "\"timeout\":\"2s\",\"startup\":{\"kind\":\"lognormal\",\"p50\":\"1s\",\"p99\":\"2s\"},"
        "\"discipline\":{\"kind\":\"priority\",\"levels\":4},\"endpoints\":{\"a\":[{\"kind\":"
        "\"cpu\","
        "\"time\":\"2ms\"}],\"c d\":[]},\"weights\":[1,2]},"
        "{\"kind\":\"nodepool\",\"name\":\"new\"},{\"kind\":\"at\",\"#\":[\"3s\"]}";
    const char *lines;
    uint32_t count = difference(load_good(arena, before), load_good(arena, after), &lines);
    assert_string_equal(lines,
                        "service.cart.replicas: 3 -> 5\n"
                        "service.cart.startup: \"1s\" -> lognormal { p50 = \"1s\", p99 = \"2s\" }\n"
                        "service.cart.timeout: absent -> 2s\n"
                        "service.cart.discipline: \"fifo\" -> priority { levels = 4 }\n"
                        "service.cart.endpoints.a[1].time.value: 1ms -> 2ms\n"
                        "- service.cart.endpoints.b\n"
                        "+ service.cart.endpoints[\"c d\"]\n"
                        "service.cart.weights: { 1, 2, 3 } -> { 1, 2 }\n"
                        "- nodepool.gone\n"
                        "run.title: \"one\" -> \"two\"\n"
                        "at[1].time: 1s -> 3s\n"
                        "+ nodepool.new\n");
    assert_int_equal(count, 12);
}

static void a_document_does_not_differ_from_itself(void **state)
{
    (void)state;
    const char *lines;
    struct document *a = load_good(arena, everything), *b = load_good(arena, everything);
    assert_int_equal(difference(a, b, &lines), 0);
    assert_int_equal(difference(a, a, &lines), 0);
}

/* ------------------------------------------------------------------------- parameters */

static void parameter_add(void *context, const char *path, const char *text)
{
    text_format(context, "%s=%s\n", path, text);
}

static void parameters_are_all_that_has_a_value_presets_too(void **state)
{
    (void)state;
    struct text t = { 0 };
    schema_parameters(
        load_good(arena,
                  "{\"kind\":\"service\",\"name\":\"x\",\"retry\":{\"backoff\":\"5ms\"},"
                  "\"endpoints\":{\"GET /\":[{\"kind\":\"cpu\",\"time\":\"1ms\"}],\"none\":[]},"
                  "\"labels\":{\"a\":\"b c\"}},{\"kind\":\"at\",\"#\":[\"1s\"]}"),
        parameter_add, &t);
    assert_string_equal(text_data(&t), "service.x.replicas=1\n"
                                       "service.x.workers=unlimited\n"
                                       "service.x.startup=constant\n"
                                       "service.x.startup.value=1s\n"
                                       "service.x.errors=0%\n"
                                       "service.x.memory=128Mi\n"
                                       "service.x.cpu=250m\n"
                                       "service.x.drain=true\n"
                                       "service.x.abandoned=finish\n"
                                       "service.x.discipline=fifo\n"
                                       "service.x.retry=retry\n"
                                       "service.x.retry.attempts=3\n"
                                       "service.x.retry.backoff=5ms\n"
                                       "service.x.endpoints[\"GET /\"][1]=cpu\n"
                                       "service.x.endpoints[\"GET /\"][1].time=constant\n"
                                       "service.x.endpoints[\"GET /\"][1].time.value=1ms\n"
                                       "service.x.endpoints.none={}\n"
                                       "service.x.labels.a=b c\n"
                                       "service.x.weights[1]=1\n"
                                       "service.x.weights[2]=2\n"
                                       "at[1].time=1s\n");
    text_close(&t);
}

static void a_callback_is_printed_as_what_only_a_script_can_say(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    struct place at = { "s.lua", 3 };
    struct value *root = value_list(arena, at), *map = value_map(arena, at);
    map->tag = "at";
    value_append(map, value_text(arena, at, "1s"));
    value_set(arena, map, "call", value_function(arena, at, 7));
    value_append(root, map);
    struct document *doc = document_load_kinds(some_kinds(), arena, root, "s.lua", "T", d);
    assert_string_equal(
        as_lua(doc),
        "-- T\nat { \"1s\", call = nil --[[ callback 7: only its script can say it ]] }\n");
    assert_non_null(strstr(as_json(doc), "{\"kind\": \"at\", \"time\": \"1s\", \"call\": null}"));
    diag_close(d);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(lua_is_what_a_person_would_write),
        T(json_reads_back_as_the_same_document_and_the_same_bytes),
        T(saying_a_preset_is_saying_nothing),
        T(a_scalar_that_is_also_the_name_of_a_kind_is_not_shortened),
        T(a_difference_names_each_field_that_changed),
        T(a_document_does_not_differ_from_itself),
        T(parameters_are_all_that_has_a_value_presets_too),
        T(a_callback_is_printed_as_what_only_a_script_can_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
