#!/usr/bin/env python3
"""Places attention_cross on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

NOT RUN ON AN NPU: neither the toolchain nor the silicon could be had where this was written. The text that this prints
is made and checked by the tests; `--check` compares a page of results with numpy, which the tests do with the host's.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from kernels.common import layouts, one_tile  # noqa: E402


POSITIONS = 300


def reference(pages, out):
    import numpy as np

    keys, values = layouts.attention(pages[1:], POSITIONS)
    query = pages[0][:1024].view(np.float32).reshape(4, 64).astype(np.float64)
    exact = layouts.softmax(query @ keys.T / 8) @ values
    # A byte of weight and half a step of the query: see attention_cross_test.cc.
    yield "attended", out[:1024].view(np.float32).reshape(4, 64), exact, 0.05 * float(np.max(np.abs(values)))


if __name__ == "__main__":
    sys.exit(one_tile.main("attention_cross", reference))
