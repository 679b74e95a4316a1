/* step_row.c - rows that many calls read and then write: optimistic concurrency.
 *
 * Nobody locks. A write succeeds if nobody else has written the row since the call began to read;
 * else it is an error, and whoever still wants it begins again. One number a call is enough: how many
 * writes the room had seen when it first read. A row that was written later has a higher one. Rows
 * belong to a service and outlive its pods. */
#include "base/arena.h"
#include "base/check.h"
#include "service/pod.h"

#include <string.h>

struct row_spec {
    const char *name;
    uint32_t rows;
};

struct row_table {
    const struct service *service;
    const char *name;
    uint32_t rows;
    uint64_t *written; /* by row: the number of its last write, 0 for never */
    uint64_t writes, conflicts; /* done; refused, as another was faster */
};

/* When a call began to read; of the attempt that is under way if `generation` and `attempt` agree. */
struct snapshot {
    uint64_t writes;
    uint32_t generation, attempt; /* attempt + 1; 0: of no call */
};

struct row_room {
    struct row_table *tables;
    uint32_t table_count;
    struct snapshot *snapshots; /* by call */
    uint64_t writes;
};

static struct snapshot *snapshot_of(struct world *w, uint32_t call)
{
    struct row_room *rows = service_room_of(w)->rows;
    if (!rows->snapshots) rows->snapshots = calls_beside(w, sizeof *rows->snapshots);
    return &rows->snapshots[call];
}

static bool has_read(const struct snapshot *s, const struct call *c)
{
    return s->generation == c->generation && s->attempt == c->attempt + 1u;
}

static enum step_result read_run(struct world *w, uint32_t call, const struct instruction *i)
{
    (void)i;
    const struct call *c = call_get(w, call);
    struct snapshot *s = snapshot_of(w, call);
    if (!has_read(s, c))
        *s = (struct snapshot){ service_room_of(w)->rows->writes, c->generation,
                                c->attempt + 1u };
    return STEP_NEXT;
}

static void trace_write(const struct world *w, uint32_t call, const struct row_table *t,
                        uint32_t row, bool conflict)
{
    const struct call *c = call_get(w, call);
    recorder_trace(w->recorder, now_ns(w), conflict ? "row.conflict" : "row.written",
                   "%s %s row=%u key=%016llx%s", t->service->name, t->name, row,
                   (unsigned long long)c->key, conflict ? " cause=written since it was read" : "");
}

static enum step_result write_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    struct row_room *rows = service_room_of(w)->rows;
    struct row_table *t = &rows->tables[i->table];
    const struct snapshot *seen = snapshot_of(w, call);
    uint32_t row = (uint32_t)(hash_mix(call_side(w, call)->customer) % t->rows);
    bool conflict = has_read(seen, c) && t->written[row] > seen->writes;
    if (measured(w, now_ns(w))) *(conflict ? &t->conflicts : &t->writes) += 1;
    if (w->tracing) trace_write(w, call, t, row, conflict);
    if (conflict) {
        c->outcome = OUTCOME_ERROR;
        return STEP_END;
    }
    t->written[row] = ++rows->writes;
    return STEP_NEXT;
}

void rows_reset(struct world *w)
{
    struct row_room *rows = service_room_of(w)->rows;
    for (uint32_t i = 0; rows && i < rows->table_count; i++)
        rows->tables[i].writes = rows->tables[i].conflicts = 0;
}

void rows_report(struct world *w)
{
    const struct row_room *rows = service_room_of(w)->rows;
    for (uint32_t i = 0; rows && i < rows->table_count; i++) {
        const struct row_table *t = &rows->tables[i];
        const char *name = arena_format(w->arena, "%s %s", t->service->name, t->name);
        recorder_value(w->recorder, "rows", name, "written", "1", (double)t->writes);
        recorder_value(w->recorder, "rows", name, "conflicts", "1", (double)t->conflicts);
    }
}

void rows_check(const struct world *w)
{
    const struct row_room *rows = service_room_of(w)->rows;
    uint64_t writes = 0;
    for (uint32_t i = 0; rows && i < rows->table_count; i++)
        writes += rows->tables[i].writes;
    check(!rows || writes <= rows->writes); /* less what was before the figures began */
}

static struct row_room *rows_of(struct world *w)
{
    struct service_room *room = service_room_of(w);
    if (!room->rows) room->rows = arena_alloc(w->arena, sizeof *room->rows);
    return room->rows;
}

/* The service's rows of this name; made when they are first mentioned. */
static uint32_t table_of(struct compiler *c, const struct part *step)
{
    struct row_room *rows = rows_of(c->w);
    const struct row_spec *spec = step->spec;
    uint32_t n = 0;
    while (n < rows->table_count && (rows->tables[n].service != c->service ||
                                     strcmp(rows->tables[n].name, spec->name) != 0))
        n++;
    if (n == rows->table_count) {
        size_t bytes = n * sizeof *rows->tables;
        rows->tables = arena_grow(c->w->arena, rows->tables, bytes, bytes + sizeof *rows->tables);
        rows->tables[n] = (struct row_table){ c->service, spec->name, spec->rows, NULL, 0, 0 };
        rows->tables[n].written = arena_alloc(c->w->arena, spec->rows * sizeof(uint64_t));
        rows->table_count++;
    } else if (rows->tables[n].rows != spec->rows) {
        diag_error(c->d, step->at, c->name, "say the same number of rows wherever they are named",
                   "'%s' has %u rows here and %u elsewhere in the service", spec->name, spec->rows,
                   rows->tables[n].rows);
    }
    return n;
}

static void read_compile(struct compiler *c, const struct part *step)
{
    compile_emit(c, (struct instruction){ .run = read_run, .table = table_of(c, step),
                                          .route = ROUTE_NONE });
}

static void write_compile(struct compiler *c, const struct part *step)
{
    compile_emit(c, (struct instruction){ .run = write_run, .table = table_of(c, step),
                                          .route = ROUTE_NONE });
}

static const struct field row_fields[] = {
    TEXT(struct row_spec, "name", name, .position = 1,
         .doc = "What the rows are called; they belong to the service."),
    COUNT(struct row_spec, "rows", rows, .preset = "1", .min = 1, .max = 1e7,
          .doc = "How many there are; the call's customer decides which one it is about. One row is "
                 "contended by all."),
    FIELDS_END
};

static const struct step_type read_type = { read_compile }, write_type = { write_compile };

const struct kind step_read_row = {
    .name = "readRow",
    .role = "step",
    .room = "service",
    .doc = "Reads a row, taking no time: the call's writes after this hold only if nobody else has "
           "written their row since its first read.",
    .source = "Kung and Robinson, On optimistic methods for concurrency control (1981)",
    .example = "readRow(\"stock\")",
    .spec_size = sizeof(struct row_spec),
    .fields = row_fields,
    .vtable = &read_type,
};

const struct kind step_write_row = {
    .name = "writeRow",
    .role = "step",
    .room = "service",
    .doc = "Writes a row, taking no time. Ends the call with an error if another call has written it "
           "since this one read (a conflict: first committer wins). Without a read before, it "
           "always succeeds.",
    .source = "Kung and Robinson, On optimistic methods for concurrency control (1981)",
    .example = "writeRow { \"stock\", rows = 1000 }",
    .spec_size = sizeof(struct row_spec),
    .fields = row_fields,
    .vtable = &write_type,
};
