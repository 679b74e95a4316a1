/* test_sandbox.c - nothing a script can see differs from machine to machine or run to run. */
#include "words.h"

/* Keys of many sorts, in the order in which pairs and next show them, and random numbers. */
static const char *const order_script =
    "local t = { [true] = 1, [false] = 2, [2.5] = 3, [-1] = 4, 'first', 'second', b = 5, B = 6 }\n"
    "for i = 1, 40 do t['key' .. i * 7919 % 1000] = i end\n"
    "t.key0, t.b = 1, nil\n"
    "local out = {}\n"
    "for k, v in pairs(t) do out[#out + 1] = tostring(k) .. '=' .. v end\n"
    "local k, n = next(t), 0\n"
    "while k ~= nil do out[#out + 1] = tostring(k) k = next(t, k) n = n + 1 end\n"
    "out[#out + 1] = tostring({}) .. tostring(math.floor)\n"
    "for i = 1, 5 do out[#out + 1] = math.random(1000) .. ' ' .. math.random() end\n"
    "run { text = table.concat(out, ' ') }\n";

static char *self; /* the path of this program, to run it again with fresh addresses */

static int order_print(void)
{
    struct loaded l = load(order_script);
    if (l.root) puts(value_get(value_at(l.root, 0), "text")->text);
    bool ok = l.root != NULL;
    unload(&l);
    return ok ? 0 : 1;
}

static void fifty_processes_see_the_same_order(void **state)
{
    (void)state;
    static char first[8192], again[8192], command[600];
    snprintf(command, sizeof command, "'%s' order", self);
    for (int i = 0; i < 50; i++) {
        FILE *p = popen(command, "r");
        assert_non_null(p);
        again[fread(again, 1, sizeof again - 1, p)] = '\0';
        assert_int_equal(pclose(p), 0);
        assert_true(strlen(again) > 300);
        if (i == 0) strcpy(first, again);
        assert_string_equal(again, first);
    }
    assert_int_equal(strncmp(first, "-1=4 1=first 2=second 2.5=3 B=6 key0=1 ", 38), 0);
    assert_non_null(strstr(first, "false=2 true=1 -1 1 2 2.5 B key0"));
}

static void keys_without_an_order_are_refused(void **state)
{
    (void)state;
    assert_refused("local t = { [{}] = 1 }\nfor k in pairs(t) do end",
                   "s.lua:2: error: a table with a key that is a table has no order");
    assert_refused("next({ [print_] = 1, [math.floor] = 2 })", "has no order to walk in");
    assert_refused("next({}, {})", "has no order to walk in");
}

static void pairs_walks_what_was_there_and_still_is(void **state)
{
    (void)state;
    assert_lua("(function() local t, n = { a = 1, b = 2, c = 3 }, 0\n"
               "for k in pairs(t) do n = n + 1 t.b = nil t.d = 4 end return n == 2 end)()");
    assert_lua("next({}) == nil and next({ x = 1 }) == 'x' and next({ x = 1 }, 'x') == nil");
    assert_lua("select('#', next({ a = 1, b = 2 }, 'a')) == 2");
    assert_lua("(function() local t = setmetatable({}, { __pairs = function(t)\n"
               "return function(_, k) if not k then return 1, 2 end end, t, nil end })\n"
               "for k, v in pairs(t) do return k == 1 and v == 2 end end)()");
}

static void no_text_holds_an_address(void **state)
{
    (void)state;
    assert_lua("tostring({}) == 'table'");
    assert_lua("tostring(tostring) == 'function' and tostring(function() end) == 'function'");
    assert_lua("tostring(lognormal {}) == 'lognormal'");
    assert_lua("string.format('%s %s', {}, nil) == 'table nil'");
    assert_lua("('%5.2s|%-4d|%%'):format({}, 3) == '   ta|3   |%'");
    assert_lua("tostring(0/0) == 'nan' and string.format('%g %.1f', 0/0, -(0/0)) == 'nan nan'");
    assert_lua("tostring(setmetatable({}, { __tostring = function() return 'x' end })) == 'x'");
    assert_lua("tostring(setmetatable({}, { __name = 'My' })) == 'table'");
    assert_refused("string.format('%p', {})", "'%p' is not available");
    assert_refused("string.format('%d %5p', 1, {})", "'%p' is not available");
    assert_refused("tostring(setmetatable({}, { __tostring = function() return {} end }))",
                   "'__tostring' must return a string");
    assert_refused("tostring(setmetatable({}, { __tostring = function() error('mine') end }))",
                   "mine");
    assert_refused("local t = {} .. 'x'", "attempt to concatenate a table value");
    struct loaded l = load("error({})");
    assert_null(strstr(l.report, "0x"));
    unload(&l);
}

static void what_shows_the_machine_is_absent(void **state)
{
    (void)state;
    static const char *const names[] = {
        "os",   "io",       "debug",  "package", "require",        "load",         "loadfile",
        "_G",   "dofile",   "print",  "warn",    "collectgarbage", "coroutine",    "loadstring",
        "jit",  "getfenv",  "setfenv", "math.randomseed", "math.tan", "math.atan", "string.dump",
        "string.pack", "string.unpack", "string.packsize", "math.asin", "bit32",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char wanted[64], text[64];
        snprintf(text, sizeof text, "local x = %s", names[i]);
        snprintf(wanted, sizeof wanted, "'%s' is not defined", names[i]);
        assert_refused(text, wanted);
    }
    assert_refused("local d = ('x').dump", "'string.dump' is not defined");
}

static void the_collector_cannot_be_seen(void **state)
{
    (void)state;
    assert_refused("setmetatable({}, { __gc = function() end })", "'__gc' is not available");
    assert_refused("setmetatable({}, { __mode = 'k' })", "'__mode' is not available");
    /* added later, the copy that is in force does not have it: the key stays */
    assert_lua("(function() local mt = {} local weak = setmetatable({}, mt) mt.__mode = 'k'\n"
               "setmetatable(weak, getmetatable(weak) == mt and {} or nil)\n"
               "local w2 = setmetatable({}, {}) getmetatable(w2).__mode = 'v'\n"
               "w2[1] = {} local junk = {} for i = 1, 200000 do junk = { junk[1] } end\n"
               "return w2[1] ~= nil end)()");
}

static void metatables_work_as_lua_has_them(void **state)
{
    (void)state;
    assert_lua("(function() local C = {} C.__index = C\n"
               "function C.new(x) return setmetatable({ x = x }, C) end\n"
               "function C:get() return self.x end\n"
               "C.__eq = function(a, b) return a.x == b.x end\n"
               "C.__lt = function(a, b) return a.x < b.x end\n"
               "C.__add = function(a, b) return C.new(a.x + b.x) end\n"
               "C.__call = function(self, y) return self.x + y end\n"
               "C.__len = function() return 42 end\n"
               "C.__concat = function(a, b) return 'joined' end\n"
               "C.__close = function() end\n"
               "local a, b = C.new(1), C.new(2)\n"
               "return a:get() == 1 and a ~= b and a < b and (a + b):get() == 3 and a(5) == 6\n"
               "and #a == 42 and a .. b == 'joined' and getmetatable(a) == C end)()");
    assert_lua("getmetatable(setmetatable({}, { __metatable = 'mine' })) == 'mine'");
    assert_refused("setmetatable(setmetatable({}, { __metatable = 1 }), {})", "is protected");
    assert_lua("getmetatable({}) == nil and getmetatable('') == false");
    assert_lua("rawget(setmetatable({}, { __index = { x = 1 } }), 'x') == nil");
    assert_lua("rawequal(rawset({}, 1, 2)[1], 2) and rawlen({ 1, 2 }) == 2");
}

static void shared_tables_cannot_be_changed(void **state)
{
    (void)state;
    assert_refused("string.rep = nil", "'string.rep' cannot be assigned");
    assert_refused("rawset(string, 'rep', 1)", "protected");
    assert_refused("setmetatable(string, {})", "protected");
    assert_refused("table.insert(math, 1)", "protected");
    assert_refused("table.sort(table)", "protected");
    assert_refused("table.move({ 1 }, 1, 1, 1, utf8)", "protected");
    assert_refused("getmetatable('').__index = nil", "attempt to index a boolean value");
    assert_refused("getmetatable(_ENV).__index = nil", "attempt to index a boolean value");
    assert_refused("pairs = nil", "'pairs' cannot be assigned");
    assert_refused("local d = fifo() setmetatable(d, {})", "table expected");
}

static void globals_of_the_script_are_its_own(void **state)
{
    (void)state;
    assert_lua("(function() mine = 3 return mine == 3 and _ENV.mine == 3 end)()");
    assert_lua("(function() local _ENV = { assert = assert } return x == nil end)()");
}

static void sort_is_stable_and_any_comparison_ends(void **state)
{
    (void)state;
    assert_lua("(function() local t = {} for i = 1, 100 do t[i] = { k = i % 3, i = i } end\n"
               "table.sort(t, function(a, b) return a.k < b.k end)\n"
               "for i = 2, 100 do if t[i-1].k > t[i].k or (t[i-1].k == t[i].k and\n"
               "t[i-1].i > t[i].i) then return false end end return true end)()");
    assert_lua("(function() local t = { 3, 1, 2 } table.sort(t)\n"
               "return table.concat(t) == '123' end)()");
    assert_lua("(function() local t = {} for i = 1, 999 do t[i] = i end\n"
               "table.sort(t, function() return true end) table.sort(t, function() end)\n"
               "return #t == 999 end)()");
    assert_refused("table.sort({ 1, 'x' })", "attempt to compare");
    assert_refused("table.sort({ 2, 1 }, function() error('inside') end)", "inside");
    assert_refused("table.sort({ 1 }, 5)", "function expected");
}

static void the_table_library_does_what_the_manual_says(void **state)
{
    (void)state;
    assert_lua("(function() local t = { 1, 2 } table.insert(t, 3) table.insert(t, 1, 0)\n"
               "return table.concat(t, ',') == '0,1,2,3' and table.remove(t) == 3\n"
               "and table.remove(t, 1) == 0 and table.concat(t, ',') == '1,2'\n"
               "and table.remove({}) == nil end)()");
    assert_lua("table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), ',') == '1,1,2,3'");
    assert_lua("table.concat(table.move({ 1, 2, 3 }, 2, 3, 1), ',') == '2,3,3'");
    assert_lua("table.concat(table.move({ 1, 2 }, 1, 2, 3, { 8, 9 }), ',') == '8,9,1,2'");
    assert_lua("table.pack(1, nil, 3).n == 3 and select('#', table.unpack({ 1, nil, 3 }, 1, 3)) == 3");
    assert_lua("table.concat({}) == '' and table.concat({ 1, 2.5, 'x' }, '-', 2) == '2.5-x'");
    assert_refused("table.insert({}, 5, 1)", "position out of bounds");
    assert_refused("table.insert({}, 1, 2, 3)", "wrong number of arguments");
    assert_refused("table.remove({ 1 }, 7)", "position out of bounds");
    assert_refused("table.concat({ {} })", "invalid value (a table) at index 1");
    assert_refused("table.unpack({}, 1, 1e8)", "too many results");
    assert_refused("table.concat({}, '', 1, math.maxinteger)", "too many items");
}

static void mathematics_is_exact_and_complete_enough(void **state)
{
    (void)state;
    assert_lua("math.pow(2, 10) == 1024 and math.pow(-2, 3) == -8 and math.pow(-2, 2) == 4");
    assert_lua("math.pow(-2, 0.5) ~= math.pow(-2, 0.5)");
    assert_lua("math.exp(0) == 1 and math.log(1) == 0 and math.abs(math.log(8, 2) - 3) < 1e-15");
    assert_lua("math.sin(0) == 0 and math.abs(math.cos(math.pi) + 1) < 1e-15");
    assert_lua("math.floor(2.5) == 2 and math.sqrt(16) == 4 and math.type(1) == 'integer'");
    assert_lua("7 // 2 == 3 and 7 % 3 == 1 and 1 / 0 == math.huge and 5 // 0.0 == math.huge");
}

static void random_follows_its_own_stream(void **state)
{
    (void)state;
    assert_lua("(function() for i = 1, 1000 do local x, y = math.random(), math.random(3)\n"
               "if x < 0 or x >= 1 or y < 1 or y > 3 then return false end\n"
               "local z = math.random(-5, 5) if z < -5 or z > 5 then return false end end\n"
               "return math.random(7, 7) == 7 and math.type(math.random(math.mininteger,\n"
               "math.maxinteger)) == 'integer' end)()");
    assert_refused("math.random(0)", "interval is empty");
    assert_refused("math.random(2, 1)", "interval is empty");
    assert_refused("math.random(1, 2, 3)", "wrong number of arguments");
}

static void texts_are_not_numbers(void **state)
{
    (void)state;
    assert_refused("local x = '5ms' + 1", "attempt to perform arithmetic on a string value");
    assert_refused("local x = '5' + 1", "attempt to perform arithmetic on a string value");
    assert_lua("tonumber('0x10') == 16 and tonumber('z', 36) == 35 and tonumber('x') == nil");
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) return order_print();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_processes_see_the_same_order),
        cmocka_unit_test(keys_without_an_order_are_refused),
        cmocka_unit_test(pairs_walks_what_was_there_and_still_is),
        cmocka_unit_test(no_text_holds_an_address),
        cmocka_unit_test(what_shows_the_machine_is_absent),
        cmocka_unit_test(the_collector_cannot_be_seen),
        cmocka_unit_test(metatables_work_as_lua_has_them),
        cmocka_unit_test(shared_tables_cannot_be_changed),
        cmocka_unit_test(globals_of_the_script_are_its_own),
        cmocka_unit_test(sort_is_stable_and_any_comparison_ends),
        cmocka_unit_test(the_table_library_does_what_the_manual_says),
        cmocka_unit_test(mathematics_is_exact_and_complete_enough),
        cmocka_unit_test(random_follows_its_own_stream),
        cmocka_unit_test(texts_are_not_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
