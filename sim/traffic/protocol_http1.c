/* protocol_http1.c - REST over HTTP/1.1: a connection carries one call at a time. */
#include "traffic/protocol.h"

static void http1_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    struct protocol_spec *s = spec;
    s->streams_max = 1;
    protocol_check(s, at, path, d);
}

static const struct field http1_fields[] = {
    COUNT(struct protocol_spec, "maxConnections", connections_max, .preset = "unlimited", .min = 1,
          .max = UINT32_MAX,
          .doc = "Connections of one caller instance to each pod or, through l4, to the service; "
                 "further calls wait for one in order. Go's MaxConnsPerHost."),
    COUNT(struct protocol_spec, "maxIdle", idle_max, .preset = "2", .min = 0, .max = UINT32_MAX,
          .doc = "Of those, how many may be without a call; one more is closed. Go's "
                 "MaxIdleConnsPerHost."),
    DURATION(struct protocol_spec, "idleTimeout", idle_ns, .preset = "90s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc = "How long a connection is kept alive without a call; 0s: for ever. Go's "
                    "IdleConnTimeout."),
    COUNT(struct protocol_spec, "requestsPerConnection", requests_max, .preset = "unlimited",
          .min = 1, .max = UINT32_MAX,
          .doc = "Calls after which the server closes a connection (nginx: keepalive_requests, "
                 "1000); 1 is no keep-alive."),
    DURATION(struct protocol_spec, "maxConnectionAge", age_ns, .preset = "0s", .min = 0,
             .max = (double)TIME_MAX_NS,
             .doc = "Age at which the server closes a connection, 10 % more or less; 0s: never."),
    PROTOCOL_CONNECTION_FIELDS,
    PROTOCOL_MESSAGE_FIELDS("700",
                            "A message's headers, in bytes, compressed or not. 700 to 800 are "
                            "common (SPDY whitepaper)."),
    FIELDS_END
};

static const struct protocol_type http1_type = { .framing_bytes = 0 };

const struct kind protocol_http1 = {
    .name = "http1",
    .role = "protocol",
    .room = "traffic",
    .doc = "REST over HTTP/1.1: a connection carries one call at a time, the one used last is used "
           "next, and a call that is given up costs its connection.",
    .source = "RFC 9112; pool and defaults as Go's net/http Transport",
    .example = "http1 { maxConnections = 20, tls = \"1.3\" }",
    .spec_size = sizeof(struct protocol_spec),
    .fields = http1_fields,
    .check = http1_check,
    .vtable = &http1_type,
};
