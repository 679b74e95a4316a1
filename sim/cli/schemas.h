/* schemas.h - what every --json prints, as JSON Schemas (draft 2020-12) by the name in "schema". */
#ifndef CLI_SCHEMAS_H
#define CLI_SCHEMAS_H

#include "base/text.h"

/* False when no document has that name; then out says which have. */
bool schemas_add(const char *name, struct text *out);

#endif
