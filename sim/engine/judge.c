/* judge.c - how a kind's check names the field it complains about. */
#include "engine/judge.h"

#include "base/text.h"

#include <stdarg.h>

#include "base/poison.h"

#define MESSAGE_MAX 256 /* our own sentences, with numbers and names in them: cut when longer */

void judge_field(struct diag *d, struct place at, const char *path, const char *field,
                 const char *hint, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct text whole = { 0 };
    text_format(&whole, "%s.%s", path, field);
    diag_error(d, at, text_data(&whole), hint, "%s", message);
    text_close(&whole);
}

bool judge_positive(struct diag *d, struct place at, const char *path, const char *field,
                    double value)
{
    if (value > 0) return true;
    judge_field(d, at, path, field, NULL, "must be greater than 0");
    return false;
}
