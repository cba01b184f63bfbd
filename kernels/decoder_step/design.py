#!/usr/bin/env python3
"""Places the whole decoder step on 16 tiles, as MLIR for aiecc: one design for one to four rows.

In: the program of native/npu (program.h) as JSON: tiles, buffers, locks, descriptors, routes, and for each number of
rows and windows the tasks of the shim channels. Nothing of it is decided here, so the placement lives once; what is
checked here is that the program has what a core's code (core.cc) needs. One runtime sequence for each entry of
`sequences`, rows1_runs1 to rows4_runs4; batch 4 is rows4, with one run where the window is shared.

NOT RUN ON AN NPU: neither the toolchain nor the silicon could be had where this was written.

  design.py PROGRAM.json      the MLIR to standard output
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from kernels.common import mlir  # noqa: E402

FIRST_CORE_ROW = 2
# Buffers as core.cc takes them: (name, whose). "lower" is the pair's lower tile, "south" the tile below or, in the
# lowest row, the tile itself.
ARGUMENTS = [
    ("pages", "own"), ("chunks", "lower"), ("header", "own"), ("x", "own"), ("rows", "own"), ("q", "own"),
    ("scale", "own"), ("sum", "own"), ("maximum", "own"), ("parameters", "own"), ("products", "own"),
    ("outputs", "own"), ("attention", "own"), ("head", "lower"), ("head_q", "own"), ("block", "own"),
    ("block", "south"), ("gathered", "own"), ("planes", "own"),
]
# What not every tile has, and no code of such a tile looks at.
OPTIONAL = {"attention", "head_q", "block"}
# core.h, CoreLock: (id, name, rows of cores that have it).
LOCKS = [
    (0, "page_free", (0, 1, 2, 3)), (1, "page_full", (0, 1, 2, 3)), (2, "gathered_free", (0, 1, 2, 3)),
    (3, "gathered_full", (0, 1, 2, 3)), (4, "block_free", (0,)), (5, "block_full", (0,)), (6, "chunk_free", (0, 2)),
    (7, "chunk_full", (0, 2)), (8, "handed_full", (0, 1, 2)), (9, "upper_full", (0, 2)), (10, "chunk_room", (0, 2)),
]


class Mismatch(Exception):
    """The program and the cores' code do not fit."""


def load(path):
    """The program, its sequences named."""
    plan = json.loads(pathlib.Path(path).read_text())
    for sequence in plan["sequences"]:
        sequence["name"] = f"rows{sequence['rows']}_runs{sequence['runs']}"
    for tile in plan["tiles"]:
        if tile["row"] >= FIRST_CORE_ROW:
            check_locks(tile)
    return plan


def check_locks(tile):
    names = {lock["id"]: lock["name"] for lock in tile["locks"]}
    for id_, name, rows in LOCKS:
        if tile["row"] - FIRST_CORE_ROW in rows and names.get(id_) != name:
            raise Mismatch(f"tile ({tile['column']}, {tile['row']}): lock {id_} should be {name}, is {names.get(id_)}")


def owner_of(plan, tile, whose):
    row = tile["row"] - FIRST_CORE_ROW
    if whose == "lower":
        row = row // 2 * 2
    elif whose == "south":
        row = max(row - 1, 0)
    at = (tile["column"], FIRST_CORE_ROW + row)
    return next(t for t in plan["tiles"] if (t["column"], t["row"]) == at)


def reference(plan, tile, name, whose):
    """An SSA value and its type for a buffer."""
    owner = owner_of(plan, tile, whose)
    buffer = next((b for b in owner["buffers"] if b["name"] == name), None)
    if buffer is None:
        if name not in OPTIONAL:
            raise Mismatch(f"tile ({owner['column']}, {owner['row']}) has no buffer {name}")
        owner, buffer = tile, next(b for b in tile["buffers"] if b["name"] == "pages")
    holder = mlir.holder(owner, buffer)
    if holder["address"] != buffer["address"]:
        raise Mismatch(f"buffer {name} begins within {holder['name']}: only a view from the beginning can be passed")
    return f"%{mlir.buffer_name(owner, holder)}", mlir.memref(holder["bytes"])


def core_body(plan):
    """The body of each core: one call that does not return."""

    def body(tile):
        row = tile["row"] - FIRST_CORE_ROW
        arguments = [("%column", "i32"), *(reference(plan, tile, name, whose) for name, whose in ARGUMENTS)]
        values, types = (", ".join(part) for part in zip(*arguments))
        function = f"@decoder_step_core_row{row}"
        declaration = f'func.func private {function}({types}) attributes {{link_with = "decoder_step.o"}}'
        lines = [
            f"%column = arith.constant {tile['column']} : i32",
            f"func.call {function}({values}) : ({types}) -> ()",
        ]
        return lines, [declaration]

    return body


def main(arguments):
    if len(arguments) != 1:
        sys.stderr.write(__doc__)
        return 2
    try:
        plan = load(arguments[0])
        sys.stdout.write(mlir.module(plan, core_body(plan)))
    except (Mismatch, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"decoder_step/design.py: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
