/* connected.h - calls over connections to one service: the network is 10 ms each way for clients and
 * the work 5 ms, so a call on a ready connection takes 25 ms. Each client is a caller of its own. */
#ifndef TESTS_FLOW_CONNECTED_H
#define TESTS_FLOW_CONNECTED_H

#include "../support/cloud.h"

#define NETWORK ", {'kind': 'network', 'internet': '10ms', 'latency': '1ms'}"
#define SHOP(fields) SERVICE("shop", fields, "'GET': [" WORK("5ms") "]")
#define HTTP1(more) ", 'protocol': {'kind': 'http1', 'headerBytes': 0" more "}"
#define GRPC(more) ", 'protocol': {'kind': 'grpc'" more "}"
#define SCENE(fields) RUN("60s") NETWORK SHOP(fields)
/* A user without pauses: calls one after another until `stop`. */
#define USER(name, stop, more)                                                                     \
    ", {'kind': 'client', 'name': '" name "', 'target': 'shop GET', 'users': 1, 'stop': '" stop    \
    "'" more "}"
/* So many at once, once. */
#define CROWD(count, more)                                                                         \
    ", {'kind': 'client', 'name': 'a', 'target': 'shop GET', 'users': " count                      \
    ", 'stop': '1us'" more "}"

static inline double conn(const struct scenario *s, const char *name, const char *metric)
{
    return cloud_figure(s, "connections", name, metric);
}

static inline double mine(const struct scenario *s, const char *metric)
{
    return conn(s, "a > shop", metric);
}

/* Its calls' mean latency, in ms. */
static inline void assert_mean(const char *objects, double ms)
{
    struct scenario s = cloud_run(objects);
    assert_close(cloud_client(&s, "a", "latency_ms.mean"), ms, 2e-6);
    scenario_close(&s);
}

#endif
