/* test_match.c - which route a request takes: what tests/conformance/gateway.json does not ask. */
#include "service/match.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void expressions_that_are_not_understood_say_why(void **state)
{
    (void)state;
    const struct {
        const char *expression, *said;
    } wrong[] = {
        { "*a", "nothing before" },  { "a**", "nothing before" }, { "[a-z", "not closed" },
        { "[]", "not closed" },      { "a\\", "ends in a \\" },   { "(a|b)", "no groups" },
        { "^/a$", "no groups" },     { "a{2}", "no groups" },     { "/a]", "no groups" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *fault = expression_fault(wrong[i].expression);
        if (!fault || !strstr(fault, wrong[i].said))
            fail_msg("%s: %s", wrong[i].expression, fault ? fault : "accepted");
    }
    static const char *const right[] = { "", "/a.*", "[]]+", "[^]a]?", "\\.\\*", "[\\]a]*", "\\d+\\w?" };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (expression_fault(right[i])) fail_msg("%s is refused", right[i]);
}

/* By definition, for expressions over a, b and "." with repeats: the oracle tries every length. */
static bool oracle(const char *e, const char *text)
{
    if (!*e) return !*text;
    bool here = *text && (*e == '.' || *e == *text);
    if (e[1] == '*') return oracle(e + 2, text) || (here && oracle(e, text + 1));
    if (e[1] == '+') {
        char star[16];
        strcpy(star, e);
        star[1] = '*';
        return here && oracle(star, text + 1);
    }
    if (e[1] == '?') return oracle(e + 2, text) || (here && oracle(e + 2, text + 1));
    return here && oracle(e + 1, text + 1);
}

static void expressions_match_what_their_definition_says(void **state)
{
    (void)state;
    static const char atoms[] = "ab.", repeats[] = "\0*+?";
    uint32_t held = 0;
    for (uint32_t n = 0; n < 12 * 12 * 12; n++) {
        char e[8] = "";
        for (uint32_t i = 0, rest = n; i < 3; i++, rest /= 12) {
            char piece[3] = { atoms[rest % 3], repeats[rest / 3 % 4], '\0' };
            strcat(e, piece);
        }
        for (uint32_t t = 0; t < 64; t++) {
            char text[8] = "";
            for (uint32_t i = 0; i < t % 6; i++)
                strcat(text, t >> i & 1 ? "a" : "b");
            if (expression_matches(e, text) != oracle(e, text)) fail_msg("%s for '%s'", e, text);
            held += oracle(e, text);
        }
    }
    assert_true(held > 10000);
}

static void a_hostile_expression_takes_no_longer_than_its_length_says(void **state)
{
    (void)state;
    char text[201];
    memset(text, 'a', 200);
    text[200] = '\0';
    assert_false(expression_matches("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

static void the_order_of_routes_is_total_and_does_not_depend_on_where_it_begins(void **state)
{
    (void)state;
    static const char *const hosts[] = { NULL, "*.a.com", "*.b.a.com", "x.a.com" };
    static const char *const paths[] = { "/", "/a", "/a/b" };
    struct http_match m[4 * 3 * 3 * 2 * 2];
    uint32_t n = 0;
    for (uint32_t h = 0; h < 4; h++)
        for (uint32_t p = 0; p < 9; p++)
            for (uint32_t k = 0; k < 4; k++, n++)
                m[n] = (struct http_match){ .host = hosts[h],
                                            .path = paths[p % 3],
                                            .sort = (enum path_sort)(p / 3),
                                            .method = k & 1 ? "GET" : NULL,
                                            .header_count = k / 2,
                                            .index = n };
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++) {
            int order = match_order(&m[a], &m[b]);
            assert_true((order == 0) == (a == b));
            assert_true((order < 0) == (match_order(&m[b], &m[a]) > 0));
            for (uint32_t c = 0; c < n && order < 0; c++)
                if (match_order(&m[b], &m[c]) < 0) assert_true(match_order(&m[a], &m[c]) < 0);
        }
}

static void a_prefix_with_a_slash_at_its_end_is_the_same(void **state)
{
    (void)state;
    struct http_match a = { .path = "/cart" }, b = { .path = "/cart/" };
    assert_true(match_same(&a, &b));
    a.sort = b.sort = PATH_EXACT;
    assert_false(match_same(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_that_are_not_understood_say_why),
        cmocka_unit_test(expressions_match_what_their_definition_says),
        cmocka_unit_test(a_hostile_expression_takes_no_longer_than_its_length_says),
        cmocka_unit_test(the_order_of_routes_is_total_and_does_not_depend_on_where_it_begins),
        cmocka_unit_test(a_prefix_with_a_slash_at_its_end_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
