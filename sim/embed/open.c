/* open.c - a scenario for a library's user: loaded, tried, and judged once; const from then on. */
#include "embed/inside.h"

#include "base/arena.h"

const char *orrery_version(void)
{
    return ORRERY_VERSION;
}

static uint32_t count_of(const char *const *settings)
{
    uint32_t count = 0;
    while (settings && settings[count])
        count++;
    return count;
}

static struct orrery_scenario *open_source(const struct scenario_source *source)
{
    struct host host;
    host_open(&host);
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct orrery_scenario *s = arena_alloc(a, sizeof *s);
    s->arena = a;
    if (source->file)
        s->scenario = scenario_open(a, source, d);
    else
        diag_error(d, (struct place){ 0 }, NULL, "give the name of a file", "there is no scenario");
    if (s->scenario.document && diag_error_count(d) == 0) scenario_try(&s->scenario, d);
    s->problems = problems_take(a, d);
    host_close(&host);
    return s;
}

struct orrery_scenario *orrery_scenario_open(const char *file, const char *const *settings)
{
    struct scenario_source source = { .file = file,
                                      .settings = settings,
                                      .setting_count = count_of(settings) };
    return open_source(&source);
}

struct orrery_scenario *orrery_scenario_open_text(const char *name, const char *text, size_t length,
                                                  const char *const *settings)
{
    struct scenario_source source = { .file = name,
                                      .text = text ? text : "",
                                      .length = text ? length : 0,
                                      .settings = settings,
                                      .setting_count = count_of(settings) };
    return open_source(&source);
}

bool orrery_scenario_ok(const struct orrery_scenario *s)
{
    return s->problems.error_count == 0;
}

const struct orrery_problems *orrery_scenario_problems(const struct orrery_scenario *s)
{
    return &s->problems;
}

void orrery_scenario_close(struct orrery_scenario *s)
{
    if (s) arena_close(s->arena);
}
