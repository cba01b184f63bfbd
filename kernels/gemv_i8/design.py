#!/usr/bin/env python3
"""Places gemv_i8 on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

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

    head = pages[0]
    q = layouts.from_r4k8(head[:2048].view(np.int8))
    scale, total = head[2048:2064].view(np.float32), head[2112:2128].view(np.int32)
    w_scale, bias = head[2176:2240].view(np.float32), head[2240:2304].view(np.float32)
    zero = int(head[2304:2308].view(np.int32)[0])
    weights = np.concatenate([layouts.from_k8n8(page) for page in pages[1:]])
    sums = q.astype(np.int64) @ weights.astype(np.int64).T
    y = (sums - zero * total[:, None].astype(np.int64)) * (scale[:, None].astype(np.float64) * w_scale) + bias
    yield "sums", layouts.from_n8r4(out[:256].view(np.int32)), sums, 0
    yield "outputs", out[256:512].view(np.float32).reshape(4, 16), y, 1e-6 * float(np.max(np.abs(y)))


if __name__ == "__main__":
    sys.exit(one_tile.main("gemv_i8", reference))
