/* fuzz_units.c - any text as a quantity: read or refused with a message; what is read prints as
 * something that reads back equal. */
#include "base/check.h"
#include "base/units.h"
#include "orrery/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void whole_reads_back(const char *text, const char *(*read)(const char *, int64_t *),
                             const char *(*print)(int64_t, char *))
{
    int64_t v = 0, back = 0;
    char buf[64];
    const char *wrong = read(text, &v);
    if (wrong) {
        check(*wrong);
        return;
    }
    check(!read(print(v, buf), &back));
    check(v == back);
}

static void number_reads_back(const char *text, const char *(*read)(const char *, double *),
                              const char *(*print)(double, char *), double max)
{
    double v = 0, back = 0;
    char buf[64];
    const char *wrong = read(text, &v);
    if (wrong) {
        check(*wrong);
        return;
    }
    check(isfinite(v));
    if (fabs(v) > max || (v != 0 && fabs(v) < 1 / max)) return; /* no field holds it */
    check(!read(print(v, buf), &back));
    check(v == back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    memcpy(text, data, size);
    whole_reads_back(text, units_read_duration, units_print_duration);
    whole_reads_back(text, units_read_bytes, units_print_bytes);
    number_reads_back(text, units_read_rate, units_print_rate, 1e12);
    number_reads_back(text, units_read_cpu, units_print_cpu, 1e12);
    number_reads_back(text, units_read_ratio, units_print_ratio, 1e12);
    number_reads_back(text, units_read_number, units_print_number, 1e300);
    free(text);
    return 0;
}
