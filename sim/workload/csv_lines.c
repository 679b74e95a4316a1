/* csv_lines.c - lines and cells as RFC 4180 has them, except that no cell goes over a line's end.
 */
#include "workload/csv_lines.h"

#include "base/arena.h"

#include <string.h>

#include "base/poison.h"

struct csv_lines csv_lines_open(struct arena *a, const struct csv_source *source, struct diag *d)
{
    struct csv_lines l = { .arena = a,
                           .diag = d,
                           .next = source->text,
                           .end = source->text + source->length,
                           .at.file = source->file };
    if (source->length >= 3 && memcmp(l.next, "\xef\xbb\xbf", 3) == 0) l.next += 3;
    l.cells = arena_alloc(a, CSV_COLUMNS_MAX * sizeof *l.cells);
    return l;
}

static const char *find(const char *s, const char *end, char c)
{
    return s < end ? memchr(s, c, (size_t)(end - s)) : NULL;
}

static const char *blanks_skip(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    return s;
}

static struct csv_cell cell_trimmed(const char *s, const char *end)
{
    s = blanks_skip(s, end);
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (struct csv_cell){ s, (size_t)(end - s) };
}

/* The quote that ends a cell begun at s, or NULL; doubled ones before it are counted. */
static const char *quote_close(const char *s, const char *end, size_t *doubled)
{
    *doubled = 0;
    while ((s = find(s, end, '"')) != NULL && s + 1 < end && s[1] == '"') {
        (*doubled)++;
        s += 2;
    }
    return s;
}

static struct csv_cell cell_unquoted(struct csv_lines *l, const char *s, size_t n, size_t doubled)
{
    if (doubled == 0) return (struct csv_cell){ s, n };
    char *copy = arena_alloc(l->arena, n - doubled);
    for (size_t i = 0, k = 0; i < n; i += 1 + (s[i] == '"'))
        copy[k++] = s[i];
    return (struct csv_cell){ copy, n - doubled };
}

/* Reads the quoted cell whose text begins at s; *comma: what ends it, NULL at the line's end. */
static bool cell_quoted(struct csv_lines *l, const char *s, const char *end, struct csv_cell *c,
                        const char **comma)
{
    size_t doubled;
    const char *close = quote_close(s, end, &doubled);
    if (close == NULL) {
        diag_error(l->diag, l->at, NULL, NULL, "a quote is opened and not closed");
        return false;
    }
    *c = cell_unquoted(l, s, (size_t)(close - s), doubled);
    const char *after = blanks_skip(close + 1, end);
    *comma = after < end ? after : NULL;
    if (after == end || *after == ',') return true;
    diag_error(l->diag, l->at, NULL, NULL, "text after a closing quote");
    return false;
}

static bool cells_split(struct csv_lines *l, const char *s, const char *end)
{
    for (l->cell_count = 0;; s++) { /* s stands where a cell begins */
        s = blanks_skip(s, end);
        const char *comma = find(s, end, ',');
        struct csv_cell c = cell_trimmed(s, comma != NULL ? comma : end);
        if (s < end && *s == '"' && !cell_quoted(l, s + 1, end, &c, &comma)) return false;
        if (l->cell_count == CSV_COLUMNS_MAX) {
            diag_error(l->diag, l->at, NULL, NULL, "more than %d columns", CSV_COLUMNS_MAX);
            return false;
        }
        l->cells[l->cell_count++] = c;
        if (comma == NULL) return true;
        s = comma;
    }
}

bool csv_line_next(struct csv_lines *l, bool *good)
{
    while (l->next < l->end) {
        const char *s = l->next, *newline = find(s, l->end, '\n');
        const char *end = newline != NULL ? newline : l->end;
        l->next = newline != NULL ? newline + 1 : l->end;
        l->at.line++;
        if (end > s && end[-1] == '\r') end--;
        struct csv_cell whole = cell_trimmed(s, end);
        if (whole.n == 0 || whole.s[0] == '#') continue;
        *good = cells_split(l, s, end);
        return true;
    }
    return false;
}

const char *csv_cell_shown(const struct csv_cell *c, char *buffer)
{
    size_t max = CSV_SHOWN_BYTES - sizeof "...", n = c->n < max ? c->n : max;
    for (size_t i = 0; i < n; i++)
        buffer[i] = c->s[i] >= ' ' && c->s[i] <= '~' ? c->s[i] : '?';
    strcpy(buffer + n, c->n > n ? "..." : "");
    return buffer;
}
