/* locate.h - which line of a source a field was written on.
 *
 * Lua tells only the line of a call. So the source is read once more as tokens, and the
 * table literal that follows a constructor's name yields the line of every `key =` and of
 * every item. Nothing here knows Lua's library; a place that is not found is only less exact. */
#ifndef SCRIPT_LOCATE_H
#define SCRIPT_LOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct tokens;

enum token_type { TOKEN_NAME, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_MARK, TOKEN_END };

struct token {
    uint32_t start, length, line;
    enum token_type type;
};

/* One item of a table literal. */
struct entry {
    const char *key; /* not NUL-terminated; NULL: positional, or a key only Lua can compute */
    uint32_t key_length;
    uint32_t line;
    uint32_t value; /* the first token of what was assigned */
};

/* One table literal. */
struct brace {
    const struct entry *keyed;      /* sorted by key, then by line */
    const struct entry *positional; /* in order */
    uint32_t keyed_count, positional_count;
};

/* The text must outlive the tokens. */
struct tokens *tokens_read(struct arena *a, const char *text, size_t length);

/* The literal passed to a call of `name` on this line whose keys include all of `keys` (sorted, as
 * the table has them); NULL when there is none or the call's table was made elsewhere. */
const struct brace *tokens_call(struct tokens *t, const char *name, uint32_t line,
                                const char *const *keys, uint32_t key_count);
/* The literal that an entry's value is, or NULL. */
const struct brace *tokens_entry(struct tokens *t, const struct entry *e);

/* NULL when the literal does not name the key; the last one when it says it twice. */
const struct entry *brace_key(const struct brace *b, const char *key);
/* Items beyond those written (a call that returned several) count as the last. position: 1.. */
const struct entry *brace_position(const struct brace *b, uint32_t position);

/* The next line, after token *cursor, with a power whose exponent is not the literal 2; 0 when
 * there are no more. Start with *cursor = 0. */
uint32_t tokens_power(const struct tokens *t, uint32_t *cursor);

/* Whether every `name` on the line begins a statement, so that what its call gives is lost. */
bool tokens_is_statement(const struct tokens *t, const char *name, uint32_t line);

#endif
