/* grid.c - aligned columns. Widths count characters, not bytes: "±" is one. */
#include "report/grid.h"

#include "base/arena.h"
#include "base/check.h"

#define GAP 2

void grid_open(struct grid *g, struct arena *a, uint32_t column_count)
{
    check(column_count >= 1 && column_count <= GRID_COLUMNS_MAX);
    *g = (struct grid){ .arena = a, .column_count = column_count, .left_columns = 1 };
}

const char **grid_add_row(struct grid *g)
{
    size_t row = g->column_count * sizeof *g->cells;
    g->cells = arena_grow(g->arena, g->cells, g->row_count * row, (g->row_count + 1) * row);
    return g->cells + (size_t)g->column_count * g->row_count++;
}

const char *grid_cell(const struct grid *g, uint32_t row, uint32_t column)
{
    const char *s = g->cells[(size_t)row * g->column_count + column];
    return s ? s : "";
}

static uint32_t characters(const char *s)
{
    uint32_t count = 0;
    for (; *s; s++)
        count += ((unsigned char)*s & 0xc0) != 0x80;
    return count;
}

/* 0: nothing below the heading, so no column. */
static uint32_t column_width(const struct grid *g, uint32_t column)
{
    uint32_t width = 0;
    for (uint32_t row = 1; row < g->row_count; row++) {
        uint32_t here = characters(grid_cell(g, row, column));
        if (here > width) width = here;
    }
    uint32_t heading = g->row_count ? characters(grid_cell(g, 0, column)) : 0;
    return width && heading > width ? heading : width;
}

bool grid_column_used(const struct grid *g, uint32_t column)
{
    return column_width(g, column) > 0;
}

static void pad(struct text *out, uint32_t count)
{
    while (count--)
        text_add(out, " ");
}

static void print_row(const struct grid *g, uint32_t row, const uint32_t *widths, struct text *out)
{
    uint32_t owed = 0; /* spaces are written only before something: no line ends in one */
    for (uint32_t column = 0; column < g->column_count; column++) {
        if (!widths[column]) continue;
        const char *s = grid_cell(g, row, column);
        uint32_t space = widths[column] - characters(s);
        bool left = column < g->left_columns;
        if (!left) owed += space;
        if (*s) {
            pad(out, owed);
            text_add_line(out, s);
            owed = 0;
        }
        if (left) owed += space;
        owed += GAP;
    }
    text_add(out, "\n");
}

void grid_print(const struct grid *g, const char *indent, struct text *out)
{
    uint32_t widths[GRID_COLUMNS_MAX];
    for (uint32_t column = 0; column < g->column_count; column++)
        widths[column] = column_width(g, column);
    for (uint32_t row = 0; row < g->row_count; row++) {
        text_add(out, indent);
        print_row(g, row, widths, out);
    }
}

static void markdown_row(const struct grid *g, uint32_t row, const uint32_t *widths,
                         struct text *out)
{
    for (uint32_t column = 0; column < g->column_count; column++) {
        if (!widths[column]) continue;
        text_add(out, "| ");
        for (const char *s = grid_cell(g, row, column); *s; s++)
            text_add_line(out,
                          (const char[]){ *s == '|' ? '\\' : *s, *s == '|' ? '|' : '\0', '\0' });
        text_add(out, " ");
    }
    text_add(out, "|\n");
}

void grid_print_markdown(const struct grid *g, struct text *out)
{
    uint32_t widths[GRID_COLUMNS_MAX];
    for (uint32_t column = 0; column < g->column_count; column++)
        widths[column] = column_width(g, column);
    for (uint32_t row = 0; row < g->row_count; row++) {
        markdown_row(g, row, widths, out);
        if (row) continue;
        for (uint32_t column = 0; column < g->column_count; column++)
            if (widths[column]) text_add(out, column < g->left_columns ? "|---" : "|---:");
        text_add(out, "|\n");
    }
}
