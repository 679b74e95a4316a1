/* path.h - where in a scenario: service.cart.endpoints["GET /cart"][1].time.
 *
 * The same words in messages, in `--set`, in parameters and in differences. Lists count from 1,
 * as Lua does. */
#ifndef SCHEMA_PATH_H
#define SCHEMA_PATH_H

#include "base/text.h"

/* Keys longer than this are shortened in a path: a path is for people. */
#define PATH_KEY_BYTES 60

void path_key(struct text *path, const char *key);     /* a plain word: .key, else ["key"] */
void path_index(struct text *path, uint32_t position); /* [position], from 1 */
void path_cut(struct text *path, size_t length);       /* back to what it was */

/* A step of a path read from text: a key (index 0) or a position. */
struct path_step {
    char *key;
    uint32_t index;
};
#define PATH_STEPS_MAX 64

struct arena;
/* The number of steps, or -1 when the text is not a path. */
int path_read(struct arena *a, const char *text, struct path_step steps[PATH_STEPS_MAX]);

/* s, or its first `bytes` and "...", never cutting a character. */
const char *text_shortened(struct arena *a, const char *s, size_t bytes);

/* "a dist", "an arrival" */
const char *with_article(struct arena *a, const char *noun);

#endif
