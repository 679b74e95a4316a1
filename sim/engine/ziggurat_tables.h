/* ziggurat_tables.h - what the slow paths of rng.c need beside the cells in rng.h. */
#ifndef ENGINE_ZIGGURAT_TABLES_H
#define ENGINE_ZIGGURAT_TABLES_H

#include "orrery/rng.h"

extern const double exponential_heights[ZIGGURAT_LAYERS + 1];
extern const double normal_heights[ZIGGURAT_LAYERS + 1];
extern const double exponential_tail, normal_tail; /* where the tail begins */

#endif
