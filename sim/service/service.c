/* service.c - services from specs, the room's life, and its figures.
 *
 * A service is a name, pods, and a program per endpoint. Conservation, checked at any time: offered =
 * ended + in flight. */
#include "service/pod.h"
#include "service/together.h"

#include "base/arena.h"
#include "base/check.h"
#include "service/node_cpu.h"

#include <math.h>
#include <string.h>

uint32_t service_count(const struct world *w)
{
    return service_room_of(w)->service_count;
}

uint32_t service_find(const struct world *w, const char *name)
{
    const struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->service_count; i++)
        if (strcmp(room->services[i].name, name) == 0) return i;
    return SERVICE_NONE;
}

const char *service_name(const struct world *w, uint32_t service)
{
    return service_room_of(w)->services[service].name;
}

uint32_t service_pod_first(const struct world *w, uint32_t service)
{
    return service_room_of(w)->services[service].first_pod;
}

uint32_t service_pod_capacity(const struct world *w, uint32_t service)
{
    return service_room_of(w)->services[service].capacity;
}

uint32_t service_ready_count(const struct world *w, uint32_t service)
{
    return service_room_of(w)->services[service].ready;
}

uint32_t service_replicas(const struct world *w, uint32_t service)
{
    return service_room_of(w)->services[service].replicas;
}

enum pod_state pod_state_of(const struct world *w, uint32_t pod)
{
    return pod_get(w, pod)->state;
}

uint32_t pod_node(const struct world *w, uint32_t pod)
{
    return service_room_of(w)->sides[pod].node_known ? service_room_of(w)->sides[pod].node : NODE_NONE;
}

uint32_t pod_service(const struct world *w, uint32_t pod)
{
    return pod_get(w, pod)->owner->index;
}

static void service_open(struct world *w, struct service *s, const struct object *o, uint32_t index)
{
    struct service_room *room = service_room_of(w);
    const struct service_spec *spec = o->spec;
    s->spec = spec;
    s->name = o->name;
    s->at = o->at;
    s->index = index;
    s->replicas = spec->replicas;
    s->capacity = spec->replicas_max;
    s->first_pod = room->pod_count;
    s->discipline = spec->discipline.kind->vtable;
    s->discipline_spec = spec->discipline.spec;
    s->async = spec->async;
    s->workers = s->discipline->shares ? UINT32_MAX : spec->workers;
    s->listed = s->discipline->order < ORDER_RANKED;
    s->preempts = s->discipline->preempts && s->discipline->preempts(s->discipline_spec);
    s->plain_queue =
        s->discipline->order == ORDER_FIFO && !s->preempts && !spec->queue_timeout.kind;
    s->requests = service_requests(spec);
    s->limits = service_limits(spec);
    s->limited = s->limits.cpu > 0;
    meter_open(&s->meter, w->arena);
    histogram_open_lazily(&s->wait, w->arena);
    s->occupied = spec->occupancy;
    if (s->occupied) histogram_open(&s->occupancy, w->arena);
    s->window_utilization = s->window_cpu = s->window_in_flight = s->window_queue = NAN;
    room->pod_count += s->capacity;
}

static void pods_open(struct world *w)
{
    struct service_room *room = service_room_of(w);
    room->pods = arena_alloc(w->arena, room->pod_count * sizeof *room->pods);
    room->sides = arena_alloc(w->arena, room->pod_count * sizeof *room->sides);
    room->zones = arena_alloc(w->arena, room->pod_count);
    node_cpus_open(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        for (uint32_t n = 0; n < s->capacity; n++) {
            struct pod *p = &room->pods[s->first_pod + n];
            p->owner = s;
            p->async = s->async;
        }
    }
}

static const uint32_t *weights_of(struct world *w, const struct service *s)
{
    const struct list *said = &s->spec->weights;
    if (!said->count) return NULL;
    uint32_t *weights = arena_alloc(w->arena, s->capacity * sizeof *weights);
    for (uint32_t i = 0; i < s->capacity; i++)
        weights[i] = i < said->count ? ((const uint32_t *)said->items)[i] : 1;
    return weights;
}

static const uint8_t *levels_of(struct world *w, const struct service *s)
{
    const struct list *said = &s->spec->priorities;
    if (!said->count) return NULL;
    uint8_t *levels = arena_alloc(w->arena, s->capacity);
    for (uint32_t i = 0; i < s->capacity && i < said->count; i++)
        levels[i] = (uint8_t)((const uint32_t *)said->items)[i];
    return levels;
}

static void groups_open(struct world *w)
{
    struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        const struct map *endpoints = &s->spec->endpoints;
        s->operation_count = endpoints->count;
        s->operations = arena_alloc(w->arena, endpoints->count * sizeof *s->operations);
        for (uint32_t op = 0; op < endpoints->count; op++)
            s->operations[op] = endpoints->entries[op].key;
        s->group = group_open(w, &(struct group){ .name = s->name, .type = &pod_endpoint,
                                                  .zones = room->zones + s->first_pod,
                                                  .first = s->first_pod, .capacity = s->capacity,
                                                  .operations = s->operations,
                                                  .operation_count = endpoints->count,
                                                  .balancer = &s->spec->balancer,
                                                  .protocol = &s->spec->protocol,
                                                  .discovery = &s->spec->discovery,
                                                  .policy = &s->spec->policy,
                                                  .weights = weights_of(w, s),
                                                  .levels = levels_of(w, s),
                                                  .answer = s->gateway ? gateway_answer : NULL });
    }
}

static void programs_open(struct world *w, struct diag *d)
{
    struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        const struct map *endpoints = &s->spec->endpoints;
        if (s->gateway) continue; /* compiled as it is asked */
        s->programs = arena_alloc(w->arena, endpoints->count * sizeof *s->programs);
        for (uint32_t op = 0; op < endpoints->count; op++)
            s->programs[op] = program_compile(w, s, endpoints->entries[op].key,
                                              &endpoints->entries[op].list, d);
    }
}

/* The code has stopped growing: programs may point into it. */
void programs_settle(struct service_room *room)
{
    for (uint32_t i = 0; i < room->service_count; i++)
        for (uint32_t op = 0; op < room->services[i].operation_count; op++)
            room->services[i].programs[op].first = room->code + room->services[i].programs[op].start;
}

/* Services first, so that a reference to a service by its number holds; then gateways. */
static void services_open(struct world *w)
{
    struct service_room *room = service_room_of(w);
    uint32_t services = document_count(w->doc, "service");
    room->service_count = services + document_count(w->doc, "gateway");
    room->services = arena_alloc(w->arena, room->service_count * sizeof *room->services);
    for (uint32_t i = 0; i < room->service_count; i++) {
        const struct object *o = i < services ? document_object(w->doc, "service", i)
                                              : document_object(w->doc, "gateway", i - services);
        if (i >= services) gateway_open(w, &room->services[i], o);
        service_open(w, &room->services[i], o, i);
    }
}

static void room_open(struct world *w, void *state, struct diag *d)
{
    struct service_room *room = state;
    services_open(w);
    pods_open(w);
    groups_open(w);
    programs_open(w, d);
    programs_settle(room);
    room->complete = true;
    lifecycle_open(w);
}

static bool works_on_cpu(const struct program *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (p->first[i].opcode == OPCODE_CPU) return true;
    return false;
}

/* Every caller's route is open: whom do messages cost CPU, and who has a step to charge it to? And
 * who wants to know of beginnings? */
static void room_begin(struct world *w)
{
    struct service_room *room = service_room_of(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        struct group *g = group_get(w, s->group);
        uint8_t *works = arena_alloc(w->arena, s->operation_count);
        for (uint32_t op = 0; op < s->operation_count; op++)
            works[op] = works_on_cpu(&s->programs[op]);
        g->works = works;
        s->messages = g->messages;
        service_hook(w, s);
    }
}

/* The integral of a count whose changes were added to `area`, in ns. */
static double integral(uint64_t area, uint32_t count, int64_t at_ns)
{
    return (double)(int64_t)(area + (uint64_t)count * (uint64_t)at_ns);
}

struct totals {
    double flight, queue, busy, cpu;
};

static struct totals totals_of(struct world *w, const struct service *s)
{
    struct totals t = { 0 };
    int64_t now = now_ns(w);
    for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++) {
        const struct pod *p = pod_get(w, pod);
        t.flight += integral(p->area_flight, p->in_flight, now);
        t.queue += integral(p->area_queue, p->queued, now);
        t.busy += integral(p->area_busy, p->running, now);
        t.cpu += cpu_used_ns(w, pod);
    }
    return t;
}

/* Busy workers over workers there were, of ready pods and of those that drain; where calls share, CPU
 * used over CPU there was. */
static double utilization(const struct service *s, double busy, double cpu, double pod_ns)
{
    if (pod_ns <= 0) return 0;
    if (s->discipline->shares) return cpu / (pod_ns * pod_cores(s));
    return busy / (pod_ns * (double)s->spec->workers);
}

static void room_reset(struct world *w)
{
    struct service_room *room = service_room_of(w);
    int64_t now = now_ns(w);
    room->reset_ns = now;
    cpu_look_ahead(w);
    rows_reset(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        s->inside_early = 0;
        meter_reset(&s->meter);
        histogram_reset(&s->wait);
        occupancy_reset(w, s);
        s->unwaited = 0;
        s->unrouted = s->injected = 0;
        s->wasted = s->done_without = s->starts = s->restarts = s->interrupted = 0;
        s->spared = s->clashed = s->repeated = 0;
        s->area_ready = (uint64_t)(-(int64_t)s->ready * now);
        s->area_serving = (uint64_t)(-(int64_t)s->serving * now);
        s->ready_min = s->ready_max = s->ready;
        s->last_flight = s->last_queue = s->last_busy = s->last_cpu = s->last_capacity = 0;
        for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++) {
            struct pod *p = pod_get(w, pod);
            s->inside_early += p->in_flight;
            p->area_flight = (uint64_t)(-(int64_t)p->in_flight * now);
            p->area_queue = (uint64_t)(-(int64_t)p->queued * now);
            p->area_busy = (uint64_t)(-(int64_t)p->running * now);
            cpu_reset(w, pod);
        }
    }
}

static void sample(struct world *w, struct service *s, int64_t window_ns)
{
    int64_t now = now_ns(w);
    struct recorder *r = w->recorder;
    struct totals t = totals_of(w, s);
    double window = (double)window_ns, capacity = integral(s->area_serving, s->serving, now);
    double used = s->discipline->shares ? t.cpu : t.busy;
    double pod_ns = capacity - s->last_capacity;
    s->window_in_flight = (t.flight - s->last_flight) / window;
    s->window_queue = (t.queue - s->last_queue) / window;
    s->window_utilization = utilization(s, used - s->last_busy, used - s->last_busy, pod_ns);
    s->window_cpu = pod_ns > 0 ? (t.cpu - s->last_cpu) / (pod_ns * pod_cores(s)) : NAN;
    meter_sample(&s->meter, r, "services", s->name, now, window_ns);
    recorder_sample(r, "services", s->name, "in_flight", "1", now, s->window_in_flight);
    recorder_sample(r, "services", s->name, "queue", "1", now, s->window_queue);
    recorder_sample(r, "services", s->name, "utilization", "1", now, s->window_utilization);
    recorder_sample(r, "services", s->name, "replicas", "1", now, s->ready);
    s->last_flight = t.flight;
    s->last_queue = t.queue;
    s->last_busy = used;
    s->last_cpu = t.cpu;
    s->last_capacity = capacity;
}

static void room_sample(struct world *w, int64_t window_ns)
{
    if (w->door.state) cpu_look_ahead(w); /* for the signal `cpu` alone: no series has it */
    for (uint32_t i = 0; i < service_count(w); i++)
        sample(w, &service_room_of(w)->services[i], window_ns);
}

static void report(struct world *w, struct service *s)
{
    struct recorder *r = w->recorder;
    int64_t now = now_ns(w), span_ns = now - service_room_of(w)->reset_ns;
    double span = (double)(span_ns > 0 ? span_ns : 1);
    struct totals t = totals_of(w, s);
    double ready_ns = integral(s->area_ready, s->ready, now);
    double pod_ns = integral(s->area_serving, s->serving, now);
    meter_report(&s->meter, r, "services", s->name, "received", ns_to_s(span_ns));
    if (s->wait.count + s->unwaited > 0) {
        histogram_record_many(&s->wait, 0, s->unwaited);
        s->unwaited = 0;
        recorder_histogram(r, "services", s->name, "wait_ms", &s->wait);
    }
    occupancy_report(w, s);
    recorder_value(r, "services", s->name, "in_flight_mean", "1", t.flight / span);
    uint32_t in_flight = 0;
    for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++)
        in_flight += pod_get(w, pod)->in_flight;
    recorder_value(r, "services", s->name, "in_flight_last", "1", in_flight);
    recorder_value(r, "services", s->name, "queue_mean", "1", t.queue / span);
    recorder_value(r, "services", s->name, "utilization", "1",
                   utilization(s, t.busy, t.cpu, pod_ns));
    recorder_value(r, "services", s->name, "cpu_cores", "cores", t.cpu / span);
    recorder_value(r, "services", s->name, "replicas.min", "1", s->ready_min);
    recorder_value(r, "services", s->name, "replicas.mean", "1", ready_ns / span);
    recorder_value(r, "services", s->name, "replicas.max", "1", s->ready_max);
    recorder_value(r, "services", s->name, "replicas.last", "1", s->ready);
    recorder_value(r, "services", s->name, "restarts", "1", (double)s->restarts);
    recorder_value(r, "services", s->name, "starts", "1", (double)s->starts);
    recorder_count(r, "services", s->name, "wasted", s->wasted);
    recorder_count(r, "services", s->name, "spared", s->spared);
    recorder_count(r, "services", s->name, "clashed", s->clashed);
    recorder_count(r, "services", s->name, "repeated", s->repeated);
    recorder_count(r, "services", s->name, "done_without", s->done_without);
    recorder_count(r, "services", s->name, "by_cause.unrouted", s->unrouted);
    recorder_count(r, "services", s->name, "by_cause.injected", s->injected);
    recorder_count(r, "services", s->name, "interrupted", s->interrupted);
}

static void room_report(struct world *w)
{
    cpu_look_ahead(w);
    for (uint32_t i = 0; i < service_count(w); i++)
        report(w, &service_room_of(w)->services[i]);
    rows_report(w);
}

/* Who is at a pod, from the pool of calls itself; inside_counted of them are in the figures. */
static void inside_count(const struct world *w)
{
    for (uint32_t id = 0; id < w->calls->count; id++) {
        const struct call *c = call_get(w, id);
        if (c->state < CALL_QUEUED || c->state > CALL_WAITING) continue;
        struct service *s = pod_get(w, c->pod)->owner;
        s->inside++;
        s->inside_counted += counted(w, c->entered_ns);
    }
}

/* Who was there when the figures began is there still, or has ended as a stray; of who came since, all are
 * in the figures. */
static void inside_check(struct service *s, uint64_t in_flight)
{
    check(s->inside == in_flight);
    check(s->inside_early ==
          s->meter.stray_ok + s->meter.stray_failed + in_flight - s->inside_counted);
    check(s->meter.offered ==
          meter_count(&s->meter, OUTCOME_OK) + meter_failed(&s->meter) + s->inside_counted);
    s->inside = s->inside_counted = 0;
}

static void room_check(const struct world *w)
{
    struct service_room *room = service_room_of(w);
    inside_count(w);
    rows_check(w);
    node_cpus_check(w);
    for (uint32_t i = 0; i < room->service_count; i++) {
        struct service *s = &room->services[i];
        uint64_t in_flight = 0;
        for (uint32_t pod = s->first_pod; pod < s->first_pod + s->capacity; pod++) {
            const struct pod *p = pod_get(w, pod);
            check(p->queued + p->running <= p->in_flight || s->spec->async);
            check(s->discipline->shares || p->running <= s->spec->workers);
            check(p->in_flight == 0 || p->state == POD_READY || p->state == POD_DRAINING);
            in_flight += p->in_flight;
        }
        inside_check(s, in_flight);
        check(group_get(w, s->group)->ready_count == s->ready);
    }
}

double service_signal(const struct world *w, uint32_t service, const char *signal)
{
    const struct service *s = &service_room_of(w)->services[service];
    const struct {
        const char *name;
        double value;
    } signals[] = {
        { "p50", s->meter.window_s[0] },
        { "p95", s->meter.window_s[1] },
        { "p99", s->meter.window_s[2] },
        { "throughput", s->meter.window_rate },
        { "error_ratio", s->meter.window_error_ratio },
        { "utilization", s->window_utilization },
        { "cpu", s->window_cpu },
        { "in_flight", s->window_in_flight },
        { "queue", s->window_queue },
        { "replicas", (double)s->replicas },
        { "ready", (double)s->ready },
    };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcmp(signals[i].name, signal) == 0) return signals[i].value;
    return NAN;
}

const struct room service_room = {
    .name = "service",
    .state_size = sizeof(struct service_room),
    .open = room_open,
    .judge = program_graph_check,
    .begin = room_begin,
    .reset = room_reset,
    .sample = room_sample,
    .check = room_check,
    .report = room_report,
};
