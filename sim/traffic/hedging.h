/* hedging.h - when a call is sent a second time, and which answer is taken: a pure rule. */
#ifndef TRAFFIC_HEDGING_H
#define TRAFFIC_HEDGING_H

#include <stdbool.h>
#include <stdint.h>

enum hedging { HEDGING_TAKE, HEDGING_SEND, HEDGING_WAIT };

/* An attempt is answered: it is the answer, or another is sent at once, or the others are waited
 * for. As in gRPC's hedgingPolicy: any answer ends the call but a failure that is not fatal, after
 * which the next attempt goes out without delay; when none is left the last failure is the answer.
 * `sent`: attempts so far; `in_flight`: those without an answer yet; `affordable`: one more is. */
enum hedging hedging_answered(bool failed, uint32_t sent, uint32_t attempts_max, uint32_t in_flight,
                              bool affordable);

#endif
