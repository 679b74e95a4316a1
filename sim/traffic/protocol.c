/* protocol.c - what protocols have in common: choices, compression, and judging them. */
#include "traffic/protocol.h"

#include "engine/judge.h"

const char *const protocol_tls_choices[] = { "none", "1.2", "1.3", NULL };
const char *const protocol_resumption_choices[] = { "none", "tickets", "earlyData", NULL };
const char *const protocol_drain_choices[] = { "close", "keep", NULL };

void protocol_check(const struct protocol_spec *s, struct place at, const char *path,
                    struct diag *d)
{
    if (s->tls == TLS_NONE && s->resumption != RESUMPTION_NONE)
        judge_field(d, at, path, "resumption", "say tls = \"1.3\", or leave it out",
                    "without tls there is no session to resume");
    if (s->tls == TLS_NONE && s->handshake_ns > 0)
        judge_field(d, at, path, "handshakeTime", "say tls = \"1.3\", or leave it out",
                    "without tls there is no handshake");
    if (s->tls == TLS_1_2 && s->resumption == RESUMPTION_EARLY_DATA)
        judge_field(d, at, path, "resumption", "use tickets, or tls = \"1.3\"",
                    "TLS 1.2 has no early data");
    if (s->age_ns == 0 && s->age_grace_ns > 0)
        judge_field(d, at, path, "maxConnectionAgeGrace", "say maxConnectionAge, or leave it out",
                    "no connection grows too old");
    if (s->kib_cpu_ns > 0 && s->request_bytes + s->reply_bytes == 0)
        judge_field(d, at, path, "cpuPerKiB", "say requestBytes and replyBytes",
                    "messages have no bytes to charge for");
}

static const struct field compression_fields[] = {
    RATIO(struct compression_spec, "ratio", ratio, .min = 0.001, .max = 1,
          .doc = "Bytes on the wire for each of payload: 0.3 is a third. Headers are not "
                 "compressed."),
    DURATION(struct compression_spec, "cpuPerKiB", kib_cpu_ns, .min = 0, .max = 1e9,
             .doc = "CPU for each KiB of payload, at both ends alike."),
    FIELDS_END
};

const struct kind protocol_compression = {
    .name = "compression",
    .role = "compression",
    .room = "traffic",
    .doc =
        "Payloads that are compressed: fewer bytes, more CPU. Both figures depend on what is sent "
        "and by which code, so there is no default.",
    .example = "compression = { ratio = 0.3, cpuPerKiB = \"20us\" }",
    .spec_size = sizeof(struct compression_spec),
    .fields = compression_fields,
};
