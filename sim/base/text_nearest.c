/* text_nearest.c - "did you mean": the name that was most likely meant. */
#include "base/text.h"

#include <string.h>

/* Names longer than this are not typing slips of one another unless equal. */
#define NAME_LENGTH_MAX 128

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours, each costs 1. Three rows of
 * the table are enough, because a swap looks back two. */
uint32_t text_distance(const char *a, const char *b, uint32_t cap)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > NAME_LENGTH_MAX || m > NAME_LENGTH_MAX) return strcmp(a, b) == 0 ? 0 : cap;
    uint32_t rows[3][NAME_LENGTH_MAX + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (uint32_t)j;
    for (size_t i = 1; i <= n; i++) {
        uint32_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = (uint32_t)i;
        for (size_t j = 1; j <= m; j++) {
            uint32_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, earlier[j - 2] + 1);
            now[j] = best;
        }
    }
    return least(rows[n % 3][m], cap);
}

const char *text_nearest(const char *wanted, const char *const *names, uint32_t count)
{
    size_t length = strlen(wanted);
    uint32_t allowed = length < 3 ? 1 : (uint32_t)(length / 3); /* one slip is always forgiven */
    const char *nearest = NULL;
    uint32_t nearest_distance = allowed + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t distance = text_distance(wanted, names[i], allowed + 1);
        if (distance < nearest_distance) {
            nearest = names[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}
