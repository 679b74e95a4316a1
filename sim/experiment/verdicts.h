/* verdicts.h - the scenario's expectations against its results; not for other rooms. */
#ifndef EXPERIMENT_VERDICTS_H
#define EXPERIMENT_VERDICTS_H

#include "orrery/kind.h"

struct store;

/* Judges every expectation of the document, in order, and stores the verdicts. True: all hold. */
bool verdicts_write(const struct document *doc, struct store *s, uint32_t experiment);

#endif
