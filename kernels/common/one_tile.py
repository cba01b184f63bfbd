"""One kernel on one tile: pages in, one page out. What the designs of the single kernels have in common.

In: the name of a kernel that has a case in known_answers.json. Out: its plan (mlir.py) and, through main(), its MLIR.
Not run on an NPU yet: the toolchain and the silicon could not be had where this was written.

  shim MM2S 0 -> S2MM 0 of tile (0, 2): a page at a time -> KERNEL_case -> MM2S 0 -> shim S2MM 0
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT.parent))

from kernels.common import mlir  # noqa: E402

PAGE_BYTES = 4096
# As answers/cases.h.
STATE_BYTES = 24576
# mlir-aie's own 1024 are too few: an overflow corrupts the buffers above without a word.
STACK_BYTES = 4096

PAGE_FREE, PAGE_FULL, OUT_FREE, OUT_FULL = range(4)


def known_answers():
    return json.loads((ROOT / "known_answers.json").read_text())


def case(kernel):
    return next(each for each in known_answers()["cases"] if each["name"] == kernel)


def _descriptor(id_, direction, channel, buffer, acquire, release):
    return {
        "id": id_,
        "direction": direction,
        "channel": channel,
        "buffer": buffer,
        "offset": 0,
        "lengthWords": PAGE_BYTES // 4,
        "dimensions": [],
        "iterationWrap": 1,
        "iterationStrideWords": 0,
        "acquireLock": acquire,
        "acquireValue": 1,
        "releaseLock": release,
        "releaseValue": 1,
        "next": id_,
    }


def plan(kernel):
    """The placement of one kernel's case."""
    in_bytes = case(kernel)["pages"] * PAGE_BYTES
    shim = {"column": 0, "row": 0, "stackBytes": 0, "buffers": [], "locks": [], "descriptors": []}
    core = {
        "column": 0,
        "row": 2,
        "stackBytes": STACK_BYTES,
        "buffers": [
            {"name": "page", "address": STACK_BYTES, "bytes": PAGE_BYTES},
            {"name": "out", "address": STACK_BYTES + PAGE_BYTES, "bytes": PAGE_BYTES},
            {"name": "state", "address": STACK_BYTES + 2 * PAGE_BYTES, "bytes": STATE_BYTES},
        ],
        "locks": [
            {"id": PAGE_FREE, "name": "page_free", "initial": 1},
            {"id": PAGE_FULL, "name": "page_full", "initial": 0},
            {"id": OUT_FREE, "name": "out_free", "initial": 1},
            {"id": OUT_FULL, "name": "out_full", "initial": 0},
        ],
        "descriptors": [
            _descriptor(0, "S2MM", 0, "page", PAGE_FREE, PAGE_FULL),
            _descriptor(1, "MM2S", 0, "out", OUT_FULL, OUT_FREE),
        ],
    }

    def task(direction, argument, count_bytes):
        return {
            "column": 0,
            "direction": direction,
            "channel": 0,
            "argument": argument,
            "offset": 0,
            "lengthWords": count_bytes // 4,
        }

    return {
        "name": kernel,
        "tiles": [shim, core],
        "routes": [
            {"from": {"column": 0, "row": 0, "channel": 0}, "to": [{"column": 0, "row": 2, "channel": 0}]},
            {"from": {"column": 0, "row": 2, "channel": 0}, "to": [{"column": 0, "row": 0, "channel": 0}]},
        ],
        "arguments": [{"name": "input", "bytes": in_bytes}, {"name": "output", "bytes": PAGE_BYTES}],
        "sequences": [
            {
                "name": "sequence",
                "tasks": [task("S2MM", "output", PAGE_BYTES), task("MM2S", "input", in_bytes)],
            }
        ],
    }


def core_body(kernel):
    """The core: for each run, a page of results; for each page of the stream, the kernel's case."""
    pages = case(kernel)["pages"]
    page, state = f"memref<{PAGE_BYTES // 4}xi32>", f"memref<{STATE_BYTES // 4}xi32>"
    functions = [
        f'func.func private @case_begin({state}, {page}) attributes {{link_with = "{kernel}.o"}}',
        f'func.func private @{kernel}_case({page}, i32, {state}, {page}) attributes {{link_with = "{kernel}.o"}}',
    ]

    def lock(id_, action):
        return f"aie.use_lock(%l_0_2_{id_}, {action}, %one)"

    def body(_tile):
        lines = [
            "%c0 = arith.constant 0 : index",
            "%c1 = arith.constant 1 : index",
            f"%pages = arith.constant {pages} : index",
            "%forever = arith.constant 4294967295 : index",
            "%one = arith.constant 1 : i32",
            "scf.for %run = %c0 to %forever step %c1 {",
            "  " + lock(OUT_FREE, "AcquireGreaterEqual"),
            f"  func.call @case_begin(%state_0_2, %out_0_2) : ({state}, {page}) -> ()",
            "  scf.for %i = %c0 to %pages step %c1 {",
            "    " + lock(PAGE_FULL, "AcquireGreaterEqual"),
            "    %index = arith.index_cast %i : index to i32",
            f"    func.call @{kernel}_case(%page_0_2, %index, %state_0_2, %out_0_2) "
            f": ({page}, i32, {state}, {page}) -> ()",
            "    " + lock(PAGE_FREE, "Release"),
            "  }",
            "  " + lock(OUT_FULL, "Release"),
            "}",
        ]
        return lines, functions

    return body


def text(kernel):
    return mlir.module(plan(kernel), core_body(kernel))


def main(kernel, reference=None):
    """`design.py`: the MLIR to standard output. `design.py --check IN OUT`: an answer's page, whether the NPU's or the
    host's, against `reference(pages) -> [(name, got, expected, tolerance)]` in numpy."""
    parser = argparse.ArgumentParser(description=f"Places {kernel} on one tile, as MLIR.")
    parser.add_argument("--check", nargs=2, metavar=("IN", "OUT"), help="compare a page of results with numpy")
    options = parser.parse_args()
    if options.check is None:
        sys.stdout.write(text(kernel))
        return 0
    import numpy as np

    pages = np.fromfile(options.check[0], dtype=np.uint8).reshape(-1, PAGE_BYTES)
    out = np.fromfile(options.check[1], dtype=np.uint8)
    failed = 0
    for name, got, expected, tolerance in reference(pages, out):
        worst = float(np.max(np.abs(got.astype(np.float64) - expected.astype(np.float64))))
        failed += worst > tolerance
        print(f"{kernel}: {name}: furthest {worst:.6g}, allowed {tolerance:.6g}")
    return 1 if failed else 0
