/* parts.c - parts for tests of one kind, without a scenario around them. */
#include "parts.h"

#include "base/arena.h"
#include "base/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void parts_open(struct parts *p)
{
    *p = (struct parts){ .arena = arena_open(), .diag = diag_open() };
    p->document = (struct document){ .arena = p->arena, .file = "test.lua", .title = "test" };
}

void parts_close(struct parts *p)
{
    diag_close(p->diag);
    arena_close(p->arena);
}

static const struct field *field_named(const struct kind *kind, const char *name, size_t length)
{
    for (const struct field *f = kind->fields; f->type != FIELD_NONE; f++)
        if (strncmp(f->name, name, length) == 0 && f->name[length] == '\0') return f;
    fail_msg("%s has no field %.*s", kind->name, (int)length, name);
    return NULL;
}

static uint32_t choice_index(const struct field *f, const char *text)
{
    for (uint32_t i = 0; f->choices[i] != NULL; i++)
        if (strcmp(f->choices[i], text) == 0) return i;
    fail_msg("%s has no choice %s", f->name, text);
    return 0;
}

static const char *member_read(const struct field *f, const char *text, void *member)
{
    double number = 0;
    const char *problem = NULL;
    switch (f->type) {
    case FIELD_DURATION:
        return units_read_duration(text, member);
    case FIELD_RATE:
        return units_read_rate(text, member);
    case FIELD_RATIO:
        return units_read_ratio(text, member);
    case FIELD_NUMBER:
    case FIELD_AMOUNT:
        return units_read_number(text, member);
    case FIELD_COUNT:
        problem = units_read_number(text, &number);
        *(uint32_t *)member = (uint32_t)number;
        return problem;
    case FIELD_BOOL:
        *(bool *)member = strcmp(text, "true") == 0;
        return NULL;
    case FIELD_CHOICE:
        *(uint32_t *)member = choice_index(f, text);
        return NULL;
    case FIELD_TEXT:
        *(const char **)member = text;
        return NULL;
    default:
        return "this sort of field has no text form here";
    }
}

static void field_fill(struct parts *p, char *spec, const struct field *f, const char *text)
{
    const char *problem = member_read(f, arena_text(p->arena, text), spec + f->offset);
    if (problem != NULL) fail_msg("%s=%s: %s", f->name, text, problem);
}

static void presets_fill(struct parts *p, const struct kind *kind, char *spec)
{
    for (const struct field *f = kind->fields; f->type != FIELD_NONE; f++)
        if (f->preset != NULL && f->preset[0] != '\0') field_fill(p, spec, f, f->preset);
}

struct part part_filled(struct parts *p, const struct kind *kind, const char *said)
{
    char *spec = arena_alloc(p->arena, kind->spec_size);
    presets_fill(p, kind, spec);
    char *rest = arena_text(p->arena, said), *next;
    for (char *word = strtok_r(rest, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
        char *equals = strchr(word, '=');
        if (equals == NULL) fail_msg("no '=' in %s", word);
        field_fill(p, spec, field_named(kind, word, (size_t)(equals - word)), equals + 1);
    }
    return (struct part){ kind, spec, { "test.lua", 1 } };
}

void *part_member(const struct part *part, const char *field)
{
    const struct field *f = field_named(part->kind, field, strlen(field));
    return (char *)(uintptr_t)part->spec + f->offset; /* ours: part_filled made it */
}

struct part part_checked(struct parts *p, struct part part)
{
    void *spec = (void *)(uintptr_t)part.spec;
    if (part.kind->check != NULL)
        part.kind->check(spec, &p->document, part.at, part.kind->name, p->diag);
    return part;
}

struct part part_of(struct parts *p, const struct kind *kind, const char *said)
{
    return part_checked(p, part_filled(p, kind, said));
}

const char *parts_said(struct parts *p)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    diag_print(p->diag, stream);
    fclose(stream);
    char *kept = arena_text(p->arena, text);
    free(text);
    diag_close(p->diag);
    p->diag = diag_open();
    return kept;
}
