"""A page of results against its known answer, part by part."""

import math
import struct

FORMAT = {"i8": "b", "i32": "i", "f32": "f"}


def numbers(page, part):
    size = struct.calcsize(FORMAT[part["type"]])
    piece = page[part["offset"] : part["offset"] + part["count"] * size]
    return struct.unpack(f"<{part['count']}{FORMAT[part['type']]}", piece)


def ulp(size):
    """One unit in the last place of a float32 of that size."""
    _, exponent = math.frexp(max(abs(size), 1e-37))
    return math.ldexp(1.0, exponent - 24)


def compare(part, answer, result):
    """The furthest that any number of the part is from the answer, and whether that is allowed. Integers: the
    difference. float32: units in the last place of the part's largest number."""
    expected, got = numbers(answer, part), numbers(result, part)
    if not all(math.isfinite(x) for x in got):
        return math.inf, False
    unit = ulp(max(abs(x) for x in expected)) if part["type"] == "f32" else 1
    furthest = max(abs(x - y) / unit for x, y in zip(expected, got))
    return furthest, furthest <= part["tolerance"]


def checksum(data):
    """FNV-1a of 64 bits, as answers/main.cc."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
