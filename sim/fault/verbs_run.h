/* verbs_run.h - verbs about the run itself. */
#ifndef FAULT_VERBS_RUN_H
#define FAULT_VERBS_RUN_H

#include "orrery/hook.h"

extern const struct verb verb_now, verb_log, verb_crash;

#endif
