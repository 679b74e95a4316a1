/* ewma.c - a peak-sensitive moving average of latency. Source: Finagle, PeakEwma. */
#include "traffic/ewma.h"

#include "base/exact.h"

#include "base/poison.h"

#define PENALTY 0x1p47 /* Finagle's Long.MaxValue >> 16: 39 hours, in ns */

/* e^-x. Looks come often: where x is small a few terms are as exact, and a third of the time. */
static double forgotten(double x)
{
    if (x >= 0x1p-9) return exact_exp(-x);
    return 1 - x * (1 - x * (1.0 / 2) *
                            (1 - x * (1.0 / 3) * (1 - x * (1.0 / 4) * (1 - x * (1.0 / 5)))));
}

double ewma_peak(double average_ns, double rtt_ns, int64_t elapsed_ns, int64_t decay_ns)
{
    if (rtt_ns > average_ns) return rtt_ns;
    if (average_ns == 0 || elapsed_ns == 0) return average_ns;
    double kept = forgotten((double)elapsed_ns / (double)decay_ns);
    return average_ns * kept + rtt_ns * (1 - kept);
}

double ewma_cost(double average_ns, uint32_t in_flight)
{
    if (average_ns == 0 && in_flight > 0) return PENALTY + in_flight;
    return average_ns * (in_flight + 1.0);
}
