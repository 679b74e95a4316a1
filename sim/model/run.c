/* run.c - the kind `run`: how long, how much of it is warm-up, and which seed. */
#include "model/model.h"

#include "base/arena.h"
#include "base/units.h"
#include "engine/judge.h"
#include "orrery/time.h"
#include "orrery/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Seeds are 64 bits. A double holds 53, so larger ones are written as text. */
static void read_seed(struct run_spec *s, struct place at, const char *path, struct diag *d)
{
    const struct value *v = s->seed;
    s->seed_value = 1;
    if (!v || v->type == VALUE_NIL) return;
    if (v->type == VALUE_NUMBER && v->number >= 0 && v->number <= 0x1p53 &&
        v->number == (double)(uint64_t)v->number) {
        s->seed_value = (uint64_t)v->number;
        return;
    }
    if (v->type == VALUE_TEXT && v->text[0] >= '0' && v->text[0] <= '9') {
        char *end;
        errno = 0;
        s->seed_value = strtoull(v->text, &end, 10);
        if (*end == '\0' && errno == 0) return;
    }
    judge_field(d, at, path, "seed", "seed = 7, or seed = \"18446744073709551615\"",
                "must be a whole number from 0 to 2^64-1, as text when above 2^53");
}

static void read_warmup(struct run_spec *s, struct place at, const char *path, struct diag *d)
{
    s->warmup_ns = -1;
    if (strcmp(s->warmup, "auto") == 0) return;
    const char *wrong = units_read_duration(s->warmup, &s->warmup_ns);
    if (wrong)
        judge_field(d, at, path, "warmup", "as in warmup = \"2m\", or \"auto\"", "'%s': %s",
                    s->warmup, wrong);
    else if (s->warmup_ns < 0)
        judge_field(d, at, path, "warmup", "0s for none", "'%s' is negative", s->warmup);
    else if (s->warmup_ns >= s->duration_ns)
        judge_field(d, at, path, "warmup", "make the run longer or the warm-up shorter",
                    "'%s' leaves nothing of the run to measure", s->warmup);
}

static void run_check(void *spec, const struct document *doc, struct place at, const char *path,
                      struct diag *d)
{
    (void)doc;
    read_seed(spec, at, path, d);
    read_warmup(spec, at, path, d);
}

static const struct field run_fields[] = {
    DURATION(struct run_spec, "duration", duration_ns, .preset = "10m", .min = 1,
             .max = TIME_MAX_NS, .doc = "Virtual time the run lasts."),
    TEXT(struct run_spec, "warmup", warmup, .preset = "0s",
         .doc = "Time at the start that no figure counts; \"auto\" lets MSER-5 choose from a pilot "
                "run, and says what it chose."),
    ANY(struct run_spec, "seed", seed, .preset = "",
        .doc = "Seed of everything random, 0 to 2^64-1, as text when above 2^53; 1 by default."),
    TEXT(struct run_spec, "title", title, .preset = "", .doc = "A name for reports."),
    DURATION(struct run_spec, "window", window_ns, .preset = "0s", .min = 0, .max = TIME_MAX_NS,
             .doc = "How often series take a point, and the time that a signal (w:signal) is of; 0 means "
             "about 300 points a run."),
    TEXT(struct run_spec, "currency", currency, .preset = "USD",
         .doc = "What money is counted in."),
    FIELDS_END
};

const struct kind model_run = {
    .name = "run",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "model",
    .doc = "How long the scenario runs, what is left out of its figures, and the seed.",
    .example = "run { duration = \"30m\", warmup = \"2m\", seed = 7 }",
    .spec_size = sizeof(struct run_spec),
    .fields = run_fields,
    .check = run_check,
};
