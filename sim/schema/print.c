/* print.c - a value tree as Lua or JSON text.
 *
 * A table goes on one line when it fits before PRINT_COLUMN_MAX, else each item gets its own. A
 * tag is a constructor in Lua (`cpu("4ms")`, `call "redis"`, `lognormal { p50 = "4ms" }`) and the
 * member "kind" in JSON. Numbers are the shortest text that reads back equal. */
#include "schema/said.h"

#include "base/units.h"

#include <string.h>

struct printer {
    struct text *out;
    enum door door;
    size_t line_begin; /* offset in out of the current line; may lie before 0 by `column` */
    uint32_t column;   /* what stands left of the first line */
    bool flat;
};

static void table_print(struct printer *p, const struct value *v, uint32_t indent);

/* ------------------------------------------------------------------------- scalars */

static void lua_text(struct text *out, const char *s)
{
    text_add(out, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            text_format(out, "\\%c", c);
        else if (c == '\n')
            text_add(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            text_format(out, "\\%03u", c);
        else
            text_add_n(out, s, 1);
    }
    text_add(out, "\"");
}

static void scalar_print(struct printer *p, const struct value *v)
{
    char buf[64];
    bool lua = p->door == DOOR_LUA;
    if (v->type == VALUE_BOOL)
        text_add(p->out, v->boolean ? "true" : "false");
    else if (v->type == VALUE_NUMBER)
        text_add(p->out, units_print_number(v->number, buf));
    else if (v->type == VALUE_TEXT && lua)
        lua_text(p->out, v->text);
    else if (v->type == VALUE_TEXT)
        text_add_json(p->out, v->text);
    else if (v->type == VALUE_FUNCTION && lua)
        text_format(p->out, "nil --[[ callback %u: only its script can say it ]]", v->function);
    else
        text_add(p->out, lua ? "nil" : "null");
}

static bool is_table(const struct value *v)
{
    return v->type == VALUE_LIST || v->type == VALUE_MAP;
}

static bool fits(const struct printer *p)
{
    size_t first = p->line_begin ? 0 : p->column;
    return first + p->out->length - p->line_begin <= PRINT_COLUMN_MAX - 1; /* a comma may follow */
}

static void value_print(struct printer *p, const struct value *v, uint32_t indent)
{
    if (!is_table(v)) {
        scalar_print(p, v);
        return;
    }
    if (p->flat) {
        table_print(p, v, indent);
        return;
    }
    size_t begin = p->out->length;
    p->flat = true;
    table_print(p, v, indent);
    p->flat = false;
    if (fits(p)) return;
    p->out->length = begin;
    p->out->data[begin] = '\0';
    table_print(p, v, indent);
}

/* ------------------------------------------------------------------------- tables */

bool is_lua_word(const char *key)
{
    static const char *const reserved[] = {
        "and",      "break",  "do",   "else", "elseif", "end",   "false", "for",
        "function", "goto",   "if",   "in",   "local",  "nil",   "not",   "or",
        "repeat",   "return", "then", "true", "until",  "while",
    };
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (!strcmp(key, reserved[i])) return false;
    size_t n = 0;
    for (; key[n]; n++) {
        char c = key[n];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(n && c >= '0' && c <= '9')) return false;
    }
    return n > 0;
}

static void key_print(struct printer *p, const char *key)
{
    if (p->door == DOOR_JSON) {
        text_add_json(p->out, key);
        text_add(p->out, ": ");
    } else if (is_lua_word(key)) {
        text_format(p->out, "%s = ", key);
    } else {
        text_add(p->out, "[");
        lua_text(p->out, key);
        text_add(p->out, "] = ");
    }
}

/* Before an item: the comma after the one before, and a new line or a space. */
static void item_begin(struct printer *p, uint32_t indent, uint32_t *count, bool spaced)
{
    if ((*count)++)
        text_add(p->out, p->flat ? ", " : ",");
    else if (p->flat && spaced)
        text_add(p->out, " ");
    if (p->flat) return;
    text_format(p->out, "\n%*s", (int)indent + 2, "");
    p->line_begin = p->out->length - indent - 2;
}

static void table_close(struct printer *p, uint32_t indent, uint32_t count, bool spaced,
                        const char *close)
{
    if (count && p->flat && spaced) text_add(p->out, " ");
    if (count && !p->flat) {
        text_format(p->out, "%s\n%*s", p->door == DOOR_LUA && *close == '}' ? "," : "", (int)indent,
                    "");
        p->line_begin = p->out->length - indent;
    }
    text_add(p->out, close);
}

static void json_table(struct printer *p, const struct value *v, uint32_t indent)
{
    uint32_t count = 0;
    bool list = v->type == VALUE_LIST && !v->tag;
    text_add(p->out, list ? "[" : "{");
    if (v->tag) {
        item_begin(p, indent, &count, false);
        text_add(p->out, "\"kind\": ");
        text_add_json(p->out, v->tag);
    }
    if (!list && v->list_count) {
        struct value items = { .type = VALUE_LIST,
                               .list_first = v->list_first,
                               .list_last = v->list_last,
                               .list_count = v->list_count };
        item_begin(p, indent, &count, false);
        text_add(p->out, "\"#\": ");
        value_print(p, &items, indent + 2);
    }
    for (const struct value *item = v->first; item; item = item->next) {
        item_begin(p, indent, &count, false);
        key_print(p, item->key);
        value_print(p, item, indent + 2);
    }
    for (const struct value *item = list ? v->list_first : NULL; item; item = item->next) {
        item_begin(p, indent, &count, false);
        value_print(p, item, indent + 2);
    }
    table_close(p, indent, count, false, list ? "]" : "}");
}

static bool holds_tagged(const struct value *v)
{
    for (const struct value *item = v->list_first; item; item = item->next)
        if (item->tag) return true;
    return false;
}

/* at("10m", outage { ... }), call "redis", zones { "a", "b" } */
static void lua_table(struct printer *p, const struct value *v, uint32_t indent)
{
    uint32_t count = 0;
    bool call = v->tag && !v->count && (v->list_count == 1 || holds_tagged(v));
    if (v->tag) text_add(p->out, v->tag);
    if (call && v->list_count == 1 && v->list_first->type == VALUE_TEXT) {
        text_add(p->out, " ");
        scalar_print(p, v->list_first);
        return;
    }
    text_add(p->out, call ? "(" : v->tag ? " {" : "{");
    for (const struct value *item = v->list_first; item; item = item->next) {
        item_begin(p, indent, &count, !call);
        value_print(p, item, indent + 2);
    }
    for (const struct value *item = v->first; item; item = item->next) {
        item_begin(p, indent, &count, !call);
        key_print(p, item->key);
        value_print(p, item, indent + 2);
    }
    table_close(p, indent, count, !call, call ? ")" : "}");
}

static void table_print(struct printer *p, const struct value *v, uint32_t indent)
{
    if (p->door == DOOR_JSON)
        json_table(p, v, indent);
    else
        lua_table(p, v, indent);
}

void value_print_lua(const struct value *v, uint32_t column, struct text *out)
{
    struct text t = { 0 };
    struct printer p = { .out = &t, .door = DOOR_LUA, .column = column };
    value_print(&p, v, 0);
    text_add(out, text_data(&t));
    text_close(&t);
}

void value_print_json(const struct value *v, uint32_t column, struct text *out)
{
    struct text t = { 0 };
    struct printer p = { .out = &t, .door = DOOR_JSON, .column = column };
    value_print(&p, v, column);
    text_add(out, text_data(&t));
    text_close(&t);
}

void value_print_flat(const struct value *v, enum door door, struct text *out)
{
    struct printer p = { .out = out, .door = door, .flat = true };
    value_print(&p, v, 0);
}
