/* step_size.c - how large the answer is. */
#include "orrery/dist.h"
#include "service/pod.h"

struct size_spec {
    struct part bytes;
};

static enum step_result size_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    struct rng r = step_rng(c, call_side(w, call), i);
    double bytes = dist_draw(i->dist, &r);
    call_side(w, call)->reply_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
    return STEP_NEXT;
}

static void size_compile(struct compiler *c, const struct part *step)
{
    const struct size_spec *spec = step->spec;
    compile_emit(c, (struct instruction){ .run = size_run, .dist = &spec->bytes,
                                          .route = ROUTE_NONE });
}

static const struct field size_fields[] = {
    PART(struct size_spec, "bytes", bytes, "dist", .unit = UNIT_BYTES, .position = 1,
         .doc = "How large the answer is, in bytes; at most 4 GiB."),
    FIELDS_END
};

static const struct step_type size_type = { size_compile };

const struct kind step_size = {
    .name = "size",
    .role = "step",
    .room = "service",
    .doc = "Sets the size of the answer, which the caller's `bytes` figure adds up.",
    .example = "size(lognormal { p50 = \"2Ki\", p99 = \"40Ki\" })",
    .spec_size = sizeof(struct size_spec),
    .fields = size_fields,
    .vtable = &size_type,
};
