#!/usr/bin/env python3
"""Places gelu on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

NOT RUN ON AN NPU: neither the toolchain nor the silicon could be had where this was written. The text that this prints
is made and checked by the tests; `--check` compares a page of results with numpy, which the tests do with the host's.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from kernels.common import layouts, one_tile  # noqa: E402


def reference(pages, out):
    import math

    import numpy as np

    x = pages[0].view(np.float32).astype(np.float64)
    y = np.array([0.5 * v * math.erfc(-v / math.sqrt(2)) for v in x])
    yield "gelu", out.view(np.float32), y, 2e-6


if __name__ == "__main__":
    sys.exit(one_tile.main("gelu", reference))
