/* scenario.c - the door is chosen by the file's ending: .lua or .json. */
#include "embed/scenario.h"

#include "base/arena.h"
#include "base/text.h"
#include "engine/recorder.h"
#include "orrery/rng.h"
#include "schema/schema.h"
#include "script/script.h"

#include <errno.h>
#include <string.h>

#define SCENARIO_JSON_BYTES_MAX (16 << 20)

/* The bytes of a file; NULL after telling d. */
static const char *read_file(struct arena *a, const char *file, size_t *length, struct diag *d)
{
    struct place at = { .file = file };
    FILE *f = fopen(file, "rb");
    if (!f) {
        diag_error(d, at, NULL, NULL, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    char *bytes = arena_alloc(a, SCENARIO_JSON_BYTES_MAX + 1);
    *length = fread(bytes, 1, SCENARIO_JSON_BYTES_MAX + 1, f);
    if (ferror(f)) {
        diag_error(d, at, NULL, NULL, "cannot be read: %s", strerror(errno));
        bytes = NULL;
    }
    fclose(f);
    return bytes;
}

static struct value *read_json(struct arena *a, const struct scenario_source *source,
                               struct diag *d)
{
    size_t length = source->length;
    const char *bytes = source->text ? source->text : read_file(a, source->file, &length, d);
    if (bytes && length <= SCENARIO_JSON_BYTES_MAX)
        return json_read_scenario(a, bytes, length, source->file, d);
    if (bytes)
        diag_error(d, (struct place){ .file = source->file }, NULL, NULL, "is longer than %d bytes",
                   SCENARIO_JSON_BYTES_MAX);
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

struct scenario scenario_open(struct arena *a, const struct scenario_source *source, struct diag *d)
{
    const char *file = arena_text(a, source->file), *title = NULL;
    struct scenario s = { .file = file };
    struct scenario_source from = *source;
    from.file = file; /* places point at it for as long as `a` lives */
    struct value *root = NULL;
    struct script_files *files = NULL;
    bool has_hooks = false;
    if (text_has_ending(file, ".lua")) {
        files = script_files_open(a, file, from.text, from.length);
        root = script_load(a, files, &script_limits_default, d, &has_hooks, &title);
    } else if (text_has_ending(file, ".json")) {
        root = read_json(a, &from, d);
    } else {
        diag_error(d, (struct place){ .file = file }, NULL, "scenarios end in .lua or .json",
                   "is not a scenario by its name");
    }
    if (!root) return s;
    if (!title && root->text) title = root->text; /* a JSON document says its own */
    for (uint32_t i = 0; i < from.setting_count && !root->boolean; i++)
        schema_set(a, root, from.settings[i], d);
    s.document = document_load(a, root, file, title ? title : file_title(file), d);
    if (has_hooks) s.doors = (struct door_maker){ files, open_door };
    return s;
}

void scenario_try(const struct scenario *s, struct diag *d)
{
    struct arena *a = arena_open();
    const struct run_spec *run = document_singleton(s->document, "run");
    struct world_options options = { .seed = run->seed_value, .duration_ns = run->duration_ns };
    struct hook_door door = { 0 };
    if (s->doors.open) door = s->doors.open(s->doors.state, seed_key(options.seed, 0), world_now);
    struct world *w = world_open(s->document, &options, recorder_open(a, NULL), door, d);
    if (w) world_close(w);
    arena_close(a);
}
