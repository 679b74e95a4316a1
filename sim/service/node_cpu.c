/* node_cpu.c - how the pods of a node share its CPU, where they can want more than there is.
 *
 * At any time: a node's `wanted` is what its sharing pods would use if they were alone on it. While
 * that is no more than the node has, each gets it, and what one begins or ends touches no other. Else
 * cores are poured by requests' weights, as the kernel's scheduler does by cpu.weight. */
#include "service/node_cpu.h"

#include "base/arena.h"
#include "base/check.h"
#include "service/pod.h"

#include <math.h>

/* The pods in the order of their numbers. */
struct node_cpu {
    uint32_t *pods;
    uint32_t count, capacity;
    int64_t wanted; /* billionths of a core, which add up exactly in any order */
    bool scarce;    /* more than there is */
};

#define NANO 1e9

void node_cpus_open(struct world *w)
{
    struct service_room *room = service_room_of(w);
    room->node_cpus = arena_alloc(w->arena, infra_node_count(w) * sizeof *room->node_cpus);
}

static struct node_cpu *node_of(const struct world *w, const struct pod_side *side)
{
    return &service_room_of(w)->node_cpus[side->node];
}

void node_cpu_join(struct world *w, uint32_t pod)
{
    struct node_cpu *n = node_of(w, &service_room_of(w)->sides[pod]);
    if (n->count == n->capacity) {
        uint32_t wider = n->capacity ? 2 * n->capacity : 8;
        n->pods = arena_grow(w->arena, n->pods, n->capacity * sizeof *n->pods,
                             wider * sizeof *n->pods);
        n->capacity = wider;
    }
    uint32_t at = n->count++;
    for (; at > 0 && n->pods[at - 1] > pod; at--)
        n->pods[at] = n->pods[at - 1];
    n->pods[at] = pod;
}

void node_cpu_leave(struct world *w, uint32_t pod)
{
    const struct pod_side *side = &service_room_of(w)->sides[pod];
    struct node_cpu *n = node_of(w, side);
    check(side->wanted == 0);
    uint32_t at = 0;
    while (n->pods[at] != pod)
        at++;
    for (n->count--; at < n->count; at++)
        n->pods[at] = n->pods[at + 1];
}

/* The least a pod without a request weighs: 2 shares of 1024, as the kubelet gives it. */
#define WEIGHT_MIN (2.0 / 1024)

static double pod_weight(const struct service *s)
{
    return s->requests.cpu > WEIGHT_MIN ? s->requests.cpu : WEIGHT_MIN;
}

static double pod_demand(const struct world *w, uint32_t pod)
{
    double tasks = (double)service_room_of(w)->sides[pod].task_count;
    double most = pod_cores(pod_get(w, pod)->owner);
    return tasks < most ? tasks : most;
}

/* Water-filling: cores are poured by weight, nobody above his demand, and what the satisfied leave is
 * poured again. Returns the level: a pod gets the lesser of level x weight and its demand. Rounds
 * end because each satisfies at least one pod. */
static double pour(const struct world *w, const struct node_cpu *n, double cores)
{
    const struct service_room *room = service_room_of(w);
    double level = 0;
    for (uint32_t round = 0; round <= n->count; round++) {
        double weight = 0, left = cores, next = INFINITY;
        for (uint32_t i = 0; i < n->count; i++) {
            uint32_t pod = n->pods[i];
            if (room->sides[pod].task_count == 0) continue;
            double share = pod_weight(room->pods[pod].owner), demand = pod_demand(w, pod);
            if (demand <= level * share) {
                left -= demand;
            } else {
                weight += share;
                if (demand / share < next) next = demand / share;
            }
        }
        if (weight == 0) break;
        if (left / weight <= next) return left / weight;
        level = next;
    }
    return level;
}

static void grant(struct world *w, uint32_t pod, double cores, bool changed)
{
    const struct pod_side *side = &service_room_of(w)->sides[pod];
    double rate = side->task_count ? cores / (double)side->task_count : 0;
    if (changed || rate != side->rate) cpu_set_rate(w, pod, rate);
}

void node_cpu_changed(struct world *w, uint32_t pod)
{
    struct service_room *room = service_room_of(w);
    struct pod_side *side = &room->sides[pod];
    struct node_cpu *n = node_of(w, side);
    double cores = infra_node(w, side->node)->cpu, own = pod_demand(w, pod);
    int64_t wanted = (int64_t)(own * NANO + 0.5);
    n->wanted += wanted - side->wanted;
    side->wanted = wanted;
    bool was_scarce = n->scarce;
    n->scarce = (double)n->wanted > cores * NANO;
    if (!was_scarce && !n->scarce) {
        grant(w, pod, own, true);
        return;
    }
    double level = n->scarce ? pour(w, n, cores) : INFINITY;
    for (uint32_t i = 0; i < n->count; i++) {
        uint32_t other = n->pods[i];
        if (room->sides[other].task_count == 0 && other != pod) continue;
        double most = level * pod_weight(room->pods[other].owner), demand = pod_demand(w, other);
        grant(w, other, most < demand ? most : demand, other == pod);
    }
}

void node_cpus_check(const struct world *w)
{
    const struct service_room *room = service_room_of(w);
    for (uint32_t node = 0; node < infra_node_count(w); node++) {
        const struct node_cpu *n = &room->node_cpus[node];
        double cores = infra_node(w, node)->cpu, used = 0;
        int64_t wanted = 0;
        for (uint32_t i = 0; i < n->count; i++) {
            const struct pod_side *side = &room->sides[n->pods[i]];
            check(!side->fast && side->node == node);
            wanted += side->wanted;
            used += side->rate * (double)side->task_count;
        }
        check(n->wanted == wanted);
        check(used <= cores * (1 + 1e-9));
    }
}
