/* rooms.c - the list of rooms with a part in a world: one line each. */
#include "model/rooms.h"

const struct room *const world_rooms[ROOM_COUNT] = {
    [ROOM_FLOW] = &flow_room,         [ROOM_INFRA] = &infra_room,
    [ROOM_TRAFFIC] = &traffic_room,   [ROOM_SERVICE] = &service_room,
    [ROOM_WORKLOAD] = &workload_room, [ROOM_DELIVERY] = &delivery_room,
    [ROOM_FAULT] = &fault_room,
};
