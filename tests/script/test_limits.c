/* test_limits.c - a scenario can neither hang nor fill the memory, and no pcall saves it. */
#include "words.h"

static const struct script_limits small = {
    .memory_bytes_max = 8 << 20,
    .load_instructions = 3000000,
    .hook_instructions = 100000,
};

/* With small limits, the text is stopped with this message. */
static void assert_stopped(const char *text, const char *wanted)
{
    struct loaded l = load_limited(text, strlen(text), &small);
    if (l.root) fail_msg("loaded, though \"%s\" was expected: %s", wanted, text);
    assert_says(l.report, wanted);
    unload(&l);
}

#define ENDLESS "the script ran more than 3000000 instructions"
#define MEMORY "the script needs more than 8192 KiB of memory"
#define LONG_TEXT "the script makes a text longer than 1024 KiB"
#define PATTERN "matching one pattern took more than 10000000 steps"

static void endless_loops_are_stopped_with_their_line(void **state)
{
    (void)state;
    assert_stopped("run {}\nwhile true do end", "s.lua:2: error: " ENDLESS);
    assert_stopped("::again:: goto again", ENDLESS);
    assert_stopped("repeat until false", ENDLESS);
    assert_stopped("for i = 1, math.huge do end", ENDLESS);
    assert_stopped("local function f() return f() end\nf()", "s.lua:1: error: " ENDLESS);
    assert_stopped("for k in function() return 1 end do end", ENDLESS);
    assert_stopped("setmetatable(_ENV, {})", "protected");
    assert_stopped("local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end })\n"
                   "while true do pcall(function() return t[1] end) end",
                   ENDLESS);
}

static void no_pcall_outlives_a_limit(void **state)
{
    (void)state;
    assert_stopped("while true do pcall(function() while true do end end) end", ENDLESS);
    assert_stopped("pcall(function() while true do end end)\nrun {}", ENDLESS);
    assert_stopped("xpcall(function() while true do end end, function() return 1 end)\nrun {}",
                   ENDLESS);
    assert_stopped("xpcall(error, function() while true do end end)\nrun {}", ENDLESS);
    assert_stopped("pcall(pcall, pcall, function() while true do end end)\nrun {}", ENDLESS);
    assert_stopped("pcall(string.rep, 'x', 1e9)\nrun {}", LONG_TEXT);
    assert_stopped("pcall(string.gsub, ('x'):rep(100), 'x', function() while true do end end)\n"
                   "run {}",
                   ENDLESS);
    assert_stopped("pcall(table.sort, { 1, 2 }, function() while true do end end)\nrun {}", ENDLESS);
    assert_stopped("local c <close> = setmetatable({}, { __close = function()\n"
                   "while true do end end })\nwhile true do end",
                   "s.lua:3: error: " ENDLESS);
    assert_stopped("error(setmetatable({}, { __tostring = function() while true do end end }))",
                   ENDLESS);
}

static void ordinary_errors_are_still_caught(void **state)
{
    (void)state;
    assert_lua("pcall(error) == false and select(2, pcall(error, 'x', 0)) == 'x'");
    assert_lua("select('#', pcall(function() return 1, 2, 3 end)) == 4");
    assert_lua("select(2, xpcall(error, function(m) return m .. '!' end, 'x')) == 'x!'");
    assert_lua("select(2, xpcall(function(a, b) return a + b end, error, 1, 2)) == 3");
    assert_lua("not pcall(function() local function f() return f() + 1 end f() end)");
    assert_lua("not pcall(string.rep) and not pcall(string.find, 'x', '[')");
    assert_refused("pcall()", "value expected");
    assert_refused("xpcall(error)", "function expected");
}

static void memory_bombs_are_stopped(void **state)
{
    (void)state;
    assert_stopped("run {}\nlocal t = {}\nfor i = 1, 1e9 do t[i] = i end", "s.lua:3: error: " MEMORY);
    assert_stopped("local t = {}\nwhile true do t = { t, t } end", MEMORY);
    assert_stopped("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", MEMORY);
    assert_stopped("local t = {}\npcall(function() for i = 1, 1e9 do t[i] = i end end)\nrun {}",
                   MEMORY);
    assert_stopped("local t = {} while true do pcall(function()\n"
                   "for i = 1, 1e9 do t[#t + 1] = {} end end) end",
                   MEMORY);
    assert_stopped("local t = {} for i = 1, 2e5 do t[i] = 'abcdefgh' end table.concat(t)", LONG_TEXT);
    assert_stopped("local function f(...) return f(1, ...) end f()", ENDLESS); /* n copies a call */
}

static void garbage_is_collected_and_does_not_count(void **state)
{
    (void)state;
    const char *text = "for i = 1, 100000 do local t = { i, { i } } end\nrun {}";
    struct loaded l = load_limited(text, strlen(text), &small);
    if (!l.root) fail_msg("%s", l.report);
    unload(&l);
}

static void texts_have_a_greatest_length(void **state)
{
    (void)state;
    assert_stopped("local s = 'x'\nwhile true do s = s .. s end", "s.lua:2: error: " LONG_TEXT);
    assert_stopped("local s = ('x'):rep(2000000)", LONG_TEXT);
    assert_stopped("local s = ('xyz'):rep(400000, 'ab')", LONG_TEXT);
    assert_stopped("local s = ('x'):rep(math.maxinteger)", LONG_TEXT);
    assert_stopped("local s = ('x'):rep(2000):gsub('x', ('y'):rep(2000))", LONG_TEXT);
    assert_stopped("local s = string.format('%s%s', ('x'):rep(1e6), ('x'):rep(1e6))", LONG_TEXT);
    assert_lua("#('x'):rep(1048576) == 1048576 and ('x'):rep(-1) == '' and (''):rep(1e15) == ''");
    assert_lua("('ab'):rep(3, '-') == 'ab-ab-ab'");
    assert_refused("string.format('%500d', 1)", "invalid conversion");
}

static void pattern_bombs_are_stopped(void **state)
{
    (void)state;
    assert_stopped("run {}\nlocal p = ('a?'):rep(30) .. ('a'):rep(30)\n(('a'):rep(30)):find(p)",
                   "");
    struct script_limits wide = small;
    wide.load_instructions = 100000000;
    static const char *const bombs[] = {
        "local p = ('a?'):rep(40) .. ('a'):rep(40) local x = (('a'):rep(40)):find(p)",
        "local x = (('a'):rep(3000)):find('.-.-.-.-b')",
        "local x = (('a'):rep(3000)):match('(.*)(.*)(.*)(.*)b')",
        "for w in (('a'):rep(3000)):gmatch('.-.-.-.-b') do end",
        "local x = (('a'):rep(3000)):gsub('.-.-.-.-b', '')",
        "pcall(string.find, ('a'):rep(3000), '.-.-.-.-b') run {}",
    };
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        struct loaded l = load_limited(bombs[i], strlen(bombs[i]), &wide);
        assert_null(l.root);
        assert_says(l.report, PATTERN);
        unload(&l);
    }
    assert_stopped("local x = 'x' x:find(('x'):rep(257))", "the pattern is longer than 256 bytes");
    assert_stopped("local s = ('('):rep(1000000) while true do s:find('%b()') end", PATTERN);
    assert_stopped("local s = ('a'):rep(1000000) while true do s:find('b', 1, true) end", ENDLESS);
}

static void long_calls_into_c_are_charged(void **state)
{
    (void)state;
    assert_stopped("table.move({}, 1, 1000000000, 2)", ENDLESS);
    assert_stopped("local t = setmetatable({}, { __len = function() return 1 << 50 end })\n"
                   "table.insert(t, 1, 0) table.remove(t, 1) table.concat(t) table.sort(t)\n"
                   "table.unpack(t) while true do end",
                   ENDLESS);
    assert_stopped("local t = {} for i = 1, 10000 do t[i] = i end\n"
                   "while true do table.sort(t) end",
                   ENDLESS);
    assert_stopped("local t = {} for i = 1, 10000 do t[i] = i end\n"
                   "while true do pairs(t) end",
                   ENDLESS);
    assert_stopped("local t = {} for i = 1, 10000 do t[i] = i end\n"
                   "while true do next(t, 5) end",
                   ENDLESS);
    assert_stopped("local s = ('x'):rep(1000000) while true do s:upper() end", ENDLESS);
}

static void trees_have_a_greatest_size(void **state)
{
    (void)state;
    assert_refused("local p = fifo()\nfor i = 1, 40 do p = cpu(p, p) end\nrun { p }",
                   "the scenario says more than 1000000 values");
    assert_refused("local t = {}\nfor i = 1, 60 do t = { t, t } end\nrun(t)",
                   "the scenario says more than 1000000 values");
    assert_refused("local p\nfor i = 1, 1e7 do p = fifo() end", "the scenario says more than 1000000 values");
}

static void deep_recursion_ends_in_an_error(void **state)
{
    (void)state;
    assert_refused("local function f(s) return (s:gsub('.', f)) end f('x')", "stack overflow");
    assert_refused("local t = {} t = setmetatable(t, { __index = function(t, k) return t[k] end })\n"
                   "local x = t.x",
                   "stack overflow");
    assert_refused("local function f() return pcall(f) end assert(f()) error('end')", "end");
    assert_refused("local function f(a, b) table.sort({ 1, 2 }, f) end f()", "stack overflow");
    char *deep = malloc(20000);
    strcpy(deep, "run { ");
    for (int i = 0; i < 5000; i++)
        strcat(deep, "{ ");
    assert_refused(deep, "C stack overflow");
    free(deep);
}

static void too_little_memory_to_start_is_said(void **state)
{
    (void)state;
    for (size_t bytes = 1; bytes < 100000; bytes += bytes / 8 + 1) {
        struct script_limits tiny = { bytes, 1000, 1000 };
        struct loaded l = load_limited("run {}", 6, &tiny);
        if (!l.root) assert_says(l.report, "memory");
        unload(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endless_loops_are_stopped_with_their_line),
        cmocka_unit_test(no_pcall_outlives_a_limit),
        cmocka_unit_test(ordinary_errors_are_still_caught),
        cmocka_unit_test(memory_bombs_are_stopped),
        cmocka_unit_test(garbage_is_collected_and_does_not_count),
        cmocka_unit_test(texts_have_a_greatest_length),
        cmocka_unit_test(pattern_bombs_are_stopped),
        cmocka_unit_test(long_calls_into_c_are_charged),
        cmocka_unit_test(trees_have_a_greatest_size),
        cmocka_unit_test(deep_recursion_ends_in_an_error),
        cmocka_unit_test(too_little_memory_to_start_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
