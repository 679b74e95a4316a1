/* maglev.c - Google's lookup table of consistent hashing.
 *
 * Backends take turns; in its turn each takes the first free entry of its own permutation of the
 * table. One of half the greatest weight takes its turn every second round. */
#include "traffic/maglev.h"

#include "base/check.h"

#include "base/poison.h"

#define OFFSET_PURPOSE UINT64_C(0x6d61676c65760001) /* two hashes of a backend's number */
#define SKIP_PURPOSE UINT64_C(0x6d61676c65760002)
#define ENTRY_FREE UINT32_MAX

static uint32_t turns_begin(struct maglev *m, const struct backend *backends, uint32_t n)
{
    uint32_t heaviest = 0, size = m->entry_count;
    for (uint32_t i = 0; i < n; i++) {
        check(backends[i].weight > 0);
        m->turns[i].offset = (uint32_t)(key_child(OFFSET_PURPOSE, backends[i].id) % size);
        m->turns[i].skip = (uint32_t)(key_child(SKIP_PURPOSE, backends[i].id) % (size - 1)) + 1;
        m->turns[i].next = 0;
        m->turns[i].target = 0;
        if (backends[i].weight > heaviest) heaviest = backends[i].weight;
    }
    return heaviest;
}

static void entry_take(struct maglev *m, uint32_t backend)
{
    uint64_t offset = m->turns[backend].offset, skip = m->turns[backend].skip;
    uint32_t entry;
    do {
        entry = (uint32_t)((offset + skip * m->turns[backend].next++) % m->entry_count);
    } while (m->entries[entry] != ENTRY_FREE);
    m->entries[entry] = backend;
}

void maglev_make(struct maglev *m, uint32_t entry_count, const struct backend *backends, uint32_t n)
{
    check(n > 0 && n <= MAGLEV_BACKENDS_MAX);
    check(n <= entry_count && entry_count > 1 && entry_count <= MAGLEV_ENTRIES_MAX);
    m->entry_count = entry_count;
    for (uint32_t i = 0; i < entry_count; i++)
        m->entries[i] = ENTRY_FREE;
    uint32_t heaviest = turns_begin(m, backends, n), taken = 0;
    for (uint64_t round = 1; taken < entry_count; round++)
        for (uint32_t i = 0; i < n && taken < entry_count; i++) {
            if (round * backends[i].weight < m->turns[i].target) continue;
            m->turns[i].target += heaviest;
            entry_take(m, i);
            taken++;
        }
}
