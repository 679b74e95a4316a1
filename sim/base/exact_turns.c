/* exact_turns.c - sine and cosine of an angle in turns: reduction to an eighth of a turn is exact.
 */
#include "base/exact.h"

#include <math.h>
#include <stdint.h>

#define TWO_PI_HI 0x1.921fb54442d18p+2
#define TWO_PI_LO 0x1.1a62633145c07p-52
#define ROUND_TO_INTEGER 0x1.8p52
#define WHOLE_TURNS 0x1p51 /* from here on the integer trick fails */

/* sin(2 pi f), |f| <= 1/8: Taylor in f; the first coefficient carries its low word. */
static double sine_near_zero(double f)
{
    double g = f * f;
    double rest =
        -0x1.4abbce625be53p+5 +
        g * (0x1.466bc6775aae2p+6 +
             g * (-0x1.32d2cce62bd86p+6 +
                  g * (0x1.50783487ee782p+5 +
                       g * (-0x1.e3074fde8871fp+3 +
                            g * (0x1.e8f434d018d63p+1 +
                                 g * (-0x1.6fadb9f155744p-1 + g * 0x1.aaec32af93359p-4))))));
    return f * TWO_PI_HI + (f * TWO_PI_LO + f * g * rest);
}

/* cos(2 pi f), |f| <= 1/8. */
static double cosine_near_zero(double f)
{
    double g = f * f;
    double rest =
        -0x1.3bd3cc9be45dep+4 +
        g * (0x1.03c1f081b5ac4p+6 +
             g * (-0x1.55d3c7e3cbffap+6 +
                  g * (0x1.e1f506891babbp+5 +
                       g * (-0x1.a6d1f2a204a8cp+4 +
                            g * (0x1.f9d38a3763cc3p+2 +
                                 g * (-0x1.b6e24f44b128fp+0 + g * 0x1.20c62c2f2d7f5p-2))))));
    return 1 + g * rest;
}

/* sin of t plus `quarters` quarter turns. */
static double sine_of(double t, int64_t quarters)
{
    if (!(fabs(t) < INFINITY)) return NAN;
    if (fabs(t) >= WHOLE_TURNS) t = 0;
    t -= (t + ROUND_TO_INTEGER) - ROUND_TO_INTEGER; /* exact; now |t| <= 1/2 */
    double quarter = (4 * t + ROUND_TO_INTEGER) - ROUND_TO_INTEGER;
    double f = t - quarter / 4; /* exact */
    switch (((int64_t)quarter + quarters) & 3) {
    case 0:
        return sine_near_zero(f);
    case 1:
        return cosine_near_zero(f);
    case 2:
        return -sine_near_zero(f);
    default:
        return -cosine_near_zero(f);
    }
}

double exact_sin_turns(double t)
{
    return sine_of(t, 0);
}

double exact_cos_turns(double t)
{
    return sine_of(t, 1);
}
