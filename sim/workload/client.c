/* client.c - one client: sends, hears, counts.
 *
 * Always: sent = closed + its calls in flight. A call belongs to the figures when it was meant to
 * be sent after the warm-up; while the warm-up lasts figures are kept for the series, and thrown
 * away at its end. Nothing is kept of a finished call. */
#include "workload/send.h"

#include "base/arena.h"

void client_reset(struct client *cl)
{
    meter_reset(&cl->meter);
    cl->attempt_count = cl->reply_bytes = cl->users_hit = 0;
    for (uint32_t i = 0; cl->users && i < cl->spec->users; i++)
        cl->users[i].hit = false;
}

void client_runs_away(struct world *w, const struct client *cl)
{
    if (w->failure) return;
    w->failure =
        arena_format(w->arena,
                     "client '%s': more than %u calls in flight at %.3f s; the system does "
                     "not keep up with what is asked of it: lower the rate, shorten the "
                     "run, or bound the queues",
                     cl->name, IN_FLIGHT_MAX, ns_to_s(now_ns(w)));
    engine_stop(w->engine);
}

static inline void client_count(struct client *cl, const struct call *c, uint32_t reply_bytes,
                         int64_t took_ns)
{
    meter_end(&cl->meter, c->outcome, took_ns);
    cl->attempt_count += c->attempt + 1u;
    if (__builtin_expect(c->outcome == OUTCOME_OK, 1)) {
        cl->reply_bytes += reply_bytes;
    } else if (cl->users && !cl->users[c->parent].hit) {
        cl->users[c->parent].hit = true;
        cl->users_hit++;
    }
}

void client_reply(struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    struct client *cl = client_get(w, route_get(w, c->route)->owner);
    int64_t took_ns = now_ns(w) - c->sent_ns;
    cl->closed_total++;
    if (__builtin_expect(counted(w, c->sent_ns), 1))
        client_count(cl, c, c->side.reply_bytes, took_ns);
    else
        meter_stray(&cl->meter, c->outcome);
    if (cl->users) user_reply(w, cl, c->parent, took_ns);
}

void client_report(const struct world *w, const struct client *cl)
{
    struct recorder *r = w->recorder;
    const struct meter *m = &cl->meter;
    uint64_t ended = meter_count(m, OUTCOME_OK) + meter_failed(m);
    meter_report(m, r, "clients", cl->name, "sent", ns_to_s(now_ns(w) - w->warmup_ns));
    if (m->offered > ended)
        recorder_value(r, "clients", cl->name, "in_flight_last", "1", (double)(m->offered - ended));
    if (ended > 0)
        recorder_value(r, "clients", cl->name, "attempts", "1",
                       (double)cl->attempt_count / (double)ended);
    if (cl->reply_bytes > 0)
        recorder_value(r, "clients", cl->name, "bytes", "bytes", (double)cl->reply_bytes);
    if (cl->users) {
        recorder_value(r, "clients", cl->name, "users", "1", cl->spec->users);
        recorder_value(r, "clients", cl->name, "users_hit", "1", (double)cl->users_hit);
    }
}
