/* diag.c - keeping and printing what is wrong with the user's input.
 *
 * Entries keep the order of discovery; printing sorts an index of them by (file, line, order
 * of discovery), so two runs over the same input print the same bytes. Past DIAG_ENTRIES_MAX
 * entries are only counted, and the count is said. Errors are kept before warnings: a late
 * error takes the place of the last kept warning. */
#include "orrery/diag.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>

struct diag {
    struct arena *arena;
    uint32_t entry_count, error_count, warning_count;
    struct place (*find)(const void *context, const char *path, struct place at);
    const void *context;
    struct problem entries[DIAG_ENTRIES_MAX];
};

struct diag *diag_open(void)
{
    struct arena *arena = arena_open();
    struct diag *d = arena_alloc(arena, sizeof *d);
    d->arena = arena;
    return d;
}

void diag_close(struct diag *d)
{
    if (d) arena_close(d->arena);
}

/* A problem is one line of output, so what the user wrote must not be able to break it. */
static char *one_line(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f) *c = ' ';
    return text;
}

static const char *kept(struct diag *d, const char *text)
{
    return text ? one_line(arena_text(d->arena, text)) : NULL;
}

/* Room for one more entry, or NULL. An error may push out the last warning, so that a flood of
 * warnings never hides why the input was refused. */
static struct problem *problem_room(struct diag *d, enum severity severity)
{
    if (d->entry_count < DIAG_ENTRIES_MAX) return &d->entries[d->entry_count++];
    if (severity != SEVERITY_ERROR) return NULL;
    for (uint32_t i = DIAG_ENTRIES_MAX; i-- > 0;) {
        if (d->entries[i].severity != SEVERITY_WARNING) continue;
        memmove(&d->entries[i], &d->entries[i + 1],
                (DIAG_ENTRIES_MAX - i - 1) * sizeof d->entries[0]);
        return &d->entries[DIAG_ENTRIES_MAX - 1];
    }
    return NULL;
}

static void diag_add(struct diag *d, enum severity severity, struct place at, const char *path,
                     const char *hint, const char *format, va_list arguments)
{
    struct problem *e = problem_room(d, severity);
    if (!e) return;
    if (d->find && path) at = d->find(d->context, path, at);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *message = arena_alloc(d->arena, (size_t)(length > 0 ? length : 0) + 1);
    vsnprintf(message, (size_t)(length > 0 ? length : 0) + 1, format, arguments);
    *e = (struct problem){ .severity = severity,
                           .at = { at.file ? arena_text(d->arena, at.file) : NULL, at.line },
                           .path = kept(d, path),
                           .hint = kept(d, hint),
                           .message = one_line(message) };
}

void diag_locate(struct diag *d,
                 struct place (*find)(const void *context, const char *path, struct place at),
                 const void *context)
{
    d->find = find;
    d->context = context;
}

void diag_error(struct diag *d, struct place at, const char *path, const char *hint,
                const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    d->error_count++;
    diag_add(d, SEVERITY_ERROR, at, path, hint, format, arguments);
    va_end(arguments);
}

void diag_warning(struct diag *d, struct place at, const char *path, const char *hint,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    d->warning_count++;
    diag_add(d, SEVERITY_WARNING, at, path, hint, format, arguments);
    va_end(arguments);
}

uint32_t diag_error_count(const struct diag *d)
{
    return d->error_count;
}

uint32_t diag_warning_count(const struct diag *d)
{
    return d->warning_count;
}

static bool problem_before(const struct problem *a, const struct problem *b)
{
    int files = strcmp(a->at.file ? a->at.file : "", b->at.file ? b->at.file : "");
    if (files) return files < 0;
    return a->at.line < b->at.line;
}

/* Insertion sort: stable, and DIAG_ENTRIES_MAX is small. */
static uint32_t problems_sorted(const struct diag *d, const struct problem *order[DIAG_ENTRIES_MAX])
{
    for (uint32_t i = 0; i < d->entry_count; i++) {
        uint32_t at = i;
        for (; at > 0 && problem_before(&d->entries[i], order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = &d->entries[i];
    }
    return d->entry_count;
}

static const char *severity_name(enum severity severity)
{
    return severity == SEVERITY_ERROR ? "error" : "warning";
}

void problem_line(const struct problem *p, struct text *out)
{
    if (p->at.file && p->at.line)
        text_format(out, "%s:%u: ", p->at.file, p->at.line);
    else if (p->at.file)
        text_format(out, "%s: ", p->at.file);
    text_format(out, "%s: ", severity_name(p->severity));
    if (p->path && *p->path) text_format(out, "%s: ", p->path);
    text_add(out, p->message);
    if (p->hint && *p->hint) text_format(out, " (%s)", p->hint);
}

void diag_each(const struct diag *d, void (*each)(void *context, const struct problem *p),
               void *context)
{
    const struct problem *order[DIAG_ENTRIES_MAX];
    uint32_t count = problems_sorted(d, order);
    for (uint32_t i = 0; i < count; i++)
        each(context, order[i]);
}

static void add_line(void *lines, const struct problem *p)
{
    problem_line(p, lines);
    text_add(lines, "\n");
}

void diag_print(const struct diag *d, FILE *out)
{
    struct text lines = { 0 };
    diag_each(d, add_line, &lines);
    fputs(text_data(&lines), out);
    text_close(&lines);
    uint32_t count = d->entry_count;
    uint32_t total = d->error_count + d->warning_count;
    if (total > count) fprintf(out, "... and %u more problems\n", total - count);
}

static void json_member(struct text *t, const char *name, const char *value)
{
    text_format(t, "\"%s\": ", name);
    if (value)
        text_add_json(t, value);
    else
        text_add(t, "null");
}

void diag_print_json(const struct diag *d, FILE *out)
{
    const struct problem *order[DIAG_ENTRIES_MAX];
    uint32_t count = problems_sorted(d, order);
    struct text t = { 0 };
    text_add(&t, "[");
    for (uint32_t i = 0; i < count; i++) {
        const struct problem *e = order[i];
        text_add(&t, i ? ",\n {" : "\n {");
        json_member(&t, "severity", severity_name(e->severity));
        text_add(&t, ", ");
        json_member(&t, "file", e->at.file);
        text_format(&t, ", \"line\": %u, ", e->at.line);
        json_member(&t, "path", e->path);
        text_add(&t, ", ");
        json_member(&t, "message", e->message);
        text_add(&t, ", ");
        json_member(&t, "hint", e->hint);
        text_add(&t, "}");
    }
    text_add(&t, count ? "\n]\n" : "]\n");
    fputs(text_data(&t), out);
    text_close(&t);
}
