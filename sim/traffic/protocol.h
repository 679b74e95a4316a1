/* protocol.h - the fields that protocols have in common, and what no single field can judge. */
#ifndef TRAFFIC_PROTOCOL_H
#define TRAFFIC_PROTOCOL_H

#include "orrery/transport.h"

extern const char *const protocol_tls_choices[], *const protocol_resumption_choices[],
                                                     *const protocol_drain_choices[];

void protocol_check(const struct protocol_spec *s, struct place at, const char *path,
                    struct diag *d);

/* How a connection begins and ends. */
#define PROTOCOL_CONNECTION_FIELDS                                                                 \
    CHOICE(struct protocol_spec, "tls", tls, .preset = "none", .choices = protocol_tls_choices,    \
           .doc =                                                                                  \
               "Round trips of a handshake on top of TCP's one: none, 1.2 (two), 1.3 (one). RFC "  \
               "5246, RFC 8446."),                                                                 \
        CHOICE(struct protocol_spec, "resumption", resumption, .preset = "none",                   \
               .choices = protocol_resumption_choices,                                             \
               .doc = "What a caller does with a pod that it has shaken hands with before: "       \
                      "tickets spare handshakeTime and, in TLS 1.2, a round trip; earlyData (TLS " \
                      "1.3) all round trips but TCP's. Tickets last as long as both processes."),  \
        DURATION(struct protocol_spec, "handshakeTime", handshake_ns, .preset = "0s", .min = 0,    \
                 .max = 60e9,                                                                      \
                 .doc = "What a full TLS handshake takes besides its round trips (keys, "          \
                        "certificates): yours to measure."),                                       \
        CHOICE(struct protocol_spec, "onDrain", drain, .preset = "close",                          \
               .choices = protocol_drain_choices,                                                  \
               .doc =                                                                              \
                   "What a pod that is going away does with its connections: close (GOAWAY, or "   \
                   "Connection: close, then wait for the calls on them) as graceful servers "      \
                   "do, or keep, so that they go on bringing calls until it is gone."),            \
        PART(struct protocol_spec, "l4", l4, "l4", .preset = "",                                   \
             .doc = "What chooses a pod for each connection instead of a balancer for each call: " \
                    "iptables or ipvs, as behind a Kubernetes Service's address.")

/* What a message weighs. */
#define PROTOCOL_MESSAGE_FIELDS(HEADERS, HEADERS_DOC)                                              \
    BYTES(struct protocol_spec, "requestBytes", request_bytes, .preset = "0", .min = 0,            \
          .max = 4e9, .doc = "A request's payload, in bytes: yours to say."),                      \
        BYTES(struct protocol_spec, "replyBytes", reply_bytes, .preset = "0", .min = 0,            \
              .max = 4e9,                                                                          \
              .doc = "A reply's payload, in bytes; on the wire, what the callee's `size` step "    \
                     "says, if there is one. CPU goes by this one."),                              \
        BYTES(struct protocol_spec, "headerBytes", header_bytes, .preset = HEADERS, .min = 0,      \
              .max = 1e6, .doc = HEADERS_DOC),                                                     \
        BYTES(struct protocol_spec, "bandwidth", bandwidth, .preset = "0", .min = 0, .max = 1e12,  \
              .doc = "Bytes a second that one connection carries each way, messages one after "    \
                     "another; 0 is no limit."),                                                   \
        BOOL(struct protocol_spec, "slowStart", slow_start, .preset = "true",                      \
             .doc =                                                                                \
                 "Whether a cold connection sends ten segments of 1460 bytes and then waits a "    \
                 "round trip for every doubling; cold again after 200 ms without a message. RFC "  \
                 "6928, RFC 5681."),                                                               \
        DURATION(struct protocol_spec, "cpuPerMessage", message_cpu_ns, .preset = "0s", .min = 0,  \
                 .max = 60e9,                                                                      \
                 .doc = "CPU to encode or to decode a message, each: yours to measure. Pods work " \
                        "it off with their steps; a client outside only takes that long."),        \
        DURATION(struct protocol_spec, "cpuPerKiB", kib_cpu_ns, .preset = "0s", .min = 0,          \
                 .max = 1e9, .doc = "The same for each KiB of payload."),                          \
        PART(struct protocol_spec, "compression", compression, "compression", .preset = "",        \
             .doc = "How much smaller payloads are on the wire, and what that takes.")

#endif
