/* blob.h - a histogram as bytes: sparse, canonical, mergeable.
 *
 * The bytes are pairs of base-128 varints (low bits first), buckets ascending: the distance from
 * the previous bucket (from -1 for the first, so always >= 1), then its count (>= 1). Equal
 * histograms are equal bytes. */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct histogram;
struct spread;
struct text;

void blob_pack(const struct spread *s, struct text *out); /* appends */
/* Adds the counts to `into` (buckets and count; not sum, min, max). False, with nothing added, when
 * the bytes are not a histogram: a result file may come from anywhere. */
bool blob_unpack(const void *bytes, size_t length, struct histogram *into);

#endif
