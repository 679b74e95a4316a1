/* test_load.c - what a scenario says arrives in the specs. */
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

static const struct some_service *service(const char *fields)
{
    const char *text = arena_format(arena,
                                    "{\"kind\": \"nodepool\", \"name\": \"a\"},"
                                    "{\"kind\": \"nodepool\", \"name\": \"b\"},"
                                    "{\"kind\": \"service\", \"name\": \"cart\" %s}",
                                    fields);
    struct document *doc = load_good(arena, text);
    assert_non_null(doc);
    return document_find(doc, "service", "cart")->spec;
}

static void what_is_not_said_has_its_preset(void **state)
{
    (void)state;
    const struct some_service *s = service("");
    assert_int_equal(s->replicas, 1);
    assert_int_equal(s->workers, COUNT_UNLIMITED);
    assert_int_equal(s->memory_bytes, 128 << 20);
    assert_true(s->cores == 0.25 && s->errors == 0 && s->drain);
    assert_int_equal(s->policy, 0);
    assert_ptr_equal(s->discipline.kind, &some_fifo_kind);
    assert_ptr_equal(s->startup.kind, &some_constant_kind);
    assert_true(((const struct some_constant *)s->startup.spec)->value == 1e9);
    assert_int_equal(s->timeout_ns, 0);
    assert_null(s->size.kind);
    assert_null(s->selector);
    assert_int_equal(s->endpoints.count, 0);
    assert_int_equal(s->weights.count, 2);
}

static void every_type_of_field_is_read(void **state)
{
    (void)state;
    const struct some_service *s = service(
        ", \"replicas\": \"1k\", \"workers\": 8, \"timeout\": \"1m30s\", \"errors\": \"0.1%\","
        "\"memory\": \"1.5Gi\", \"cpu\": 2, \"drain\": false, \"abandoned\": \"cancel\","
        "\"labels\": {\"b\": \"2\", \"a\": \"1\"}, \"limits\": {\"x\": \"5ms\"},"
        "\"homes\": {\"x\": \"b\"}, \"pools\": [\"b\", \"a\"], \"weights\": [0.5, \"10\"],"
        "\"selector\": {\"app\": [1, true]}");
    assert_int_equal(s->replicas, 1000);
    assert_int_equal(s->workers, 8);
    assert_int_equal(s->timeout_ns, 90 * NS_PER_S);
    assert_true(s->errors == 0.001);
    assert_int_equal(s->memory_bytes, INT64_C(3) << 29);
    assert_true(s->cores == 2 && !s->drain);
    assert_int_equal(s->policy, 1);
    assert_string_equal(s->labels.entries[0].key, "a"); /* sorted, whatever the order said */
    assert_string_equal(s->labels.entries[1].text, "2");
    assert_int_equal(s->limits.entries[0].integer, 5 * NS_PER_MS);
    assert_int_equal(s->homes.entries[0].reference.index, 1);
    const struct reference *pools = s->pools.items;
    assert_string_equal(pools[0].name, "b");
    assert_int_equal(pools[0].index, 1);
    assert_int_equal(pools[1].index, 0);
    assert_true(((const double *)s->weights.items)[0] == 0.5);
    assert_true(((const double *)s->weights.items)[1] == 10);
    assert_true(value_get(s->selector, "app")->list_first->number == 1);
}

static void a_part_may_be_a_table_a_name_or_a_scalar(void **state)
{
    (void)state;
    const struct some_service *s =
        service(", \"startup\": {\"kind\": \"lognormal\", \"p50\": \"1s\", \"p99\": \"3s\"},"
                "\"discipline\": \"priority\", \"size\": \"4Ki\", \"retry\": {\"attempts\": 5}");
    const struct some_lognormal *startup = s->startup.spec;
    assert_true(startup->p50 == 1e9 && startup->p99 == 3e9);
    assert_true(startup->spread == 2e9); /* derived by its check */
    assert_ptr_equal(s->discipline.kind, &some_priority_kind);
    assert_int_equal(((const struct some_priority *)s->discipline.spec)->levels, 2);
    assert_true(((const struct some_constant *)s->size.spec)->value == 4096);
    const struct some_retry *retry = s->retry.spec; /* the only kind of its role needs no name */
    assert_int_equal(retry->attempts, 5);
    assert_int_equal(retry->backoff_ns, 100 * NS_PER_MS);
}

static void amounts_take_the_unit_of_the_field_around_the_outermost_part(void **state)
{
    (void)state;
    static const char mixture[] =
        "{\"kind\": \"mixture\", \"parts\": [{\"weight\": \"90%%\", \"dist\": \"%s\"},"
        "{\"kind\": \"weighted\", \"#\": [0.1, \"%s\"]}]}";
    const char *in_time = arena_format(arena, mixture, "1ms", "2ms");
    const char *in_bytes = arena_format(arena, mixture, "1Ki", "2Ki");
    const struct some_service *s =
        service(arena_format(arena, ", \"startup\": %s, \"size\": %s", in_time, in_bytes));
    const struct list *parts = &((const struct some_mixture *)s->startup.spec)->parts;
    const struct some_weighted *second = ((const struct part *)parts->items)[1].spec;
    assert_int_equal(parts->count, 2);
    assert_true(second->weight == 0.1);
    assert_true(((const struct some_constant *)second->dist.spec)->value == 2e6);
    parts = &((const struct some_mixture *)s->size.spec)->parts;
    second = ((const struct part *)parts->items)[1].spec;
    assert_true(((const struct some_constant *)second->dist.spec)->value == 2048);
}

static void a_map_of_lists_holds_steps_by_position(void **state)
{
    (void)state;
    const struct some_service *s =
        service(", \"endpoints\": {\"GET /cart\": [{\"kind\": \"cpu\", \"#\": [\"5ms\"]},"
                "{\"kind\": \"parallel\", \"#\": [{\"kind\": \"call\", \"#\": [\"x\"]},"
                "{\"kind\": \"call\", \"target\": \"y\"}]}], \"DELETE /\": {\"kind\": \"cpu\","
                "\"time\": \"1us\"}}");
    assert_int_equal(s->endpoints.count, 2);
    assert_string_equal(s->endpoints.entries[0].key, "DELETE /");
    assert_int_equal(s->endpoints.entries[0].list.count, 1); /* one step stands for a list of one */
    const struct part *steps = s->endpoints.entries[1].list.items;
    assert_int_equal(s->endpoints.entries[1].list.count, 2);
    assert_ptr_equal(steps[0].kind, &some_cpu_kind);
    const struct some_parallel *parallel = steps[1].spec;
    const struct part *inner = parallel->steps.items;
    assert_string_equal(((const struct some_call *)inner[1].spec)->target, "y");
}

static void a_name_in_two_roles_means_what_its_place_wants(void **state)
{
    (void)state;
    struct document *doc = load_good(
        arena, "{\"kind\": \"svc\", \"name\": \"s\", \"startup\": {\"kind\": \"constant\","
               "\"value\": \"2s\"}}, {\"kind\": \"client\", \"name\": \"c\", \"target\": \"s\","
               "\"rate\": {\"kind\": \"constant\", \"rate\": \"40/s\"}},"
               "{\"kind\": \"client\", \"name\": \"d\", \"target\": \"s\", \"rate\": \"3/min\"}");
    assert_non_null(doc);
    const struct some_client *c = document_find(doc, "client", "c")->spec;
    assert_ptr_equal(c->rate.kind, &some_steady_kind);
    const struct some_client *d = document_object(doc, "client", 1)->spec;
    assert_ptr_equal(d->rate.kind, &some_poisson_kind);
    assert_true(((const struct some_poisson *)d->rate.spec)->rate == 0.05);
}

static void objects_are_found_by_kind_alias_name_and_order(void **state)
{
    (void)state;
    struct document *doc = load_good(
        arena, "{\"kind\": \"svc\", \"name\": \"x\"}, {\"kind\": \"nodepool\", \"name\": \"x\"},"
               "{\"kind\": \"service\", \"name\": \"y\"}, {\"kind\": \"at\", \"#\": [\"1s\"]},"
               "{\"kind\": \"at\", \"time\": \"2s\", \"action\": {\"pool\": \"x\"}}");
    assert_non_null(doc);
    assert_int_equal(doc->object_count, 5);
    assert_int_equal(document_count(doc, "svc"), 2);
    assert_string_equal(document_object(doc, "service", 1)->name, "y");
    assert_null(document_object(doc, "service", 2));
    assert_null(document_find(doc, "service", "z"));
    assert_null(document_find(doc, "nothing", "x"));
    const struct some_at *at = document_object(doc, "at", 1)->spec;
    assert_ptr_equal(at->action.kind, &some_outage_kind);
    assert_string_equal(document_object(doc, "at", 0)->name, "");
}

static void a_silent_singleton_has_its_presets(void **state)
{
    (void)state;
    struct document *doc = load_good(arena, "");
    const struct some_run *run = document_singleton(doc, "run");
    assert_int_equal(run->duration_ns, 10 * NS_PER_MIN);
    assert_int_equal(document_count(doc, "run"), 0);
    doc = load_good(arena, "{\"kind\": \"run\", \"duration\": \"1h\"}");
    run = document_singleton(doc, "run");
    assert_int_equal(run->duration_ns, NS_PER_HOUR);
    assert_null(document_singleton(doc, "service"));
}

static void a_list_may_be_given_by_position_by_name_or_nested(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "{\"kind\": \"zones\", \"#\": [\"a\", \"b\"]}",
        "{\"kind\": \"zones\", \"names\": [\"a\", \"b\"]}",
        "{\"kind\": \"zones\", \"#\": [[\"a\", \"b\"]]}",
    };
    for (size_t i = 0; i < 3; i++) {
        const struct some_zones *z = document_singleton(load_good(arena, forms[i]), "zones");
        assert_int_equal(z->names.count, 2);
        assert_string_equal(((const char *const *)z->names.items)[1], "b");
    }
}

static void null_means_the_preset(void **state)
{
    (void)state;
    const struct some_service *s = service(", \"replicas\": null, \"timeout\": null");
    assert_int_equal(s->replicas, 1);
    assert_int_equal(s->timeout_ns, 0);
}

static void a_title_comes_from_the_door_the_document_or_the_file(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    static const char json[] = "{\"orrery\": 1, \"title\": \"Flash sale\", \"objects\": []}";
    struct value *root = json_read_scenario(arena, json, strlen(json), "x/s.json", d);
    struct kind_list list = some_kinds();
    assert_string_equal(document_load_kinds(list, arena, root, "x/s.json", NULL, d)->title,
                        "Flash sale");
    assert_string_equal(document_load_kinds(list, arena, root, "x/s.json", "Other", d)->title,
                        "Other");
    root->text = NULL;
    assert_string_equal(document_load_kinds(list, arena, root, "x/s.json", NULL, d)->title,
                        "s.json");
    diag_close(d);
}

static void a_function_reaches_its_hook(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    struct place at = { "s.lua", 3 };
    struct value *root = value_list(arena, at), *map = value_map(arena, at);
    map->tag = "at";
    value_append(map, value_text(arena, at, "1s"));
    value_set(arena, map, "call", value_function(arena, at, 7));
    value_append(root, map);
    struct document *doc = document_load_kinds(some_kinds(), arena, root, "s.lua", NULL, d);
    assert_non_null(doc);
    assert_int_equal(((const struct some_at *)document_object(doc, "at", 0)->spec)->hook, 7);
    diag_close(d);
}

static void a_constructor_kept_as_any_value_has_its_name_as_kind(void **state)
{
    (void)state;
    const struct some_service *s =
        service(", \"selector\": {\"kind\": \"lognormal\", \"p50\": [{\"kind\": \"x\"}]}");
    assert_null(s->selector->tag);
    assert_string_equal(value_get(s->selector, "kind")->text, "lognormal");
    const struct value *inner = value_get(s->selector, "p50")->list_first;
    assert_string_equal(value_get(inner, "kind")->text, "x");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(what_is_not_said_has_its_preset),
        T(every_type_of_field_is_read),
        T(a_part_may_be_a_table_a_name_or_a_scalar),
        T(amounts_take_the_unit_of_the_field_around_the_outermost_part),
        T(a_map_of_lists_holds_steps_by_position),
        T(a_name_in_two_roles_means_what_its_place_wants),
        T(objects_are_found_by_kind_alias_name_and_order),
        T(a_silent_singleton_has_its_presets),
        T(a_list_may_be_given_by_position_by_name_or_nested),
        T(null_means_the_preset),
        T(a_title_comes_from_the_door_the_document_or_the_file),
        T(a_function_reaches_its_hook),
        T(a_constructor_kept_as_any_value_has_its_name_as_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
