/* verbs_service.h - judging the arguments of verbs that are about services. */
#ifndef DELIVERY_VERBS_SERVICE_H
#define DELIVERY_VERBS_SERVICE_H

#include "orrery/hook.h"
#include "orrery/world.h"

/* Both answer false after writing why to error. */
bool verb_service(struct world *w, const char *name, uint32_t *service, char *error,
                  size_t error_size);
/* A whole number in 0 .. max; `what` names it in the message. */
bool verb_whole(double number, const char *what, uint32_t max, uint32_t *whole, char *error,
                size_t error_size);

extern const struct verb verb_scale, verb_replicas, verb_ready, verb_restart, verb_signal;

#endif
