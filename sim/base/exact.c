/* exact.c - log, exp and pow by table and short polynomial, the same bits everywhere.
 *
 * Log: x = 2^k z, and a cell gives c near 1/z with few bits, so that z c - 1 = r is exact in two
 * pieces; log x = k log 2 - log c + log(1 + r). The two cells beside 1 use c = 1, so nothing
 * cancels there. Exp: x = (n log 2)/128 + r. Both carry a low word past the table, which is why
 * the result is within 0.52 ulp without a fused multiply-add. The idea is P. Tang's (ACM TOMS 16,
 * 1990); tables and coefficients are our own. */
#include "base/exact.h"

#include "base/exact_tables.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LOG_OFFSET UINT64_C(0x3fe6000000000000) /* mantissas run from 0.6875 to 1.375 */
#define MANTISSA_BITS 52
#define CELL_SHIFT (MANTISSA_BITS - 7)
#define UPPER_WORD UINT64_C(0xffffffff00000000)

/* Multiples of 2^-42, so that k times them is exact, and what they leave out. */
#define LN2_HI 0x1.62e42fefa3800p-1
#define LN2_LO 0x1.ef35793c76730p-45
#define LN2_128TH_HI 0x1.62e42fefc0000p-8
#define LN2_128TH_LO -0x1.c610ca86c3899p-44
#define CELLS_PER_LN2 0x1.71547652b82fep+7
#define ROUND_TO_INTEGER 0x1.8p52 /* adding it leaves the integer in the low bits */

static uint64_t double_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double bits_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* log(1 + r) - r for |r| <= 2^-7: Taylor to r^9, what is left is below 2^-66 of r. */
static inline double log_rest(double r)
{
    double r2 = r * r, r4 = r2 * r2;
    double low = (-1.0 / 2 + r * (1.0 / 3)) + r2 * (-1.0 / 4 + r * (1.0 / 5));
    double high = (-1.0 / 6 + r * (1.0 / 7)) + r2 * (-1.0 / 8 + r * (1.0 / 9));
    return r2 * (low + r4 * high);
}

/* log x as hi + lo, x positive, finite and normal, given by its bits. */
static inline double log_hi_lo(uint64_t bits, double *lo)
{
    uint64_t offset = bits - LOG_OFFSET;
    const struct exact_log_cell *cell = &exact_log_cells[(offset >> CELL_SHIFT) % EXACT_CELLS];
    double k = (double)((int64_t)offset >> MANTISSA_BITS);
    uint64_t z_bits = bits - (offset & (UINT64_C(0xfff) << MANTISSA_BITS));
    double z_hi = bits_double(z_bits & UPPER_WORD), z_lo = bits_double(z_bits) - z_hi;

    double r_hi = z_hi * cell->inverse - 1, r_lo = z_lo * cell->inverse; /* both exact */
    double r = r_hi + r_lo, r_rest = (r_hi - r) + r_lo;
    double base = k * LN2_HI + cell->hi; /* exact: multiples of 2^-42 */
    double hi = base + r;
    *lo = ((base - hi) + r) + r_rest + (k * LN2_LO + cell->lo) + log_rest(r);
    return hi;
}

static bool bits_are_normal(uint64_t bits) /* positive, finite, not subnormal */
{
    return bits - UINT64_C(0x0010000000000000) < UINT64_C(0x7fe0000000000000);
}

/* log x for 0 < x < 2^-1022: scaled up exactly, then taken back without losing the low word. */
static double log_of_subnormal(double x, double *lo)
{
    double hi = log_hi_lo(double_bits(x * 0x1p54), lo), shift = -54 * LN2_HI;
    double sum = shift + hi; /* |hi| is the greater */
    *lo += (hi - sum) + shift - 54 * LN2_LO;
    return sum;
}

double exact_log(double x)
{
    double lo, hi;
    uint64_t bits = double_bits(x);
    if (bits_are_normal(bits)) {
        hi = log_hi_lo(bits, &lo);
        return hi + lo;
    }
    if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
    if (isinf(x)) return x;
    hi = log_of_subnormal(x, &lo);
    return hi + lo;
}

/* 2^k * value for any k; the last step rounds once, so that subnormal results stay right. */
static double scale(double value, int64_t k)
{
    if (k > -1022 && k < 1023) return value * bits_double((uint64_t)(k + 1023) << MANTISSA_BITS);
    int64_t half = k / 2;
    return value * bits_double((uint64_t)(half + 1023) << MANTISSA_BITS) *
           bits_double((uint64_t)(k - half + 1023) << MANTISSA_BITS);
}

/* exp(x + lo), lo small beside x. */
static inline double exp_hi_lo(double x, double lo)
{
    if (!(x < 0x1.62e42fefa39f0p+9)) return isnan(x) ? x : INFINITY; /* past 709.7827 */
    if (x < -746) return 0;
    double shifted = x * CELLS_PER_LN2 + ROUND_TO_INTEGER;
    int64_t n = (int32_t)(uint32_t)double_bits(shifted);
    double whole = shifted - ROUND_TO_INTEGER;
    const struct exact_exp_cell *cell = &exact_exp_cells[(uint64_t)n % EXACT_CELLS];
    double r = (x - whole * LN2_128TH_HI) - whole * LN2_128TH_LO + lo;

    /* |r| <= 0.0028: Taylor to r^5, what is left is below 2^-60. */
    double r2 = r * r;
    double rest = r + r2 * ((1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120)));
    double value = cell->hi + (cell->lo + cell->hi * rest);
    return scale(value, (n - (int64_t)((uint64_t)n % EXACT_CELLS)) / EXACT_CELLS);
}

double exact_exp(double x)
{
    return exp_hi_lo(x, 0);
}

/* The corners of pow, as C's annex F has them for x >= 0. */
static bool pow_is_special(double x, double y, double *answer)
{
    if (y == 0 || x == 1) return *answer = 1, true;
    if (isnan(x) || isnan(y) || x < 0) return *answer = NAN, true;
    if (x == 0 || isinf(x) || isinf(y)) {
        bool grows = isinf(y) ? (x > 1) == (y > 0) : isinf(x) == (y > 0);
        return *answer = grows ? INFINITY : 0, true;
    }
    return false;
}

/* The upper 26 bits: products of two such are exact. */
static double upper_half(double x)
{
    return bits_double(double_bits(x) & UINT64_C(0xfffffffff8000000));
}

double exact_pow(double x, double y)
{
    double answer, lo;
    if (pow_is_special(x, y, &answer)) return answer;
    uint64_t bits = double_bits(x);
    double hi = bits_are_normal(bits) ? log_hi_lo(bits, &lo) : log_of_subnormal(x, &lo);
    double log_upper = upper_half(hi), log_lower = (hi - log_upper) + lo;
    double y_upper = upper_half(y), y_lower = y - y_upper;
    double product = y_upper * log_upper;
    double rest = y_lower * log_upper + y * log_lower;
    double sum = product + rest; /* rounded before exp judges whether it is in range */
    return exp_hi_lo(sum, (product - sum) + rest);
}
