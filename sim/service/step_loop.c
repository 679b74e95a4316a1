/* step_loop.c - doing it again, with a probability: feedback, polling, pagination.
 *
 * Each round draws afresh: its number is part of the key of every step. */
#include "service/pod.h"

struct loop_spec {
    double again;
    struct list steps;
};

static enum step_result loop_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    struct rng r = step_rng(c, call_side(w, call), i);
    if (rng_uniform(&r) >= i->probability) return STEP_NEXT;
    struct call_side *side = call_side(w, call);
    side->loops = c->flags & CALL_LOOPED ? side->loops + 1 : 1;
    c->flags |= CALL_LOOPED;
    step_jump(c, i, i->target);
    return STEP_NEXT;
}

static void loop_compile(struct compiler *c, const struct part *step)
{
    const struct loop_spec *spec = step->spec;
    uint16_t top = (uint16_t)c->count;
    c->loops++;
    compile_steps(c, &spec->steps);
    compile_emit(c, (struct instruction){ .run = loop_run, .probability = spec->again,
                                          .target = top, .route = ROUTE_NONE });
}

static const struct field loop_fields[] = {
    RATIO(struct loop_spec, "again", again, .min = 0, .max = 0.999,
          .doc = "The chance of another round after each."),
    LIST(struct loop_spec, "steps", steps, FIELD_PART, .role = "step", .position = FIELD_REST,
         .doc = "What is done in a round."),
    FIELDS_END
};

static const struct step_type loop_type = { loop_compile };

const struct kind step_loop = {
    .name = "loop",
    .role = "step",
    .room = "service",
    .doc = "Does its steps once, and again with a probability after each round (feedback).",
    .example = "loop { again = 0.3, call \"worker\" }",
    .spec_size = sizeof(struct loop_spec),
    .fields = loop_fields,
    .vtable = &loop_type,
};
