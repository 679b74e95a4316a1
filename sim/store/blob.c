/* blob.c - histograms at rest: base-128 varints, checked as foreign data when read. */
#include "store/blob.h"

#include "base/text.h"
#include "engine/recorder.h"

static void add_varint(struct text *out, uint64_t v)
{
    char bytes[10];
    size_t n = 0;
    do {
        bytes[n++] = (char)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
        v >>= 7;
    } while (v);
    text_add_n(out, bytes, n);
}

void blob_pack(const struct spread *s, struct text *out)
{
    int64_t previous = -1;
    for (uint32_t i = 0; i < s->bucket_count; i++) {
        if (s->counts[i] == 0) continue;
        int64_t bucket = (int64_t)s->bucket_low + i;
        add_varint(out, (uint64_t)(bucket - previous));
        add_varint(out, s->counts[i]);
        previous = bucket;
    }
}

struct reader {
    const unsigned char *at, *end;
};

static bool read_varint(struct reader *r, uint64_t *v)
{
    *v = 0;
    for (uint32_t shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        unsigned char byte = *r->at++;
        if (shift == 63 && byte > 1) return false; /* more than 64 bits */
        *v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return byte != 0 || shift == 0; /* no padded forms: canonical */
    }
    return false;
}

/* One pass that only judges, one that adds: so a bad blob adds nothing. */
static bool blob_pass(const void *bytes, size_t length, struct histogram *into)
{
    struct reader r = { bytes, (const unsigned char *)bytes + length };
    int64_t bucket = -1;
    uint64_t total = 0;
    while (r.at < r.end) {
        uint64_t distance, count;
        if (!read_varint(&r, &distance) || !read_varint(&r, &count)) return false;
        if (distance == 0 || distance > HISTOGRAM_BUCKETS || count == 0) return false;
        bucket += (int64_t)distance;
        if (bucket >= HISTOGRAM_BUCKETS || count > UINT64_MAX - total) return false;
        total += count;
        if (!into) continue;
        into->buckets[bucket] += count;
        if (bucket < into->bucket_low) into->bucket_low = (uint32_t)bucket;
        if (bucket > into->bucket_high) into->bucket_high = (uint32_t)bucket;
    }
    if (into) into->count += total;
    return true;
}

bool blob_unpack(const void *bytes, size_t length, struct histogram *into)
{
    return blob_pass(bytes, length, NULL) && blob_pass(bytes, length, into);
}
