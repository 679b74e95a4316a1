#!/usr/bin/env python3
"""Writes the constant tables of sim/base/exact_tables.c and sim/engine/ziggurat_tables.c.

They are committed, not made by the build: every machine must read the same bits. Run this (with
mpmath) from the top of the tree only to change them; test_exact and test_rng judge the results.
"""
import struct
from mpmath import mp, mpf, log, exp, sqrt, erfc, pi, floor, nint

mp.prec = 400


def bits_to_double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def double(x):
    return float(mpf(x)).hex()


def hi_lo(x, fraction_bits):
    """x as a multiple of 2^-fraction_bits plus a small rest."""
    hi = nint(x * mpf(2) ** fraction_bits) / mpf(2) ** fraction_bits
    return double(hi), double(x - hi)


def write(path, head, body):
    with open(path, "w") as f:
        f.write(head + body)


def rows(items, form):
    return "".join("    " + form % item + ",\n" for item in items)


def log_rows():
    """Cell i holds mantissas from bits OFFSET + (i << 45); the two cells beside 1 use 1 itself."""
    offset = 0x3FE6000000000000
    for i in range(128):
        low, high = bits_to_double(offset + (i << 45)), bits_to_double(offset + ((i + 1) << 45))
        inverse = nint(2 / (mpf(low) + mpf(high)) * 2**21) / mpf(2) ** 21
        if low == 1 or high == 1:
            inverse = mpf(1)
        yield (double(inverse),) + hi_lo(-log(inverse), 42)


def exp_rows():
    for i in range(128):
        value = mpf(2) ** (mpf(i) / 128)
        hi = mpf(float(value))
        yield double(hi), double(value - hi)


def exact_tables():
    body = "const struct exact_log_cell exact_log_cells[EXACT_CELLS] = {\n"
    body += rows(log_rows(), "{ %s, %s, %s }") + "};\n\n"
    body += "const struct exact_exp_cell exact_exp_cells[EXACT_CELLS] = {\n"
    body += rows(exp_rows(), "{ %s, %s }") + "};\n"
    write("sim/base/exact_tables.c", EXACT_HEAD, body)


def ziggurat(density, inverse, tail):
    """256 layers of equal area: edges x[0] (the base strip's virtual width) > x[1] = r > ... > 0."""

    def edges(r):
        area = r * density(r) + tail(r)
        x = [area / density(r), r]
        for _ in range(254):
            y = area / x[-1] + density(x[-1])
            if y > 1:
                return None, area
            x.append(inverse(y))
        return x, area

    low, high = mpf(1), mpf(10)
    for _ in range(300):
        r = (low + high) / 2
        x, area = edges(r)
        # too small an r makes layers too tall: the stack overshoots 1 before its top layer
        if x is None or area / x[-1] + density(x[-1]) > 1:
            low = r
        else:
            high = r
    x, _ = edges(high)
    return x + [mpf(0)]


def ziggurat_rows(x, density):
    for i in range(256):
        yield int(floor(x[i + 1] / x[i] * 2**53)), double(x[i] / mpf(2) ** 53)


def ziggurat_table(name, x, density):
    body = "const struct ziggurat_cell %s_cells[ZIGGURAT_LAYERS] = {\n" % name
    body += rows(ziggurat_rows(x, density), "{ UINT64_C(0x%x), %s }") + "};\n\n"
    body += "const double %s_heights[ZIGGURAT_LAYERS + 1] = {\n" % name
    body += rows(((double(density(v)),) for v in x), "%s") + "};\n\n"
    return body + "const double %s_tail = %s;\n" % (name, double(x[1]))


def ziggurat_tables():
    def bell(v):
        return exp(-v * v / 2)

    normal = ziggurat(bell, lambda y: sqrt(-2 * log(y)),
                      lambda r: sqrt(pi / 2) * erfc(r / sqrt(mpf(2))))

    def decay(v):
        return exp(-v)

    exponential = ziggurat(decay, lambda y: -log(y), decay)
    body = ziggurat_table("exponential", exponential, decay) + "\n"
    body += ziggurat_table("normal", normal, bell)
    write("sim/engine/ziggurat_tables.c", ZIGGURAT_HEAD, body)


EXACT_HEAD = """/* exact_tables.c - written by tests/base/make_tables.py; do not edit.
 *
 * Log: { 1/c to 21 bits, hi and lo of log c } where hi is a multiple of 2^-42. Exp: 2^(i/128) as
 * nearest double and rest. */
#include "base/exact_tables.h"

/* clang-format off */
"""

ZIGGURAT_HEAD = """/* ziggurat_tables.c - written by tests/base/make_tables.py; do not edit.
 *
 * Cells: { share of the layer that lies wholly under the curve, in 2^-53; its width * 2^-53 }.
 * Heights: the density at each edge, from the base strip's virtual edge down to 0. */
#include "orrery/rng.h"
#include "engine/ziggurat_tables.h"

/* clang-format off */
"""

if __name__ == "__main__":
    exact_tables()
    ziggurat_tables()
