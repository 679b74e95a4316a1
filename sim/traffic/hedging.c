/* hedging.c - when a call is sent a second time, and which answer is taken.
 *
 * Source: gRPC proposal A6, client retries, "Hedging policy". */
#include "traffic/hedging.h"

#include "base/poison.h"

enum hedging hedging_answered(bool failed, uint32_t sent, uint32_t attempts_max, uint32_t in_flight,
                              bool affordable)
{
    if (!failed) return HEDGING_TAKE;
    if (sent < attempts_max && affordable) return HEDGING_SEND;
    return in_flight > 0 ? HEDGING_WAIT : HEDGING_TAKE;
}
