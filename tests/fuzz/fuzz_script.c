/* fuzz_script.c - a Lua scenario from any bytes, under small limits, with orrery's own words.
 *
 * It must end, leave no trace of memory, and say at least one problem when it gives no tree. What
 * loads goes through the schema, and its callbacks' door opens and runs the first of them. */
#include "base/arena.h"
#include "base/check.h"
#include "orrery/kind.h"
#include "schema/schema.h"
#include "script/inside.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct script_limits limits = {
    .memory_bytes_max = 4 << 20,
    .load_instructions = 200000,
    .hook_instructions = 20000,
};

static void call_first(const struct script_files *files, const struct vocabulary *words)
{
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct script *s = script_open(a, a, files, &limits, words, d);
    bool good = script_run(s);
    check(good); /* a scenario reads the same twice */
    check(s->function_count > 0);
    limits_start(s, limits.hook_instructions);
    check(convert_function_push(s->lua, 1));
    failure_run(s, 0, 0);
    script_close(s);
    diag_close(d);
    arena_close(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vocabulary words = { orrery_kinds, orrery_kind_count, NULL, 0 };
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    bool has_hooks;
    const char *title, *text = (const char *)data;
    struct script_files *files = script_files_open(a, "fuzz.lua", text ? text : "", size);
    struct value *root = script_load_words(a, files, &limits, &words, d, &has_hooks, &title);
    check((root && !root->boolean) == (diag_error_count(d) == 0));
    if (root) document_load(a, root, "fuzz.lua", title, d);
    if (root && !root->boolean) {
        if (has_hooks) call_first(files, &words);
    }
    diag_close(d);
    arena_close(a);
    return 0;
}
