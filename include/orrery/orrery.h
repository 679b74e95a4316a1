/* orrery.h - orrery inside another program: open a scenario, run it, read what it did.
 *
 *     struct orrery_scenario *shop = orrery_scenario_open("shop.lua", NULL);
 *     struct orrery_result *r = orrery_run(shop, NULL);
 *     const struct orrery_figure *p99 =
 *         orrery_figure_find(r, "clients", "users", "latency_ms.p99");
 *     if (p99) printf("%g %s\n", p99->mean, p99->unit);
 *     else puts(orrery_result_failure(r));
 *     orrery_result_close(r);
 *     orrery_scenario_close(shop);
 *
 * This header and liborrery.a are all that a program needs:
 *
 *     cc -o plan plan.c $(pkg-config --cflags --libs orrery)
 *     cc -o plan plan.c -lorrery -llua5.4 -lsqlite3 -lcjson -lpthread -lm
 *
 * Errors are values. Open and run always answer a handle, and the handle says what was wrong: the
 * same problems, with the same places and hints, that the command line prints. Nothing is printed.
 * Only two things end the process, as in the command: memory that cannot be had (exit 3; a run
 * reserves 2 GiB of address space for each thread), and a bug that orrery finds in itself (abort).
 *
 * Who opens closes: orrery_scenario_open and orrery_scenario_open_text with orrery_scenario_close,
 * orrery_run with orrery_result_close. All other pointers belong to the handle they were asked of
 * and live until it is closed. Texts are UTF-8 and never NULL: what is not known is "".
 *
 * Handles share nothing that changes. A scenario and a result never change, so any number of
 * threads may run the one and read the other at once; only closing must be the last. A result does
 * not need its scenario. Results are a function of scenario, settings, seed and replications: not
 * of threads, nor of the calling thread's locale and floating-point state, which are set aside
 * inside and given back after, and while a callback runs.
 *
 * Members may be added to the structs and constants to the enums at their ends, so name members in
 * initializers, and zero what you do not know: zero is always the default. */
#ifndef ORRERY_ORRERY_H
#define ORRERY_ORRERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ORRERY_VERSION "0.1.0"
const char *orrery_version(void); /* of the library; the macro is the header's */

/* --- problems: what is wrong with a scenario, its settings or the options of a run */

struct orrery_problems;

enum orrery_severity { ORRERY_ERROR, ORRERY_WARNING };

struct orrery_problem {
    enum orrery_severity severity;
    uint32_t line;       /* from 1; 0: not known */
    const char *file;    /* an included one, or "--set" for a setting */
    const char *path;    /* "service.shop.workers" */
    const char *message; /* one sentence, without a full stop */
    const char *hint;    /* what would be right */
    const char *text;    /* all of it in a line: "shop.lua:3: error: PATH: MESSAGE (HINT)" */
};

/* By file and line, at most 200; orrery_error_count counts errors beyond that too. */
uint32_t orrery_problem_count(const struct orrery_problems *p);
uint32_t orrery_error_count(const struct orrery_problems *p);
/* NULL past the last. */
const struct orrery_problem *orrery_problem_at(const struct orrery_problems *p, uint32_t index);

/* --- a scenario */

struct orrery_scenario;

/* Reads FILE.lua or FILE.json. settings are what follows `--set` on the command line, such as
 * "shop.replicas=3", applied in order and ended by NULL; NULL: none. A scenario reads only its own
 * folder, and that only here: to see a file that has changed, or other settings, open it again. */
struct orrery_scenario *orrery_scenario_open(const char *file, const char *const *settings);
/* The same for length bytes at text, which are copied. name stands for the file in messages; its
 * ending says the language, its folder ("" is the current one) is where included files are. */
struct orrery_scenario *orrery_scenario_open_text(const char *name, const char *text, size_t length,
                                                  const char *const *settings);
/* It can be run: no error among its problems. There may be warnings. */
bool orrery_scenario_ok(const struct orrery_scenario *s);
const struct orrery_problems *orrery_scenario_problems(const struct orrery_scenario *s);
void orrery_scenario_close(struct orrery_scenario *s); /* NULL is fine */

/* --- a run */

struct orrery_progress {
    double share; /* 0..1 of all virtual time; with warmup = "auto", of the pilot before that */
    uint32_t finished, replications; /* finished: in the result, whatever happens next */
    double simulated_s;              /* of the first replication that has not finished */
    uint64_t events;
    double wall_s;
};

struct orrery_options {
    const uint64_t *seed;  /* NULL: the scenario's */
    uint32_t replications; /* 0: 1; with more, every figure has a 95 % interval */
    uint32_t threads;      /* 0: 1; more than there are replications are not used */
    /* Called about twenty times a second by the thread that called orrery_run. False cancels the
     * run, whatever is in it, within a moment. A short run may never call it. */
    bool (*progress)(void *state, const struct orrery_progress *p);
    void *state;
    const char *out; /* keep everything, series too, in this new SQLite file; NULL: nowhere */
    bool overwrite;  /* out may exist, and is then replaced */
};

enum orrery_status {
    ORRERY_DONE,
    ORRERY_CANCELLED, /* what had finished is there; with one replication, nothing */
    ORRERY_REFUSED,   /* the scenario or an option is wrong: see the problems */
    ORRERY_FAILED,    /* a callback of the scenario failed */
    ORRERY_BROKEN     /* out cannot be written, or no thread can be started */
};

struct orrery_result;

/* Returns when it is over. options NULL: all defaults. */
struct orrery_result *orrery_run(const struct orrery_scenario *s,
                                 const struct orrery_options *options);
void orrery_result_close(struct orrery_result *r); /* NULL is fine */

enum orrery_status orrery_result_status(const struct orrery_result *r);
/* Why the status is not ORRERY_DONE, with file:line where there is one. */
const char *orrery_result_failure(const struct orrery_result *r);
const struct orrery_problems *orrery_result_problems(const struct orrery_result *r);

/* --- what it did: empty when nothing finished */

struct orrery_summary {
    const char *scenario, *title, *currency;
    const char *digest; /* of all events, 16 hex digits: equal digests, equal runs */
    uint64_t seed, events;
    uint32_t replications, finished; /* as asked; as done */
    double simulated_s, warmup_s;    /* of each replication */
};

const struct orrery_summary *orrery_result_summary(const struct orrery_result *r);

/* One number of one object: {"clients", "users", "latency_ms.p99", "ms"}. `orrery run --json` shows
 * them all, a level deeper for each dot in a metric. */
struct orrery_figure {
    const char *section, *object, *metric, *unit; /* object "": of the whole section */
    double mean;                                  /* over the replications that have it */
    double ci95_low, ci95_high;                   /* equal to mean when n is 1: no interval */
    uint32_t n;
};

uint32_t orrery_figure_count(const struct orrery_result *r);
/* In the order of the report; NULL past the last. */
const struct orrery_figure *orrery_figure_at(const struct orrery_result *r, uint32_t index);
/* NULL when there is none, which is how a figure that has no value is told. */
const struct orrery_figure *orrery_figure_find(const struct orrery_result *r, const char *section,
                                               const char *object, const char *metric);

/* One `expect` of the scenario, judged. */
struct orrery_verdict {
    const char *name;              /* "p99 users" */
    const char *observed, *target; /* as the report shows them: "288.7ms", "below 300ms" */
    const char *unit, *file;
    uint32_t line;
    bool pass, has_value; /* has_value false: nothing was observed, and value means nothing */
    double value, ci95_low, ci95_high; /* as in struct orrery_figure */
    uint32_t n;
};

uint32_t orrery_verdict_count(const struct orrery_result *r);
const struct orrery_verdict *orrery_verdict_at(const struct orrery_result *r, uint32_t index);
/* Something finished, and every expectation holds. */
bool orrery_result_holds(const struct orrery_result *r);

/* The object of `orrery run --json`, which has notable events and findings too; "" when nothing
 * finished. Made when it is first asked for. */
const char *orrery_result_json(const struct orrery_result *r);

#ifdef __cplusplus
}
#endif

#endif
