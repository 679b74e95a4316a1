/* test_kinds.c - finding kinds, and judging the kinds themselves. */
#include "some_kinds.h"

#include <cmocka.h>

static void names_and_aliases_are_found_where_they_can_stand(void **state)
{
    (void)state;
    struct kind_list list = some_kinds();
    assert_ptr_equal(kind_list_find(list, "svc"), &some_service_kind);
    assert_ptr_equal(kind_list_object(list, "service"), &some_service_kind);
    assert_null(kind_list_object(list, "lognormal")); /* only inside another */
    assert_ptr_equal(kind_list_part(list, "dist", "constant"), &some_constant_kind);
    assert_ptr_equal(kind_list_part(list, "arrival", "constant"), &some_steady_kind);
    assert_null(kind_list_part(list, "step", "constant"));
    assert_ptr_equal(kind_list_scalar(list, "arrival"), &some_poisson_kind);
    assert_null(kind_list_scalar(list, "step"));
    assert_ptr_equal(kind_list_only(list, "retry"), &some_retry_kind);
    assert_null(kind_list_only(list, "dist"));
    assert_null(kind_list_find(list, "zzz"));
}

static void fields_are_found_by_name_and_position(void **state)
{
    (void)state;
    assert_string_equal(kind_field(&some_at_kind, "action")->name, "action");
    assert_null(kind_field(&some_at_kind, "acton"));
    assert_string_equal(kind_positional(&some_at_kind, 2)->name, "action");
    assert_null(kind_positional(&some_at_kind, 4));
    assert_string_equal(kind_positional(&some_zones_kind, 9)->name, "names"); /* takes the rest */
    assert_null(kind_positional(&some_run_kind, 1));
    assert_int_equal(kind_field_count(&some_fifo_kind), 0);
}

static void sound_kinds_pass(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    kind_list_check(some_kinds(), d);
    if (diag_error_count(d)) diag_print(d, stderr);
    assert_int_equal(diag_error_count(d), 0);
    diag_close(d);
}

/* ------------------------------------------------------------------------- unsound kinds */

struct odd {
    int64_t time_ns;
    uint32_t count, choice, hook;
    struct part part;
    struct list list;
    struct reference reference;
    const char *text;
};

static void expect_wrong(const struct kind *k, const char *printed)
{
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    const struct kind *kinds[] = { &some_pool_kind, &some_constant_kind, k };
    kind_list_check((struct kind_list){ kinds, 3 }, d);
    const char *text = problems_of(d, a);
    if (strcmp(text, printed)) fail_msg("got %swant %s", text, printed);
    diag_close(d);
    arena_close(a);
}

static void expect_wrong_fields(const struct field *fields, const char *printed)
{
    struct kind k = { .name = "odd",
                      .role = "oddity",
                      .form = KIND_PART,
                      .room = "r",
                      .doc = "d",
                      .spec_size = sizeof(struct odd),
                      .fields = fields };
    expect_wrong(&k, printed);
}

static void a_field_that_cannot_work_is_told(void **state)
{
    static const struct field presets[] = {
        DURATION(struct odd, "time", time_ns, .preset = "5", .doc = "d"),
        COUNT(struct odd, "count", count, .preset = "9", .min = 1, .max = 3, .doc = "d"),
        PART(struct odd, "part", part, "dist", .preset = "constnt", .doc = "d"), FIELDS_END
    };
    static const struct field roles[] = {
        PART(struct odd, "part", part, "nothing", .preset = "", .doc = "d"),
        REFERENCE(struct odd, "reference", reference, "constant", .doc = "d"),
        CHOICE(struct odd, "choice", choice, .preset = "", .doc = "d"),
        LIST(struct odd, "list", list, FIELD_MAP, .preset = "", .doc = "d"), FIELDS_END
    };
    static const struct field names[] = {
        TEXT(struct odd, "kind", text, .preset = "", .doc = "d"),
        COUNT(struct odd, "some_count", count, .preset = "", .doc = "d"),
        DURATION(struct odd, "time", time_ns, .preset = "", .doc = "d", .position = 1),
        CHOICE(struct odd, "time", choice, .preset = "", .position = 1), FIELDS_END
    };
    static const struct field outside[] = {
        { .name = "far",
          .type = FIELD_COUNT,
          .offset = sizeof(struct odd),
          .preset = "",
          .doc = "d" },
        COUNT(struct odd, "rest", count, .preset = "", .doc = "d", .position = FIELD_REST),
        HOOK(struct odd, "hook", hook, .preset = "1", .doc = "d"),
        FIELDS_END
    };
    (void)state;
    expect_wrong_fields(presets,
                        "error: odd.time: missing unit: 5 of what? (write \"5ms\" or \"5s\")\n"
                        "error: odd.count: '9' is outside 1..3\n"
                        "error: odd.part: 'constnt' is not a dist (did you mean "
                        "'constant'?)\n");
    expect_wrong_fields(roles, "error: odd.part: no kind has the role 'nothing'\n"
                               "error: odd.reference: 'constant' is not a kind that has names\n"
                               "error: odd.choice: a choice without choices\n"
                               "error: odd.list: a list or map cannot hold this type\n");
    expect_wrong_fields(names, "error: odd.kind: 'kind' is what JSON calls the kind itself\n"
                               "error: odd.some_count: a field's name is camelCase\n"
                               "error: odd.time: needs a doc\n"
                               "error: odd.time: there are two fields of this name\n"
                               "error: odd.time: has the position of 'time'\n"
                               "error: odd.time: a choice without choices\n");
    expect_wrong_fields(outside, "error: odd.far: lies outside of its spec\n"
                                 "error: odd.rest: only a list can take the rest\n"
                                 "error: odd.hook: a function has no preset\n");
}

static void a_kind_that_cannot_work_is_told(void **state)
{
    (void)state;
    struct kind k = {
        .name = "Odd-Kind", .role = "object", .form = KIND_PART, .room = "r", .scalar = true
    };
    expect_wrong(&k,
                 "error: Odd-Kind: a kind's name is camelCase\n"
                 "error: Odd-Kind: needs a doc\n"
                 "error: Odd-Kind: the role \"object\" is for what stands at the top level, and "
                 "only for that\n"
                 "error: Odd-Kind: a scalar kind needs a field at position 1\n");
    k = some_poisson_kind;
    k.name = "fixed";
    k.alias = "constant";
    k.role = "dist";
    expect_wrong(&k, "error: fixed: its name is taken by constant of the same role\n"
                     "error: fixed: a bare scalar already means constant\n");
    k = (struct kind){ .name = "odd", .doc = "d", .room = "r" };
    expect_wrong(&k, "error: odd: needs a role and a room\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_aliases_are_found_where_they_can_stand),
        cmocka_unit_test(fields_are_found_by_name_and_position),
        cmocka_unit_test(sound_kinds_pass),
        cmocka_unit_test(a_field_that_cannot_work_is_told),
        cmocka_unit_test(a_kind_that_cannot_work_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
