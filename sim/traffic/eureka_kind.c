/* eureka_kind.c - what a scenario may say about its registry. */
#include "traffic/eureka.h"

static const struct field eureka_fields[] = {
    DURATION(struct eureka_spec, "leaseRenewalInterval", heartbeat_ns, .preset = "30s", .min = 1e6,
             .max = 3600e9,
             .doc = "Time between two heartbeats of an instance "
                    "(lease-renewal-interval-in-seconds)."),
    DURATION(struct eureka_spec, "leaseExpirationDuration", duration_ns, .preset = "90s", .min = 1e6,
             .max = 86400e9,
             .doc = "How long an instance is believed in without one "
                    "(lease-expiration-duration-in-seconds). The server really waits twice as long, a "
                    "bug that is kept (Lease.java)."),
    DURATION(struct eureka_spec, "evictionInterval", eviction_ns, .preset = "60s", .min = 1e6,
             .max = 86400e9,
             .doc = "Time between two sweeps that take expired instances out "
                    "(eviction-interval-timer-in-ms)."),
    DURATION(struct eureka_spec, "responseCacheUpdateInterval", cache_ns, .preset = "30s",
             .min = 1e6, .max = 86400e9,
             .doc = "How often the server renews what it answers fetches with."),
    BOOL(struct eureka_spec, "enableSelfPreservation", preserves, .preset = "true",
         .doc = "Whether nobody is taken out while too few heartbeats come: the network is then "
                "thought to be at fault."),
    RATIO(struct eureka_spec, "renewalPercentThreshold", threshold_ratio, .preset = "85%", .min = 0,
          .max = 1,
          .doc = "The share of expected heartbeats of the last minute that is too few; also what a "
                 "sweep leaves of the registry at least."),
    FIELDS_END
};

const struct kind traffic_eureka_server = {
    .name = "eurekaServer",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "traffic",
    .doc = "The registry for callers with discovery = eureka. Instances register when they are ready, "
           "renew their leases, and cancel them when they are told to end; those that die are found by "
           "sweeps, unless too many die at once.",
    .source = "Netflix Eureka 1.10: AbstractInstanceRegistry, Lease, ResponseCacheImpl, and their "
              "defaults",
    .example = "eurekaServer { enableSelfPreservation = false, evictionInterval = \"5s\" }",
    .spec_size = sizeof(struct eureka_spec),
    .fields = eureka_fields,
};
