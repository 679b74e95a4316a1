/* pattern.c - a pattern compiled to items, matched by backtracking under a budget of steps. */
#include "script/pattern.h"

#include "base/check.h"

#include <string.h>

struct reader {
    const unsigned char *at, *end;
    struct pattern *pattern;
    uint8_t open[PATTERN_CAPTURES_MAX]; /* captures not closed yet, innermost last */
    bool closed[PATTERN_CAPTURES_MAX];
    uint32_t open_count;
    const char *error;
};

/* --- sets: ASCII only, so that no locale is asked */

static bool in_range(unsigned c, unsigned low, unsigned high)
{
    return c >= low && c <= high;
}

static bool in_class(unsigned c, char class)
{
    bool lower = in_range(c, 'a', 'z'), upper = in_range(c, 'A', 'Z');
    bool digit = in_range(c, '0', '9'), graph = in_range(c, 33, 126);
    switch (class) {
    case 'a':
        return lower || upper;
    case 'c':
        return c < 32 || c == 127;
    case 'd':
        return digit;
    case 'g':
        return graph;
    case 'l':
        return lower;
    case 'p':
        return graph && !lower && !upper && !digit;
    case 's':
        return c == ' ' || in_range(c, 9, 13);
    case 'u':
        return upper;
    case 'w':
        return lower || upper || digit;
    default:
        return digit || in_range(c, 'a', 'f') || in_range(c, 'A', 'F');
    }
}

static void set_add(uint64_t set[4], unsigned c)
{
    set[c >> 6] |= UINT64_C(1) << (c & 63);
}

static bool set_has(const uint64_t set[4], unsigned char c)
{
    return set[c >> 6] >> (c & 63) & 1;
}

/* %a and the like; any other character after % is itself. */
static void set_add_escaped(uint64_t set[4], unsigned char letter)
{
    unsigned char lower = letter | 32;
    if (!in_class(letter, 'a') || !strchr("acdglpsuwx", lower)) {
        set_add(set, letter);
        return;
    }
    bool wanted = in_range(letter, 'a', 'z');
    for (unsigned c = 0; c < 256; c++)
        if (in_class(c, (char)lower) == wanted) set_add(set, c);
}

static void set_negate(uint64_t set[4])
{
    for (int i = 0; i < 4; i++)
        set[i] = ~set[i];
}

/* What follows `[`. A `]` right after the bracket (or its ^) is a member. */
static void read_set(struct reader *r, uint64_t set[4])
{
    bool negated = r->at < r->end && *r->at == '^';
    if (negated) r->at++;
    for (bool first = true;; first = false) {
        if (r->at >= r->end) {
            r->error = "malformed pattern (missing ']')";
            return;
        }
        unsigned char c = *r->at++;
        if (c == ']' && !first) break;
        if (c == '%') {
            if (r->at >= r->end) {
                r->error = "malformed pattern (ends with '%')";
                return;
            }
            set_add_escaped(set, *r->at++);
        } else if (r->end - r->at >= 2 && r->at[0] == '-' && r->at[1] != ']') {
            for (unsigned k = c; k <= r->at[1]; k++)
                set_add(set, k);
            r->at += 2;
        } else {
            set_add(set, c);
        }
    }
    if (negated) set_negate(set);
}

/* --- items */

static struct pattern_item *item_add(struct reader *r, enum pattern_item_type type)
{
    check(r->pattern->count < PATTERN_ITEMS_MAX);
    struct pattern_item *item = &r->pattern->items[r->pattern->count++];
    *item = (struct pattern_item){ .type = (uint8_t)type };
    return item;
}

static void read_open(struct reader *r)
{
    if (r->pattern->capture_count == PATTERN_CAPTURES_MAX) {
        r->error = "too many captures";
        return;
    }
    uint8_t number = (uint8_t)r->pattern->capture_count++;
    if (r->at < r->end && *r->at == ')') {
        r->at++;
        item_add(r, PATTERN_POSITION)->argument = number;
        return;
    }
    r->open[r->open_count++] = number;
    item_add(r, PATTERN_OPEN)->argument = number;
}

static void read_close(struct reader *r)
{
    if (r->open_count == 0) {
        r->error = "invalid pattern capture";
        return;
    }
    uint8_t number = r->open[--r->open_count];
    r->closed[number] = true;
    item_add(r, PATTERN_CLOSE)->argument = number;
}

static void read_balance(struct reader *r)
{
    if (r->end - r->at < 2) {
        r->error = "malformed pattern (missing arguments to '%b')";
        return;
    }
    struct pattern_item *item = item_add(r, PATTERN_BALANCE);
    item->low = *r->at++;
    item->high = *r->at++;
}

static void read_frontier(struct reader *r)
{
    if (r->at >= r->end || *r->at++ != '[') {
        r->error = "missing '[' after '%f' in pattern";
        return;
    }
    read_set(r, item_add(r, PATTERN_FRONTIER)->set);
}

static void read_again(struct reader *r, unsigned char digit)
{
    unsigned number = digit - '1'; /* %0 wraps to a capture that cannot exist */
    if (number >= r->pattern->capture_count || !r->closed[number]) {
        r->error = "invalid capture index in pattern";
        return;
    }
    item_add(r, PATTERN_AGAIN)->argument = (uint8_t)number;
}

static void read_single(struct reader *r, unsigned char c)
{
    struct pattern_item *item = item_add(r, PATTERN_SET);
    if (c == '.')
        set_negate(item->set);
    else if (c == '[')
        read_set(r, item->set);
    else if (c == '%')
        set_add_escaped(item->set, *r->at++);
    else
        set_add(item->set, c);
    if (!r->error && r->at < r->end && memchr("*+-?", *r->at, 4)) item->repeat = (char)*r->at++;
}

static void read_item(struct reader *r)
{
    unsigned char c = *r->at++;
    if (c == '%' && r->at >= r->end) {
        r->error = "malformed pattern (ends with '%')";
        return;
    }
    if (c == '(') {
        read_open(r);
    } else if (c == ')') {
        read_close(r);
    } else if (c == '$' && r->at == r->end) {
        item_add(r, PATTERN_ANCHOR);
    } else if (c == '%' && *r->at == 'b') {
        r->at++;
        read_balance(r);
    } else if (c == '%' && *r->at == 'f') {
        r->at++;
        read_frontier(r);
    } else if (c == '%' && in_range(*r->at, '0', '9')) {
        read_again(r, *r->at++);
    } else {
        read_single(r, c);
    }
}

const char *pattern_read(struct pattern *p, const char *text, size_t length, bool may_anchor)
{
    p->count = p->capture_count = 0;
    p->anchored = may_anchor && length > 0 && text[0] == '^';
    if (length >= PATTERN_ITEMS_MAX) return "the pattern is longer than 256 bytes";
    const unsigned char *start = (const unsigned char *)text;
    struct reader r = { .at = start + p->anchored, .end = start + length, .pattern = p };
    while (r.at < r.end && !r.error)
        read_item(&r);
    if (!r.error && r.open_count) r.error = "unfinished capture";
    if (!r.error) item_add(&r, PATTERN_DONE);
    return r.error;
}

/* --- matching */

static const char *match(const struct pattern *p, struct pattern_match *m, uint32_t i,
                         const char *s);

static bool step(struct pattern_match *m)
{
    if (++m->steps > m->steps_max) m->spent = true;
    return !m->spent;
}

static bool one(const struct pattern_item *item, const struct pattern_match *m, const char *s)
{
    return s < m->subject_end && set_has(item->set, (unsigned char)*s);
}

static const char *match_longest(const struct pattern *p, struct pattern_match *m, uint32_t i,
                                 const char *s, size_t least)
{
    size_t n = 0;
    while (one(&p->items[i], m, s + n) && step(m))
        n++;
    for (n++; n-- > least && !m->spent;) {
        const char *found = match(p, m, i + 1, s + n);
        if (found) return found;
    }
    return NULL;
}

static const char *match_shortest(const struct pattern *p, struct pattern_match *m, uint32_t i,
                                  const char *s)
{
    for (; !m->spent; s++) {
        const char *found = match(p, m, i + 1, s);
        if (found) return found;
        if (!one(&p->items[i], m, s) || !step(m)) return NULL;
    }
    return NULL;
}

static const char *match_repeated(const struct pattern *p, struct pattern_match *m, uint32_t i,
                                  const char *s)
{
    switch (p->items[i].repeat) {
    case '-':
        return match_shortest(p, m, i, s);
    case '+':
        return match_longest(p, m, i, s, 1);
    case '*':
        return match_longest(p, m, i, s, 0);
    default: { /* ? */
        const char *found = one(&p->items[i], m, s) ? match(p, m, i + 1, s + 1) : NULL;
        return found || m->spent ? found : match(p, m, i + 1, s);
    }
    }
}

/* A capture is put back as it was when what follows it does not match. */
static const char *match_capture(const struct pattern *p, struct pattern_match *m, uint32_t i,
                                 const char *s)
{
    struct pattern_capture *c = &m->captures[p->items[i].argument], before = *c;
    if (p->items[i].type == PATTERN_CLOSE)
        c->end = s;
    else
        *c = (struct pattern_capture){ s, NULL, p->items[i].type == PATTERN_POSITION };
    const char *found = match(p, m, i + 1, s);
    if (!found) *c = before;
    return found;
}

static const char *balance_end(const struct pattern_item *item, struct pattern_match *m,
                               const char *s)
{
    if (s >= m->subject_end || (unsigned char)*s != item->low) return NULL;
    uint64_t depth = 1;
    for (s++; s < m->subject_end && step(m); s++) {
        if ((unsigned char)*s == item->high) {
            if (--depth == 0) return s + 1;
        } else if ((unsigned char)*s == item->low) {
            depth++;
        }
    }
    return NULL;
}

static const char *again_end(const struct pattern_item *item, struct pattern_match *m,
                             const char *s)
{
    const struct pattern_capture *c = &m->captures[item->argument];
    if (c->position || !c->end) return NULL;
    size_t n = (size_t)(c->end - c->start);
    m->steps += n / 16;
    return n <= (size_t)(m->subject_end - s) && !memcmp(c->start, s, n) ? s + n : NULL;
}

static bool at_frontier(const struct pattern_item *item, const struct pattern_match *m,
                        const char *s)
{
    unsigned char before = s == m->subject ? 0 : (unsigned char)s[-1];
    unsigned char after = s == m->subject_end ? 0 : (unsigned char)*s;
    return !set_has(item->set, before) && set_has(item->set, after);
}

/* Walks items that match in one way only; recurses where there is something to go back to. */
static const char *match(const struct pattern *p, struct pattern_match *m, uint32_t i,
                         const char *s)
{
    for (; s && step(m); i++) {
        const struct pattern_item *item = &p->items[i];
        switch (item->type) {
        case PATTERN_DONE:
            return s;
        case PATTERN_ANCHOR:
            return s == m->subject_end ? s : NULL;
        case PATTERN_SET:
            if (item->repeat) return match_repeated(p, m, i, s);
            s = one(item, m, s) ? s + 1 : NULL;
            break;
        case PATTERN_AGAIN:
            s = again_end(item, m, s);
            break;
        case PATTERN_BALANCE:
            s = balance_end(item, m, s);
            break;
        case PATTERN_FRONTIER:
            if (!at_frontier(item, m, s)) return NULL;
            break;
        default:
            return match_capture(p, m, i, s);
        }
    }
    return NULL;
}

const char *pattern_match(const struct pattern *p, struct pattern_match *m, const char *at)
{
    return match(p, m, 0, at);
}
