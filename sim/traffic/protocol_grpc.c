/* protocol_grpc.c - gRPC over HTTP/2: many calls on one connection. */
#include "traffic/protocol.h"

/* A HEADERS and a DATA frame's 9 bytes each (RFC 9113, 4.1), and the message's own 5 (gRPC over
 * HTTP/2, Length-Prefixed-Message). */
#define GRPC_FRAMING_BYTES (9 + 9 + 5)

static void grpc_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc;
    struct protocol_spec *s = spec;
    s->idle_max = s->requests_max = UINT32_MAX;
    protocol_check(s, at, path, d);
}

static const struct field grpc_fields[] = {
    COUNT(struct protocol_spec, "connections", connections_max, .preset = "1", .min = 1,
          .max = 100000,
          .doc = "Connections of one caller instance to each pod or, through l4, to the service: "
                 "channels of their own, which calls go round."),
    COUNT(struct protocol_spec, "maxConcurrentStreams", streams_max, .preset = "100", .min = 1,
          .max = UINT32_MAX,
          .doc = "Calls on one connection at once; further ones wait in order. Most servers allow "
                 "100 (gRPC: Performance best practices; RFC 9113, 6.5.2)."),
    DURATION(struct protocol_spec, "idleTimeout", idle_ns, .preset = "30m", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc = "How long a connection is kept without a call; 0s: for ever. grpc-go's "
                    "WithIdleTimeout."),
    DURATION(struct protocol_spec, "maxConnectionAge", age_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc =
                 "Age at which the server sends GOAWAY, 10 % more or less: calls under way go on, "
                 "new ones need a new connection. 0s: never, as grpc's ServerParameters."),
    DURATION(struct protocol_spec, "maxConnectionAgeGrace", age_grace_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc =
                 "How long calls may go on after that before they are reset; 0s: as long as they "
                 "take, as grpc's ServerParameters."),
    PROTOCOL_CONNECTION_FIELDS,
    PROTOCOL_MESSAGE_FIELDS("0",
                            "A message's headers, in bytes, besides 23 of framing: HPACK leaves "
                            "little of those that repeat."),
    FIELDS_END
};

static const struct protocol_type grpc_type = {
    .framing_bytes = GRPC_FRAMING_BYTES,
    .multiplexed = true,
    .deadlines = true,
};

const struct kind protocol_grpc = {
    .name = "grpc",
    .role = "protocol",
    .room = "traffic",
    .doc =
        "gRPC over HTTP/2: calls are streams on one connection, so an L4 balancer pins a caller to "
        "one pod. A call that arrives past its deadline is not begun; one that is given up resets "
        "its stream, and the connection goes on.",
    .source = "RFC 9113; gRPC over HTTP/2; grpc-go keepalive.ServerParameters",
    .example = "grpc { l4 = iptables, maxConnectionAge = \"30s\" }",
    .spec_size = sizeof(struct protocol_spec),
    .fields = grpc_fields,
    .check = grpc_check,
    .vtable = &grpc_type,
};
