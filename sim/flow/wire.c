/* wire.c - the arithmetic of connections: round trips, bytes, windows. */
#include "flow/wire.h"

#define KIB 1024
#define WINDOW_MAX (INT64_C(1) << 30) /* the largest window TCP can scale to (RFC 7323) */

uint32_t wire_setup_rtts(enum tls tls, enum resumption resumption, bool resumed)
{
    uint32_t handshake = tls == TLS_NONE ? 0 : tls == TLS_1_3 ? 1 : 2;
    bool tickets = resumed && resumption != RESUMPTION_NONE;
    if (tickets && handshake > 1) handshake = 1; /* RFC 5246, 7.3: the abbreviated handshake */
    /* RFC 8446, 2.3: the request goes with the first flight. TLS 1.2 has no such thing. */
    if (tickets && tls == TLS_1_3 && resumption == RESUMPTION_EARLY_DATA) handshake = 0;
    return 1 + handshake;
}

static int64_t transmit_ns(int64_t bytes, int64_t bandwidth)
{
    if (bandwidth == 0) return 0;
    int64_t seconds = bytes / bandwidth, rest = bytes % bandwidth;
    return seconds * NS_PER_S + (int64_t)((__int128)rest * NS_PER_S / bandwidth);
}

int64_t wire_send_ns(int64_t bytes, int64_t bandwidth, int64_t rtt_ns, int64_t *window)
{
    int64_t took_ns = 0;
    while (window && bytes > *window) {
        int64_t sending_ns = transmit_ns(*window, bandwidth);
        took_ns += sending_ns > rtt_ns ? sending_ns : rtt_ns;
        bytes -= *window;
        *window = *window < WINDOW_MAX / 2 ? 2 * *window : WINDOW_MAX;
    }
    if (window && *window < WINDOW_MAX) *window += bytes;
    return took_ns + transmit_ns(bytes, bandwidth);
}

static const struct compression_spec *compression_of(const struct protocol_spec *s)
{
    return s->compression.kind ? s->compression.spec : NULL;
}

int64_t wire_bytes(const struct protocol_spec *s, const struct protocol_type *type, int64_t body)
{
    const struct compression_spec *c = compression_of(s);
    int64_t packed = c ? (int64_t)((double)body * c->ratio + 0.5) : body;
    return packed + s->header_bytes + type->framing_bytes;
}

int64_t wire_cpu_ns(const struct protocol_spec *s, int64_t body)
{
    const struct compression_spec *c = compression_of(s);
    double per_kib_ns = (double)(s->kib_cpu_ns + (c ? c->kib_cpu_ns : 0));
    return s->message_cpu_ns + (int64_t)(per_kib_ns * (double)body / KIB + 0.5);
}
