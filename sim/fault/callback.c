/* callback.c - a script's function as an action: `at("10m", function(w) ... end)`.
 *
 * A function that fails stops the run; the message of the first failure is kept. */
#include "fault/fault.h"

#include "base/poison.h"

struct callback_spec {
    uint32_t function;
};

static const struct field callback_fields[] = {
    HOOK(struct callback_spec, "call", function, .position = 1,
         .doc = "The function to call; it is given the handle w."),
    FIELDS_END
};

static void callback_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)state, (void)cause;
    struct argument ignored; /* an action answers nothing */
    hook_call(w, ((const struct callback_spec *)spec)->function, &ignored);
}

/* No subject: what the function does is told by its verbs. */
static const struct action_type callback_type = { .begin = callback_begin };

const struct kind fault_callback = {
    .name = "callback",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "Calls a script's function inside the run, at virtual time. A bare function means this.",
    .example = "function(w) w:scale(\"cart\", w:replicas(\"cart\") + 1) end",
    .spec_size = sizeof(struct callback_spec),
    .fields = callback_fields,
    .scalar = true,
    .vtable = &callback_type,
};
