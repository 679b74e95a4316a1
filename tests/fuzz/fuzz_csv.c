/* fuzz_csv.c - any bytes as a rate series and as a trace: what is accepted must keep its promises.
 * The first byte chooses the column. */
#include "base/arena.h"
#include "base/check.h"
#include "workload/csv.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const columns[] = { NULL, "", "2", "3", "count", "999999" };

static void judge_series(struct arena *a, const struct csv_source *source, struct diag *d)
{
    struct csv_series s;
    if (!csv_read_series(a, source, d, &s)) {
        check(diag_error_count(d) > 0);
        return;
    }
    check(diag_error_count(d) == 0);
    check(s.count >= 2 && s.count <= CSV_ROWS_MAX && s.step_ns >= 0);
    for (uint32_t i = 0; i < s.count; i++)
        check(s.values[i] >= 0 && isfinite(s.values[i]));
}

static void judge_times(struct arena *a, const struct csv_source *source, struct diag *d)
{
    struct csv_times t;
    if (!csv_read_times(a, source, d, &t)) {
        check(diag_error_count(d) > 0);
        return;
    }
    check(diag_error_count(d) == 0);
    check(t.count >= 1 && t.at_ns[0] >= 0);
    for (uint32_t i = 1; i < t.count; i++)
        check(t.at_ns[i] >= t.at_ns[i - 1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    for (int trace = 0; trace < 2; trace++) {
        struct arena *a = arena_open();
        struct diag *d = diag_open();
        struct csv_source source = { "fuzz.csv", arena_text_n(a, (const char *)data + 1, size - 1),
                                     size - 1,
                                     columns[data[0] % (sizeof columns / sizeof *columns)] };
        if (trace)
            judge_times(a, &source, d);
        else
            judge_series(a, &source, d);
        diag_close(d);
        arena_close(a);
    }
    return 0;
}
