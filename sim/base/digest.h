/* digest.h - 64 bits that differ when two runs differ. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdint.h>

/* One multiply a word: this sits on the path of every event. */
static inline uint64_t digest_add(uint64_t digest, uint64_t word)
{
    uint64_t x = (digest ^ word) * UINT64_C(0x9fb21c651e98df25);
    return x ^ (x >> 29);
}

#endif
