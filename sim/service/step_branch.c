/* step_branch.c - one way of several, by weight.
 *
 * Coins are drawn from the customer, so another variant of the scenario takes the same ways. */
#include "base/arena.h"
#include "service/pod.h"

struct option_spec {
    double weight;
    struct list steps;
};

struct branch_spec {
    struct list options;
};

/* Instruction n of n options: goes to `target` with `probability` of the mass still left. */
static enum step_result branch_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    struct rng r = step_rng(c, call_side(w, call), i);
    if (rng_uniform(&r) < i->probability) step_jump(c, i, i->target);
    return STEP_NEXT;
}

static enum step_result jump_run(struct world *w, uint32_t call, const struct instruction *i)
{
    step_jump(call_get(w, call), i, i->target);
    return STEP_NEXT;
}

static uint16_t emit_jump(struct compiler *c)
{
    return compile_emit(c, (struct instruction){ .run = jump_run, .route = ROUTE_NONE });
}

static double weight_sum(const struct branch_spec *spec)
{
    const struct part *options = spec->options.items;
    double sum = 0;
    for (uint32_t i = 0; i < spec->options.count; i++)
        sum += ((const struct option_spec *)options[i].spec)->weight;
    return sum;
}

/* Coins first, one an option; then the bodies, each ending in a jump to the end. */
static void branch_compile(struct compiler *c, const struct part *step)
{
    const struct branch_spec *spec = step->spec;
    const struct part *options = spec->options.items;
    uint32_t count = spec->options.count;
    double left = weight_sum(spec);
    uint16_t *jumps = arena_alloc(c->w->arena, (count + 1) * sizeof *jumps);
    uint32_t coins = c->count;
    for (uint32_t i = 0; i < count; i++) {
        double weight = ((const struct option_spec *)options[i].spec)->weight;
        double share = i + 1 == count ? 1.0 : weight / left;
        compile_emit(c, (struct instruction){ .run = branch_run, .probability = share,
                                              .route = ROUTE_NONE });
        left -= weight;
    }
    for (uint32_t i = 0; i < count && !c->full; i++) {
        c->items[coins + i].target = (uint16_t)c->count;
        compile_steps(c, &((const struct option_spec *)options[i].spec)->steps);
        jumps[i] = emit_jump(c);
    }
    for (uint32_t i = 0; i < count && !c->full; i++)
        c->items[jumps[i]].target = (uint16_t)c->count;
}

static void branch_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    (void)doc;
    const struct branch_spec *s = spec;
    if (s->options.count == 0)
        diag_error(d, at, path, "branch { option { weight = 0.3, fail() }, ... }",
                   "branch has no options");
    else if (weight_sum(s) <= 0)
        diag_error(d, at, path, "give at least one option a weight above 0",
                   "the options' weights add up to nothing");
}

static const struct field option_fields[] = {
    NUMBER(struct option_spec, "weight", weight, .min = 0, .max = 1e9,
           .doc = "Its share of the branch: its weight over the sum of all."),
    LIST(struct option_spec, "steps", steps, FIELD_PART, .role = "step", .position = FIELD_REST,
         .preset = "", .doc = "What is done in this case; nothing when empty."),
    FIELDS_END
};

const struct kind step_option = {
    .name = "option",
    .role = "option",
    .room = "service",
    .doc = "One way of a branch.",
    .example = "option { weight = 0.6, call \"cart\" }",
    .spec_size = sizeof(struct option_spec),
    .fields = option_fields,
};

static const struct field branch_fields[] = {
    LIST(struct branch_spec, "options", options, FIELD_PART, .role = "option",
         .position = FIELD_REST, .doc = "The ways, of which each call takes one by weight."),
    FIELDS_END
};

static const struct step_type branch_type = { branch_compile };

const struct kind step_branch = {
    .name = "branch",
    .role = "step",
    .room = "service",
    .doc = "Takes one of several ways, by weight.",
    .example = "branch { option { weight = 0.9, call \"cache\" }, option { weight = 0.1, call \"db\" } }",
    .spec_size = sizeof(struct branch_spec),
    .fields = branch_fields,
    .check = branch_check,
    .vtable = &branch_type,
};
