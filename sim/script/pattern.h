/* pattern.h - Lua's patterns with every step counted.
 *
 * Same language as the reference manual's section 6.4.1; a matcher of our own, because the
 * stock one backtracks for minutes where no hook fires. A pattern is compiled once into items;
 * recursion goes one item deeper at a time, so its depth is at most PATTERN_ITEMS_MAX. */
#ifndef SCRIPT_PATTERN_H
#define SCRIPT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_CAPTURES_MAX 32
#define PATTERN_ITEMS_MAX 257 /* one a byte of the longest pattern, and the end */

enum pattern_item_type {
    PATTERN_SET,      /* one character of a set, `repeat` says how often */
    PATTERN_OPEN,     /* ( of capture `argument` */
    PATTERN_CLOSE,    /* ) */
    PATTERN_POSITION, /* () */
    PATTERN_AGAIN,    /* %1: what capture `argument` matched */
    PATTERN_BALANCE,  /* %bxy */
    PATTERN_FRONTIER, /* %f[set] */
    PATTERN_ANCHOR,   /* $ at the end */
    PATTERN_DONE
};

struct pattern_item {
    uint8_t type, argument;
    char repeat; /* 0 * + - ? */
    uint8_t low, high; /* BALANCE */
    uint64_t set[4];
};

struct pattern {
    bool anchored; /* began with ^ */
    uint32_t count, capture_count;
    struct pattern_item items[PATTERN_ITEMS_MAX];
};

struct pattern_capture {
    const char *start, *end; /* end NULL: still open, or a position */
    bool position;
};

struct pattern_match {
    const char *subject, *subject_end;
    uint64_t steps, steps_max;
    bool spent; /* gave up: the steps ran out */
    struct pattern_capture captures[PATTERN_CAPTURES_MAX];
};

/* NULL, or what is wrong with the pattern. may_anchor: a leading ^ is an anchor (not in gmatch). */
const char *pattern_read(struct pattern *p, const char *text, size_t length, bool may_anchor);

/* The end of a match that begins exactly at `at`, or NULL. */
const char *pattern_match(const struct pattern *p, struct pattern_match *m, const char *at);

#endif
