/* sticky.c - the table of cookies, and the kind `stickiness`. */
#include "traffic/sticky.h"

#include "base/arena.h"
#include "orrery/kind.h"

#include "base/poison.h"

void sessions_open(struct sessions *s, struct arena *a, uint32_t count)
{
    s->line_count = 1;
    while (s->line_count * STICKY_WAYS < count)
        s->line_count *= 2;
    s->items = arena_alloc(a, s->line_count * STICKY_WAYS * sizeof *s->items);
}

static struct session *line_of(const struct sessions *s, uint64_t customer)
{
    return &s->items[(uint32_t)(customer >> 32 & (s->line_count - 1)) * STICKY_WAYS];
}

static bool is_live(const struct session *item, const struct sticky_rule *rule, int64_t now_ns)
{
    return item->customer && now_ns - item->seen_ns < rule->ttl_ns;
}

uint32_t sessions_find(struct sessions *s, const struct sticky_rule *rule, uint64_t customer,
                       int64_t now_ns)
{
    const struct session *line = line_of(s, customer | 1);
    for (uint32_t i = 0; i < STICKY_WAYS; i++)
        if (line[i].customer == (customer | 1))
            return is_live(&line[i], rule, now_ns) ? line[i].backend : STICKY_NONE;
    return STICKY_NONE;
}

static int64_t age_of(const struct session *item)
{
    return item->customer ? item->seen_ns : -1;
}

void sessions_set(struct sessions *s, const struct sticky_rule *rule, uint64_t customer,
                  uint32_t backend, int64_t now_ns)
{
    struct session *line = line_of(s, customer | 1), *place = line;
    for (uint32_t i = 0; i < STICKY_WAYS; i++) {
        if (line[i].customer == (customer | 1)) {
            place = &line[i];
            break;
        }
        if (age_of(&line[i]) < age_of(place)) place = &line[i];
    }
    if (place->customer != (customer | 1) && is_live(place, rule, now_ns)) s->forgotten++;
    *place = (struct session){ customer | 1, now_ns, backend };
}

static const struct field sticky_fields[] = {
    DURATION(struct sticky_rule, "duration", ttl_ns, .preset = "24h", .min = 1e6, .max = 604800e9,
             .position = 1, .doc = "How long the cookie holds after the customer's latest call."),
    COUNT(struct sticky_rule, "sessions", sessions, .preset = "65536", .min = 4, .max = 4194304,
          .doc =
              "Customers whose cookie is remembered for them; those unseen longest are forgotten "
              "first, and counted."),
    FIELDS_END
};

const struct kind traffic_stickiness = {
    .name = "stickiness",
    .role = "stickiness",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Session stickiness by cookie: a customer keeps to the backend of its last call while "
           "that is ready and healthy. A client's `keys` say who the customer is.",
    .source = "AWS Application Load Balancer, duration-based stickiness (one day; renewed by every "
              "answer); Envoy's stateful session filter with a cookie",
    .example = "stickiness = { duration = \"1h\" }",
    .spec_size = sizeof(struct sticky_rule),
    .fields = sticky_fields,
};
