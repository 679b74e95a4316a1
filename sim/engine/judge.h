/* judge.h - how a kind's check names the field it complains about. */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "orrery/diag.h"

/* An error at "path.field". hint may be NULL. */
__attribute__((format(printf, 6, 7))) void judge_field(struct diag *d, struct place at,
                                                       const char *path, const char *field,
                                                       const char *hint, const char *format, ...);

/* True when value > 0; else says that it must be. */
bool judge_positive(struct diag *d, struct place at, const char *path, const char *field,
                    double value);

#endif
