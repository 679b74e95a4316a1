/* schedule.c - `at`, `every` and `when`: what makes actions happen.
 *
 * They are scheduled in the order said, so of two at one instant the first said happens first.
 * `at` is a cause from outside (phase fault); `every` and `when` decide by what they see (phase
 * control). */
#include "fault/fault.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/units.h"
#include "engine/judge.h"

#include <stdio.h>

#include "base/poison.h"

/* A shorter period would make a run of callbacks and nothing else. */
#define PERIOD_NS_MIN 1e6

struct at_spec {
    int64_t time_ns;
    struct part action;
};

struct every_spec {
    int64_t period_ns, from_ns, until_ns;
    struct part action;
};

struct when_spec {
    uint32_t condition;
    int64_t period_ns;
    struct part action;
};

static const struct field at_fields[] = {
    DURATION(struct at_spec, "time", time_ns, .position = 1, .min = 0, .max = TIME_MAX_NS,
             .doc = "When it happens, from the beginning of the run."),
    PART(struct at_spec, "action", action, "action", .position = 2,
         .doc = "What happens: a fault, a release, or a function of the script."),
    FIELDS_END
};

static const struct field every_fields[] = {
    DURATION(struct every_spec, "period", period_ns, .position = 1, .min = PERIOD_NS_MIN,
             .max = TIME_MAX_NS, .doc = "Time from one beginning to the next."),
    PART(struct every_spec, "action", action, "action", .position = 2,
         .doc = "What happens each time: a fault, a release, or a function of the script."),
    DURATION(struct every_spec, "from", from_ns, .preset = "0s", .min = 0, .max = TIME_MAX_NS,
             .doc = "The first time is one period after this."),
    DURATION(struct every_spec, "to", until_ns, .preset = "", .min = 1, .max = TIME_MAX_NS,
             .doc = "Nothing begins after this; to the end of the run when left out."),
    FIELDS_END
};

static const struct field when_fields[] = {
    HOOK(struct when_spec, "condition", condition, .position = 1,
         .doc = "A function that is asked every period and answers true or false."),
    PART(struct when_spec, "action", action, "action", .position = 2,
         .doc = "What happens, once, when the answer is true for the first time."),
    DURATION(struct when_spec, "every", period_ns, .preset = "1s", .min = PERIOD_NS_MIN,
             .max = TIME_MAX_NS, .doc = "How often the condition is asked."),
    FIELDS_END
};

/* An action that lasts must be over before it begins again. */
static void every_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    const struct every_spec *s = spec;
    if (s->until_ns > 0 && s->until_ns < s->from_ns + s->period_ns)
        judge_field(d, at, path, "to", "it first happens one period after `from`",
                    "it comes before the first time, so nothing ever happens");
    const struct action_type *type = s->action.kind->vtable;
    if (!type->end) return;
    int64_t lasts_ns = type->duration(s->action.spec);
    const char *name = s->action.kind->name;
    if (lasts_ns == 0)
        judge_field(d, at, path, "action",
                    arena_format(doc->arena, "say %s { ..., duration = \"10s\" }", name),
                    "%s has no duration, so it cannot begin again", name);
    else if (lasts_ns > s->period_ns)
        judge_field(d, at, path, "action", "make the period longer or the duration shorter",
                    "%s lasts longer than the period, and cannot begin while it lasts", name);
}

const struct kind fault_at = {
    .name = "at",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "fault",
    .doc = "Makes an action happen at a time.",
    .example = "at(\"10m\", crash { \"cart\" })",
    .spec_size = sizeof(struct at_spec),
    .fields = at_fields,
};

const struct kind fault_every = {
    .name = "every",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "fault",
    .doc = "Makes an action happen again and again.",
    .example = "every(\"1h\", restart { \"cart\" })",
    .spec_size = sizeof(struct every_spec),
    .fields = every_fields,
    .check = every_check,
};

const struct kind fault_when = {
    .name = "when",
    .role = "object",
    .form = KIND_REPEATED,
    .room = "fault",
    .doc = "Makes an action happen once, as soon as a condition holds.",
    .example = "when(function(w) return w:signal(\"cart.p99\") > 0.5 end, restart { \"cart\" })",
    .spec_size = sizeof(struct when_spec),
    .fields = when_fields,
};

/* ------------------------------------------------------------------------- events */

static void at_fire(struct world *w, uint32_t index, uint32_t unused)
{
    (void)unused;
    action_begin(w, index);
}

static void every_fire(struct world *w, uint32_t index, uint32_t unused);
static void when_fire(struct world *w, uint32_t index, uint32_t unused);

static const struct event_type at_due = { EVENT("at"), at_fire, NULL, PHASE_FAULT };
static const struct event_type every_due = { EVENT("every"), every_fire, NULL, PHASE_CONTROL };
static const struct event_type when_due = { EVENT("when"), when_fire, NULL, PHASE_CONTROL };

static void again(struct world *w, const struct event_type *type, uint32_t index)
{
    const struct scheduled *s = &schedule_of(w)->items[index];
    int64_t next_ns = time_add(now_ns(w), s->period_ns);
    if (next_ns <= s->until_ns) engine_at(w->engine, next_ns, type, index, 0);
}

static void every_fire(struct world *w, uint32_t index, uint32_t unused)
{
    (void)unused;
    action_begin(w, index);
    again(w, &every_due, index);
}

static void when_fire(struct world *w, uint32_t index, uint32_t unused)
{
    (void)unused;
    struct argument answer;
    if (!hook_call(w, schedule_of(w)->items[index].condition, &answer)) return;
    if (answer.type != ARGUMENT_BOOL) {
        struct place at = schedule_of(w)->items[index].at;
        w->failure =
            arena_format(w->arena,
                         "%s:%u: the condition of `when` must answer true or false (at %.9g "
                         "s of virtual time)",
                         at.file ? at.file : w->doc->file, at.line, ns_to_s(now_ns(w)));
        engine_stop(w->engine);
    } else if (answer.boolean) {
        action_begin(w, index);
    } else {
        again(w, &when_due, index);
    }
}

/* ------------------------------------------------------------------------- a world's schedule */

static struct scheduled scheduled_of(const struct object *o)
{
    if (o->kind == &fault_at) {
        const struct at_spec *at = o->spec;
        return (struct scheduled){
            .at = o->at, .kind = at->action.kind, .spec = at->action.spec, .first_ns = at->time_ns
        };
    }
    if (o->kind == &fault_every) {
        const struct every_spec *every = o->spec;
        return (struct scheduled){ .at = o->at,
                                   .kind = every->action.kind,
                                   .spec = every->action.spec,
                                   .first_ns = every->from_ns + every->period_ns,
                                   .period_ns = every->period_ns,
                                   .until_ns = every->until_ns };
    }
    const struct when_spec *when = o->spec;
    return (struct scheduled){ .at = o->at,
                               .kind = when->action.kind,
                               .spec = when->action.spec,
                               .first_ns = when->period_ns,
                               .period_ns = when->period_ns,
                               .condition = when->condition };
}

static bool is_scheduled(const struct object *o)
{
    return o->kind == &fault_at || o->kind == &fault_every || o->kind == &fault_when;
}

/* Not an error: a run cut short for a first look is still the same scenario. */
static void lateness_tell(const struct world *w, const struct scheduled *s, const char *kind,
                          uint32_t ordinal, struct diag *d)
{
    char path[64], first[40], end[40];
    if (s->first_ns <= w->duration_ns) return;
    snprintf(path, sizeof path, "%s[%u]", kind, ordinal);
    diag_warning(d, s->at, path, "make the run longer, or let it happen earlier",
                 "it would first happen at %s, and the run ends at %s: it never happens",
                 units_print_duration(s->first_ns, first),
                 units_print_duration(w->duration_ns, end));
}

void schedule_open(struct world *w, struct schedule *f, struct diag *d)
{
    uint32_t ordinals[3] = { 0 };
    const struct document *doc = w->doc;
    for (uint32_t i = 0; i < doc->object_count; i++)
        f->count += is_scheduled(&doc->objects[i]);
    f->items = arena_alloc(w->arena, f->count * sizeof *f->items);
    struct scheduled *s = f->items;
    for (uint32_t i = 0; i < doc->object_count; i++) {
        if (!is_scheduled(&doc->objects[i])) continue;
        const struct kind *k = doc->objects[i].kind;
        *s = scheduled_of(&doc->objects[i]);
        uint32_t sort = k == &fault_at ? 0 : k == &fault_every ? 1 : 2;
        lateness_tell(w, s, k->name, ++ordinals[sort], d);
        if (s->until_ns == 0) s->until_ns = TIME_NEVER - 1;
        s->type = s->kind->vtable;
        s->state = arena_alloc(w->arena, s->type->state_size);
        s++;
    }
}

void schedule_begin(struct world *w)
{
    struct schedule *f = schedule_of(w);
    for (uint32_t i = 0; i < f->count; i++) {
        const struct scheduled *s = &f->items[i];
        const struct event_type *due = s->condition   ? &when_due
                                       : s->period_ns ? &every_due
                                                      : &at_due;
        engine_at(w->engine, s->first_ns, due, i, 0);
    }
}
