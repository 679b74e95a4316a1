/* json.h - any JSON text as a value tree (RFC 8259, strictly).
 *
 * An object's member "kind" becomes the map's tag and "#" (a list) its positional items: that is
 * how a constructor looks in JSON. Refused, with line and path: duplicate keys, nesting deeper
 * than VALUE_DEPTH_MAX, bad UTF-8, lone surrogates, NUL characters, numbers a double cannot hold.
 */
#ifndef SCHEMA_JSON_H
#define SCHEMA_JSON_H

#include "orrery/value.h"

#include <stddef.h>

/* A document larger than this is refused. */
#define JSON_BYTES_MAX ((size_t)64 << 20)

/* NULL after errors. `begin` is the place of the first character; with line 0, lines are not
 * counted (the text did not come from a file). */
struct value *json_read(struct arena *a, const char *text, size_t length, struct place begin,
                        struct diag *d);

#endif
