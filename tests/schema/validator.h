/* validator.h - as much of JSON Schema (draft 2020-12) as explain_schema.c writes, so that a test
 * can ask whether a document fits. Unknown keywords fail the test: nothing is taken on trust. */
#ifndef TESTS_SCHEMA_VALIDATOR_H
#define TESTS_SCHEMA_VALIDATOR_H

#include <cjson/cJSON.h>
#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool schema_fits(const cJSON *root, const cJSON *schema, const cJSON *v);

static inline bool type_fits(const char *type, const cJSON *v)
{
    if (!strcmp(type, "object")) return cJSON_IsObject(v);
    if (!strcmp(type, "array")) return cJSON_IsArray(v);
    if (!strcmp(type, "string")) return cJSON_IsString(v);
    if (!strcmp(type, "boolean")) return cJSON_IsBool(v);
    if (!strcmp(type, "number")) return cJSON_IsNumber(v);
    return cJSON_IsNumber(v) && v->valuedouble == floor(v->valuedouble); /* integer */
}

static inline bool pattern_fits(const char *pattern, const char *text)
{
    regex_t r;
    if (regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB)) abort();
    bool fits = !regexec(&r, text, 0, NULL, 0);
    regfree(&r);
    return fits;
}

static inline bool properties_fit(const cJSON *root, const cJSON *schema, const cJSON *v)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    const cJSON *rest = cJSON_GetObjectItemCaseSensitive(schema, "additionalProperties");
    const cJSON *member;
    cJSON_ArrayForEach(member, v)
    {
        const cJSON *s = cJSON_GetObjectItemCaseSensitive(properties, member->string);
        if (!s) s = rest;
        if (s && cJSON_IsFalse(s)) return false;
        if (s && !schema_fits(root, s, member)) return false;
    }
    return true;
}

static inline bool one_fits(const cJSON *root, const cJSON *schemas, const cJSON *v, bool all)
{
    const cJSON *s;
    cJSON_ArrayForEach(s, schemas) if (schema_fits(root, s, v) != all) return !all;
    return all;
}

static inline bool listed(const cJSON *values, const cJSON *v)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, values) if (cJSON_Compare(item, v, true)) return true;
    return false;
}

static inline bool required_fit(const cJSON *names, const cJSON *v)
{
    const cJSON *name;
    cJSON_ArrayForEach(
        name, names) if (cJSON_IsObject(v) &&
                         !cJSON_GetObjectItemCaseSensitive(v, name->valuestring)) return false;
    return true;
}

static inline const cJSON *definition(const cJSON *root, const char *reference)
{
    const cJSON *definitions = cJSON_GetObjectItemCaseSensitive(root, "$defs");
    const cJSON *d = cJSON_GetObjectItemCaseSensitive(definitions, reference + strlen("#/$defs/"));
    if (!d) printf("no definition %s\n", reference), abort();
    return d;
}

static inline bool items_fit(const cJSON *root, const cJSON *schema, const cJSON *v)
{
    const cJSON *item;
    if (!cJSON_IsArray(v)) return true;
    cJSON_ArrayForEach(item, v) if (!schema_fits(root, schema, item)) return false;
    return true;
}

static inline bool keyword_fits(const cJSON *root, const cJSON *schema, const cJSON *k,
                                const cJSON *v)
{
    const char *name = k->string;
    if (!strcmp(name, "type")) return type_fits(k->valuestring, v);
    if (!strcmp(name, "enum")) return listed(k, v);
    if (!strcmp(name, "const")) return cJSON_Compare(k, v, true);
    if (!strcmp(name, "required")) return required_fit(k, v);
    if (!strcmp(name, "properties")) return !cJSON_IsObject(v) || properties_fit(root, schema, v);
    if (!strcmp(name, "additionalProperties"))
        return !cJSON_IsObject(v) || properties_fit(root, schema, v);
    if (!strcmp(name, "anyOf")) return one_fits(root, k, v, false);
    if (!strcmp(name, "allOf")) return one_fits(root, k, v, true);
    if (!strcmp(name, "not")) return !schema_fits(root, k, v);
    if (!strcmp(name, "items")) return items_fit(root, k, v);
    if (!strcmp(name, "pattern"))
        return !cJSON_IsString(v) || pattern_fits(k->valuestring, v->valuestring);
    if (!strcmp(name, "minimum")) return !cJSON_IsNumber(v) || v->valuedouble >= k->valuedouble;
    if (!strcmp(name, "maximum")) return !cJSON_IsNumber(v) || v->valuedouble <= k->valuedouble;
    if (!strcmp(name, "$ref")) return schema_fits(root, definition(root, k->valuestring), v);
    if (!strcmp(name, "if"))
        return !schema_fits(root, k, v) ||
               schema_fits(root, cJSON_GetObjectItemCaseSensitive(schema, "then"), v);
    static const char *const silent[] = { "$schema",     "$defs",   "title",
                                          "description", "default", "then" };
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
        if (!strcmp(name, silent[i])) return true;
    printf("unknown keyword %s\n", name);
    abort();
}

static bool schema_fits(const cJSON *root, const cJSON *schema, const cJSON *v)
{
    const cJSON *keyword;
    cJSON_ArrayForEach(keyword, schema) if (!keyword_fits(root, schema, keyword, v)) return false;
    return true;
}

#endif
