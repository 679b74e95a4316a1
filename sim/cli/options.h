/* options.h - one row an option: parsing, help and "did you mean" all read the same table. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum option_type {
    OPTION_END,
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char *; NULL when absent */
    OPTION_TEXTS,    /* struct option_texts: may be given many times */
    OPTION_COUNT,    /* uint32_t; 0 when absent */
    OPTION_SEED,     /* struct option_seed */
    OPTION_DURATION, /* int64_t ns; 0 when absent */
    OPTION_CHOICE    /* const char *, one of choices; NULL when absent */
};

struct option_texts {
    const char **items;
    uint32_t count;
};

struct option_seed {
    bool given;
    uint64_t value;
};

struct option {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    enum option_type type;
    size_t offset;
    const char *argument;       /* "FILE", for help; NULL for flags */
    uint32_t min, max;          /* of a COUNT */
    const char *const *choices; /* NULL-terminated */
    bool hidden;                /* for tests: not in help */
    const char *doc;
};

#define OPTIONS_END                                                                                \
    {                                                                                              \
        .type = OPTION_END                                                                         \
    }

/* Reads argv into values (zeroed before) and operands, in any order; "--" ends options. False after
 * adding every complaint to problems, a line each. */
bool options_parse(struct arena *a, const struct option *options, int argc, char **argv,
                   void *values, const char **operands, uint32_t *operand_count,
                   struct text *problems);
/* Two aligned columns. */
void options_help(const struct option *options, struct text *out);

#endif
