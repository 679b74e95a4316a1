/* digest.h - 64 bits that differ when two runs differ. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdint.h>

/* One multiply a word: this sits on the path of every event. The upper half, where a product is
 * mixed best, is turned down, and the next product carries it on. */
static inline uint64_t digest_add(uint64_t digest, uint64_t word)
{
    uint64_t x = (digest ^ word) * UINT64_C(0x9fb21c651e98df25);
    return x >> 32 | x << 32;
}

#endif
