/* test_load.c - what a scenario says becomes a tree, with the line of everything. */
#include "words.h"

static const struct value *object_at(const struct loaded *l, uint32_t index)
{
    assert_non_null(l->root);
    const struct value *v = value_at(l->root, index);
    assert_non_null(v);
    return v;
}

static const struct value *field(const struct value *v, const char *key)
{
    const struct value *item = value_get(v, key);
    if (!item) fail_msg("no field %s", key);
    return item;
}

static void objects_come_in_the_order_said(void **state)
{
    (void)state;
    struct loaded l = load("service \"b\" { x = 1 }\nservice(\"a\", { x = 2 })\nrun {}\n"
                           "at(\"1m\", 5)\nexpect.p99(\"b\", { below = 3 })\n");
    const char *tags[] = { "service", "service", "run", "at", "expect.p99" };
    assert_int_equal(l.root->type, VALUE_LIST);
    assert_int_equal(l.root->list_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_string_equal(object_at(&l, i)->tag, tags[i]);
        assert_int_equal(object_at(&l, i)->at.line, i + 1);
        assert_string_equal(object_at(&l, i)->at.file, "s.lua");
    }
    assert_string_equal(field(object_at(&l, 0), "name")->text, "b");
    assert_string_equal(value_at(object_at(&l, 3), 0)->text, "1m");
    assert_int_equal(value_at(object_at(&l, 3), 1)->number, 5);
    assert_string_equal(value_at(object_at(&l, 4), 0)->text, "b");
    assert_int_equal(field(object_at(&l, 4), "below")->number, 3);
    unload(&l);
}

static void an_alias_is_tagged_by_the_kinds_own_name(void **state)
{
    (void)state;
    struct loaded l = load("svc \"a\" {}");
    assert_string_equal(object_at(&l, 0)->tag, "service");
    unload(&l);
}

static void a_named_object_counts_when_it_has_its_table(void **state)
{
    (void)state;
    struct loaded l = load("local later = service \"a\"\nservice \"b\" {}\nlater { x = 1 }");
    assert_int_equal(l.root->list_count, 2);
    assert_string_equal(field(object_at(&l, 0), "name")->text, "b");
    assert_string_equal(field(object_at(&l, 1), "name")->text, "a");
    unload(&l);
    assert_refused("run {}\nservice \"cart\"", "s.lua:2: error: service: 'cart' has no table");
    assert_refused("service {", "s.lua:1: error: unexpected symbol near <eof>");
    assert_refused("service()", "service needs a name");
    assert_refused("service(5, {})", "service needs a name");
    assert_refused("service \"a\" {} {}", "this service already has its table");
    assert_refused("service \"a\" (5)", "followed by one table");
}

static void a_repeated_call_may_be_followed_by_its_table(void **state)
{
    (void)state;
    struct loaded l = load("expect.p99 \"shop\" { below = 2 }\nexpect.p99 \"shop\"");
    assert_int_equal(l.root->list_count, 2);
    assert_int_equal(field(object_at(&l, 0), "below")->number, 2);
    assert_int_equal(object_at(&l, 1)->count, 0);
    unload(&l);
}

static void keys_are_sorted_and_items_keep_their_order(void **state)
{
    (void)state;
    struct loaded l = load("run { z = 1, 'first', a = 2, 'second', B = 3, [0.5] = 4, [0.25] = 5 }");
    const char *keys[] = { "0.25", "0.5", "B", "a", "z" };
    const struct value *run = object_at(&l, 0);
    assert_int_equal(run->count, 5);
    uint32_t i = 0;
    for (const struct value *v = run->first; v; v = v->next)
        assert_string_equal(v->key, keys[i++]);
    assert_int_equal(run->list_count, 2);
    assert_string_equal(value_at(run, 1)->text, "second");
    unload(&l);
}

static void every_sort_of_value_arrives(void **state)
{
    (void)state;
    struct loaded l = load("run { t = true, i = 3, f = 2.5, whole = 3.0, s = 'x', l = { 1, 2 },\n"
                           "m = { a = 1 }, e = {}, p = lognormal { p50 = 1 }, bare = fifo,\n"
                           "h = function() end }");
    const struct value *run = object_at(&l, 0);
    assert_true(field(run, "t")->boolean);
    assert_true(field(run, "i")->integer);
    assert_false(field(run, "f")->integer);
    assert_false(field(run, "whole")->integer);
    assert_int_equal(field(run, "l")->type, VALUE_LIST);
    assert_int_equal(field(run, "l")->list_count, 2);
    assert_int_equal(field(run, "m")->type, VALUE_MAP);
    assert_int_equal(field(run, "e")->type, VALUE_LIST);
    assert_string_equal(field(run, "p")->tag, "lognormal");
    assert_string_equal(field(run, "bare")->tag, "fifo");
    assert_int_equal(field(run, "h")->function, 1);
    assert_true(l.has_hooks);
    unload(&l);
}

static void functions_are_numbered_once_each(void **state)
{
    (void)state;
    struct loaded l = load("local f, g = function() end, function() end\n"
                           "at(\"1s\", g) at(\"2s\", f) at(\"3s\", g)");
    uint32_t numbers[] = { 1, 2, 1 };
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(value_at(object_at(&l, i), 1)->function, numbers[i]);
    unload(&l);
}

static void a_shared_part_is_copied_into_each_place(void **state)
{
    (void)state;
    struct loaded l = load("local d = lognormal { p50 = 1 }\nrun { a = d, b = { d, d } }");
    const struct value *run = object_at(&l, 0);
    const struct value *a = field(run, "a"), *b = field(run, "b");
    assert_true(value_equal(a, value_at(b, 0)));
    assert_true(value_equal(a, value_at(b, 1)));
    assert_ptr_not_equal(value_at(b, 0), value_at(b, 1));
    assert_int_equal(a->at.line, 1); /* where the part was made */
    unload(&l);
}

static void later_changes_of_a_table_change_nothing(void **state)
{
    (void)state;
    struct loaded l = load("local t = { x = 1 }\nrun(t)\nt.x = 2");
    assert_int_equal(field(object_at(&l, 0), "x")->number, 1);
    unload(&l);
}

static void each_field_has_the_line_it_was_written_on(void **state)
{
    (void)state;
    struct loaded l = load("service \"cart\" { -- a = 9\n"
                           "  replicas = 3,\n"
                           "  resources = {\n"
                           "    requests = { cpu = 1,\n"
                           "      memory = 2 },\n"
                           "  },\n"
                           "  hook = function(w) local a, b = 1, 2\n"
                           "    if a then return { a, b } end end,\n"
                           "  [\"GET /\"] = { cpu(\"1ms\"),\n"
                           "    call(\"x\", {\n"
                           "      timeout = 4 }) },\n"
                           "  last = [[a\n"
                           "b]],\n"
                           "  after = 1; 'item',\n"
                           "  'another' }\n");
    const struct value *cart = object_at(&l, 0);
    assert_int_equal(field(cart, "replicas")->at.line, 2);
    const struct value *requests = field(field(cart, "resources"), "requests");
    assert_int_equal(requests->at.line, 4);
    assert_int_equal(field(requests, "memory")->at.line, 5);
    assert_int_equal(field(cart, "hook")->at.line, 7);
    const struct value *get = field(cart, "GET /");
    assert_int_equal(get->at.line, 9);
    assert_int_equal(value_at(get, 1)->at.line, 10);
    assert_int_equal(field(value_at(get, 1), "timeout")->at.line, 11);
    assert_int_equal(field(cart, "last")->at.line, 12);
    assert_int_equal(field(cart, "after")->at.line, 14);
    assert_int_equal(value_at(cart, 0)->at.line, 14);
    assert_int_equal(value_at(cart, 1)->at.line, 15);
    unload(&l);
}

static void two_calls_on_one_line_keep_their_own_fields(void **state)
{
    (void)state;
    struct loaded l = load("run { a = lognormal { p50 = 1 }, b = lognormal {\n  mean = 2,\n"
                           "  scv = 3 } }");
    const struct value *run = object_at(&l, 0);
    assert_int_equal(field(field(run, "a"), "p50")->at.line, 1);
    assert_int_equal(field(field(run, "b"), "mean")->at.line, 2);
    assert_int_equal(field(field(run, "b"), "scv")->at.line, 3);
    unload(&l);
}

static void a_table_made_elsewhere_has_the_line_of_the_call(void **state)
{
    (void)state;
    struct loaded l = load("local t = {\n  x = 1 }\nrun(t)");
    assert_int_equal(field(object_at(&l, 0), "x")->at.line, 3);
    unload(&l);
}

static void the_title_is_the_first_comment(void **state)
{
    (void)state;
    const struct {
        const char *text, *title;
    } rows[] = {
        { "-- Flash sale: late.\nrun {}", "Flash sale: late." },
        { "#!/usr/bin/env orrery\n\n--- Three dashes ---\nrun {}", "Three dashes" },
        { "--[[ Block\nmore ]]\nrun {}", "Block" },
        { "run {} -- not first", NULL },
        { "--\nrun {}", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loaded l = load(rows[i].text);
        assert_non_null(l.root);
        if (rows[i].title)
            assert_string_equal(l.title, rows[i].title);
        else
            assert_null(l.title);
        unload(&l);
    }
}

static void undefined_names_are_all_told_with_a_hint(void **state)
{
    (void)state;
    struct loaded l = load("servise \"a\" { replicas = unknown + 1 }\n"
                           "run { x = exponental { mean = 1 }, y = maht.floor(1) }\n"
                           "for k, v in something do end\n"
                           "expect.p98 \"a\" { below = math.atan(3) }\n"
                           "local x = os.time() .. #nothing .. -nothing\n");
    assert_null(l.root);
    assert_says(l.report, "s.lua:1: error: 'servise' is not defined (did you mean 'service'?)");
    assert_says(l.report, "s.lua:1: error: 'unknown' is not defined\n");
    assert_says(l.report, "s.lua:2: error: 'maht' is not defined (did you mean 'math'?)");
    assert_says(l.report, "s.lua:3: error: 'something' is not defined");
    assert_says(l.report,
                "s.lua:4: error: 'expect.p98' is not defined (did you mean 'expect.p99'?)");
    assert_says(l.report, "s.lua:4: error: 'math.atan' is not defined");
    assert_says(l.report, "s.lua:5: error: 'os' is not defined (a scenario sees no clock");
    assert_says(l.report, "s.lua:5: error: 'nothing' is not defined");
    assert_int_equal(diag_error_count(l.diag), 9);
    unload(&l);
}

static void a_name_missing_in_a_loop_is_told_once(void **state)
{
    (void)state;
    struct loaded l = load("for i = 1, 1000 do gone(i) end");
    assert_int_equal(diag_error_count(l.diag), 1);
    unload(&l);
    assert_refused("for i = 1, 1000 do local x = _ENV['n' .. i] end", "more than 50 names");
}

static void what_a_tree_cannot_hold_is_told_with_its_path(void **state)
{
    (void)state;
    struct loaded l = load("service \"a\" {\n  list = { 1, nil, 3 },\n  bytes = '\\xff',\n"
                           "  nul = 'a\\0b',\n  seed = 9223372036854775807,\n  f = math.floor,\n"
                           "  [true] = 1,\n  [7] = 1,\n  s = service,\n  ok = 1 }");
    assert_null(l.root);
    assert_says(l.report, "s.lua:2: error: service.list[2]: a list has a hole");
    assert_says(l.report, "s.lua:3: error: service.bytes: the text is not valid UTF-8");
    assert_says(l.report, "s.lua:4: error: service.nul: the text contains a NUL byte");
    assert_says(l.report, "s.lua:5: error: service.seed: an integer this large loses digits");
    assert_says(l.report, "s.lua:6: error: service.f: a library function stands here");
    assert_says(l.report, "s.lua:9: error: service.s: an object stands here");
    assert_says(l.report, "error: service: a key is neither text nor a finite number");
    assert_says(l.report, "error: service: a list has a hole, or a key that is an integer");
    assert_int_equal(diag_error_count(l.diag), 8);
    unload(&l);
}

static void a_field_said_twice_is_refused(void **state)
{
    (void)state;
    assert_refused("run {\n  a = 1,\n  b = 2,\n  a = 3 }",
                   "s.lua:4: error: run: 'a' is said twice");
    assert_refused("service(\"a\", { name = \"b\" })", "service.name: the field is said twice");
}

static void a_part_said_alone_is_refused(void **state)
{
    (void)state;
    static const char *const kept[] = {
        "local a = cpu(1)\nrun { a }",          "local a =\n  cpu(1)\nrun { a }",
        "run { x = true and cpu(1) }",          "local function f() return cpu(1) end\nrun { f() }",
        "local t = {}\nt.cpu = cpu(1)\nrun(t)",
    };
    assert_refused("run {}\ncpu(1)", "s.lua:2: error: cpu is a step: it stands inside an object");
    assert_refused("run {} cpu {\n 1 }", "s.lua:1: error: cpu is a step");
    assert_refused("run {}\nif true then lognormal(1) end", "s.lua:2: error: lognormal is a dist");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct loaded l = load(kept[i]);
        if (!l.root) fail_msg("%s\n%s", kept[i], l.report);
        unload(&l);
    }
}

static void a_table_inside_itself_is_refused(void **state)
{
    (void)state;
    assert_refused("local t = {}\nt.t = t\nrun(t)", "nested too deep");
    assert_refused("local p = fifo()\nfor i = 1, 100 do p = cpu(p) end\nrun { p }",
                   "nested too deep");
}

static void misplaced_objects_and_arguments_are_refused(void **state)
{
    (void)state;
    assert_refused("run { a = service \"x\" {} }", "an object stands here");
    assert_refused("run(nil)", "argument 1 of run is nil");
    assert_refused("local d = lognormal {}\nlocal x = d.p50", "a lognormal cannot be read back");
    assert_refused("local d = lognormal {}\nd.p50 = 3", "a lognormal cannot be read back");
    assert_refused("service = 3", "'service' cannot be assigned");
    assert_refused("math.floor = 3", "'math.floor' cannot be assigned");
    assert_refused("expect.p99 = 3", "'expect.p99' cannot be assigned");
}

static void broken_files_are_refused_with_a_line(void **state)
{
    (void)state;
    assert_refused("", "s.lua: error: the scenario says nothing");
    assert_refused("-- only a comment\n", "the scenario says nothing");
    assert_refused("run {}\nlocal x = = 1", "s.lua:2: error: unexpected symbol near '='");
    assert_refused("run {}\n\nlocal s = \"\xff\"", "s.lua:3: error: the file is not valid UTF-8");
    assert_refused("\x1bLua", "compiled Lua (bytecode) is refused");
    struct loaded l = load_limited("run {}\n\0", 8, NULL);
    assert_says(l.report, "s.lua:2: error: the file contains a NUL byte");
    unload(&l);
    l = load("\xef\xbb\xbfrun {}");
    assert_non_null(l.root);
    unload(&l);
}

static void a_power_is_refused_unless_a_square(void **state)
{
    (void)state;
    assert_refused("local x = 2^3\nrun {}\nlocal y = x ^ 0.5",
                   "s.lua:1: error: '^' gives different bits");
    assert_refused("local x = 2\nlocal y = x^2^x", "s.lua:2: error: '^' gives");
    struct loaded l = load("local x = 3^2 -- not ^ 3\nlocal s = '^3'\nassert(x == 9)\nrun {}");
    assert_non_null(l.root);
    unload(&l);
}

static void a_runtime_error_has_its_line_and_its_callers(void **state)
{
    (void)state;
    assert_refused("local function f(t)\n  return t.x.y\nend\n\nrun { a = f({}) }",
                   "s.lua:2: error: attempt to index a nil value (field 'x') (called from");
    assert_refused("error('plain', 0)", "s.lua:1: error: plain");
    assert_refused("\nerror({ code = 1 })", "s.lua:2: error: the error is not text but a table");
    assert_refused("error(setmetatable({}, { __tostring = function() return 'spoken' end }))",
                   "s.lua:1: error: spoken");
    assert_refused("error(setmetatable({}, { __tostring = function() error('again') end }))",
                   "the error is not text but a table");
    assert_refused("error()", "the error is not text but a nil");
    assert_refused("error('\\xff')", "the error's text is not valid UTF-8");
    assert_refused("local function f() return f() + 1 end f()", "stack overflow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_come_in_the_order_said),
        cmocka_unit_test(an_alias_is_tagged_by_the_kinds_own_name),
        cmocka_unit_test(a_named_object_counts_when_it_has_its_table),
        cmocka_unit_test(a_repeated_call_may_be_followed_by_its_table),
        cmocka_unit_test(keys_are_sorted_and_items_keep_their_order),
        cmocka_unit_test(every_sort_of_value_arrives),
        cmocka_unit_test(functions_are_numbered_once_each),
        cmocka_unit_test(a_shared_part_is_copied_into_each_place),
        cmocka_unit_test(later_changes_of_a_table_change_nothing),
        cmocka_unit_test(each_field_has_the_line_it_was_written_on),
        cmocka_unit_test(two_calls_on_one_line_keep_their_own_fields),
        cmocka_unit_test(a_table_made_elsewhere_has_the_line_of_the_call),
        cmocka_unit_test(the_title_is_the_first_comment),
        cmocka_unit_test(undefined_names_are_all_told_with_a_hint),
        cmocka_unit_test(a_name_missing_in_a_loop_is_told_once),
        cmocka_unit_test(what_a_tree_cannot_hold_is_told_with_its_path),
        cmocka_unit_test(a_field_said_twice_is_refused),
        cmocka_unit_test(a_part_said_alone_is_refused),
        cmocka_unit_test(a_table_inside_itself_is_refused),
        cmocka_unit_test(misplaced_objects_and_arguments_are_refused),
        cmocka_unit_test(broken_files_are_refused_with_a_line),
        cmocka_unit_test(a_power_is_refused_unless_a_square),
        cmocka_unit_test(a_runtime_error_has_its_line_and_its_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
