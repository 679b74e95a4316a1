/* client_kind.c - what a scenario may say about a client, and what it may not say together. */
#include "workload/workload.h"

#include "base/arena.h"
#include "engine/judge.h"

#include <string.h>

struct judge {
    const struct document *doc;
    const char *path;
    struct place at;
    struct diag *diag;
};

static void targets_check(const struct client_spec *s, const struct judge *j)
{
    uint32_t said = (s->target != NULL) + (s->mix.count > 0) + (s->journey.count > 0);
    if (said != 1)
        diag_error(j->diag, j->at, j->path, "as in target = \"cart GET /cart\"",
                   "say where calls go: exactly one of target, mix and journey%s",
                   said ? ", not several" : "");
    double sum = 0;
    for (uint32_t i = 0; i < s->mix.count; i++)
        sum += s->mix.entries[i].number;
    if (s->mix.count > 0 && !(sum > 0))
        judge_field(j->diag, j->at, j->path, "mix", "as in mix = { [\"cart GET /cart\"] = 3 }",
                    "at least one weight must be above 0");
}

static void users_only(const struct judge *j, bool said, const char *field, const char *instead)
{
    if (said) judge_field(j->diag, j->at, j->path, field, instead, "it needs users, not a rate");
}

static void loop_check(const struct client_spec *s, const struct judge *j)
{
    bool open = s->rate.kind != NULL;
    if (open == (s->users > 0))
        diag_error(
            j->diag, j->at, j->path, "as in rate = \"40/s\" (open loop) or users = 50 (closed)",
            "say when calls come: exactly one of rate and users%s", open ? ", not both" : "");
    if (!open) return;
    users_only(j, s->think.kind != NULL, "think",
               "nobody waits between calls that come at a rate: leave it out");
    users_only(j, s->ramp_ns > 0, "rampUp", "use an arrival whose rate grows, as diurnal or csv");
    users_only(j, s->journey.count > 0, "journey", "use mix");
}

static void asks_check(const struct client_spec *s, const struct judge *j)
{
    uint32_t count = 0, most = 1 + s->mix.count + s->journey.count;
    const char **targets = arena_alloc(j->doc->arena, most * sizeof *targets);
    if (s->target) targets[count++] = s->target;
    for (uint32_t i = 0; i < s->mix.count; i++)
        targets[count++] = s->mix.entries[i].key;
    for (uint32_t i = 0; i < s->journey.count; i++)
        targets[count++] = ((const char *const *)s->journey.items)[i];
    route_request_check(j->doc, &s->asks, targets, count, j->at, j->path, j->diag);
}

static void client_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    struct client_spec *s = spec;
    struct judge j = { doc, path, at, d };
    targets_check(s, &j);
    loop_check(s, &j);
    asks_check(s, &j);
    route_said_check(&s->said, at, path, d);
    if (s->stop_ns == 0) s->stop_ns = TIME_NEVER;
    if (s->stop_ns <= s->start_ns)
        judge_field(d, at, path, "stop", "swap them?", "it must come after start");
}

static const struct field client_fields[] = {
    TEXT(struct client_spec, "target", target, .preset = "", .judge = target_check,
         .doc = "Where calls go: a service and one of its endpoints."),
    MAP(struct client_spec, "mix", mix, FIELD_NUMBER, .preset = "", .min = 0, .max = 1e9,
        .judge = target_check,
        .doc = "Several targets, each with its weight; every call draws one."),
    LIST(struct client_spec, "journey", journey, FIELD_TEXT, .preset = "", .judge = target_check,
         .doc = "Several targets in order, again and again; each user goes its own way, failures "
                "or not."),
    PART(struct client_spec, "rate", rate, "arrival", .preset = "",
         .doc = "Open loop: when calls come. A bare rate is Poisson."),
    COUNT(struct client_spec, "users", users, .preset = "", .min = 1, .max = USERS_MAX,
          .doc = "Closed loop: how many users call, each after its last call is over."),
    PART(struct client_spec, "think", think, "dist", .preset = "", .unit = UNIT_DURATION,
         .doc = "How long a user waits before each call, the first too; none unless said. After a "
                "call that took no time at least 1 ms, or the clock would stand still."),
    DURATION(struct client_spec, "rampUp", ramp_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS, .doc = "Users join evenly over this time."),
    DURATION(struct client_spec, "start", start_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS, .doc = "When it begins to send."),
    DURATION(struct client_spec, "stop", stop_ns, .preset = "", .min = 1,
             .max = (double)TIME_MAX_NS,
             .doc = "When it ends sending; calls under way go on. At the run's end unless said."),
    ROUTE_SAID_FIELDS(struct client_spec, said,
        /* timeout */ "How long one attempt may take: \"2s\". The innermost filter.",
        /* retry */ "Whether and how failed calls are tried again. Stands just outside timeout.",
        /* filters */ "What else stands in the way, outermost first, outside retry and timeout.",
        /* balancer */ "Which backend gets a call; what the service wishes unless said.",
        /* protocol */ "How its calls travel: connections, their set-up, messages; what the "
            "service wishes unless said.",
        /* discovery */ "How it learns which backends there are; as the called service wishes "
            "unless said.",
        /* trafficPolicy */ "Which of the ready backends it may use, and which first; what the "
            "service wishes unless said."),
    PART(struct client_spec, "keys", keys, "keys", .preset = "",
         .doc = "The customer each call is for, which hashing goes by; unless said the user's own "
                "number, or a new one for every call."),
    ASKS_FIELDS(struct client_spec, asks),
    COUNT(struct client_spec, "priority", priority, .preset = "0", .min = 0, .max = 255,
          .doc = "Of its calls; higher is more important."),
    FIELDS_END
};

const struct kind client_kind = {
    .name = "client",
    .role = "object",
    .form = KIND_NAMED,
    .room = "workload",
    .doc =
        "Someone who asks. With a rate calls come whatever becomes of them (open loop); with "
        "users each waits for its answer before it thinks and calls again (closed loop). Latency "
        "counts from when a call was meant to be sent.",
    .source = "Schroeder, Wierman & Harchol-Balter, Open versus closed: a cautionary tale (2006)",
    .example =
        "client \"shoppers\" { target = \"shop GET /cart\", rate = \"40/s\", timeout = \"2s\" }",
    .spec_size = sizeof(struct client_spec),
    .fields = client_fields,
    .check = client_check,
};
