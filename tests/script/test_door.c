/* test_door.c - callbacks during a run: through the handle, by number, and never out of bounds. */
#include "words.h"

static char folder[256];


static int folder_begin(void **state)
{
    (void)state;
    folder_open(folder, sizeof folder);
    return 0;
}

static int folder_end(void **state)
{
    (void)state;
    folder_close(folder);
    return 0;
}

static const struct script_limits limits = {
    .memory_bytes_max = 16 << 20,
    .load_instructions = 10000000,
    .hook_instructions = 100000,
};

static struct hook_door door_at(const char *text, uint64_t key)
{
    const char *path = file_write(folder, "s.lua", text);
    return script_door_words(path, &limits, &words, key, world_clock);
}

static struct hook_door door(const char *text)
{
    struct hook_door d = door_at(text, 7);
    assert_non_null(d.state);
    return d;
}

static bool call(struct hook_door *d, uint32_t function, struct world *w, struct argument *result)
{
    return d->call(d->state, function, w, NULL, 0, result);
}

static void assert_fails(const char *text, const char *wanted)
{
    struct hook_door d = door(text);
    struct world w = { .now_ns = 61500000000 };
    if (call(&d, 1, &w, NULL)) fail_msg("it succeeded: %s", text);
    assert_says(d.failure(d.state), wanted);
    d.close(d.state);
}

static void a_callback_acts_through_its_handle(void **state)
{
    (void)state;
    struct hook_door d = door("at(\"1s\", function(w) return w:scale(\"cart\", 3) + 1 end)\n"
                              "at(\"2s\", function(w) w:log(\"hi\") w:log(\"ho\", true) end)");
    struct world w = { 0 };
    struct argument result;
    assert_true(call(&d, 1, &w, &result));
    assert_int_equal(w.scaled, 3);
    assert_int_equal(result.type, ARGUMENT_NUMBER);
    assert_int_equal(result.number, 4);
    assert_true(call(&d, 2, &w, &result));
    assert_int_equal(result.type, ARGUMENT_NONE);
    assert_string_equal(w.log, "hi\nho\n");
    d.close(d.state);
}

static void arguments_and_results_of_every_type_pass(void **state)
{
    (void)state;
    struct hook_door d = door("at(1, function(w, n, t, b, l, none)\n"
                              "  assert(math.type(n) == 'integer' and none == nil and b == true)\n"
                              "  return t .. n .. #l .. ' ' .. l[1] + l[2] end)\n"
                              "at(2, function() return false end)\n"
                              "at(3, function(w, x) return x end)");
    const double numbers[] = { 0.5, 2 };
    const struct argument arguments[] = {
        { .type = ARGUMENT_NUMBER, .number = 3 },
        { .type = ARGUMENT_TEXT, .text = "t" },
        { .type = ARGUMENT_BOOL, .boolean = true },
        { .type = ARGUMENT_NUMBERS, .numbers = numbers, .count = 2 },
        { .type = ARGUMENT_NONE },
    };
    struct world w = { 0 };
    struct argument result;
    assert_true(d.call(d.state, 1, &w, arguments, 5, &result));
    assert_int_equal(result.type, ARGUMENT_TEXT);
    assert_string_equal(result.text, "t32 2.5");
    assert_true(call(&d, 2, &w, &result));
    assert_int_equal(result.type, ARGUMENT_BOOL);
    assert_false(result.boolean);
    struct argument fraction = { .type = ARGUMENT_NUMBER, .number = 1e300 };
    assert_true(d.call(d.state, 3, &w, &fraction, 1, &result));
    assert_true(result.number == 1e300);
    d.close(d.state);
}

static void an_error_says_where_when_and_by_whom(void **state)
{
    (void)state;
    assert_fails("local function helper(t)\n  return t.x.y\nend\n"
                 "at(1, function(w)\n  return helper({})\nend)",
                 "s.lua:2: attempt to index a nil value (field 'x') (at 61.5s of virtual time)");
    struct hook_door d = door("local function helper(t)\n  local y = t.x.y\nend\n"
                              "at(1, function(w)\n  helper({})\nend)");
    struct world w = { 0 };
    assert_false(call(&d, 1, &w, NULL));
    assert_says(d.failure(d.state), "s.lua:2: in ");
    assert_says(d.failure(d.state), "s.lua:5: in ");
    d.close(d.state);
}

static void after_a_failure_the_door_stays_shut(void **state)
{
    (void)state;
    struct hook_door d = door("at(1, function(w) error('first') end)\nat(2, function(w) end)");
    struct world w = { 0 };
    assert_false(call(&d, 1, &w, NULL));
    assert_false(call(&d, 2, &w, NULL));
    assert_says(d.failure(d.state), "first");
    d.close(d.state);
}

static void wrong_uses_of_the_handle_are_told(void **state)
{
    (void)state;
    assert_fails("at(1, function(w) w:scael('cart', 1) end)",
                 "w has no method 'scael' (did you mean 'scale'?)");
    assert_fails("at(1, function(w) w:scale('cart') end)",
                 "argument 2 is missing: w:scale(service, replicas)");
    assert_fails("at(1, function(w) w:scale('cart', '3') end)", "argument 2 must be a number");
    assert_fails("at(1, function(w) w:scale(3, 3) end)", "argument 1 must be text");
    assert_fails("at(1, function(w) w:scale('cart', 0/0) end)", "argument 2 must be finite");
    assert_fails("at(1, function(w) w:scale('cart', 1, 2) end)", "too many arguments");
    assert_fails("at(1, function(w) w:log('x', 1) end)", "argument 2 must be true or false");
    assert_fails("at(1, function(w) w:log('a\\0b') end)", "argument 1 contains a NUL byte");
    assert_fails("at(1, function(w) w:log('\\xff') end)", "argument 1 is not valid UTF-8");
    assert_fails("at(1, function(w) w.scale('cart', 1) end)", "call it with a colon: w:scale(...)");
    assert_fails("at(1, function(w) w:scale('shop', 1) end)",
                 "no service 'shop' (w:scale(service, replicas))");
    assert_fails("at(1, function(w) w.x = 1 end)", "attempt to index a handle value");
    assert_fails("at(1, function(w) return getmetatable(w).x end)", "attempt to index a boolean");
}

static void a_handle_dies_with_its_callback(void **state)
{
    (void)state;
    struct hook_door d = door("local kept\nat(1, function(w) kept = w end)\n"
                              "at(2, function(w) kept:log('late') end)");
    struct world w = { 0 };
    assert_true(call(&d, 1, &w, NULL));
    assert_false(call(&d, 2, &w, NULL));
    assert_says(d.failure(d.state), "this handle belongs to a callback that has returned");
    d.close(d.state);
}

static void a_callback_cannot_say_objects(void **state)
{
    (void)state;
    assert_fails("at(1, function(w) service 'x' {} end)", "'service' can only be said while");
    assert_fails("at(1, function(w) local d = fifo() end)", "'fifo' can only be said while");
    assert_fails("at(1, function(w) include 's.lua' end)", "a callback cannot include files");
    assert_fails("at(1, function(w) servise 'x' {} end)",
                 "'servise' is not defined (did you mean 'service'?)");
    assert_fails("local s = service 'late' {}\nat(1, function(w) s {} end)",
                 "'service' can only be said while");
}

static void a_callback_has_limits_of_its_own(void **state)
{
    (void)state;
    assert_fails("at(1, function(w) while true do end end)",
                 "the script ran more than 100000 instructions (an endless loop?) (at 61.5s");
    assert_fails("at(1, function(w) pcall(function() while true do end end) end)",
                 "more than 100000 instructions");
    assert_fails("local t = {}\nat(1, function(w) for i = 1, 1e7 do t[i] = i .. 'x' end end)",
                 "the script ");
    struct hook_door d = door("at(1, function(w) for i = 1, 10000 do end end)");
    struct world w = { 0 };
    for (int i = 0; i < 200; i++) /* each call has a fresh allowance */
        assert_true(call(&d, 1, &w, NULL));
    d.close(d.state);
}

static void strange_results_are_refused(void **state)
{
    (void)state;
    assert_fails("at(1, function(w) return {} end)", "a callback returned a table");
    assert_fails("at(1, function(w) return 0/0 end)", "a callback returned nan or infinity");
    assert_fails("at(1, function(w) return w end)", "a callback returned a userdata");
    assert_fails("at(1, function(w) return '\\xff' end)", "the text a callback returned is not");
    assert_fails("at(1, 5)", "there is no callback number 1");
}

static void chance_in_callbacks_follows_the_key_and_not_the_load(void **state)
{
    (void)state;
    const char *text = "local x = math.random()\nat(1, function(w) return math.random() end)\n"
                       "at(2, function(w) return x end)";
    struct hook_door a = door_at(text, 7), b = door_at(text, 7), c = door_at(text, 8);
    struct world w = { 0 };
    struct argument x, y, z;
    assert_true(call(&a, 1, &w, &x) && call(&b, 1, &w, &y) && call(&c, 1, &w, &z));
    assert_true(x.number == y.number && x.number != z.number);
    assert_true(call(&a, 2, &w, &x) && call(&c, 2, &w, &z));
    assert_true(x.number == z.number); /* a scenario's shape has no seed */
    a.close(a.state);
    b.close(b.state);
    c.close(c.state);
}

static void state_is_kept_between_callbacks_of_one_door_only(void **state)
{
    (void)state;
    const char *text = "count = 0\nat(1, function(w) count = count + 1 return count end)";
    struct hook_door a = door(text), b = door(text);
    struct world w = { 0 };
    struct argument result;
    assert_true(call(&a, 1, &w, &result) && call(&a, 1, &w, &result));
    assert_int_equal(result.number, 2);
    assert_true(call(&b, 1, &w, &result));
    assert_int_equal(result.number, 1);
    a.close(a.state);
    b.close(b.state);
}

static void a_scenario_with_errors_opens_no_door(void **state)
{
    (void)state;
    assert_null(door_at("run { x = gone }", 7).state);
    assert_null(script_door_words("nowhere.lua", &limits, &words, 7, world_clock).state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_acts_through_its_handle),
        cmocka_unit_test(arguments_and_results_of_every_type_pass),
        cmocka_unit_test(an_error_says_where_when_and_by_whom),
        cmocka_unit_test(after_a_failure_the_door_stays_shut),
        cmocka_unit_test(wrong_uses_of_the_handle_are_told),
        cmocka_unit_test(a_handle_dies_with_its_callback),
        cmocka_unit_test(a_callback_cannot_say_objects),
        cmocka_unit_test(a_callback_has_limits_of_its_own),
        cmocka_unit_test(strange_results_are_refused),
        cmocka_unit_test(chance_in_callbacks_follows_the_key_and_not_the_load),
        cmocka_unit_test(state_is_kept_between_callbacks_of_one_door_only),
        cmocka_unit_test(a_scenario_with_errors_opens_no_door),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
