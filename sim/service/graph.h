/* graph.h - which endpoint calls which, judged for cycles and for depth. */
#ifndef SERVICE_GRAPH_H
#define SERVICE_GRAPH_H

#include "orrery/diag.h"

struct arena;
struct graph;

/* How deep calls may nest. */
#define CALL_DEPTH_MAX 64

struct graph *graph_open(struct arena *a);
/* An endpoint: "cart GET /cart", and the path of who has it, "service.cart". Numbered from 0 on. */
uint32_t graph_add(struct graph *g, const char *name, const char *path);
/* Both are there; `at` is where the call was said. */
void graph_call(struct graph *g, uint32_t from, uint32_t to, struct place at);
/* Tells d of cycles, each once, and of chains deeper than CALL_DEPTH_MAX. Only once for each graph. */
void graph_judge(struct graph *g, struct diag *d);

#endif
