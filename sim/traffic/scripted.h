/* scripted.h - what policies written in Lua are shown of a call. */
#ifndef TRAFFIC_SCRIPTED_H
#define TRAFFIC_SCRIPTED_H

#include "orrery/call.h"

struct seen_call {
    struct world *w;
    uint32_t call;
};

/* The columns customer, attempt (from 1), priority and now (seconds). `seen` must outlive it. */
struct records scripted_call(const struct seen_call *seen);

/* The table of the policy's own, which its caller's instance keeps the number of; taken when 0. */
struct argument scripted_state(struct world *w, uint32_t *number);

#endif
