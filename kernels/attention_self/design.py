#!/usr/bin/env python3
"""Places attention_self on one tile, as MLIR for aiecc; see README.md and common/one_tile.py.

NOT RUN ON AN NPU: neither the toolchain nor the silicon could be had where this was written. The text that this prints
is made and checked by the tests; `--check` compares a page of results with numpy, which the tests do with the host's.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from kernels.common import layouts, one_tile  # noqa: E402


POSITIONS = 70


def reference(pages, out):
    import numpy as np

    keys, values = layouts.attention(pages[1:], POSITIONS)
    query, key, value = pages[0][:768].view(np.float32).reshape(3, 64).astype(np.float64)
    keys[-1], values[-1] = key, value
    exact = layouts.softmax(query @ keys.T / 8) @ values
    yield "attended", out[:256].view(np.float32), exact, 0.05 * float(np.max(np.abs(values)))
    yield "key", out[256:320].view(np.int8), key * 127 / np.max(np.abs(key)), 0.501
    yield "value", out[320:384].view(np.int8), value * 127 / np.max(np.abs(value)), 0.501
    yield "key's scale", out[384:388].view(np.float32), np.array([np.max(np.abs(key)) / 127]), 1e-8


if __name__ == "__main__":
    sys.exit(one_tile.main("attention_self", reference))
