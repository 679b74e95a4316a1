/* problems.c - a diag as a library's user sees it: an array that stays. */
#include "embed/inside.h"

#include "base/arena.h"
#include "base/text.h"

struct taking {
    struct arena *arena;
    struct orrery_problem *items;
    uint32_t count;
    struct text line;
};

static const char *kept(struct arena *a, const char *text)
{
    return text ? arena_text(a, text) : "";
}

static void take(void *context, const struct problem *p)
{
    struct taking *t = context;
    t->line.length = 0;
    problem_line(p, &t->line);
    bool error = p->severity == SEVERITY_ERROR;
    t->items[t->count++] =
        (struct orrery_problem){ .severity = error ? ORRERY_ERROR : ORRERY_WARNING,
                                 .line = p->at.line,
                                 .file = kept(t->arena, p->at.file),
                                 .path = kept(t->arena, p->path),
                                 .message = kept(t->arena, p->message),
                                 .hint = kept(t->arena, p->hint),
                                 .text = arena_text(t->arena, text_data(&t->line)) };
}

struct orrery_problems problems_take(struct arena *a, struct diag *d)
{
    struct taking t = { .arena = a };
    uint32_t total = diag_error_count(d) + diag_warning_count(d);
    uint32_t kept_max = total < DIAG_ENTRIES_MAX ? total : DIAG_ENTRIES_MAX;
    t.items = arena_alloc(a, kept_max * sizeof *t.items);
    diag_each(d, take, &t);
    struct orrery_problems p = { t.count, diag_error_count(d), t.items };
    text_close(&t.line);
    diag_close(d);
    return p;
}

uint32_t orrery_problem_count(const struct orrery_problems *p)
{
    return p->count;
}

uint32_t orrery_error_count(const struct orrery_problems *p)
{
    return p->error_count;
}

const struct orrery_problem *orrery_problem_at(const struct orrery_problems *p, uint32_t index)
{
    return index < p->count ? &p->items[index] : NULL;
}
