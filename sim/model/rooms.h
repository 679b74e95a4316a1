/* rooms.h - the rooms that have a part in a world, in the order of enum room_id. */
#ifndef MODEL_ROOMS_H
#define MODEL_ROOMS_H

#include "orrery/world.h"

extern const struct room *const world_rooms[ROOM_COUNT];

#endif
