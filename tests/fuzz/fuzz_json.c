/* fuzz_json.c - any bytes through the JSON door: a tree, or at least one error, never both. */
#include "base/arena.h"
#include "base/check.h"
#include "schema/json.h"
#include "schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_open();
    struct diag *d = diag_open();
    struct value *v = json_read(a, (const char *)data, size, (struct place){ "f.json", 1 }, d);
    check((v == NULL) == (diag_error_count(d) > 0));
    uint32_t errors = diag_error_count(d);
    v = json_read_scenario(a, (const char *)data, size, "f.json", d);
    check((v == NULL) == (diag_error_count(d) > errors));
    diag_close(d);
    arena_close(a);
    return 0;
}
