/* kind.h - every nameable thing is a kind: a table of fields plus a vtable.
 *
 * Loading, defaults, units, checks, errors, `orrery explain`, JSON Schema, editor
 * completion, `--set`, the difference of two scenarios and the parameters stored with
 * results all read the one table. A field's default is text, so the docs print what a user
 * could type and the default passes the same parser and range check as input.
 *
 * Roles group kinds that can stand in the same place: a `dist` field takes a part of any
 * kind whose role is "dist". Kinds with role "object" are said at the top level of a
 * scenario, by name or (singleton) without one. */
#ifndef ORRERY_KIND_H
#define ORRERY_KIND_H

#include "orrery/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct value;
struct document;
struct document_index;

enum field_type {
    FIELD_NONE,      /* ends a table */
    FIELD_DURATION,  /* int64_t ns; "5ms", "1.5h"; a bare number is an error that names the unit */
    FIELD_RATE,      /* double, per second; "40/s", "3/min", "1e4/h" */
    FIELD_COUNT,     /* uint32_t; 3, "10k", and, when .max is UINT32_MAX, "unlimited" */
    FIELD_NUMBER,    /* double, dimensionless */
    FIELD_BYTES,     /* int64_t; "128Mi", "2k" (Kubernetes quantity), or a bare integer of bytes */
    FIELD_CPU,       /* double, cores; "250m", "1.5", 2 (Kubernetes quantity) */
    FIELD_RATIO,     /* double 0..1; "70%", 0.7 */
    FIELD_MONEY,     /* double, in the run's currency; a bare number */
    FIELD_BOOL,      /* bool */
    FIELD_CHOICE,    /* uint32_t index into .choices */
    FIELD_NAME,      /* const char *: a DNS label as Kubernetes has it, <= 63 */
    FIELD_TEXT,      /* const char * */
    FIELD_AMOUNT,    /* double in base units of the enclosing part's .unit (a dist's parameters) */
    FIELD_REFERENCE, /* struct reference: the name of an object of kind .role */
    FIELD_PART,      /* struct part: a nested spec of any kind with role .role */
    FIELD_LIST,      /* struct list of .of (scalars, references or parts) */
    FIELD_MAP,       /* struct map of text -> .of; keys free, order as loaded (sorted by key) */
    FIELD_HOOK,      /* uint32_t: a script callback, 0 = none */
    FIELD_ANY        /* const struct value *: kept as said (a constructor's name becomes the
                        item "kind", as JSON has it); the owner checks it */
};

/* What an AMOUNT is measured in; a PART field passes its .unit down to the nested part. */
enum unit { UNIT_NUMBER, UNIT_DURATION, UNIT_BYTES, UNIT_RATE, UNIT_RATIO };

struct kind;

struct reference {
    const char *name; /* NULL when absent */
    uint32_t index;   /* among the document's objects of that kind, in document order; UINT32_MAX
                        in a check when none has the name, which has been told */
};

struct part {
    const struct kind *kind; /* NULL when absent */
    const void *spec;
    struct place at;
};

struct list {
    uint32_t count;
    const void *items; /* count elements of the C type of .of */
};

struct map_entry {
    const char *key;
    struct place at;
    union {
        double number;           /* NUMBER RATIO CPU MONEY RATE AMOUNT */
        int64_t integer;         /* DURATION BYTES COUNT CHOICE HOOK BOOL */
        const char *text;        /* NAME TEXT */
        struct part part;        /* PART */
        struct reference reference;
        struct list list;        /* a map whose .of is FIELD_LIST holds parts of .role */
    };
};

struct map {
    uint32_t count;
    const struct map_entry *entries;
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    const char *preset; /* default as text; NULL = required; "" = absent unless said */
    double min, max;    /* in base units; both 0 = the type's own range */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *role;   /* PART, REFERENCE (a kind), LIST/MAP of those */
    enum field_type of; /* element type of LIST and MAP */
    enum unit unit;     /* PART or LIST of parts holding AMOUNTs */
    int8_t position;    /* 0 none; 1.. positional argument; FIELD_REST takes all the rest */
    /* TEXT and NAME, items of a LIST of those, keys of a MAP: judges what the text names, once all
     * names are known and whatever else is wrong around it. Reports at `at` and `path` as given. */
    bool (*judge)(const struct document *doc, const char *text, struct place at, const char *path,
                  struct diag *d);
    const char *doc;    /* one sentence with the unit */
};
#define FIELD_REST (-1)
#define COUNT_UNLIMITED UINT32_MAX

/* One row per macro; the _Generic makes a row of the wrong C type a compile error. */
#define FIELD_OF(T, m, ctype)                                                                      \
    offsetof(T, m) + 0 * sizeof(char[_Generic(((T *)0)->m, ctype: 1, default: -1)])
#define FIELD_ROW(n, t, T, m, ctype, ...)                                                          \
    {                                                                                              \
        .name = n, .type = t, .offset = FIELD_OF(T, m, ctype), __VA_ARGS__                         \
    }
#define DURATION(T, n, m, ...) FIELD_ROW(n, FIELD_DURATION, T, m, int64_t, __VA_ARGS__)
#define RATE(T, n, m, ...) FIELD_ROW(n, FIELD_RATE, T, m, double, __VA_ARGS__)
#define COUNT(T, n, m, ...) FIELD_ROW(n, FIELD_COUNT, T, m, uint32_t, __VA_ARGS__)
#define NUMBER(T, n, m, ...) FIELD_ROW(n, FIELD_NUMBER, T, m, double, __VA_ARGS__)
#define BYTES(T, n, m, ...) FIELD_ROW(n, FIELD_BYTES, T, m, int64_t, __VA_ARGS__)
#define CPU(T, n, m, ...) FIELD_ROW(n, FIELD_CPU, T, m, double, __VA_ARGS__)
#define RATIO(T, n, m, ...) FIELD_ROW(n, FIELD_RATIO, T, m, double, __VA_ARGS__)
#define MONEY(T, n, m, ...) FIELD_ROW(n, FIELD_MONEY, T, m, double, __VA_ARGS__)
#define BOOL(T, n, m, ...) FIELD_ROW(n, FIELD_BOOL, T, m, bool, __VA_ARGS__)
#define CHOICE(T, n, m, ...) FIELD_ROW(n, FIELD_CHOICE, T, m, uint32_t, __VA_ARGS__)
#define NAME(T, n, m, ...) FIELD_ROW(n, FIELD_NAME, T, m, const char *, __VA_ARGS__)
#define TEXT(T, n, m, ...) FIELD_ROW(n, FIELD_TEXT, T, m, const char *, __VA_ARGS__)
#define AMOUNT(T, n, m, ...) FIELD_ROW(n, FIELD_AMOUNT, T, m, double, __VA_ARGS__)
#define HOOK(T, n, m, ...) FIELD_ROW(n, FIELD_HOOK, T, m, uint32_t, __VA_ARGS__)
#define ANY(T, n, m, ...) FIELD_ROW(n, FIELD_ANY, T, m, const struct value *, __VA_ARGS__)
#define REFERENCE(T, n, m, k, ...)                                                                 \
    FIELD_ROW(n, FIELD_REFERENCE, T, m, struct reference, .role = k, __VA_ARGS__)
#define PART(T, n, m, r, ...)                                                                      \
    FIELD_ROW(n, FIELD_PART, T, m, struct part, .role = r, __VA_ARGS__)
#define LIST(T, n, m, t, ...)                                                                      \
    FIELD_ROW(n, FIELD_LIST, T, m, struct list, .of = t, __VA_ARGS__)
#define MAP(T, n, m, t, ...)                                                                       \
    FIELD_ROW(n, FIELD_MAP, T, m, struct map, .of = t, __VA_ARGS__)
#define FIELDS_END { .type = FIELD_NONE }

enum kind_form {
    KIND_PART,      /* only inside another */
    KIND_NAMED,     /* top level: KIND "name" { ... }; names are unique per kind */
    KIND_SINGLETON, /* top level: KIND { ... }; at most once */
    KIND_REPEATED   /* top level: KIND { ... } or KIND(...); any number, no name (at, every) */
};

struct kind {
    const char *name;  /* camelCase, what a user types */
    const char *alias; /* a second spelling, or NULL ("hpa") */
    const char *role;  /* "object", "dist", "balancer", "step", ... */
    enum kind_form form;
    const char *room;  /* its room: shown by explain, and the section of a result */
    const char *doc;   /* what it is, one or two sentences */
    const char *source; /* paper, RFC or upstream file, or NULL */
    const char *example; /* one line a user could type, or NULL */
    size_t spec_size;
    const struct field *fields;
    bool scalar; /* a bare scalar where this role is wanted means this kind (its position-1 field):
                    "5ms" for a dist is constant("5ms"), "40/s" for an arrival is poisson("40/s") */
    /* Judges what no single field can; may also derive members. Called after all fields and
     * references are loaded, when those of this spec and its parts are sound; other objects may not
     * be: what did not load in them is zero or missing. A problem told at `path`.FIELD is shown at
     * that field's own line. spec is writable here and const ever after. NULL: nothing to say. */
    void (*check)(void *spec, const struct document *doc, struct place at, const char *path,
                  struct diag *d);
    /* Judges what all objects of the kind make together: once, last of all and whatever else is
     * wrong, so that what did not load is zero or missing. The document is as it will be. NULL:
     * nothing to say. */
    void (*check_all)(const struct document *doc, struct diag *d);
    const void *vtable; /* the role's contract: struct dist_type, struct balancer_type, ... */
};

/* The list of kinds: sim/model/kinds.def, in its order. */
extern const struct kind *const orrery_kinds[];
extern const uint32_t orrery_kind_count;

/* A loaded scenario: const after load, shared by all replications and threads. */
struct object {
    const struct kind *kind;
    const char *name; /* "" for singletons and repeated */
    const void *spec;
    struct place at;
};

struct document {
    struct arena *arena; /* where specs live; kind checks may allocate derived members here */
    const char *file;    /* the scenario as given on the command line */
    const char *title; /* the first comment line of the scenario, or the file's name */
    uint32_t object_count;
    const struct object *objects; /* in the order said */
    const struct document_index *index; /* sim/schema's own */
};

/* The index-th object of a kind (what struct reference.index counts); NULL past the last. */
const struct object *document_object(const struct document *doc, const char *kind, uint32_t index);
const struct object *document_find(const struct document *doc, const char *kind, const char *name);
uint32_t document_count(const struct document *doc, const char *kind);
/* The one object of a singleton kind; its spec with all defaults when the scenario is silent. */
const void *document_singleton(const struct document *doc, const char *kind);

/* A file the scenario names (a CSV series, a trace), relative to the scenario's folder and
 * never outside it; at most DOCUMENT_FILE_BYTES_MAX. NUL-terminated, in the document's arena;
 * NULL after reporting why not. */
#define DOCUMENT_FILE_BYTES_MAX (64 << 20)
const char *document_read_file(const struct document *doc, const char *relative, struct place at,
                               const char *path, struct diag *d, size_t *length);

#endif
