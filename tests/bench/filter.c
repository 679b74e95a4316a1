/* filter.c - what one filter that does nothing adds to a call.
 *
 * The same scenario with five such filters and with none; a fifth of the difference, within one round,
 * so that both ran at the same speed of the machine. The calls do next to nothing else. */
#include "bench.h"

#include "base/arena.h"
#include "engine/recorder.h"
#include "model/model.h"
#include "orrery/filter.h"
#include "schema/kinds.h"
#include "schema/schema.h"

#include <stdio.h>
#include <string.h>

#define FILTERS 5
#define KINDS_MAX 500

static enum verdict nothing_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                    enum outcome *outcome)
{
    (void)site, (void)w, (void)id, (void)outcome;
    return FILTER_PASS;
}

static enum verdict nothing_on_reply(const struct filter_site *site, struct world *w, uint32_t id)
{
    (void)site, (void)w, (void)id;
    return FILTER_PASS;
}

static const struct filter_type nothing_type = { .on_call = nothing_on_call,
                                                 .on_reply = nothing_on_reply };
static const struct field no_fields[] = { FIELDS_END };
static const struct kind nothing = { .name = "nothing",
                                     .role = "filter",
                                     .form = KIND_PART,
                                     .room = "bench",
                                     .doc = "Lets calls and replies through.",
                                     .fields = no_fields,
                                     .vtable = &nothing_type };

static const char scenario[] =
    "{\"orrery\": 1, \"objects\": [{\"kind\": \"run\", \"duration\": \"400s\"},"
    "{\"kind\": \"service\", \"name\": \"a\", \"async\": true, \"endpoints\": {\"GET\": []}},"
    "{\"kind\": \"client\", \"name\": \"users\", \"target\": \"a GET\", \"rate\": \"5000/s\", "
    "\"filters\": [%s]}]}";

static struct document *load(struct arena *a, const char *text, struct diag *d)
{
    static const struct kind *kinds[KINDS_MAX];
    uint32_t count = 0;
    while (count < orrery_kind_count && count < KINDS_MAX - 1) {
        kinds[count] = orrery_kinds[count];
        count++;
    }
    kinds[count++] = &nothing;
    struct value *root = json_read_scenario(a, text, strlen(text), "bench.json", d);
    return root ? document_load_kinds((struct kind_list){ kinds, count }, a, root, "bench.json", "bench", d)
                : NULL;
}

/* ns a call. */
static double run(const char *filters)
{
    static char text[2000];
    snprintf(text, sizeof text, scenario, filters);
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct document *doc = load(a, text, d);
    struct recorder *rec = recorder_open(a, NULL);
    struct world_options options = { .seed = 1, .duration_ns = 400 * NS_PER_S };
    struct world *w = doc ? world_open(doc, &options, rec, (struct hook_door){ 0 }, d) : NULL;
    double ns = 0;
    if (w) {
        double begin = bench_clock_ns();
        world_run(w, options.duration_ns);
        ns = bench_clock_ns() - begin;
        world_report(w);
        ns /= recorder_figure(rec, "clients", "users", "sent")->value;
        world_close(w);
    } else {
        diag_print(d, stderr);
    }
    recorder_close(rec);
    diag_close(d);
    arena_close(a);
    return ns;
}

#define NOTHING "{\"kind\": \"nothing\"}"

double filter_none(void)
{
    return run("");
}

double filter_five(void)
{
    return run(NOTHING ", " NOTHING ", " NOTHING ", " NOTHING ", " NOTHING);
}

double filter_nothing(void)
{
    return (filter_five() - filter_none()) / FILTERS;
}
