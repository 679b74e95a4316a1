/* pod_fields.h - the rows of what is said in the same words of a service's pods and of a gateway's.
 *
 * A gateway_spec begins with a service_spec, so that one row, of one offset, serves both. */
#ifndef SERVICE_POD_FIELDS_H
#define SERVICE_POD_FIELDS_H

#include "orrery/kind.h"
#include "service/gateway.h"

_Static_assert(offsetof(struct gateway_spec, service) == 0, "a gateway's is read as one");

#define POD_COUNT_FIELDS                                                                           \
    COUNT(struct service_spec, "replicas", replicas, .preset = "1", .min = 0, .max = 10000,        \
          .doc = "Pods that are wanted; they are there, ready, when the run begins."),             \
        COUNT(struct service_spec, "maxReplicas", replicas_max, .preset = "0", .min = 0,           \
              .max = 20000,                                                                        \
              .doc = "The most pods a script or a rollout's surge may reach; 0 means twice the "   \
                     "replicas, at least 16.")

#define POD_QUEUE_FIELDS                                                                           \
    COUNT(struct service_spec, "queueLimit", queue_limit, .preset = "unlimited", .min = 0,         \
          .max = UINT32_MAX,                                                                       \
          .doc = "Calls that may wait for a worker at a pod; one more is answered "                \
                 "`overloaded`."),                                                                 \
        PART(struct service_spec, "discipline", discipline, "discipline", .preset = "fifo",        \
             .doc = "Which waiting call is served next.")

#define POD_START_FIELDS                                                                           \
    PART(struct service_spec, "startup", startup, "dist", .unit = UNIT_DURATION, .preset = "0s",   \
         .doc = "Time from the start of a pod to its readiness, as a duration."),                  \
        PART(struct service_spec, "resources", resources, "resources", .preset = "",               \
             .doc = "Requests and limits of a pod, as Kubernetes has them."),                      \
        BYTES(struct service_spec, "memory", memory, .preset = "0", .min = 0, .max = 1e15,         \
              .doc = "Memory a fresh pod uses, in bytes; above limits.memory it is OOM-killed.")

#define POD_END_FIELDS                                                                             \
    DURATION(struct service_spec, "terminationGracePeriod", grace_ns, .preset = "30s", .min = 0,   \
             .max = 86400e9,                                                                       \
             .doc = "How long a pod that is taken away may finish its calls before it is "         \
                    "killed."),                                                                    \
        DURATION(struct service_spec, "preStop", pre_stop_ns, .preset = "0s", .min = 0,            \
                 .max = 86400e9,                                                                   \
                 .doc = "How long a pod that is taken away goes on serving before its process is " \
                        "told to end: a preStop hook that sleeps. It counts into "                 \
                        "terminationGracePeriod."),                                                \
        DURATION(struct service_spec, "unreachableToleration", toleration_ns, .preset = "300s",    \
                 .min = 0, .max = (double)TIME_MAX_NS,                                             \
                 .doc = "How long a pod stays bound to a node that is lost, before it is "         \
                        "replaced elsewhere; counts once the node has been silent for 40 s. As "   \
                        "Kubernetes' toleration of node.kubernetes.io/unreachable.")

/* What callers do who say nothing themselves: a call site's own fields are ROUTE_SAID_FIELDS. */
#define POD_WISH_FIELDS                                                                            \
    PART(struct service_spec, "balancer", balancer, "balancer", .preset = "roundRobin",            \
         .doc = "How callers that say nothing choose among the pods."),                            \
        PART(struct service_spec, "protocol", protocol, "protocol", .preset = "",                  \
             .doc = "How the calls of callers that say nothing travel: over HTTP/1.1, gRPC... "    \
                    "Unless said, a message takes the network's one-way time and needs no "        \
                    "connection."),                                                                \
        PART(struct service_spec, "discovery", discovery, "discovery", .preset = "",               \
             .doc = "How callers that say nothing learn which pods there are; unless said, "       \
                    "readiness reaches them at once."),                                            \
        PART(struct service_spec, "trafficPolicy", policy, "trafficPolicy", .preset = "",          \
             .doc = "Which of the pods callers that say nothing may use, and which first: "        \
                    "outlier detection, health checks, zones, priorities.")

#endif
