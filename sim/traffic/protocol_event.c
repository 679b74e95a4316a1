/* protocol_event.c - an event: handed over, acknowledged, and worked on by itself. */
#include "traffic/protocol.h"

static void event_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    struct protocol_spec *s = spec;
    s->idle_max = s->requests_max = s->streams_max = UINT32_MAX;
    s->connections_max = 1;
    protocol_check(s, at, path, d);
}

static const struct field event_fields[] = {
    DURATION(struct protocol_spec, "idleTimeout", idle_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc = "How long a connection is kept without an event; 0s: for ever."),
    PROTOCOL_CONNECTION_FIELDS,
    PROTOCOL_MESSAGE_FIELDS("0", "A message's headers, in bytes; the acknowledgement is a reply."),
    FIELDS_END
};

static const struct protocol_type event_type = { .multiplexed = true, .acknowledges = true };

const struct kind protocol_event = {
    .name = "event",
    .role = "protocol",
    .room = "traffic",
    .doc =
        "Fire and acknowledge: the caller goes on once a pod has taken the call, to work on it or "
        "to queue it. What becomes of it then is nobody's answer, and lost when the pod dies: "
        "there is no broker between.",
    .source = "AMQP 0-9-1 publisher confirms; Kafka acks=1, without the log",
    .example = "call { \"mail send\", protocol = event { requestBytes = \"2Ki\" } }",
    .spec_size = sizeof(struct protocol_spec),
    .fields = event_fields,
    .check = event_check,
    .vtable = &event_type,
};
