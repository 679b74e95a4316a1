/* step_cpu.c - work on a processor: it needs a worker, and time on a core. */
#include "orrery/dist.h"
#include "service/pod.h"

struct cpu_spec {
    struct part work;
};

/* Scaled by faults that slow a process down; the draw itself stays what it was. */
static int64_t work_of(const struct world *w, uint32_t call, const struct instruction *i)
{
    const struct call *c = call_get(w, call);
    struct rng r = rng_keyed(step_key(c, call_side(w, call), i));
    const struct pod *p = pod_get(w, c->pod);
    const struct service *s = p->owner;
    int64_t work = dist_draw_ns(i->dist, &r);
    if (s->disturbance_count == 0) return work;
    double slowed =
        (double)work * disturb_cpu_factor(w, s, route_operation(w, c->route), c->pod);
    return slowed < (double)TIME_MAX_NS ? (int64_t)slowed : TIME_MAX_NS;
}

static void trace_work(const struct world *w, uint32_t call, const struct instruction *i,
                       int64_t work_ns)
{
    const struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    recorder_trace(w->recorder, now_ns(w), "cpu.work", "%s pod=%u key=%016llx step=%u work_ms=%.6f",
                   s->name, c->pod - s->first_pod, (unsigned long long)c->key, i->index,
                   ns_to_ms(work_ns));
}

static enum step_result cpu_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    if (!(c->flags & CALL_HOLDS)) {
        c->step--; /* comes back here when a worker is free */
        if (!pod_take_worker(w, call)) return STEP_QUEUED;
        c = call_get(w, call);
        c->step++;
    }
    int64_t work = c->flags & CALL_INTERRUPTED ? call_side(w, call)->remaining_ns : work_of(w, call, i);
    c->flags &= (uint8_t)~CALL_INTERRUPTED;
    if (w->tracing) trace_work(w, call, i, work);
    cpu_begin(w, call, work);
    return STEP_WORK;
}

int64_t waiting_work(const struct world *w, uint32_t call)
{
    const struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    const struct program *p = &s->programs[route_operation(w, c->route)];
    if (c->flags & CALL_INTERRUPTED) return call_side(w, call)->remaining_ns;
    const struct instruction *i = &service_room_of(w)->code[c->step];
    if (i->run == cpu_run) return work_of(w, call, i);
    return p->cpu != PROGRAM_NO_CPU ? work_of(w, call, &p->first[p->cpu]) : 0;
}

static void cpu_compile(struct compiler *c, const struct part *step)
{
    const struct cpu_spec *spec = step->spec;
    uint16_t index = compile_emit(
        c, (struct instruction){ .run = cpu_run, .dist = &spec->work, .route = ROUTE_NONE });
    if (c->cpu == PROGRAM_NO_CPU) c->cpu = index;
}

static const struct field cpu_fields[] = {
    PART(struct cpu_spec, "work", work, "dist", .unit = UNIT_DURATION, .position = 1,
         .doc = "CPU time of one core that the step takes, as a duration."),
    FIELDS_END
};

static const struct step_type cpu_type = { cpu_compile };

const struct kind step_cpu = {
    .name = "cpu",
    .role = "step",
    .room = "service",
    .doc = "Works on a core. Takes longer than its work when the pod's CPU limit or its node is "
           "shared. What a call needs is drawn from the customer: the same after a retry.",
    .example = "cpu(lognormal { p50 = \"4ms\", p99 = \"20ms\" })",
    .spec_size = sizeof(struct cpu_spec),
    .fields = cpu_fields,
    .vtable = &cpu_type,
};
