/* resolv.c - resolv.conf(5): search and ndots, as the GNU resolver reads them.
 *
 * A name that ends in a dot is taken as it is. One with at least ndots dots is tried as it is
 * first, then with each search domain; one with fewer the other way round. */
#include "traffic/resolv.h"

#include "base/arena.h"

#include <string.h>

static uint32_t dots_in(const char *name)
{
    uint32_t dots = 0;
    for (; *name; name++)
        dots += *name == '.';
    return dots;
}

uint32_t resolv_expand(struct arena *a, const char *name, uint32_t ndots,
                       const char *const *search, uint32_t search_count, const char **names)
{
    size_t length = strlen(name);
    uint32_t count = 0;
    if (length > 0 && name[length - 1] == '.') {
        names[0] = arena_text_n(a, name, length - 1);
        return 1;
    }
    bool first = dots_in(name) >= ndots;
    if (first) names[count++] = name;
    for (uint32_t i = 0; i < search_count; i++)
        names[count++] = arena_format(a, "%s.%s", name, search[i]);
    if (!first) names[count++] = name;
    return count;
}

static bool is_label_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool resolv_is_name(const char *name)
{
    size_t label = 0, length = strlen(name);
    if (length == 0 || length > 253) return false;
    for (; *name; name++) {
        if (*name != '.' && !is_label_byte(*name)) return false;
        if (*name == '.' && label == 0) return false;
        label = *name == '.' ? 0 : label + 1;
        if (label > 63) return false;
    }
    return true;
}

bool resolv_within(const char *name, const char *domain)
{
    size_t length = strlen(name), tail = strlen(domain);
    if (length < tail || strcmp(name + length - tail, domain) != 0) return false;
    return length == tail || name[length - tail - 1] == '.';
}

bool resolv_is_service(const char *name, const char *service, const char *cluster_domain)
{
    size_t head = strlen(service), length = strlen(name), tail = strlen(".svc.") + strlen(cluster_domain);
    if (strncmp(name, service, head) != 0 || name[head] != '.' || length <= head + 1 + tail)
        return false;
    const char *namespace = name + head + 1, *rest = name + length - tail;
    if (strncmp(rest, ".svc.", 5) != 0 || strcmp(rest + 5, cluster_domain) != 0) return false;
    return memchr(namespace, '.', (size_t)(rest - namespace)) == NULL;
}

bool resolv_is_outside(const char *name, const char *asked, const char *cluster_domain)
{
    size_t length = strlen(name);
    bool same = strncmp(name, asked, length) == 0 &&
                (asked[length] == '\0' || strcmp(asked + length, ".") == 0);
    return same && strchr(name, '.') != NULL && !resolv_within(name, cluster_domain);
}
