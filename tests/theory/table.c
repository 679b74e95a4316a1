/* table.c - reads the table of references.
 *
 * Everything in it is used: a key that is not known here is an error, so that no row is believed to
 * be tested when it is not. */
#include "table.h"

#include "base/arena.h"
#include "base/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bound_signs[] = { "", "<= ", ">= " };

struct reader {
    struct arena *arena;
    const char *file, *family;
    bool good;
};

static void tell(struct reader *r, const char *what, const char *about)
{
    fprintf(stderr, "%s: %s%s%s: %s\n", r->file, r->family ? r->family : "", r->family ? ": " : "",
            about, what);
    r->good = false;
}

/* Every key of the object is among those known (space-separated). */
static void keys_check(struct reader *r, const cJSON *object, const char *known)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object)
    {
        const char *found = strstr(known, item->string);
        size_t length = strlen(item->string);
        bool whole = found && (found == known || found[-1] == ' ') &&
                     (found[length] == ' ' || found[length] == '\0');
        if (!whole) tell(r, "an unknown key", item->string);
    }
}

static const char *text_of(struct reader *r, const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsString(item)) return arena_text(r->arena, item->valuestring);
    tell(r, "text is wanted", key);
    return "";
}

static uint32_t count_of(const cJSON *list)
{
    return (uint32_t)cJSON_GetArraySize(list);
}

/* "lam=0.5 mu=1", lists as "0.3,0.5". */
static void parameter_add(struct text *out, const cJSON *item)
{
    if (cJSON_IsNumber(item)) text_format(out, "%.10g", item->valuedouble);
    if (cJSON_IsString(item)) text_add(out, item->valuestring);
    if (cJSON_IsBool(item)) text_add(out, cJSON_IsTrue(item) ? "true" : "false");
    const cJSON *part = NULL;
    if (!cJSON_IsArray(item) && !cJSON_IsObject(item)) return;
    cJSON_ArrayForEach(part, item)
    {
        if (part != item->child) text_add(out, ",");
        if (part->string) text_format(out, "%s:", part->string);
        if (cJSON_IsNumber(part)) text_format(out, "%.10g", part->valuedouble);
    }
}

static const char *parameters_of(struct reader *r, const cJSON *params)
{
    struct text out = { 0 };
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, params)
    {
        text_format(&out, "%s%s=", item == params->child ? "" : " ", item->string);
        parameter_add(&out, item);
    }
    const char *kept = arena_text(r->arena, text_data(&out));
    text_close(&out);
    return kept;
}

/* "2 %" is a share of the reference; a number is absolute. */
static void tolerance_read(struct reader *r, const cJSON *tolerance, struct row *row)
{
    char number[32];
    const char *relation = bound_signs[row->bound];
    snprintf(number, sizeof number, "%.10g", row->reference);
    if (cJSON_IsString(tolerance)) {
        char *end;
        row->tolerance = fabs(row->reference) * strtod(tolerance->valuestring, &end) / 100;
        if (strcmp(end, " %") != 0) tell(r, "a tolerance is \"1 %\" or a number", row->metric);
        row->goal = arena_format(r->arena, "%s%s +- %s", relation, number, tolerance->valuestring);
    } else if (cJSON_IsNumber(tolerance)) {
        char absolute[32];
        row->tolerance = tolerance->valuedouble;
        row->goal = arena_format(r->arena, "%s%s +- %s", relation, number,
                                 text_double(row->tolerance, absolute));
    } else {
        tell(r, "every row needs a tolerance", row->metric);
    }
}

static enum bound bound_read(struct reader *r, const cJSON *item)
{
    const char *word = cJSON_GetStringValue(item);
    if (!item) return EXACTLY;
    if (word && strcmp(word, "at least") == 0) return AT_LEAST;
    if (!word || strcmp(word, "at most") != 0) tell(r, "a bound is at most or at least", "rows");
    return AT_MOST;
}

/* ["W", 2.0, "1 %"], with "at most" or "at least" as a fourth item where the value is a bound. */
static struct row row_read(struct reader *r, const cJSON *item, const cJSON *figures)
{
    struct row row = { 0 };
    const cJSON *metric = cJSON_GetArrayItem(item, 0), *value = cJSON_GetArrayItem(item, 1);
    if (!cJSON_IsString(metric) || !cJSON_IsNumber(value)) {
        tell(r, "a row is [metric, value, tolerance]", "rows");
        return row;
    }
    row.metric = arena_text(r->arena, metric->valuestring);
    row.reference = value->valuedouble;
    row.bound = bound_read(r, cJSON_GetArrayItem(item, 3));
    row.formula = text_of(r, figures, row.metric);
    tolerance_read(r, cJSON_GetArrayItem(item, 2), &row);
    return row;
}

static void case_read(struct reader *r, const cJSON *item, const cJSON *family,
                      struct theory_case *c)
{
    keys_check(r, item, "params locals rows slice whole");
    const cJSON *locals = cJSON_GetObjectItemCaseSensitive(item, "locals");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(item, "rows");
    const cJSON *figures = cJSON_GetObjectItemCaseSensitive(family, "figures");
    struct local *all_locals = arena_alloc(r->arena, (count_of(locals) + 1) * sizeof *all_locals);
    struct row *all_rows = arena_alloc(r->arena, (count_of(rows) + 1) * sizeof *all_rows);
    c->family = r->family;
    c->scenario = text_of(r, family, "scenario");
    c->parameters = parameters_of(r, cJSON_GetObjectItemCaseSensitive(item, "params"));
    c->slice = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "slice"));
    c->whole = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "whole"));
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, locals)
    {
        all_locals[c->local_count++] =
            (struct local){ arena_text(r->arena, part->string), text_of(r, locals, part->string) };
    }
    cJSON_ArrayForEach(part, rows)
    {
        all_rows[c->row_count++] = row_read(r, part, figures);
    }
    if (c->row_count == 0) tell(r, "a case without rows", c->parameters);
    c->locals = all_locals;
    c->rows = all_rows;
}

static void left_out_read(struct reader *r, const cJSON *list, struct table *t)
{
    const cJSON *item = NULL;
    t->left_out = arena_alloc(r->arena, (count_of(list) + 1) * sizeof *t->left_out);
    r->family = NULL;
    cJSON_ArrayForEach(item, list)
    {
        keys_check(r, item, "family why");
        t->left_out[t->left_out_count++] =
            (struct left_out){ text_of(r, item, "family"), text_of(r, item, "why") };
    }
}

static void families_read(struct reader *r, const cJSON *families, struct table *t)
{
    const cJSON *family = NULL, *item = NULL;
    uint32_t count = 0;
    cJSON_ArrayForEach(family, families) count +=
        count_of(cJSON_GetObjectItemCaseSensitive(family, "cases"));
    t->cases = arena_alloc(r->arena, (count + 1) * sizeof *t->cases);
    cJSON_ArrayForEach(family, families)
    {
        r->family = NULL;
        r->family = text_of(r, family, "family");
        keys_check(r, family, "family scenario figures cases");
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(family, "cases"))
            case_read(r, item, family, &t->cases[t->case_count++]);
    }
}

static char *file_read(struct arena *a, const char *file)
{
    FILE *in = fopen(file, "rb");
    if (!in) return NULL;
    struct text all = { 0 };
    char block[65536];
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        text_add_n(&all, block, n);
    fclose(in);
    char *kept = arena_text(a, text_data(&all));
    text_close(&all);
    return kept;
}

bool table_read(struct table *t, struct arena *a, const char *file)
{
    struct reader r = { .arena = a, .file = file, .good = true };
    char *text = file_read(a, file);
    cJSON *root = text ? cJSON_Parse(text) : NULL;
    if (!root) {
        tell(&r, text ? "is not JSON" : "cannot be read", "the table");
        return false;
    }
    keys_check(&r, root, "credit families notCovered");
    families_read(&r, cJSON_GetObjectItemCaseSensitive(root, "families"), t);
    left_out_read(&r, cJSON_GetObjectItemCaseSensitive(root, "notCovered"), t);
    cJSON_Delete(root);
    return r.good;
}
