"""Where the instruction stream of a sequence is patched from token to token.

What aiecc makes of a task is its own affair, so the places are not computed but found: the same sequence is compiled
a second time with every patched length and offset moved by an amount of its own, and the words that differ, and by
how much, name the places.
"""

import copy
import struct

from kernels.tools.toolchain import Failure

def patched_tasks(sequence):
    return [i for i, task in enumerate(sequence["tasks"]) if task.get("patch", "none") != "none"]


def move(plan):
    """The plan with every patched task moved. Amounts are distinct multiples of 4 and stay below a page."""
    moved = copy.deepcopy(plan)
    for sequence in moved["sequences"]:
        for n, i in enumerate(patched_tasks(sequence)):
            task = sequence["tasks"][i]
            length, offset = amounts(n)
            task["lengthWords"] -= length
            task["offset"] += offset
    return moved


def amounts(n):
    """By how much the n-th patched task is moved: words of its length, bytes of its offset."""
    return 2 * n + 1, 4 * (2 * n + 2)


def find(sequence, before, after):
    """Patch points of one stream from its two compilations (bytes): for each patched task what it is, the first of
    the two words of its offset, and the word of its length."""
    if len(before) != len(after) or len(before) % 4:
        raise Failure(f"{sequence['name']}: the two streams have {len(before)} and {len(after)} bytes")
    a = struct.unpack(f"<{len(before) // 4}I", before)
    b = struct.unpack(f"<{len(after) // 4}I", after)
    places = {}
    for i, (x, y) in enumerate(zip(a, b)):
        if x != y:
            places.setdefault((y - x) & 0xFFFFFFFF, []).append(i)
    points = []
    for n, i in enumerate(patched_tasks(sequence)):
        task = sequence["tasks"][i]
        length, offset = amounts(n)
        words = {}
        for field, amount in (("length_word", -length & 0xFFFFFFFF), ("offset_word", offset)):
            found = places.pop(amount, [])
            if len(found) != 1:
                raise Failure(f"{sequence['name']}: task {i} has {len(found)} places for its {field}; one was expected")
            words[field] = found[0]
        pair = 2 * task["column"] + task["channel"]
        points.append({"patch": task["patch"], "layer": task["layer"], "index": task["index"], "pair": pair, **words})
    if places:
        raise Failure(f"{sequence['name']}: {sum(map(len, places.values()))} words differ that no task explains")
    return points
