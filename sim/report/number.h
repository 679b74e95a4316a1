/* number.h - numbers as people read them; not for other rooms. buf >= NUMBER_BYTES. */
#ifndef REPORT_NUMBER_H
#define REPORT_NUMBER_H

#include <stdint.h>

#define NUMBER_BYTES 64

/* Four digits that matter, thousands set apart: "0.01234", "12.35", "1,234,567". */
const char *number_print(double value, char *buf);
/* Half of an interval: two digits, for more would say nothing. */
const char *number_print_half(double value, char *buf);
/* Never rounded up to 100 % (nor down to 0 %): "99.9993%". */
const char *number_print_share(double ratio, char *buf);
/* "850ms", "12.3s", "30m", "2h15m", "3d4h": at most two units. */
const char *number_print_seconds(double seconds, char *buf);

#endif
