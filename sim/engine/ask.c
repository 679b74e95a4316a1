/* ask.c - a room's way to the script: what is asked, and what becomes of the run when that fails.
 *
 * The first failure is kept and stops the run; whoever asks after it in the same event is told no
 * without the script being entered. */
#include "orrery/world.h"

#include "base/arena.h"
#include "base/check.h"

static bool told(struct world *w, bool good)
{
    if (good) return true;
    w->failure = arena_text(w->arena, w->door.failure(w->door.state));
    engine_stop(w->engine);
    return false;
}

bool hook_call(struct world *w, uint32_t function, struct argument *result)
{
    check(function != 0 && w->door.call != NULL);
    *result = (struct argument){ .type = ARGUMENT_NONE };
    if (w->failure) return false;
    return told(w, w->door.call(w->door.state, function, w, NULL, 0, result));
}

bool hook_ask(struct world *w, const struct hook_question *question, struct argument *result)
{
    check(question->function != 0 && w->door.ask != NULL);
    *result = (struct argument){ .type = ARGUMENT_NONE };
    if (w->failure) return false;
    return told(w, w->door.ask(w->door.state, question, w, result));
}

uint32_t hook_state(struct world *w)
{
    return ++w->door.state_count;
}
