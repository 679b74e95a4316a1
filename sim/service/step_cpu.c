/* step_cpu.c - work on a processor: it needs a worker, and time on a core. */
#include "orrery/dist.h"
#include "service/pod.h"

struct cpu_spec {
    struct part work;
};

int64_t waiting_work(const struct world *w, uint32_t call)
{
    const struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    const struct program *p = &s->programs[route_operation(w, c->route)];
    if (c->flags & CALL_INTERRUPTED) return call_side(w, call)->remaining_ns;
    const struct instruction *i = &service_room_of(w)->code[c->step];
    if (i->opcode == OPCODE_CPU) return cpu_work(w, call, i);
    return p->cpu != PROGRAM_NO_CPU ? cpu_work(w, call, &p->first[p->cpu]) : 0;
}

void compile_work(struct compiler *c, const struct part *work)
{
    const struct dist_type *type = work->kind->vtable;
    struct instruction cpu = { .opcode = OPCODE_CPU,
                               .draw = type->exponential ? NULL : type->draw,
                               .dist = work,
                               .mean_ns = type->exponential ? dist_mean(work) : 0,
                               .route = ROUTE_NONE };
    uint16_t index = compile_emit(c, cpu);
    if (c->cpu == PROGRAM_NO_CPU) c->cpu = index;
}

static void cpu_compile(struct compiler *c, const struct part *step)
{
    compile_work(c, &((const struct cpu_spec *)step->spec)->work);
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
