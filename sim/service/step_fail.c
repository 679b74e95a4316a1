/* step_fail.c - an answer that is an error. */
#include "service/pod.h"

struct fail_spec {
    double probability;
};

static enum step_result fail_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    const struct call_side *side = call_side(w, call);
    /* Attempts of one customer fail independently: a retry may help, here or further up. */
    struct rng r = rng_keyed(key_child(step_key(c, side, i), attempt_number(c, side)));
    if (rng_uniform(&r) >= i->probability) return STEP_NEXT;
    c->outcome = OUTCOME_ERROR;
    return STEP_END;
}

static void fail_compile(struct compiler *c, const struct part *step)
{
    const struct fail_spec *spec = step->spec;
    compile_emit(c, (struct instruction){ .run = fail_run, .probability = spec->probability,
                                          .route = ROUTE_NONE });
}

static const struct field fail_fields[] = {
    RATIO(struct fail_spec, "probability", probability, .preset = "100%", .min = 0, .max = 1,
          .position = 1, .doc = "The chance that the call fails here, for each attempt anew."),
    FIELDS_END
};

static const struct step_type fail_type = { fail_compile };

const struct kind step_fail = {
    .name = "fail",
    .role = "step",
    .room = "service",
    .doc = "Ends the call with an error, always or with a probability.",
    .example = "fail(\"1%\")",
    .spec_size = sizeof(struct fail_spec),
    .fields = fail_fields,
    .vtable = &fail_type,
};
