/* kinds.c - the lists of kinds and verbs: static, so that what exists is visible in review and
 * never depends on link order. */
#include "orrery/hook.h"
#include "orrery/kind.h"

#define KIND(name) extern const struct kind name;
#define VERB(name) extern const struct verb name;
#include "model/kinds.def"
#include "model/verbs.def"
#undef KIND
#undef VERB

#define KIND(name) &name,
#define VERB(name) &name,
const struct kind *const orrery_kinds[] = {
#include "model/kinds.def"
};
const uint32_t orrery_kind_count = sizeof orrery_kinds / sizeof *orrery_kinds;

const struct verb *const orrery_verbs[] = {
#include "model/verbs.def"
    NULL,
};
const uint32_t orrery_verb_count = sizeof orrery_verbs / sizeof *orrery_verbs - 1;
