/* wire.h - the arithmetic of connections: round trips, bytes, windows. Pure. */
#ifndef FLOW_WIRE_H
#define FLOW_WIRE_H

#include "orrery/transport.h"

/* RFC 6928: ten segments of 1460 bytes. */
#define WIRE_WINDOW_FIRST (10 * 1460)
/* RFC 5681, 4.1: idle for longer than a retransmission timeout, a sender starts again; Linux' least
 * timeout is 200 ms. */
#define WIRE_IDLE_NS (200 * NS_PER_MS)

/* Round trips before the first byte of a request may go. */
uint32_t wire_setup_rtts(enum tls tls, enum resumption resumption, bool resumed);

/* How long it takes to put so many bytes on a connection, from the first bit to the last: at
 * `bandwidth` bytes a second (0: no limit), and, where window is not NULL, waiting a round trip
 * whenever the sender's window is full. The window grows by what is acknowledged. */
int64_t wire_send_ns(int64_t bytes, int64_t bandwidth, int64_t rtt_ns, int64_t *window);

/* A message of so many bytes as it goes over the wire. */
int64_t wire_bytes(const struct protocol_spec *s, const struct protocol_type *type, int64_t body);

/* CPU to encode or decode a message of so many bytes. */
int64_t wire_cpu_ns(const struct protocol_spec *s, int64_t body);

#endif
