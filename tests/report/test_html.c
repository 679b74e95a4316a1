/* test_html.c - results as one page that needs nothing else. */
#include "report/report.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *page_of(struct bench *b)
{
    if (!report_html(b->store, &b->out, b->error)) fail_msg("%s", b->error);
    return text_data(&b->out);
}

static void assert_has(const char *page, const char *what)
{
    if (!strstr(page, what)) fail_msg("the page lacks: %s", what);
}

static uint32_t count_of(const char *page, const char *what)
{
    uint32_t count = 0;
    for (; (page = strstr(page, what)); page += strlen(what))
        count++;
    return count;
}

static void a_page_has_what_the_table_has(void **state)
{
    struct bench *b = *state;
    sample_fill(b->arena, b->store, 1);
    const char *page = page_of(b);
    assert_has(page, "<h1>A shop and its zone outage</h1>");
    assert_has(page, "<code>shop.lua</code> · seed 7 · digest <code>0123456789abcdef</code>");
    assert_has(page, "<td class=\"name pass\">pass</td><td class=\"name\">availability shoppers</td>");
    assert_has(page, "<td class=\"name fail\">FAIL</td><td class=\"name\">p99 shoppers</td>");
    assert_has(page, "<td class=\"name\">cart</td><td>1,234,560</td><td>0</td><td>62.00%</td>");
    assert_has(page, "shoppers ended: timeout 60");
    assert_has(page, "<h2>cost</h2>\n<p>1.250 USD");
    assert_has(page, "<td>840.000 s</td><td class=\"name\">fault.begin</td>");
}

static void a_page_of_several_runs_has_a_part_for_each(void **state)
{
    struct bench *b = *state;
    sample_fill(b->arena, b->store, 1);
    sample_fill(b->arena, b->store, 2);
    const char *page = page_of(b);
    assert_int_equal(count_of(page, "<section class=\"run\">"), 2);
    assert_int_equal(count_of(page, "<title>"), 1);
    assert_has(page, " · 2 × 30m simulated");
    assert_has(page, "Events of the first replication");
}

/* No script, nothing fetched, and style only from what stands in the page. */
static void a_page_needs_nothing_else(void **state)
{
    struct bench *b = *state;
    sample_fill(b->arena, b->store, 1);
    const char *page = page_of(b);
    assert_has(page, "content=\"default-src 'none'; style-src data:; img-src data:;");
    assert_int_equal(count_of(page, "<script"), 0);
    assert_int_equal(count_of(page, " style=\""), 0);
    assert_int_equal(count_of(page, "href=\""), count_of(page, "href=\"data:text/css;base64,"));
    assert_int_equal(count_of(page, "src=\""), count_of(page, "src=\"data:image/svg+xml;base64,"));
    /* How the style sheet and a picture begin, as RFC 4648 writes it. */
    assert_has(page, "base64,LyogcmVwb3J0LmNzcy");
    if (!strstr(page, "No pictures: gnuplot cannot be started"))
        assert_has(page, "base64,PD94bWwgdmVyc2lvb");
}

static void hostile_names_stay_text(void **state)
{
    struct bench *b = *state;
    struct experiment_row e = { .scenario = "<x>&\"", .title = "</title><script>alert(1)</script>",
                                .currency = "", .replications = 1 };
    uint32_t id = store_experiment(b->store, &e);
    struct recorder *r = recorder_open(b->arena, NULL);
    recorder_value(r, "clients", "<img src=x onerror=alert(1)>", "sent", "1", 1);
    recorder_event(r, 1, "k<", "\"o\"", 0, "<b>bold</b> & \033more");
    struct run_row run = { .experiment = id, .replication = 1, .digest = 1, .simulated_ns = NS_PER_S };
    store_run(b->store, &run, r);
    store_experiment_end(b->store, id, 1, 1, 0);
    const char *page = page_of(b);
    assert_has(page, "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>");
    assert_has(page, "<code>&lt;x&gt;&amp;&quot;</code>");
    assert_has(page, "&lt;img src=x onerror=alert(1)&gt;");
    assert_has(page, "&lt;b&gt;bold&lt;/b&gt; &amp;  more");
    assert_int_equal(count_of(page, "<script"), 0);
    assert_int_equal(count_of(page, "<img src=x"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        TEST(a_page_has_what_the_table_has),
        TEST(a_page_of_several_runs_has_a_part_for_each),
        TEST(a_page_needs_nothing_else),
        TEST(hostile_names_stay_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
