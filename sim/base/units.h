/* units.h - "5ms", "40/s", "128Mi", "250m", "99.9%": reading and printing quantities.
 *
 * Readers return NULL when the text is good, else a message for the user ("missing unit:
 * write 5ms, 5s or 5m"). Printers give the shortest exact form that reads back equal. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdint.h>

const char *units_read_duration(const char *text, int64_t *ns); /* ns us ms s m min h d; "1h30m" */
const char *units_read_rate(const char *text, double *per_s);   /* N/UNIT, of a duration */
const char *units_read_bytes(const char *text, int64_t *bytes); /* a Kubernetes quantity */
const char *units_read_cpu(const char *text, double *cores);    /* "250m", "1.5" */
const char *units_read_ratio(const char *text, double *ratio);  /* "70%", "0.7" */
const char *units_read_number(const char *text, double *number); /* finite; "10k", "1e3" */
/* buf >= 40; returns buf. */
const char *units_print_duration(int64_t ns, char *buf);
const char *units_print_rate(double per_s, char *buf);
const char *units_print_bytes(int64_t bytes, char *buf);
const char *units_print_cpu(double cores, char *buf);
const char *units_print_ratio(double ratio, char *buf);
const char *units_print_number(double number, char *buf); /* "1000000", "0.5", "1e+30" */

#endif
