"""The layouts of kernels.h in numpy: from a tile's memory to plain rows. For the `--check` of the designs."""

import numpy as np


def from_r4k8(q):
    """[columns / 8][4 rows][8] -> [4][columns]"""
    return q.reshape(-1, 4, 8).transpose(1, 0, 2).reshape(4, -1)


def from_k8n8(page):
    """[512 inputs][8 outputs] -> [8][512]"""
    return page.reshape(512, 8).T


def from_n8r4(sums):
    """[outputs / 8][4 rows][8] -> [4][outputs]"""
    return from_r4k8(sums)


def from_p8d8(page):
    """[64 / 8][64 / 8][8 positions][8] -> [64 positions][64]"""
    return page.view(np.int8).reshape(8, 8, 8, 8).transpose(0, 2, 1, 3).reshape(64, 64)


def attention(pages, positions):
    """Keys and values, float64 [positions][64], of the pages of attention in their order."""
    keys, values = [], []
    at = 0
    for first in range(0, positions, 256):
        count = min(256, positions - first)
        parts = -(-count // 64)
        key_scale, value_log2 = pages[at].view(np.float32).reshape(4, 256)[:2].astype(np.float64)
        k = np.concatenate([from_p8d8(page) for page in pages[at + 1 : at + 1 + parts]])
        v = np.concatenate([from_p8d8(page) for page in pages[at + 1 + parts : at + 1 + 2 * parts]])
        keys.append(k[:count] * key_scale[:count, None])
        with np.errstate(over="ignore"):
            values.append(v[:count] * np.exp2(value_log2[:count, None]))
        at += 1 + 2 * parts
    return np.concatenate(keys), np.concatenate(values)


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
