/* test_json.c - the JSON door: RFC 8259 and not a byte more. */
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

static struct value *read_n(const char *text, size_t length, const char **printed)
{
    struct diag *d = diag_open();
    struct value *v = json_read(arena, text, length, (struct place){ "j", 1 }, d);
    *printed = problems_of(d, arena);
    diag_close(d);
    return v;
}

static struct value *good(const char *text)
{
    const char *printed;
    struct value *v = read_n(text, strlen(text), &printed);
    if (!v || *printed) fail_msg("%s gave %s", text, printed);
    return v;
}

static void expect_bad(const char *text, const char *wanted)
{
    const char *printed;
    struct value *v = read_n(text, strlen(text), &printed);
    if (v || !strstr(printed, wanted)) fail_msg("%s gave %s", text, printed);
}

static void every_sort_of_value_is_read(void **state)
{
    (void)state;
    assert_int_equal(good("null")->type, VALUE_NIL);
    assert_true(good(" \t\r\ntrue ")->boolean);
    assert_false(good("false")->boolean);
    assert_true(good("-0.5e+1")->number == -5);
    assert_true(good("3")->integer);
    assert_false(good("3.0")->integer);
    assert_string_equal(good("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"")->text,
                        "a\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80");
    assert_int_equal(good("[]")->list_count, 0);
    assert_int_equal(good("[1, [2], {}]")->list_count, 3);
    struct value *map = good("{\"a\": 1, \"\": 2}");
    assert_int_equal(map->count, 2);
    assert_true(value_get(map, "")->number == 2);
}

static void kind_becomes_the_tag_and_hash_the_positional_items(void **state)
{
    (void)state;
    struct value *v = good("{\"#\": [1, 2], \"kind\": \"x\", \"a\": {\"kind\": \"y\"}}");
    assert_string_equal(v->tag, "x");
    assert_int_equal(v->list_count, 2);
    assert_int_equal(v->count, 1);
    assert_string_equal(value_get(v, "a")->tag, "y");
    expect_bad("{\"kind\": 3}", "j:1: error: /kind: kind must be text, not a number\n");
    expect_bad("{\"#\": 3}", "j:1: error: /#: positional items must be a list, not a number\n");
}

static void every_value_knows_its_line(void **state)
{
    (void)state;
    struct value *v = good("{\n\"a\": [1,\n\n2], \"b\":\n\"x\"}");
    assert_int_equal(v->at.line, 1);
    assert_int_equal(value_get(v, "a")->list_last->at.line, 4);
    assert_int_equal(value_get(v, "b")->at.line, 5);
    assert_string_equal(v->at.file, "j");
}

static void numbers_are_kept_exactly_or_refused(void **state)
{
    (void)state;
    assert_true(good("9007199254740992")->number == 0x1p53);
    assert_true(good("-9007199254740994")->number == -0x1p53 - 2);
    assert_true(good("0.1")->number == 0.1);
    assert_true(good("5e-324")->number == 5e-324);
    expect_bad("9007199254740993",
               "j:1: error: 9007199254740993 cannot be kept exactly as a number "
               "(write it as text, in quotes)\n");
    expect_bad("[12345678901234567890]", "j:1: error: /0: 12345678901234567890 cannot be kept");
}

static void syntax_is_strict(void **state)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        { "", "expected a value, found the end of the text" },
        { "nul", "expected a value, found 'n' (text needs quotes)" },
        { "'a'", "expected a value, found '''" },
        { "[1,]", "expected a value, found ']'" },
        { "[1 2]", "j:1: error: expected ',' or ']' in a list, found '2'\n" },
        { "{\"a\" 1}", "j:1: error: /a: expected ':' after a key, found '1'\n" },
        { "{\"a\": 1,}", "expected a key in quotes, found '}'" },
        { "{a: 1}", "expected a key in quotes, found 'a'" },
        { "{\"a\": 1", "expected ',' or '}' in an object, found the end of the text" },
        { "1 2", "expected the end of the text, found '2'" },
        { "\"a", "text without an end (close it with \")" },
        { "\"a\nb\"", "a control character inside text (write \\n for a new line)" },
        { "\"\\x\"", "unknown escape" },
        { "\"\\u12g4\"", "\\u needs four hexadecimal digits" },
        { "\"\\u12", "\\u needs four hexadecimal digits" },
        { "\"\\u0000\"", "text must not contain the character U+0000" },
        { "\"\\ud800\"", "a lone surrogate \\ud800" },
        { "\"\\ud800\\u0041\"", "a lone surrogate \\ud800" },
        { "\"\\udc00\"", "a lone surrogate \\udc00" },
        { "\"\xff\"", "text is not valid UTF-8" },
        { "\"\xc0\xaf\"", "text is not valid UTF-8" },
        { "\xff", "expected a value, found byte 0xff" },
        { "\xef\xbb\xbf[]",
          "the text begins with a byte order mark (save it as UTF-8 without one)" },
        { "01", "not a number as JSON has them" },
        { "+1", "expected a value, found '+'" },
        { ".5", "expected a value, found '.'" },
        { "1.", "not a number as JSON has them" },
        { "-", "not a number as JSON has them" },
        { "1e", "not a number as JSON has them" },
        { "NaN", "expected a value, found 'N'" },
        { "Infinity", "expected a value, found 'I'" },
        { "1e999", "1e999 is too large or too long a number" },
        { "// x\n1", "expected a value, found '/'" },
        { "{\"a\": 1, \"b\": {\"c\": 1,\n \"c\": 2}}",
          "j:2: error: /b/c: duplicate key (first on line 1)\n" },
        { "{\"a/b~\": [0, tru]}", "j:1: error: /a~1b~0/1: expected a value, found 't'" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_bad(rows[i].text, rows[i].wanted);
}

static void a_nul_byte_is_no_json(void **state)
{
    (void)state;
    const char *printed;
    assert_null(read_n("[1,\0 2]", 7, &printed));
    assert_non_null(strstr(printed, "found byte 0x00"));
    assert_null(read_n("\"a\0b\"", 5, &printed));
    assert_non_null(strstr(printed, "a control character inside text"));
}

static void all_duplicate_keys_are_told(void **state)
{
    (void)state;
    const char *printed;
    static const char text[] = "{\"a\": 1, \"a\": 2,\n\"b\": 3, \"b\": 4}";
    assert_null(read_n(text, strlen(text), &printed));
    assert_string_equal(printed, "j:1: error: /a: duplicate key (first on line 1)\n"
                                 "j:2: error: /b: duplicate key (first on line 2)\n");
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    char text[2 * (VALUE_DEPTH_MAX + 1) + 1] = "";
    memset(text, '[', VALUE_DEPTH_MAX);
    memset(text + VALUE_DEPTH_MAX, ']', VALUE_DEPTH_MAX);
    struct value *v = good(text);
    assert_true(value_equal(v, value_copy(arena, v)));
    memset(text, '[', VALUE_DEPTH_MAX + 1);
    memset(text + VALUE_DEPTH_MAX + 1, ']', VALUE_DEPTH_MAX + 1);
    expect_bad(text, "nested deeper than 64 levels");
}

static void many_keys_are_read_in_time(void **state)
{
    (void)state;
    struct text t = { 0 };
    text_add(&t, "{");
    for (int i = 0; i < 100000; i++)
        text_format(&t, "%s\"k%d\": %d", i ? "," : "", i, i);
    text_add(&t, "}");
    struct value *v = good(text_data(&t));
    assert_int_equal(v->count, 100000);
    text_close(&t);
}

/* ------------------------------------------------------------------------- the document */

static void expect_bad_document(const char *text, const char *wanted)
{
    struct diag *d = diag_open();
    struct value *v = json_read_scenario(arena, text, strlen(text), "s.json", d);
    const char *printed = problems_of(d, arena);
    if (v || strcmp(printed, wanted)) fail_msg("%s gave %s", text, printed);
    diag_close(d);
}

static void a_document_has_its_frame(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    static const char fine[] =
        "{\"$schema\": \"x\", \"orrery\": 1, \"title\": \"t\", \"objects\": []}";
    struct value *root = json_read_scenario(arena, fine, strlen(fine), "s.json", d);
    assert_non_null(root);
    assert_string_equal(root->text, "t");
    diag_close(d);
    expect_bad_document("[]", "s.json:1: error: a scenario document must be an object, not a list "
                              "(write {\"orrery\": 1, \"objects\": [ ... ]})\n");
    expect_bad_document("{}", "s.json:1: error: /orrery: the version of the document is missing "
                              "(begin with \"orrery\": 1)\n"
                              "s.json:1: error: /objects: there are no objects (write \"objects\": "
                              "[ ... ])\n");
    expect_bad_document("{\"orrery\": 2, \"objects\": {}, \"title\": 3,\n \"objcts\": []}",
                        "s.json:1: error: /orrery: only version 1 of the document is known (write "
                        "\"orrery\": 1)\n"
                        "s.json:1: error: /title: must be text, not a number\n"
                        "s.json:1: error: /objects: must be a list, not a table\n"
                        "s.json:2: error: unknown member 'objcts' of a scenario document (did you "
                        "mean 'objects'?)\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(every_sort_of_value_is_read),
        T(kind_becomes_the_tag_and_hash_the_positional_items),
        T(every_value_knows_its_line),
        T(numbers_are_kept_exactly_or_refused),
        T(syntax_is_strict),
        T(a_nul_byte_is_no_json),
        T(all_duplicate_keys_are_told),
        T(nesting_has_a_limit),
        T(many_keys_are_read_in_time),
        T(a_document_has_its_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
