/* users.c - the closed loop: a user thinks, calls, waits for the answer, and thinks again.
 *
 * Every user has exactly one thing under way: an event (thinking) or a call. A slow system is asked
 * less, so its latencies say nothing about the callers it kept waiting: compare with an open loop.
 * Latency counts from the end of the thinking, when the user meant to call. Draws are keyed by
 * (user, iteration): the same user does the same things in every variant of a scenario. */
#include "workload/send.h"

#include "base/arena.h"

static uint64_t iteration_key(const struct client *cl, uint32_t user)
{
    return key_child(key_child(cl->customer_key, user), cl->users[user].iteration);
}

static void on_send(struct world *w, uint32_t index, uint32_t user)
{
    struct client *cl = client_get(w, index);
    if (now_ns(w) >= cl->spec->stop_ns) return;
    client_send(w, cl, iteration_key(cl, user), user, cl->users[user].iteration);
}

static const struct event_type client_send_due = {
    EVENT("client.send"), .fire = on_send, .phase = PHASE_ARRIVAL
};

static int64_t think_ns(const struct client *cl, uint32_t user)
{
    if (!cl->spec->think.kind) return 0;
    struct rng r = call_rng(iteration_key(cl, user), PURPOSE_THINK);
    return dist_draw_ns(&cl->spec->think, &r);
}

static void user_think(struct world *w, struct client *cl, uint32_t user, int64_t from_ns,
                       int64_t least_ns)
{
    int64_t wait_ns = think_ns(cl, user);
    int64_t at_ns = time_add(from_ns, wait_ns > least_ns ? wait_ns : least_ns);
    engine_at(w->engine, at_ns, &client_send_due, cl->index, user);
}

void user_reply(struct world *w, struct client *cl, uint32_t user, int64_t took_ns)
{
    cl->users[user].iteration++;
    user_think(w, cl, user, now_ns(w), took_ns == 0 ? USER_PAUSE_NS : 0);
}

void users_open(struct world *w, struct client *cl)
{
    cl->users = arena_alloc(w->arena, cl->spec->users * sizeof *cl->users);
}

/* Users join evenly over the ramp; the first think is drawn like any other, so that without a
 * ramp they do not all call at once. */
void users_begin(struct world *w, struct client *cl)
{
    const struct client_spec *s = cl->spec;
    for (uint32_t user = 0; user < s->users; user++) {
        double share = (double)user / s->users;
        user_think(w, cl, user, s->start_ns + (int64_t)((double)s->ramp_ns * share), 0);
    }
}
