/* step_once.c - what a customer has had done is not done again: idempotency keys.
 *
 * One table of keys for all pods of the service, as a database would keep it. A key is the
 * customer's call, the same in every attempt. It is under way while the call that began it is open,
 * and done when that call has come to the end of the steps; an attempt that failed or was cancelled
 * leaves nothing. Keys live for one `window` at least and two at most: memory is flat. */
#include "base/arena.h"
#include "base/table.h"
#include "service/pod.h"

struct once_spec {
    struct list steps;
    bool keys;
    int64_t window_ns;
};

struct once {
    struct table now, before; /* key -> DONE, or generation and id of the call that has begun it */
    uint64_t *begun;          /* by call: the key it began under, which a loop inside changes; or NULL */
    int64_t tick, window_ns;
    bool keys;
};
#define DONE UINT64_MAX

static struct once *once_of(const struct world *w, const struct instruction *i)
{
    return service_room_of(w)->onces[i->table];
}

static void forget_old(struct once *o, int64_t now_ns)
{
    int64_t tick = now_ns / o->window_ns;
    if (tick == o->tick) return;
    struct table old = o->before;
    o->before = o->now;
    o->now = old;
    table_clear(&o->now);
    if (tick > o->tick + 1) table_clear(&o->before);
    o->tick = tick;
}

static uint64_t found(const struct once *o, uint64_t key)
{
    const uint64_t *value = table_get(&o->now, key);
    if (!value) value = table_get(&o->before, key);
    return value ? *value : 0;
}

static bool under_way(const struct world *w, uint64_t value)
{
    return value != 0 && value != DONE &&
           call_is_open(w, (uint32_t)value & (CALLS_MAX - 1), (uint32_t)(value >> 32));
}

static void trace(const struct world *w, const struct call *c, const char *kind, const char *cause)
{
    const struct service *s = pod_get(w, c->pod)->owner;
    recorder_trace(w->recorder, now_ns(w), kind, "%s pod=%u key=%016llx attempt=%u cause=%s",
                   s->name, c->pod - s->first_pod, (unsigned long long)c->key, c->attempt, cause);
}

/* Done, or being done, by another attempt: with keys that is the end of it. */
static enum step_result again(struct world *w, uint32_t call, const struct instruction *i,
                              bool done)
{
    struct call *c = call_get(w, call);
    struct service *s = pod_get(w, c->pod)->owner;
    const char *cause = done ? "another attempt has done it" : "another attempt is doing it";
    bool keys = once_of(w, i)->keys;
    if (w->tracing)
        trace(w, c, !keys ? "once.repeated" : done ? "once.spared" : "once.clashed", cause);
    if (measured(w, c->entered_ns)) *(keys ? done ? &s->spared : &s->clashed : &s->repeated) += 1;
    if (!keys) return STEP_NEXT;
    if (done) {
        step_jump(c, i, i->target);
        return STEP_NEXT;
    }
    c->outcome = OUTCOME_ERROR;
    return STEP_END;
}

static enum step_result once_begin(struct world *w, uint32_t call, const struct instruction *i)
{
    const struct call *c = call_get(w, call);
    struct once *o = once_of(w, i);
    uint64_t key = step_key(c, call_side(w, call), i);
    forget_old(o, now_ns(w));
    uint64_t value = found(o, key);
    bool done = value == DONE, busy = under_way(w, value);
    if ((done || busy) && o->keys) return again(w, call, i, done);
    if (done || busy) again(w, call, i, done);
    if (!done) table_put(&o->now, w->arena, key, (uint64_t)c->generation << 32 | call | CALLS_MAX);
    if (o->begun) o->begun[call] = key;
    return STEP_NEXT;
}

static enum step_result once_end(struct world *w, uint32_t call, const struct instruction *i)
{
    struct once *o = once_of(w, i);
    const struct instruction *begin = i - (i->index - i->target);
    uint64_t key = o->begun ? o->begun[call] : step_key(call_get(w, call), call_side(w, call), begin);
    forget_old(o, now_ns(w));
    table_put(&o->now, w->arena, key, DONE);
    return STEP_NEXT;
}

static uint32_t once_open(struct world *w, const struct once_spec *spec)
{
    struct service_room *room = service_room_of(w);
    size_t bytes = room->once_count * sizeof *room->onces;
    room->onces = arena_grow(w->arena, room->onces, bytes, bytes + sizeof *room->onces);
    struct once *o = arena_alloc(w->arena, sizeof *o);
    o->window_ns = spec->window_ns;
    o->keys = spec->keys;
    room->onces[room->once_count] = o;
    return room->once_count++;
}

static void once_compile(struct compiler *c, const struct part *step)
{
    const struct once_spec *spec = step->spec;
    uint32_t table = once_open(c->w, spec);
    uint16_t begin = compile_emit(
        c, (struct instruction){ .run = once_begin, .table = table, .route = ROUTE_NONE });
    uint16_t loops = c->loops;
    compile_steps(c, &spec->steps);
    if (c->loops > loops) {
        struct once *o = service_room_of(c->w)->onces[table];
        o->begun = calls_beside(c->w, sizeof *o->begun);
    }
    compile_emit(c, (struct instruction){
                        .run = once_end, .table = table, .target = begin, .route = ROUTE_NONE });
    if (!c->full) c->items[begin].target = (uint16_t)c->count;
}

static void once_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc;
    const struct once_spec *s = spec;
    if (s->steps.count == 0) diag_error(d, at, path, "once { cpu(\"5ms\") }", "once has no steps");
}

static const struct field once_fields[] = {
    LIST(struct once_spec, "steps", steps, FIELD_PART, .role = "step", .position = FIELD_REST,
         .doc = "What is done once for each call of a customer, however often it is tried."),
    BOOL(struct once_spec, "keys", keys, .preset = "true",
         .doc = "Whether the service heeds the key; if not, it only counts what it does again "
                "(repeated)."),
    DURATION(struct once_spec, "window", window_ns, .preset = "5m", .min = 1e6, .max = 86400e9,
             .doc = "How long a key is remembered at least; twice as long at most."),
    FIELDS_END
};

static const struct step_type once_type = { once_compile };

const struct kind step_once = {
    .name = "once",
    .role = "step",
    .room = "service",
    .doc =
        "Idempotency keys: a retry or a hedge whose work has been done is answered without doing "
        "it "
        "again (spared), and one that comes while the work is being done is answered with an error "
        "(clashed): a hedge before it wants nonFatal = { \"error\" }.",
    .source =
        "Stripe API reference, Idempotent requests, and 409 Conflict for one under way; the window "
        "is Amazon SQS FIFO's deduplication interval",
    .example = "once { cpu(\"5ms\"), call \"bank POST /charge\" }",
    .spec_size = sizeof(struct once_spec),
    .fields = once_fields,
    .check = once_check,
    .vtable = &once_type,
};
