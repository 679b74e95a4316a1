/* poison.h - what a run may not use does not compile. Include it last, in every engine room.
 *
 * Whatever reads the wall clock, the environment or the locale, sorts in an unspecified order or
 * differs between versions of libm would make two machines disagree. Words that are also good
 * names of members (time, random) are forbidden only where they are called. */
#ifndef BASE_POISON_H
#define BASE_POISON_H

#pragma GCC poison rand srand rand_r srandom initstate drand48 erand48 lrand48 mrand48 arc4random
#pragma GCC poison qsort qsort_r hsearch
#pragma GCC poison gettimeofday clock_gettime timespec_get localtime gmtime mktime strftime
#pragma GCC poison getenv setenv setlocale localeconv strtod strtof strtold atof
#pragma GCC poison malloc calloc realloc alloca

/* The message is the name that the compiler then cannot find. */
#define random(...) chance_comes_from_orrery_rng_h
#define time(...) the_wall_clock_is_not_part_of_a_run
#define clock(...) the_wall_clock_is_not_part_of_a_run

#define exp(...) libm_differs_between_machines_use_base_exact_h
#define exp2(...) libm_differs_between_machines_use_base_exact_h
#define expm1(...) libm_differs_between_machines_use_base_exact_h
#define log(...) libm_differs_between_machines_use_base_exact_h
#define log2(...) libm_differs_between_machines_use_base_exact_h
#define log10(...) libm_differs_between_machines_use_base_exact_h
#define log1p(...) libm_differs_between_machines_use_base_exact_h
#define pow(...) libm_differs_between_machines_use_base_exact_h
#define cbrt(...) libm_differs_between_machines_use_base_exact_h
#define hypot(...) libm_differs_between_machines_use_base_exact_h
#define sin(...) libm_differs_between_machines_use_base_exact_h
#define cos(...) libm_differs_between_machines_use_base_exact_h
#define tan(...) libm_differs_between_machines_use_base_exact_h
#define atan(...) libm_differs_between_machines_use_base_exact_h
#define atan2(...) libm_differs_between_machines_use_base_exact_h
#define tgamma(...) libm_differs_between_machines_use_base_exact_h
#define lgamma(...) libm_differs_between_machines_use_base_exact_h
#define erf(...) libm_differs_between_machines_use_base_exact_h
#define erfc(...) libm_differs_between_machines_use_base_exact_h
#define fma(...) a_fused_multiply_add_rounds_differently

#endif
