/* host.c - setting a caller's locale and floating-point state aside, and giving them back. */
#include "embed/inside.h"

#include "base/check.h"

void host_leave(struct host *h)
{
    h->locale = uselocale(h->plain);
    fegetenv(&h->floats);
    fesetenv(FE_DFL_ENV);
}

void host_return(const struct host *h)
{
    fesetenv(&h->floats);
    uselocale(h->locale);
}

void host_open(struct host *h)
{
    h->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    check(h->plain != (locale_t)0);
    host_leave(h);
}

void host_close(struct host *h)
{
    host_return(h);
    freelocale(h->plain);
}
