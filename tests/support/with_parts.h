/* with_parts.h - tests whose state is a place for parts (parts.h), opened before each and closed after it.
 */
#ifndef SUPPORT_WITH_PARTS_H
#define SUPPORT_WITH_PARTS_H

#include "parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static inline int setup(void **state)
{
    static struct parts parts;
    parts_open(&parts);
    *state = &parts;
    return 0;
}

static inline int teardown(void **state)
{
    parts_close(*state);
    return 0;
}

static inline struct part good(void **state, const struct kind *kind, const char *said)
{
    struct part p = part_of(*state, kind, said);
    assert_string_equal(parts_said(*state), "");
    return p;
}

#endif
