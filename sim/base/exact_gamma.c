/* exact_gamma.c - the gamma function: Stirling's series from STIRLING_FROM up, shifted up below.
 *
 * The series is NIST DLMF 5.11.1, whose next term is below 1e-16 from there on. */
#include "base/exact.h"

#include <math.h>

#define STIRLING_FROM 12.0
#define OVERFLOWS_FROM 171.7 /* gamma(171.63) is past the largest double */
#define SQRT_TWO_PI 0x1.40d931ff62706p+1
#define HALF_LOG_TWO_PI 0x1.d67f1c864beb5p-1

/* log gamma(x) - ((x - 1/2) log x - x + log(2 pi)/2). */
static double stirling_rest(double x)
{
    double y = 1 / x, z = y * y;
    double sum = 1.0 / 156;
    sum = sum * z - 691.0 / 360360;
    sum = sum * z + 1.0 / 1188;
    sum = sum * z - 1.0 / 1680;
    sum = sum * z + 1.0 / 1260;
    sum = sum * z - 1.0 / 360;
    return y * (sum * z + 1.0 / 12);
}

static double gamma_by_stirling(double x)
{
    if (x > OVERFLOWS_FROM) return INFINITY;
    double root = exact_pow(x, x / 2 - 0.25); /* half the power: the whole overflows before gamma */
    return SQRT_TWO_PI * root * exact_exp(-x) * root * exact_exp(stirling_rest(x));
}

double exact_gamma(double x)
{
    if (!(x > 0)) return x == 0 ? INFINITY : NAN;
    double product = 1;
    for (; x < STIRLING_FROM; x += 1)
        product *= x;
    return gamma_by_stirling(x) / product;
}

/* Below STIRLING_FROM the error is absolute, 1e-15: near 1 and 2, where the result is 0. */
double exact_log_gamma(double x)
{
    if (!(x > 0)) return x == 0 ? INFINITY : NAN;
    if (isinf(x)) return x;
    if (x < STIRLING_FROM) return exact_log(exact_gamma(x));
    return (x - 0.5) * exact_log(x) - x + HALF_LOG_TWO_PI + stirling_rest(x);
}
