/* exact_quantile.c - quantiles of the normal and of Student's t.
 *
 * Normal: M. Wichura's rational functions (algorithm AS 241, Applied Statistics 37, 1988). Student:
 * Newton steps on the distribution function, always inside a bracket; for many degrees of freedom,
 * where that function loses digits, the expansion about the normal (Abramowitz & Stegun 26.7.5). */
#include "base/exact.h"

#include <math.h>
#include <stdint.h>

/* (c[0] + c[1] r + ... + c[7] r^7) / (1 + d[0] r + ... + d[6] r^7) */
struct rational {
    double c[8], d[7];
};

static const struct rational centre = {
    { 3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
      1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
      3.3430575583588128105e+4, 2.5090809287301226727e+3 },
    { 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
      2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
      5.2264952788528545610e+3 },
};
static const struct rational shoulder = {
    { 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4 },
    { 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9 },
};
static const struct rational tail = {
    { 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7 },
    { 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15 },
};

static double rational_at(const struct rational *q, double r)
{
    double above = q->c[7], below = q->d[6];
    for (int i = 6; i >= 0; i--)
        above = above * r + q->c[i];
    for (int i = 5; i >= 0; i--)
        below = below * r + q->d[i];
    return above / (below * r + 1);
}

double exact_normal_quantile(double p)
{
    if (!(p > 0 && p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    double q = p - 0.5;
    if (fabs(q) <= 0.425) return q * rational_at(&centre, 0.180625 - q * q);
    double r = sqrt(-exact_log(q < 0 ? p : 1 - p));
    double x = r <= 5 ? rational_at(&shoulder, r - 1.6) : rational_at(&tail, r - 5);
    return q < 0 ? -x : x;
}

#define FRACTION_TERMS_MAX 10000
#define FRACTION_TINY 1e-300

/* The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22). */
static double beta_fraction(double x, double a, double b)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < FRACTION_TINY ? FRACTION_TINY : d);
    double value = d;
    for (int m = 1; m < FRACTION_TERMS_MAX; m++) {
        double change = 1;
        for (int odd = 0; odd < 2; odd++) {
            double n = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                           : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + n * d;
            c = 1 + n / c;
            d = 1 / (fabs(d) < FRACTION_TINY ? FRACTION_TINY : d);
            c = fabs(c) < FRACTION_TINY ? FRACTION_TINY : c;
            change = c * d;
            value *= change;
        }
        if (fabs(change - 1) < 1e-16) break;
    }
    return value;
}

/* I_x(a, b), with y = 1 - x given apart because it may be tiny. */
static double beta_incomplete(double x, double y, double a, double b)
{
    double front = exact_exp(a * exact_log(x) + b * exact_log(y) + exact_log_gamma(a + b) -
                             exact_log_gamma(a) - exact_log_gamma(b));
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(x, a, b) / a;
    return 1 - front * beta_fraction(y, b, a) / b;
}

/* P(|T| > t), t > 0. */
static double student_two_tails(double t, double dof)
{
    double whole = dof + t * t;
    return beta_incomplete(dof / whole, t * t / whole, dof / 2, 0.5);
}

static double student_density(double t, double dof)
{
    double log_front = exact_log_gamma((dof + 1) / 2) - exact_log_gamma(dof / 2);
    double log_body = (dof + 1) / 2 * exact_log(1 + t * t / dof);
    return exact_exp(log_front - log_body) / sqrt(dof * 3.14159265358979323846);
}

/* t > 0 with P(|T| > t) = q. Newton from below never overshoots the convex tail for long; the
 * bracket catches it when it does. */
static double student_solve(double q, double dof)
{
    double low = 0, high = 1;
    while (student_two_tails(high, dof) > q && high < 1e300) {
        low = high;
        high *= 2;
    }
    double t = (low + high) / 2;
    for (int step = 0; step < 200; step++) {
        double excess = student_two_tails(t, dof) - q;
        if (excess > 0)
            low = t;
        else
            high = t;
        double next = t + excess / (2 * student_density(t, dof));
        if (!(next > low && next < high)) next = (low + high) / 2;
        if (fabs(next - t) <= 1e-15 * t) return next;
        t = next;
    }
    return t;
}

/* Beyond this many degrees of freedom four terms about the normal are good to 1e-12. */
#define DOF_NEARLY_NORMAL 3000.0

static double student_near_normal(double p, double dof)
{
    double z = exact_normal_quantile(p), z2 = z * z;
    double g1 = z * (z2 + 1) / 4;
    double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + (g1 + (g2 + (g3 + g4 / dof) / dof) / dof) / dof;
}

double exact_student_t(double p, double dof)
{
    if (!(p > 0 && p < 1) || !(dof > 0)) return NAN;
    if (p == 0.5) return 0;
    if (dof > DOF_NEARLY_NORMAL) return student_near_normal(p, dof);
    double t = student_solve(2 * (p < 0.5 ? p : 1 - p), dof);
    return p < 0.5 ? -t : t;
}
