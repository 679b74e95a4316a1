/* test_pattern.c - our matcher says what Lua's own says.
 *
 * The stock library is the oracle: both run the same calls in one process, on a table of
 * hand-picked cases and on thousands of made-up patterns over a small alphabet. */
#include "words.h"

#include "script/pattern.h"

static lua_State *stock; /* plain Lua with its own string library */

/* All results of name(arguments) as one text; errors become "error". */
static void stock_call(struct text *out, const char *name, const char *s, const char *p,
                       const char *r)
{
    lua_settop(stock, 0);
    lua_getglobal(stock, name);
    lua_pushstring(stock, s);
    lua_pushstring(stock, p);
    lua_pushstring(stock, r);
    if (lua_pcall(stock, 3, 1, 0) != LUA_OK)
        text_add(out, "error");
    else
        text_add(out, lua_tostring(stock, -1));
}

static const char *const probes =
    "local function all(...) local t = table.pack(...)\n"
    "for i = 1, t.n do t[i] = tostring(t[i]) end return table.concat(t, '|') end\n"
    "local function try(f, ...) local t = table.pack(pcall(f, ...))\n"
    "if not t[1] then return 'error' end return all(table.unpack(t, 2, t.n)) end\n"
    "function probe(s, p, r)\n"
    "  local each = {}\n"
    "  local ok = pcall(function() for a, b in s:gmatch(p) do\n"
    "    each[#each + 1] = all(a, b) if #each > 50 then break end end end)\n"
    "  return table.concat({ try(string.find, s, p), try(string.match, s, p, 2),\n"
    "    try(string.gsub, s, p, r), try(string.gsub, s, p, '<%0>', 2),\n"
    "    try(string.find, s, p, -2), tostring(ok), table.concat(each, ';') }, '\\n')\n"
    "end\n";

/* A sandbox that stays open, to call the same probe in it. */
static struct script *sandbox;
static struct arena *arena;
static struct diag *diag;

static int sandbox_probe(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "orrery.environment");
    lua_getfield(L, -1, "probe");
    lua_replace(L, -2);
    lua_insert(L, 1);
    lua_call(L, 3, 1);
    return 1;
}

static void sandbox_call(struct text *out, const char *s, const char *p, const char *r)
{
    lua_State *L = sandbox->lua;
    limits_start(sandbox, 100000000);
    lua_pushcfunction(L, sandbox_probe);
    lua_pushstring(L, s);
    lua_pushstring(L, p);
    lua_pushstring(L, r);
    if (!failure_run(sandbox, 3, 1)) {
        text_format(out, "failed: %s", text_data(&sandbox->failure));
        return;
    }
    text_add(out, lua_tostring(L, -1));
    lua_pop(L, 1);
}

static int open_all(void **state)
{
    (void)state;
    stock = luaL_newstate();
    luaL_openlibs(stock);
    if (luaL_dostring(stock, probes)) return 1;
    arena = arena_open();
    diag = diag_open();
    const char *text = arena_format(arena, "%srun {}", probes);
    struct script_files *files = script_files_open(arena, "s.lua", text, strlen(text));
    sandbox = script_open(arena, arena, files, NULL, &words, diag);
    return script_run(sandbox) ? 0 : 1;
}

static int close_all(void **state)
{
    (void)state;
    lua_close(stock);
    script_close(sandbox);
    diag_close(diag);
    arena_close(arena);
    return 0;
}

static void assert_same(const char *s, const char *p, const char *r)
{
    struct text wanted = { 0 }, got = { 0 };
    stock_call(&wanted, "probe", s, p, r);
    sandbox_call(&got, s, p, r);
    if (strcmp(text_data(&wanted), text_data(&got)))
        fail_msg("subject <%s> pattern <%s> replacement <%s>\nstock:\n%s\nours:\n%s", s, p, r,
                 text_data(&wanted), text_data(&got));
    text_close(&wanted);
    text_close(&got);
}

/* We judge a whole pattern before matching, the stock library what it meets: a pattern that is
 * malformed behind the point where matching fails is an error here only. */
static bool is_malformed(const char *p)
{
    static struct pattern read;
    return pattern_read(&read, p, strlen(p), true) || pattern_read(&read, p, strlen(p), false);
}

static void chosen_patterns_match_as_lua_has_them(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        { "hello world", "o", "0" },
        { "hello world", "(%w+) (%w+)", "%2 %1" },
        { "hello", "l*", "-" },
        { "hello", "", "-" },
        { "", "", "x" },
        { "key = value", "^(%w+)%s*=%s*(%w+)$", "%1" },
        { "THE (quick) fox", "%((%a+)%)", "%%" },
        { "THE (quick) fox", "%f[%a]%a+", "<%0>" },
        { "f(a(b)c)d)", "%b()", "" },
        { "\"one\" 'two'", "([\"'])(.-)%1", "%2" },
        { "abc123", "%a-%d+", "" },
        { "x^2", "x^2", "y" },
        { "^x", "^^x", "y" },
        { "a]b-c", "[]%-]", "." },
        { "a-z", "[a-]", "." },
        { "a%z", "[%%z]", "." },
        { "abc", "[^a-b]", "." },
        { "abc", "()b()", "%1%2" },
        { "1,2,,3", "([^,]*)", "[%1]" },
        { "a\tb\nc d", "%s", "_" },
        { "xx", "(x)%1", "%1" },
        { "x", "x", "%9" },
        { "x", "x", "%x" },
        { "x", "x", "%" },
        { "a.b", "%.", "%%%." },
        { "$5", "$", "E" },
        { "$5", "$5$", "E" },
        { "aaa", "a-$", "b" },
        { "aaa", "a?a?a?a?", "b" },
        { "\x80\xff", "[\x80-\xff]", "h" },
        { "AbC", "%u%l%u", "ok" },
        { "0x1F", "0x(%x+)", "%1" },
        { "a.b!c", "%p", "" },
        { "a b", "%S+", "w" },
        { "abc", "%W", "" },
        { "abc", "[%a%d]+", "" },
        { "abc", "[%w_]-c", "" },
        { "((((", "%b((", "" },
        { "x*", "x**", "" },
        { "a+", "a%+", "" },
        { "", "^$", "e" },
        { "aXb", "%f[%u]", "|" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_same(rows[i][0], rows[i][1], rows[i][2]);
}

/* 8000 patterns of up to 8 pieces: enough to meet every pair of items. */
static void made_up_patterns_match_as_lua_has_them(void **state)
{
    (void)state;
    static const char *const pieces[] = { "a", "b", ".", "%a", "[ab]", "[^a]", "(", ")", "*", "+",
                                          "-", "?", "()", "%1", "%f[b]", "%bab", "^", "$", "%d" };
    struct rng r = rng_open(hash_text("patterns"));
    uint32_t compared = 0;
    for (int i = 0; i < 8000; i++) {
        struct text p = { 0 }, s = { 0 };
        for (uint32_t n = rng_below(&r, 8) + 1; n > 0; n--)
            text_add(&p, pieces[rng_below(&r, sizeof pieces / sizeof *pieces)]);
        for (uint32_t n = rng_below(&r, 10); n > 0; n--)
            text_add(&s, rng_below(&r, 2) ? "a" : "b");
        const char *replacement = rng_below(&r, 2) ? "<%1>" : "%0%0";
        if (!is_malformed(text_data(&p))) {
            assert_same(text_data(&s), text_data(&p), replacement);
            compared++;
        }
        text_close(&p);
        text_close(&s);
    }
    assert_true(compared > 3000);
}

static void malformed_patterns_are_told(void **state)
{
    (void)state;
    static struct pattern p;
    const struct {
        const char *pattern, *message;
    } rows[] = {
        { "%", "malformed pattern (ends with '%')" },
        { "[a", "malformed pattern (missing ']')" },
        { "[%", "malformed pattern (ends with '%')" },
        { "(a", "unfinished capture" },
        { "a)", "invalid pattern capture" },
        { "%b(", "malformed pattern (missing arguments to '%b')" },
        { "%fa", "missing '[' after '%f' in pattern" },
        { "%1", "invalid capture index in pattern" },
        { "%0", "invalid capture index in pattern" },
        { "(x%1)", "invalid capture index in pattern" },
        { "(x)%2", "invalid capture index in pattern" },
        { "%f", "missing '[' after '%f' in pattern" },
        { "%bx", "malformed pattern (missing arguments to '%b')" },
        { "(()", "unfinished capture" },
        { "()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()",
          "too many captures" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(pattern_read(&p, rows[i].pattern, strlen(rows[i].pattern), true),
                            rows[i].message);
}

static void replacements_may_be_tables_and_functions(void **state)
{
    (void)state;
    assert_lua("('a b c'):gsub('%a', { a = 'x', b = false }) == 'x b c'");
    assert_lua("('a b'):gsub('%a', function(c) if c == 'a' then return 7 end end) == '7 b'");
    assert_lua("select(2, ('aaa'):gsub('a', 'b', 2)) == 2 and (('aaa'):gsub('a', 'b', 0)) == 'aaa'");
    assert_lua("('x'):find('', 10) == nil and ('x'):find('', 2) == 2 and ('a.b'):find('.', 2, true) == 2");
    assert_refused("('x'):gsub('x', function() return {} end)", "invalid replacement value (a table)");
    assert_refused("('x'):gsub('x', true)", "string/function/table expected");
    assert_refused("('x'):find({})", "string expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_patterns_match_as_lua_has_them),
        cmocka_unit_test(made_up_patterns_match_as_lua_has_them),
        cmocka_unit_test(malformed_patterns_are_told),
        cmocka_unit_test(replacements_may_be_tables_and_functions),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
