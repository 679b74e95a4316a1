/* verbs_run.c - what a script's callback may ask of the run, say, and break. */
#include "delivery/verbs_service.h"
#include "fault/fault_pods.h"
#include "fault/verbs_run.h"
#include "service/service.h"

#include "base/poison.h"

static bool now_act(struct world *w, const struct argument *arguments, uint32_t count,
                    struct argument *result, char *error, size_t error_size)
{
    (void)arguments, (void)count, (void)error, (void)error_size;
    *result = (struct argument){ .type = ARGUMENT_NUMBER, .number = ns_to_s(now_ns(w)) };
    return true;
}

const struct verb verb_now = {
    .name = "now",
    .usage = "w:now()",
    .doc = "Virtual time: seconds since the run began.",
    .signature = "",
    .act = now_act,
};

static bool log_act(struct world *w, const struct argument *arguments, uint32_t count,
                    struct argument *result, char *error, size_t error_size)
{
    (void)count, (void)error, (void)error_size;
    recorder_event(w->recorder, now_ns(w), "note", "", 0, "%s", arguments[0].text);
    *result = (struct argument){ .type = ARGUMENT_NONE };
    return true;
}

const struct verb verb_log = {
    .name = "log",
    .usage = "w:log(text)",
    .doc = "Puts a note on the timeline.",
    .signature = "t",
    .act = log_act,
};

static bool crash_act(struct world *w, const struct argument *arguments, uint32_t count,
                      struct argument *result, char *error, size_t error_size)
{
    uint32_t service, pods = 1;
    if (!verb_service(w, arguments[0].text, &service, error, error_size)) return false;
    bool said = count > 1 && arguments[1].type == ARGUMENT_NUMBER;
    if (said && !verb_whole(arguments[1].number, "pods", UINT32_MAX, &pods, error, error_size))
        return false;
    uint32_t cause = recorder_event(w->recorder, now_ns(w), "action", service_name(w, service), 0,
                                    "a script crashes %u pods", pods);
    uint32_t crashed = pods_crash(w, service, pods, "crashed by a script", cause);
    *result = (struct argument){ .type = ARGUMENT_NUMBER, .number = crashed };
    return true;
}

const struct verb verb_crash = {
    .name = "crash",
    .usage = "w:crash(service, pods?)",
    .doc = "Crashes pods of a service, one unless said; answers how many there were to crash.",
    .signature = "tN",
    .act = crash_act,
};
