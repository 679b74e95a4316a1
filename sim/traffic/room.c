/* room.c - the room's part in a world. */
#include "traffic/traffic.h"

const struct room traffic_room = {
    .name = "traffic",
    .state_size = sizeof(struct traffic),
};
