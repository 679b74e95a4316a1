/* scenario.c - the door is chosen by the file's ending: .lua or .json. */
#include "cli/scenario.h"

#include "base/arena.h"
#include "schema/schema.h"
#include "script/script.h"

#include <errno.h>
#include <string.h>

#define SCENARIO_JSON_BYTES_MAX (16 << 20)

static struct value *read_json(struct arena *a, const char *file, struct diag *d)
{
    struct place at = { .file = file };
    FILE *f = fopen(file, "rb");
    if (!f) {
        diag_error(d, at, NULL, NULL, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    char *bytes = arena_alloc(a, SCENARIO_JSON_BYTES_MAX + 1);
    size_t length = fread(bytes, 1, SCENARIO_JSON_BYTES_MAX + 1, f);
    bool failed = ferror(f) != 0;
    fclose(f);
    if (failed)
        diag_error(d, at, NULL, NULL, "cannot be read: %s", strerror(errno));
    else if (length > SCENARIO_JSON_BYTES_MAX)
        diag_error(d, at, NULL, NULL, "is longer than %d bytes", SCENARIO_JSON_BYTES_MAX);
    else
        return json_read_scenario(a, bytes, length, file, d);
    return NULL;
}

static struct hook_door open_door(void *state, uint64_t seed_key,
                                  int64_t (*now)(const struct world *w))
{
    return script_door(state, &script_limits_default, seed_key, now);
}

static const char *file_title(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

struct scenario scenario_open(struct arena *a, const char *file, const struct option_texts *set,
                              struct diag *d)
{
    struct scenario s = { .file = file };
    struct value *root = NULL;
    struct script_files *files = NULL;
    const char *title = NULL;
    bool has_hooks = false;
    if (cli_has_ending(file, ".lua")) {
        files = script_files_open(a, file, NULL, 0);
        root = script_load(a, files, &script_limits_default, d, &has_hooks, &title);
    } else if (cli_has_ending(file, ".json")) {
        root = read_json(a, file, d);
    } else {
        diag_error(d, (struct place){ .file = file }, NULL, "scenarios end in .lua or .json",
                   "is not a scenario by its name");
    }
    if (!root) return s;
    if (!title && root->text) title = root->text; /* a JSON document says its own */
    for (uint32_t i = 0; set && i < set->count && !root->boolean; i++)
        schema_set(a, root, set->items[i], d);
    s.document = document_load(a, root, file, title ? title : file_title(file), d);
    if (has_hooks) s.doors = (struct door_maker){ files, open_door };
    return s;
}

bool scenario_problems(const struct diag *d)
{
    diag_print(d, stderr);
    return diag_error_count(d) > 0;
}
