/* conformance.c - `build/conformance FILE.json...`: a line for each vector that fails, and the sum.
 *
 * Exit status: 0 all passed, 1 some failed, 2 a file could not be read as vectors. A vector of an
 * unknown kind fails, and so does an input that lacks something: nothing is passed over. */
#include "conformance.h"

#include "base/text.h"
#include "schema/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-9 /* relative: sums and powers in another order */

static const struct rule *const rule_lists[] = {
    rules_balancing, rules_guards, rules_discovery, rules_routing, rules_policies, rules_transport,
};

/* ------------------------------------------------------------------------- asking and telling */

static const struct value *ask(struct question *q, const struct value *map, const char *key,
                               enum value_type type)
{
    const struct value *v = value_get(map, key);
    if (v && v->type == type) return v;
    if (!q->problem)
        q->problem =
            arena_format(q->arena, "input: %s is %s", key, v ? value_type_name(v) : "missing");
    return NULL;
}

double ask_number(struct question *q, const struct value *map, const char *key)
{
    const struct value *v = ask(q, map, key, VALUE_NUMBER);
    return v ? v->number : 0;
}

bool ask_bool(struct question *q, const struct value *map, const char *key)
{
    const struct value *v = ask(q, map, key, VALUE_BOOL);
    return v && v->boolean;
}

const char *ask_text(struct question *q, const struct value *map, const char *key)
{
    const struct value *v = ask(q, map, key, VALUE_TEXT);
    return v ? v->text : "";
}

const struct value *ask_list(struct question *q, const struct value *map, const char *key)
{
    const struct value *v = ask(q, map, key, VALUE_LIST);
    return v ? v : value_list(q->arena, (struct place){ NULL, 0 });
}

uint32_t ask_choice(struct question *q, const struct value *map, const char *key,
                    const char *const *names)
{
    const char *text = ask_text(q, map, key);
    for (uint32_t i = 0; names[i]; i++)
        if (!strcmp(names[i], text)) return i;
    if (!q->problem) q->problem = arena_format(q->arena, "input: %s: no '%s'", key, text);
    return 0;
}

uint32_t ask_count(struct question *q, const struct value *map, const char *key, uint32_t low,
                   uint32_t high)
{
    double n = ask_number(q, map, key);
    if (n >= low && n <= high && n == floor(n)) return (uint32_t)n;
    if (!q->problem)
        q->problem = arena_format(q->arena, "input: %s %.17g is no whole number in %u..%u", key, n,
                                  low, high);
    return low;
}

int64_t ask_ns(struct question *q, const struct value *map, const char *key)
{
    return (int64_t)llround(ask_number(q, map, key) * 1e6);
}

static const struct place nowhere;

struct value *tell_number(struct question *q, double n)
{
    return value_number(q->arena, nowhere, n, n == floor(n));
}

struct value *tell_bool(struct question *q, bool b)
{
    return value_bool(q->arena, nowhere, b);
}

struct value *tell_text(struct question *q, const char *text)
{
    return value_text(q->arena, nowhere, text);
}

struct value *tell_list(struct question *q)
{
    return value_list(q->arena, nowhere);
}

/* ------------------------------------------------------------------------- comparing */

static bool near(double got, double wanted)
{
    return got == wanted || fabs(got - wanted) <= TOLERANCE * fmax(fabs(got), fabs(wanted));
}

/* {"min": a, "max": b}, either of which may be left out, where a number came. */
static bool within(const struct value *range, double got)
{
    const struct value *min = value_get(range, "min"), *max = value_get(range, "max");
    if (range->count != (uint32_t)(min != NULL) + (max != NULL) || range->count == 0) return false;
    if (min && (min->type != VALUE_NUMBER || got < min->number)) return false;
    return !max || (max->type == VALUE_NUMBER && got <= max->number);
}

static bool agrees(const struct value *wanted, const struct value *got);

static bool lists_agree(const struct value *wanted, const struct value *got)
{
    const struct value *w = wanted->list_first, *g = got->list_first;
    for (; w && g; w = w->next, g = g->next)
        if (!agrees(w, g)) return false;
    return !w && !g;
}

/* All that is wanted is there; more may be. */
static bool maps_agree(const struct value *wanted, const struct value *got)
{
    for (const struct value *w = wanted->first; w; w = w->next) {
        const struct value *g = value_get(got, w->key);
        if (!g || !agrees(w, g)) return false;
    }
    return wanted->count > 0;
}

static bool agrees(const struct value *wanted, const struct value *got)
{
    if (wanted->type == VALUE_MAP && got->type == VALUE_NUMBER) return within(wanted, got->number);
    if (wanted->type != got->type) return false;
    switch (wanted->type) {
    case VALUE_NUMBER:
        return near(got->number, wanted->number);
    case VALUE_BOOL:
        return got->boolean == wanted->boolean;
    case VALUE_TEXT:
        return !strcmp(got->text, wanted->text);
    case VALUE_LIST:
        return lists_agree(wanted, got);
    case VALUE_MAP:
        return maps_agree(wanted, got);
    default:
        return false;
    }
}

static void print_value(struct text *t, const struct value *v)
{
    char number[32];
    const char *separator = "";
    if (v->type == VALUE_NUMBER) text_add(t, text_double(v->number, number));
    if (v->type == VALUE_BOOL) text_add(t, v->boolean ? "true" : "false");
    if (v->type == VALUE_TEXT) text_add_json(t, v->text);
    if (v->type == VALUE_NIL) text_add(t, "null");
    if (v->type != VALUE_LIST && v->type != VALUE_MAP) return;
    text_add(t, v->type == VALUE_LIST ? "[" : "{");
    for (const struct value *i = v->list_first; i; i = i->next, separator = ", ") {
        text_add(t, separator);
        print_value(t, i);
    }
    for (const struct value *i = v->first; i; i = i->next, separator = ", ") {
        text_add(t, separator);
        text_add_json(t, i->key);
        text_add(t, ": ");
        print_value(t, i);
    }
    text_add(t, v->type == VALUE_LIST ? "]" : "}");
}

/* ------------------------------------------------------------------------- vectors */

struct tally {
    uint32_t passed, failed, unreadable;
};

static const struct rule *rule_of(const char *kind)
{
    for (size_t i = 0; i < sizeof rule_lists / sizeof *rule_lists; i++)
        for (const struct rule *r = rule_lists[i]; r->kind; r++)
            if (!strcmp(r->kind, kind)) return r;
    return NULL;
}

static const char *text_of(const struct value *vector, const char *key)
{
    const struct value *v = vector->type == VALUE_MAP ? value_get(vector, key) : NULL;
    return v && v->type == VALUE_TEXT && v->text[0] ? v->text : NULL;
}

/* NULL: it passed. */
static const char *vector_judge(struct arena *a, const struct value *vector)
{
    if (!text_of(vector, "name")) return "a vector needs a name";
    if (!text_of(vector, "source")) return "a vector needs a source";
    const struct value *input = value_get(vector, "input"), *wanted = value_get(vector, "expect");
    if (!input || input->type != VALUE_MAP || !wanted) return "a vector needs input and expect";
    const struct rule *rule = input->tag ? rule_of(input->tag) : NULL;
    if (!rule) return arena_format(a, "unknown input.kind '%s'", input->tag ? input->tag : "");
    struct question q = { .arena = a, .input = input };
    const struct value *got = rule->answer(&q);
    if (q.problem) return q.problem;
    if (agrees(wanted, got)) return NULL;
    struct text t = { 0 };
    text_add(&t, "expected ");
    print_value(&t, wanted);
    text_add(&t, ", got ");
    print_value(&t, got);
    const char *said = arena_text(a, t.data);
    text_close(&t);
    return said;
}

static void file_judge(struct arena *a, const char *path, const struct value *root, struct tally *t)
{
    if (root->type != VALUE_LIST || !root->list_first) {
        printf("%s: not a list of vectors\n", path);
        t->unreadable++;
        return;
    }
    for (const struct value *v = root->list_first; v; v = v->next) {
        const char *problem = vector_judge(a, v), *name = text_of(v, "name");
        if (problem)
            printf("%s:%u: %s: %s\n", path, (unsigned)v->at.line, name ? name : "?", problem);
        t->failed += problem != NULL;
        t->passed += problem == NULL;
    }
}

static char *file_read(const char *path, size_t *length)
{
    FILE *in = fopen(path, "rb");
    if (!in) return NULL;
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    for (int c; (c = getc(in)) != EOF;)
        putc(c, out);
    fclose(in);
    fclose(out);
    return text;
}

static void file_run(const char *path, struct tally *t)
{
    size_t length;
    char *text = file_read(path, &length);
    if (!text) {
        printf("%s: cannot be read\n", path);
        t->unreadable++;
        return;
    }
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    const struct value *root = json_read(a, text, length, (struct place){ path, 1 }, d);
    if (root)
        file_judge(a, path, root, t);
    else
        t->unreadable++;
    diag_print(d, stdout);
    diag_close(d);
    arena_close(a);
    free(text);
}

int main(int argc, char **argv)
{
    struct tally t = { 0 };
    if (argc < 2) {
        fprintf(stderr, "usage: conformance FILE.json...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++)
        file_run(argv[i], &t);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.unreadable ? 2 : t.failed > 0;
}
