/* capacity.c - the smallest value of a setting with which every expectation of a scenario holds:
 * orrery inside another program.
 *
 *     cc -o capacity capacity.c $(pkg-config --cflags --libs orrery)
 *     ./capacity shop.lua shop.replicas 10
 */
#include <orrery/orrery.h>

#include <stdio.h>
#include <stdlib.h>

enum answer { HOLDS, FAILS, WRONG };

static void print_problems(const struct orrery_problems *p)
{
    for (uint32_t i = 0; i < orrery_problem_count(p); i++)
        fprintf(stderr, "%s\n", orrery_problem_at(p, i)->text);
}

static void print_verdicts(const char *setting, const struct orrery_result *r)
{
    printf("%s", setting);
    for (uint32_t i = 0; i < orrery_verdict_count(r); i++) {
        const struct orrery_verdict *v = orrery_verdict_at(r, i);
        printf("  %s %s: %s (%s)", v->pass ? "pass" : "FAIL", v->name, v->observed, v->target);
    }
    printf("\n");
}

static enum answer run(const struct orrery_scenario *s, const char *setting)
{
    struct orrery_options options = { .replications = 5, .threads = 2 };
    struct orrery_result *r = orrery_run(s, &options);
    enum answer answer = orrery_result_holds(r) ? HOLDS : FAILS;
    if (orrery_result_status(r) == ORRERY_DONE) {
        print_verdicts(setting, r);
    } else {
        fprintf(stderr, "%s\n", orrery_result_failure(r));
        answer = WRONG;
    }
    orrery_result_close(r);
    return answer;
}

static enum answer try(const char *file, const char *path, long value)
{
    char setting[200];
    snprintf(setting, sizeof setting, "%s=%ld", path, value);
    struct orrery_scenario *s = orrery_scenario_open(file, (const char *[]){ setting, NULL });
    print_problems(orrery_scenario_problems(s)); /* warnings too */
    enum answer answer = orrery_scenario_ok(s) ? run(s, setting) : WRONG;
    orrery_scenario_close(s);
    return answer;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: capacity SCENARIO PATH MAX, as in capacity shop.lua shop.replicas 10\n");
        return 2;
    }
    long max = strtol(argv[3], NULL, 10);
    for (long value = 1; value <= max; value++) {
        enum answer answer = try(argv[1], argv[2], value);
        if (answer == WRONG) return 2;
        if (answer == HOLDS) {
            printf("%ld is enough\n", value);
            return 0;
        }
    }
    printf("%ld is not enough\n", max);
    return 1;
}
