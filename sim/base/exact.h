/* exact.h - elementary functions that give the same bits on every machine.
 *
 * libm differs between versions; these use only + - * / sqrt and integer work, compiled
 * with -ffp-contract=off. Accuracy (tested against MPFR): log, exp <= 1 ulp; pow <= 2 ulp in the
 * range used; sin/cos of turns <= 2 ulp; gamma <= 1e-14 relative. */
#ifndef BASE_EXACT_H
#define BASE_EXACT_H

double exact_log(double x);          /* x > 0; -INFINITY at 0, NAN below */
double exact_exp(double x);
double exact_pow(double x, double y); /* x >= 0 */
double exact_sin_turns(double t);    /* sin(2 pi t) */
double exact_cos_turns(double t);
double exact_log_gamma(double x);    /* x > 0 */
double exact_gamma(double x);        /* x > 0 */
double exact_normal_quantile(double p); /* 0 < p < 1 (Wichura AS 241, 1e-16) */
double exact_student_t(double p, double dof); /* quantile of Student's t */

#endif
