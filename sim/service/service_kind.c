/* service_kind.c - what a scenario may say about a service and its pods. */
#include "base/arena.h"
#include "base/text.h"
#include "engine/judge.h"
#include "service/pod_fields.h"
#include "service/together.h"

static const char *const named[] = { "service", "gateway" };

static bool service_named(const struct document *doc, const char *name)
{
    return document_find(doc, named[0], name) || document_find(doc, named[1], name);
}

bool service_judge(const struct document *doc, const char *name, struct place at, const char *path,
                   struct diag *d)
{
    if (service_named(doc, name)) return true;
    uint32_t count = 0;
    const char **names = arena_alloc(doc->arena, (doc->object_count + 1) * sizeof *names);
    for (uint32_t k = 0; k < 2; k++)
        for (uint32_t i = 0; i < document_count(doc, named[k]); i++)
            names[count++] = document_object(doc, named[k], i)->name;
    const char *near = text_nearest(name, names, count);
    diag_error(d, at, path, near ? arena_format(doc->arena, "did you mean '%s'?", near) : NULL,
               "there is no service named '%s'", name);
    return false;
}

static void sharing_check(const struct service_spec *s, struct place at, const char *path,
                          struct diag *d)
{
    const struct {
        const char *field;
        bool said;
    } needs[] = { { "queueLimit", s->queue_limit != UINT32_MAX },
                  { "queueTimeout", s->queue_timeout.kind != NULL },
                  { "dropExpired", s->drop_expired } };
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (needs[i].said)
            diag_error(d, at, path, "leave it out, or choose another discipline",
                       "%s needs a queue, but where calls share the CPU nobody waits",
                       needs[i].field);
}

static void pods_said_check(const struct list *said, const char *field,
                            const struct service_spec *s, struct place at, const char *path,
                            struct diag *d)
{
    if (said->count > s->replicas_max)
        judge_field(d, at, path, field, "one for each pod, in order",
                    "there are %u of them, and maxReplicas is %u", said->count, s->replicas_max);
}

/* What holds of pods whatever they run. */
void service_pods_check(struct service_spec *s, struct place at, const char *path, struct diag *d)
{
    if (s->replicas_max == 0) s->replicas_max = s->replicas < 8 ? 16 : 2 * s->replicas;
    if (s->replicas > s->replicas_max)
        judge_field(d, at, path, "replicas", "raise maxReplicas", "%u exceeds maxReplicas %u",
                    s->replicas, s->replicas_max);
    struct resource_list limits = service_limits(s);
    if (limits.memory > 0 && s->memory > limits.memory)
        judge_field(d, at, path, "memory", "raise limits.memory, or start with less",
                    "it exceeds limits.memory: the pod could never start");
}

static void service_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    struct service_spec *s = spec;
    service_pods_check(s, at, path, d);
    if (s->endpoints.count == 0)
        judge_field(d, at, path, "endpoints", "as in endpoints = { [\"GET /\"] = { cpu(\"5ms\") } }",
                    "a service needs at least one");
    pods_said_check(&s->weights, "weights", s, at, path, d);
    pods_said_check(&s->priorities, "priorities", s, at, path, d);
    if (s->priorities.count && !s->policy.kind)
        judge_field(d, at, path, "priorities", "add trafficPolicy = {}",
                    "nothing heeds them without a trafficPolicy");
    if (!s->discipline.kind) return;
    const struct discipline_type *discipline = s->discipline.kind->vtable;
    if (discipline->shares) sharing_check(s, at, path, d);
    struct resource_list limits = service_limits(s);
    if (discipline->preempts && discipline->preempts(s->discipline.spec) && limits.cpu > 0 &&
        limits.cpu < (double)s->workers)
        diag_error(d, at, path, "raise limits.cpu to the number of workers, or do not interrupt",
                   "a discipline that interrupts needs a core for every worker");
}

static const char *const abandon_choices[] = { "finish", "cancel", NULL };

static const struct field service_fields[] = {
    POD_COUNT_FIELDS,
    COUNT(struct service_spec, "workers", workers, .preset = "8", .min = 1, .max = UINT32_MAX,
          .doc = "Calls that a pod works on at once (threads), each on one core."),
    POD_QUEUE_FIELDS,
    BOOL(struct service_spec, "async", async, .preset = "false",
         .doc = "Whether a call holds its worker only while it works on a CPU (an event loop), and not "
                "while it waits for others (a thread per request)."),
    POD_START_FIELDS,
    BOOL(struct service_spec, "occupancy", occupancy, .preset = "false",
         .doc = "Whether to report how the calls in flight at a pod are spread over time; costs a few "
                "nanoseconds a call."),
    PART(struct service_spec, "queueTimeout", queue_timeout, "dist", .unit = UNIT_DURATION,
         .preset = "",
         .doc = "How long a call waits for a worker before it is dropped as `expired`; for ever by "
                "default."),
    BOOL(struct service_spec, "dropExpired", drop_expired, .preset = "false",
         .doc = "Whether a call whose deadline passed while it waited is dropped unserved."),
    CHOICE(struct service_spec, "onAbandon", on_abandon, .preset = "finish",
           .choices = abandon_choices,
           .doc = "What happens to work nobody waits for any more: really done, or really cancelled "
                  "(with the calls it has made)."),
    POD_END_FIELDS,
    POD_WISH_FIELDS,
    LIST(struct service_spec, "weights", weights, FIELD_COUNT, .preset = "[]", .min = 1,
         .max = 1000, .doc = "Load-balancing weight of the first pod, the second...; 1 for the rest."),
    LIST(struct service_spec, "priorities", priorities, FIELD_COUNT, .preset = "[]", .min = 0,
         .max = LEVELS_MAX - 1,
         .doc = "Priority level of the first pod, the second...; 0 for the rest. Pods of a higher "
                "level are used when lower ones are not healthy; needs a trafficPolicy."),
    MAP(struct service_spec, "endpoints", endpoints, FIELD_LIST, .role = "step",
        .doc = "What it answers to, by name, and the steps each takes."),
    FIELDS_END
};

const struct kind service_kind = {
    .name = "service",
    .role = "object",
    .form = KIND_NAMED,
    .room = "service",
    .doc = "Pods that answer calls, and what they do for each.",
    .example = "service \"cart\" { replicas = 3, workers = 8, endpoints = { [\"GET /\"] = { "
               "cpu(\"5ms\") } } }",
    .spec_size = sizeof(struct service_spec),
    .fields = service_fields,
    .check = service_check,
    .check_all = services_check,
};

static const struct field resource_fields[] = {
    CPU(struct resource_list, "cpu", cpu, .preset = "0", .min = 0, .max = 1024,
        .doc = "Cores, as a Kubernetes quantity; 0 means none was said."),
    BYTES(struct resource_list, "memory", memory, .preset = "0", .min = 0, .max = 1e15,
          .doc = "Memory, as a Kubernetes quantity; 0 means none was said."),
    FIELDS_END
};

const struct kind service_resource_list = {
    .name = "resourceList",
    .role = "resourceList",
    .room = "service",
    .doc = "An amount of CPU and memory.",
    .example = "{ cpu = \"250m\", memory = \"128Mi\" }",
    .spec_size = sizeof(struct resource_list),
    .fields = resource_fields,
};

static const struct field resources_fields[] = {
    PART(struct resources_spec, "requests", requests, "resourceList", .preset = "",
         .doc = "What is reserved on the node; weighs in when CPU is short. The limits if not said."),
    PART(struct resources_spec, "limits", limits, "resourceList", .preset = "",
         .doc = "What a pod may not exceed: more CPU is throttled, more memory kills."),
    FIELDS_END
};

const struct kind service_resources = {
    .name = "resources",
    .role = "resources",
    .room = "service",
    .doc = "Requests and limits of one pod.",
    .source = "Kubernetes core/v1 ResourceRequirements",
    .example = "resources = { requests = { cpu = \"250m\" }, limits = { cpu = \"1\" } }",
    .spec_size = sizeof(struct resources_spec),
    .fields = resources_fields,
};
