/* progress.c - percent, simulated time, events per second, time left; redrawn five times a second.
 */
#include "cli/progress.h"

#include "report/number.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REDRAW_S 0.2
#define BAR_CELLS 20

bool progress_wanted(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

void progress_line(const struct progress_bar *bar, const struct progress *p, char *buf)
{
    char cells[BAR_CELLS + 1], rate[NUMBER_BYTES], now[NUMBER_BYTES], until[NUMBER_BYTES];
    char left[NUMBER_BYTES] = "?", which[40] = "";
    double share = p->share < 0 ? 0 : p->share > 1 ? 1 : p->share;
    uint32_t full = (uint32_t)(share * BAR_CELLS);
    memset(cells, '.', BAR_CELLS);
    memset(cells, '#', full);
    cells[BAR_CELLS] = '\0';
    number_print(p->wall_s > 0 ? (double)(int64_t)((double)p->events / p->wall_s) : 0, rate);
    number_print_seconds(p->simulated_s, now);
    number_print_seconds(bar->until_s, until);
    if (share > 0.01) number_print_seconds(p->wall_s * (1 - share) / share, left);
    if (p->replications > 1)
        snprintf(which, sizeof which, "  replication %u of %u", p->finished + 1, p->replications);
    snprintf(buf, PROGRESS_BYTES, "%.40s [%s] %3.0f%%%s  %s of %s  %s events/s  %s left",
             bar->label, cells, share * 100, which, now, until, rate, left);
}

void progress_show(void *state, const struct progress *p)
{
    struct progress_bar *bar = state;
    if (bar->shown && p->wall_s - bar->last_s < REDRAW_S) return;
    char line[PROGRESS_BYTES];
    progress_line(bar, p, line);
    fprintf(stderr, "\r\x1b[K%s", line);
    fflush(stderr);
    bar->last_s = p->wall_s;
    bar->shown = true;
}

void progress_clear(struct progress_bar *bar)
{
    if (bar->shown) fprintf(stderr, "\r\x1b[K");
    fflush(stderr);
    bar->shown = false;
}
