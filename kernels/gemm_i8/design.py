#!/usr/bin/env python3
"""Places gemm_i8 on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

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

    a = np.concatenate([layouts.from_r4k8(part) for part in pages[0].view(np.int8).reshape(16, 256)])
    # [output group][input group][8 inputs][8 outputs]
    b = pages[1].reshape(8, 8, 8, 8).transpose(0, 3, 1, 2).reshape(64, 64)
    p = pages[2]
    scale, total = p[:256].view(np.float32), p[256:512].view(np.int32)
    w_scale, bias = p[512:768].view(np.float32), p[768:1024].view(np.float32)
    zero = np.repeat(p[1024:1040].view(np.int32), 16).astype(np.int64)
    sums = a.astype(np.int64) @ b.astype(np.int64).T
    y = (sums - zero * total[:, None].astype(np.int64)) * (scale[:, None].astype(np.float64) * w_scale) + bias
    shown = out[:2048].view(np.int32).reshape(2, 256)
    yield "sums", np.concatenate([layouts.from_n8r4(part) for part in shown]), sums[:8], 0
    yield "outputs", out[2048:].view(np.float32).reshape(8, 64), y[:8], 1e-6 * float(np.max(np.abs(y)))


if __name__ == "__main__":
    sys.exit(one_tile.main("gemm_i8", reference))
