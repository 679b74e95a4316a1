/* script.c - the room's face: the scenario language with orrery's own words.
 *
 * The rest of the room knows no list of kinds or verbs; here they are handed in, so that tests
 * and fuzzers can hand in others. */
#include "script/inside.h"

static struct vocabulary orrery_words(void)
{
    return (struct vocabulary){ orrery_kinds, orrery_kind_count, orrery_verbs, orrery_verb_count };
}

struct value *script_load(struct arena *a, struct script_files *files,
                          const struct script_limits *limits, struct diag *d, bool *has_hooks,
                          const char **title)
{
    struct vocabulary words = orrery_words();
    return script_load_words(a, files, limits, &words, d, has_hooks, title);
}

struct hook_door script_door(const struct script_files *files, const struct script_limits *limits,
                             uint64_t seed_key, int64_t (*now)(const struct world *w))
{
    struct vocabulary words = orrery_words();
    return script_door_words(files, limits, &words, seed_key, now);
}
