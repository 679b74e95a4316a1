/* options.c - the command line, judged as a whole: every complaint at once. */
#include "cli/options.h"

#include "base/arena.h"
#include "base/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 40

struct parse {
    struct arena *arena;
    const struct option *options;
    void *values;
    struct text *problems;
};

static const struct option *by_name(const struct option *options, const char *name, size_t length)
{
    for (; options->type != OPTION_END; options++)
        if (strncmp(options->name, name, length) == 0 && !options->name[length]) return options;
    return NULL;
}

static const struct option *by_letter(const struct option *options, char letter)
{
    for (; options->type != OPTION_END; options++)
        if (options->letter == letter) return options;
    return NULL;
}

static void complain_unknown(struct parse *p, const char *name)
{
    const char *names[OPTIONS_MAX];
    uint32_t count = 0;
    for (const struct option *o = p->options; o->type != OPTION_END && count < OPTIONS_MAX; o++)
        if (!o->hidden) names[count++] = o->name;
    const char *near = text_nearest(name, names, count);
    text_format(p->problems, "unknown option '--%s'", name);
    if (near) text_format(p->problems, " (did you mean '--%s'?)", near);
    text_add(p->problems, "\n");
}

static bool whole_number(const char *text, uint64_t *value)
{
    if (*text < '0' || *text > '9') return false;
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return !*end && errno == 0;
}

static void set_count(struct parse *p, const struct option *o, const char *text, uint32_t *member)
{
    uint64_t value;
    if (!whole_number(text, &value) || value < o->min || value > o->max)
        text_format(p->problems, "--%s: '%s' is not a whole number from %u to %u\n", o->name, text,
                    o->min, o->max);
    else
        *member = (uint32_t)value;
}

static void set_choice(struct parse *p, const struct option *o, const char *text,
                       const char **member)
{
    for (const char *const *c = o->choices; *c; c++)
        if (strcmp(*c, text) == 0) {
            *member = *c;
            return;
        }
    text_format(p->problems, "--%s: '%s' is none of", o->name, text);
    for (const char *const *c = o->choices; *c; c++)
        text_format(p->problems, " %s", *c);
    text_add(p->problems, "\n");
}

static void set_duration(struct parse *p, const struct option *o, const char *text, int64_t *member)
{
    const char *wrong = units_read_duration(text, member);
    if (wrong)
        text_format(p->problems, "--%s: '%s': %s\n", o->name, text, wrong);
    else if (*member <= 0)
        text_format(p->problems, "--%s: must be longer than nothing\n", o->name);
}

static void set(struct parse *p, const struct option *o, const char *text)
{
    void *member = (char *)p->values + o->offset;
    struct option_texts *texts = member;
    struct option_seed *seed = member;
    switch (o->type) {
    case OPTION_TEXT:
        *(const char **)member = text;
        if (!*text) text_format(p->problems, "--%s: empty\n", o->name);
        break;
    case OPTION_TEXTS:
        texts->items = arena_grow(p->arena, texts->items, texts->count * sizeof *texts->items,
                                  (texts->count + 1) * sizeof *texts->items);
        texts->items[texts->count++] = text;
        break;
    case OPTION_COUNT:
        set_count(p, o, text, member);
        break;
    case OPTION_SEED:
        seed->given = true;
        if (!whole_number(text, &seed->value))
            text_format(p->problems, "--%s: '%s' is not a whole number from 0 to 2^64-1\n", o->name,
                        text);
        break;
    case OPTION_DURATION:
        set_duration(p, o, text, member);
        break;
    case OPTION_CHOICE:
        set_choice(p, o, text, member);
        break;
    case OPTION_FLAG:
    case OPTION_END:
        break;
    }
}

/* The option's argument: what is stuck to it, or the next word. */
static const char *argument_of(struct parse *p, const struct option *o, const char *stuck, int *i,
                               int argc, char **argv)
{
    if (stuck) return stuck;
    if (*i + 1 < argc) return argv[++*i];
    text_format(p->problems, "--%s wants %s\n", o->name, o->argument);
    return NULL;
}

static void take_long(struct parse *p, int *i, int argc, char **argv)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct option *o = by_name(p->options, name, length);
    if (!o) {
        complain_unknown(p, arena_text_n(p->arena, name, length));
        return;
    }
    if (o->type == OPTION_FLAG) {
        *(bool *)((char *)p->values + o->offset) = true;
        if (equals) text_format(p->problems, "--%s takes no argument\n", o->name);
        return;
    }
    const char *text = argument_of(p, o, equals ? equals + 1 : NULL, i, argc, argv);
    if (text) set(p, o, text);
}

/* "-j4", "-j 4", and flags in a row: "-fq". */
static void take_short(struct parse *p, int *i, int argc, char **argv)
{
    for (const char *letter = argv[*i] + 1; *letter; letter++) {
        const struct option *o = by_letter(p->options, *letter);
        if (!o) {
            text_format(p->problems, "unknown option '-%c'\n", *letter);
            return;
        }
        if (o->type != OPTION_FLAG) {
            const char *text = argument_of(p, o, letter[1] ? letter + 1 : NULL, i, argc, argv);
            if (text) set(p, o, text);
            return;
        }
        *(bool *)((char *)p->values + o->offset) = true;
    }
}

bool options_parse(struct arena *a, const struct option *options, int argc, char **argv,
                   void *values, const char **operands, uint32_t *operand_count,
                   struct text *problems)
{
    struct parse p = { a, options, values, problems };
    size_t before = problems->length;
    bool only_operands = false;
    *operand_count = 0;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (only_operands || word[0] != '-' || !word[1])
            operands[(*operand_count)++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            take_long(&p, &i, argc, argv);
        else
            take_short(&p, &i, argc, argv);
    }
    return problems->length == before;
}

void options_help(const struct option *options, struct text *out)
{
    for (const struct option *o = options; o->type != OPTION_END; o++) {
        if (o->hidden) continue;
        char left[80], letter[8] = "";
        if (o->letter) snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        text_format(out, "  %-24s %s\n", left, o->doc);
    }
}
