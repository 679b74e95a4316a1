/* fuzz_value.c - trees built through the JSON door: a copy is equal, and so is what is printed and
 * read again; printing that gives the same bytes. */
#include "base/arena.h"
#include "base/check.h"
#include "schema/json.h"
#include "schema/said.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct value *tree(struct arena *a, const char *text, size_t length)
{
    struct diag *d = diag_open();
    struct value *v = json_read(a, text, length, (struct place){ "f.json", 1 }, d);
    diag_close(d);
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_open();
    struct value *v = tree(a, (const char *)data, size);
    if (v) {
        struct text flat = { 0 }, again = { 0 }, broken = { 0 }, lua = { 0 };
        check(value_equal(v, v));
        check(value_equal(v, value_copy(a, v)));
        value_print_flat(v, DOOR_JSON, &flat);
        struct value *w = tree(a, flat.data, flat.length);
        check(w && value_equal(v, w));
        value_print_flat(w, DOOR_JSON, &again);
        check(!strcmp(flat.data, again.data));
        value_print_json(v, 4, &broken);
        w = tree(a, broken.data, broken.length);
        check(w && value_equal(v, w));
        value_print_lua(v, 0, &lua);
        check(lua.length > 0);
        text_close(&flat), text_close(&again), text_close(&broken), text_close(&lua);
    }
    arena_close(a);
    return 0;
}
