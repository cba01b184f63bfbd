#!/usr/bin/env python3
"""Places vocab_screen on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

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

    hidden = pages[0].view(np.float32).reshape(2, 512).astype(np.int64)
    high = np.rint(hidden / 127).astype(np.int64)
    planes = np.stack([high[0], hidden[0] - 127 * high[0], high[1], hidden[1] - 127 * high[1]])
    tokens = np.concatenate([layouts.from_k8n8(page) for page in pages[1:]]).astype(np.int64)
    yield "planes", layouts.from_r4k8(out[:2048].view(np.int8)), planes, 0
    yield "sums", layouts.from_n8r4(out[2048:2560].view(np.int32)), planes @ (tokens - 128).T, 0


if __name__ == "__main__":
    sys.exit(one_tile.main("vocab_screen", reference))
