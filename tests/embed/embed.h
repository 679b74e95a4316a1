/* embed.h - a shop in Lua, opened and run as another program would. */
#ifndef TESTS_EMBED_EMBED_H
#define TESTS_EMBED_EMBED_H

#include "orrery/orrery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SHOP(run, more)                                                                            \
    "-- A shop\nrun { " run " }\n"                                                                 \
    "service 'shop' { workers = 1, endpoints = { GET = { cpu(exponential '5ms') } } }\n"           \
    "client 'users' { target = 'shop GET', rate = '100/s' }\n" more

#define MINUTE "duration = '1m', warmup = '5s', seed = 3"

static inline struct orrery_scenario *open_named(const char *name, const char *text,
                                                 const char *const *settings)
{
    return orrery_scenario_open_text(name, text, strlen(text), settings);
}

static inline struct orrery_scenario *open_good(const char *text, const char *const *settings)
{
    struct orrery_scenario *s = open_named("shop.lua", text, settings);
    if (!orrery_scenario_ok(s))
        fail_msg("%s", orrery_problem_at(orrery_scenario_problems(s), 0)->text);
    return s;
}

static inline struct orrery_result *run_good(const struct orrery_scenario *s,
                                             const struct orrery_options *o)
{
    struct orrery_result *r = orrery_run(s, o);
    if (orrery_result_status(r) != ORRERY_DONE) fail_msg("%s", orrery_result_failure(r));
    return r;
}

static inline const char *digest(const struct orrery_result *r)
{
    return orrery_result_summary(r)->digest;
}

#define CALLBACKS "every('10s', function(w) w:scale('shop', w:replicas('shop') + 1) end)\n"

#endif
