/* csv_time.h - a moment as text: seconds, or a date and time of day. */
#ifndef WORKLOAD_CSV_TIME_H
#define WORKLOAD_CSV_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds of either sign, below 4e9 (126 years). */
bool csv_time_seconds(const char *s, size_t n, int64_t *ns);

/* "1998-04-30 21:30[:00[.5]]", with T instead of the space and Z, +02:00 or -0200 after it if need
 * be: ns since 1970-01-01 UTC, years 1970 to 2199. Without a zone it is taken as UTC. */
bool csv_time_date(const char *s, size_t n, int64_t *ns);

#endif
