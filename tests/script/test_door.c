/* test_door.c - callbacks during a run: through the handle, by number, and never out of bounds. */
#include "words.h"

static char folder[TEMPORARY_PATH_MAX];

static int folder_begin(void **state)
{
    (void)state;
    temporary_folder(folder, "script");
    return 0;
}

static int folder_end(void **state)
{
    (void)state;
    temporary_folder_remove(folder);
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
    struct arena *a = arena_open();
    struct hook_door d = script_door_words(script_files_open(a, path, NULL, 0), &limits, &words,
                                           key, world_clock);
    arena_close(a);
    return d;
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
    assert_fails("at(1, function(w) w.x = 1 end)", "w.x cannot be assigned");
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
    struct arena *a = arena_open();
    struct script_files *files = script_files_open(a, "nowhere.lua", NULL, 0);
    assert_null(script_door_words(files, &limits, &words, 7, world_clock).state);
    arena_close(a);
}

/* --- policies: asked, not given a handle */

struct pair {
    double a;
    const char *b;
};

static void pair_read(const void *rows, uint32_t row, uint32_t column, struct argument *out)
{
    const struct pair *p = (const struct pair *)rows + row;
    if (column == 0)
        *out = (struct argument){ .type = ARGUMENT_NUMBER, .number = p->a };
    else
        *out = (struct argument){ .type = ARGUMENT_TEXT, .text = p->b };
}

static const char *const pair_columns[] = { "size", "name", NULL };
static const struct pair pairs[] = { { 3, "x" }, { 5, "y" } };

/* Asks function `number` (state 1, two rows, one row) and returns whether it succeeded. */
static bool ask(struct hook_door *d, uint32_t number, enum answer answer, struct rng *rng,
                struct argument *result)
{
    static struct world w = { .now_ns = 61500000000 };
    struct records rows = { pair_columns, pairs, 2, pair_read };
    struct records last = { pair_columns, pairs + 1, 1, pair_read };
    const struct argument arguments[] = { { .type = ARGUMENT_STATE, .count = 1 },
                                          { .type = ARGUMENT_RECORDS, .records = &rows },
                                          { .type = ARGUMENT_RECORD, .records = &last } };
    struct hook_question q = { number, arguments, 3, answer, 2, rng };
    return d->ask(d->state, &q, &w, result);
}

static void rows_are_read_in_place(void **state)
{
    (void)state;
    struct hook_door d =
        door("at(1, function(state, list, one)\n"
             "  local sum, names = 0, ''\n"
             "  for i, row in ipairs(list) do sum = sum + row.size names = names .. row.name end\n"
             "  return #list .. sum .. names .. one.name .. tostring(list[3]) end)");
    struct argument result;
    assert_true(ask(&d, 1, ANSWER_ANY, NULL, &result));
    assert_string_equal(result.text, "28xyynil");
    d.close(d.state);
}

static void a_policys_table_is_its_own_and_stays(void **state)
{
    (void)state;
    struct hook_door d = door("at(1, function(state) state.n = (state.n or 0) + 1 return state.n end)");
    struct argument result;
    for (int i = 1; i <= 2; i++) {
        assert_true(ask(&d, 1, ANSWER_INDEX, NULL, &result));
        assert_int_equal(result.number, i);
    }
    d.close(d.state);
}

static void chance_in_a_policy_is_the_askers(void **state)
{
    (void)state;
    struct hook_door d = door("at(1, function() return math.random() end)");
    struct rng one = rng_open(1), same = rng_open(1);
    struct argument x, y;
    assert_true(ask(&d, 1, ANSWER_ANY, &one, &x));
    assert_true(ask(&d, 1, ANSWER_ANY, NULL, &y)); /* draws elsewhere */
    assert_true(x.number == rng_uniform(&same));
    assert_true(ask(&d, 1, ANSWER_ANY, &one, &x));
    assert_true(x.number == rng_uniform(&same));
    d.close(d.state);
}

static void assert_ask_fails(const char *body, enum answer answer, const char *wanted)
{
    char text[500];
    snprintf(text, sizeof text, "local kept\nat(1, function(state, list, one) %s end)", body);
    struct hook_door d = door(text);
    struct argument result;
    if (ask(&d, 1, answer, NULL, &result) && ask(&d, 1, answer, NULL, &result))
        fail_msg("it succeeded: %s", body);
    assert_says(d.failure(d.state), wanted);
    d.close(d.state);
}

static void a_policy_that_answers_wrongly_stops_the_run_at_its_line(void **state)
{
    (void)state;
    const char *index = "s.lua:2: this function answered %s; it must answer a whole number from 1 to "
                        "2, or 0 for none (at 61.5s of virtual time)";
    static const char *const wrong[] = { "3", "-1", "1.5", "nil", "true", "x" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char body[80], said[200];
        snprintf(body, sizeof body, i == 5 ? "return '%s'" : "return %s", wrong[i]);
        snprintf(said, sizeof said, index, wrong[i]);
        assert_ask_fails(body, ANSWER_INDEX, said);
    }
    assert_ask_fails("return 1", ANSWER_VERDICT, "this function answered 1; it must answer true, or "
                                                 "false, or a text that says why not");
}

static void rows_cannot_be_changed_kept_or_misread(void **state)
{
    (void)state;
    assert_ask_fails("list[1].size = 3", ANSWER_ANY, "this can be read and not changed");
    assert_ask_fails("list[1] = 3", ANSWER_ANY, "this can be read and not changed");
    assert_ask_fails("return list[1].sise", ANSWER_ANY, "there is no 'sise' here (did you mean 'size'?)");
    assert_ask_fails("return list.size", ANSWER_ANY, "take one of it first, as in list[1]");
    assert_ask_fails("kept = kept or list[1] return kept.size", ANSWER_ANY,
                     "this belongs to a callback that has returned");
    assert_ask_fails("setmetatable(list, {})", ANSWER_ANY, "s.lua:2:");
    assert_ask_fails("while true do end", ANSWER_ANY, "more than 100000 instructions");
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
        cmocka_unit_test(rows_are_read_in_place),
        cmocka_unit_test(a_policys_table_is_its_own_and_stays),
        cmocka_unit_test(chance_in_a_policy_is_the_askers),
        cmocka_unit_test(a_policy_that_answers_wrongly_stops_the_run_at_its_line),
        cmocka_unit_test(rows_cannot_be_changed_kept_or_misread),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
