#!/usr/bin/env python3
"""Places layer_norm on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

NOT RUN ON AN NPU: neither the toolchain nor the silicon could be had where this was written. The text that this prints
is made and checked by the tests; `--check` compares a page of results with numpy, which the tests do with the host's.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from kernels.common import layouts, one_tile  # noqa: E402


def reference(pages, out):
    import numpy as np

    x = pages[0].view(np.float32).reshape(2, 512).astype(np.float64)
    gain, bias = pages[1].view(np.float32).reshape(2, 512).astype(np.float64)
    y = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * gain + bias
    step = np.max(np.abs(y), axis=1, keepdims=True) / 127
    yield "row 0", out[:2048].view(np.float32), y[0], 1e-5
    # Half a step of rounding, and what the norm is off by.
    yield "int8", layouts.from_r4k8(out[2048:].view(np.int8))[:2], y / step, 0.51


if __name__ == "__main__":
    sys.exit(one_tile.main("layer_norm", reference))
