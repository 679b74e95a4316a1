/* request.h - what a call asks for, as HTTP has it. Only gateways look at it.
 *
 * A call site says it once, so a request is known before the run; what differs from customer to
 * customer is which headers and cookies he has, and he has them at every call. */
#ifndef ORRERY_REQUEST_H
#define ORRERY_REQUEST_H

#include "orrery/kind.h"
#include "orrery/rng.h"

/* A header or a cookie of a request: the spec of kind "header". */
struct header_spec {
    const char *value;
    double share; /* of the customers; 1: all */
};

struct request {
    const char *method, *path; /* "GET", "/cart" */
    const char *host;          /* NULL: none was said */
    const struct map *headers, *cookies; /* parts of role "header", by name; NULL: none */
    uint64_t key;              /* of what its caller's customers have */
};

/* "GET /cart" into method and path; false when it is no such thing. */
bool request_read(struct arena *a, const char *operation, struct request *out);
bool request_same(const struct request *a, const struct request *b);
/* The header or cookie of this name, or NULL. Names of headers are compared without case. */
const struct header_spec *request_header(const struct request *r, const char *name);
const struct header_spec *request_cookie(const struct request *r, const char *name);

/* The key of who has it, apart for headers and cookies. */
uint64_t request_share_key(const struct request *r, const char *name, bool cookie);

/* Whether this customer is among those who have it: the same at every call. */
static inline bool share_has(uint64_t key, double share, uint32_t customer)
{
    struct rng r = rng_keyed(key_child(key, customer));
    return rng_uniform(&r) < share;
}

#endif
