/* test_wire.c - round trips, bytes and windows, to the nanosecond. */
#include "flow/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MS NS_PER_MS

static void a_new_connection_takes_the_round_trips_of_its_handshake(void **state)
{
    (void)state;
    assert_int_equal(wire_setup_rtts(TLS_NONE, RESUMPTION_NONE, false), 1);
    assert_int_equal(wire_setup_rtts(TLS_1_3, RESUMPTION_NONE, false), 2);
    assert_int_equal(wire_setup_rtts(TLS_1_2, RESUMPTION_NONE, false), 3);
}

static void a_ticket_spares_tls_1_2_a_round_trip_and_early_data_spares_1_3_its_own(void **state)
{
    (void)state;
    assert_int_equal(wire_setup_rtts(TLS_1_2, RESUMPTION_TICKETS, true), 2);
    assert_int_equal(wire_setup_rtts(TLS_1_3, RESUMPTION_TICKETS, true), 2);
    assert_int_equal(wire_setup_rtts(TLS_1_3, RESUMPTION_EARLY_DATA, true), 1);
    assert_int_equal(wire_setup_rtts(TLS_1_3, RESUMPTION_EARLY_DATA, false), 2);
    assert_int_equal(wire_setup_rtts(TLS_1_2, RESUMPTION_NONE, true), 3);
}

static void bytes_take_their_time_at_a_bandwidth_and_none_without(void **state)
{
    (void)state;
    assert_int_equal(wire_send_ns(10000, 1000000, 20 * MS, NULL), 10 * MS);
    assert_int_equal(wire_send_ns(10000, 0, 20 * MS, NULL), 0);
    assert_int_equal(wire_send_ns(INT64_C(4000000000), 1, 0, NULL), INT64_C(4000000000) * NS_PER_S);
}

static void a_cold_connection_waits_a_round_trip_for_each_doubling(void **state)
{
    (void)state;
    const int64_t segments[] = { 10, 11, 30, 31, 70, 71 }, trips[] = { 0, 1, 1, 2, 2, 3 };
    for (int i = 0; i < 6; i++) {
        int64_t window = WIRE_WINDOW_FIRST;
        assert_int_equal(wire_send_ns(segments[i] * 1460, 0, 20 * MS, &window), trips[i] * 20 * MS);
    }
}

static void a_warm_one_does_not(void **state)
{
    (void)state;
    int64_t window = WIRE_WINDOW_FIRST;
    wire_send_ns(70 * 1460, 0, 20 * MS, &window); /* 10, 20, 40 segments: the next may be 80 */
    assert_int_equal(window, 80 * 1460);
    assert_int_equal(wire_send_ns(80 * 1460, 0, 20 * MS, &window), 0);
}

static void a_slow_link_hides_the_round_trips(void **state)
{
    (void)state;
    int64_t window = WIRE_WINDOW_FIRST;
    /* 14600 bytes take 14.6 ms: less than the 20 ms until they are acknowledged. */
    assert_int_equal(wire_send_ns(30 * 1460, 1000000, 20 * MS, &window), 20 * MS + 29200 * 1000);
    window = WIRE_WINDOW_FIRST;
    assert_int_equal(wire_send_ns(30 * 1460, 1000000, 10 * MS, &window), 43800 * 1000);
}

static void compression_leaves_headers_alone(void **state)
{
    (void)state;
    struct compression_spec c = { 0.25, 1000 };
    static const struct kind kind = { .name = "compression" };
    struct protocol_spec s = { .header_bytes = 100,
                               .compression = { .kind = &kind, .spec = &c },
                               .message_cpu_ns = 7,
                               .kib_cpu_ns = 500 };
    struct protocol_type type = { .framing_bytes = 23 };
    assert_int_equal(wire_bytes(&s, &type, 4096), 1024 + 100 + 23);
    assert_int_equal(wire_cpu_ns(&s, 4096), 7 + 4 * 1500);
    s.compression.kind = NULL;
    assert_int_equal(wire_bytes(&s, &type, 4096), 4096 + 100 + 23);
    assert_int_equal(wire_cpu_ns(&s, 4096), 7 + 4 * 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_connection_takes_the_round_trips_of_its_handshake),
        cmocka_unit_test(a_ticket_spares_tls_1_2_a_round_trip_and_early_data_spares_1_3_its_own),
        cmocka_unit_test(bytes_take_their_time_at_a_bandwidth_and_none_without),
        cmocka_unit_test(a_cold_connection_waits_a_round_trip_for_each_doubling),
        cmocka_unit_test(a_warm_one_does_not),
        cmocka_unit_test(a_slow_link_hides_the_round_trips),
        cmocka_unit_test(compression_leaves_headers_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
