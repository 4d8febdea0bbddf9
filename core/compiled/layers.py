"""Loops of layers over (units, lanes): weights stay in the network's own vectors, values in the workspace W.

x, y, g and the like are first rows in W (rows, lanes): an array object for each would cost more than a small layer, and
of a flat W the compiler could not know that places are not negative, and would make no vector instructions.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from . import codes as c
from .elementwise import ONE, ZERO, f4
from .jit import loop

u8 = np.uint64
# Philox 4x64-10: multipliers and what is added to the key in each round.
M0, M1 = u8(0xD2E7470EE14C6C93), u8(0xCA5A826395121157)
W0, W1 = u8(0x9E3779B97F4A7C15), u8(0xBB67AE8584CAA73B)


@intrinsic
def _high(typingctx, a, b):
    """The upper 64 bits of a product of 64-bit words."""

    def code(context, builder, signature, arguments):
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(value, wide) for value in arguments))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), code


@loop
def _philox(key, block):
    """The four words of a block, as numpy's generator makes them: it counts before it draws."""
    a, b, c, d = u8(block + 1), u8(0), u8(0), u8(0)
    k0, k1 = key[0], key[1]
    for turn in range(10):
        if turn > 0:
            k0, k1 = k0 + W0, k1 + W1
        a, b, c, d = _high(M1, c) ^ b ^ k0, c * M1, _high(M0, a) ^ d ^ k1, a * M0
    return a, b, c, d


@loop
def drop(rate, key, block, W, x, y, mask, units, count, columns, channels):
    """y = mask * x, 0 beyond `count` lanes. Of rows, `columns` is 0."""
    threshold, scale, lanes = u8(round(rate * 65536.0)), f4(1.0 / (1.0 - rate)), W.shape[1]
    number = 0
    # First to where y will be, in numpy's order: (batch, units), of images (rows, channels, columns, batch). A large
    # batch's rows are so far apart that to write the mask in the order of (batch, units) would always miss the cache.
    for at in range((units * count + 15) // 16):
        for word in _philox(key, block + at):
            for _ in range(4):
                W[y, number] = ZERO if (word & u8(0xFFFF)) < threshold else scale
                word >>= u8(16)
                number += 1
    for start in range(0, count if columns == 0 else 0, c.LANES):
        for j in range(units):
            for b in range(start, min(start + c.LANES, count)):
                W[mask + j, b] = W[y, b * units + j]
    for j in range(units if columns > 0 else 0):
        pixel, channel = j // channels, j % channels
        line = (pixel // columns * channels + channel) * columns + pixel % columns
        for b in range(count):
            W[mask + j, b] = W[y, line * count + b]
    for j in range(units):
        for b in range(count, lanes):
            W[mask + j, b] = ZERO
    for j in range(units):
        for b in range(lanes):
            W[y + j, b] = W[x + j, b] * W[mask + j, b]


@loop
def _gamma(P, ops, k, j):
    return P[ops[k, c.FIRST] + j] if ops[k, c.FIRST] >= 0 else ONE


@loop
def _beta(P, ops, k, j):
    return P[ops[k, c.SECOND] + j] if ops[k, c.SECOND] >= 0 else ZERO


@loop
def _scaled(P, ops, k, W, y):
    """y = gamma * normal + beta."""
    groups = ops[k, c.GROUPS]
    for j in range(ops[k, c.OUTPUTS]):
        scale, shift = _gamma(P, ops, k, j % groups), _beta(P, ops, k, j % groups)
        for b in range(W.shape[1]):
            W[y + j, b] = scale * W[ops[k, c.KEPT] + j, b] + shift


@loop
def batch_norm(P, R, ops, k, epsilon, momentum, W, x, y, count):
    """The statistics of the batch and of all pixels; kept is what is normalized, then 1 / deviation.

    The latter is in the first lane of as many rows as there are units or channels.
    """
    units, kept, groups = ops[k, c.OUTPUTS], ops[k, c.KEPT], ops[k, c.GROUPS]
    share = ONE / f4(count * (units // groups))
    for j in range(groups):
        mean, variance = ZERO, ZERO
        for i in range(x + j, x + units, groups):
            part = ZERO
            for b in range(count):
                part += W[i, b]
            mean += part
        mean *= share
        for i in range(x + j, x + units, groups):
            part = ZERO
            for b in range(count):
                part += (W[i, b] - mean) * (W[i, b] - mean)
            variance += part
        variance *= share
        inverse = ONE / np.sqrt(variance + f4(epsilon))
        W[kept + units + j, 0] = inverse
        scale, shift = _gamma(P, ops, k, j), _beta(P, ops, k, j)
        for i in range(j, units, groups):
            for b in range(W.shape[1]):
                W[kept + i, b] = (W[x + i, b] - mean) * inverse
            for b in range(W.shape[1]):
                W[y + i, b] = scale * W[kept + i, b] + shift
        for place, value in ((c.THIRD, mean), (c.FOURTH, variance)):
            R[ops[k, place] + j] = f4(momentum) * R[ops[k, place] + j] + f4(1.0 - momentum) * value


@loop
def normalized(P, R, ops, k, epsilon, W, x, y):
    """Batch normalization by the running averages."""
    for i in range(ops[k, c.OUTPUTS]):
        j = i % ops[k, c.GROUPS]
        factor = _gamma(P, ops, k, j) / np.sqrt(R[ops[k, c.FOURTH] + j] + f4(epsilon))
        shift = _beta(P, ops, k, j) - R[ops[k, c.THIRD] + j] * factor
        for b in range(W.shape[1]):
            W[y + i, b] = W[x + i, b] * factor + shift


@loop
def layer_norm(P, ops, k, epsilon, W, x, y):
    """Statistics of each lane; kept as by `batch_norm`, with 1 / deviation in one row, behind which two are free."""
    units, kept, share = ops[k, c.OUTPUTS], ops[k, c.KEPT], f4(1.0 / ops[k, c.OUTPUTS])
    inverse, mean = kept + units, kept + units + 1
    for b in range(W.shape[1]):
        W[mean, b] = W[inverse, b] = ZERO
    for j in range(units):
        for b in range(W.shape[1]):
            W[mean, b] += share * W[x + j, b]
    for j in range(units):
        for b in range(W.shape[1]):
            W[kept + j, b] = W[x + j, b] - W[mean, b]
        for b in range(W.shape[1]):
            W[inverse, b] += W[kept + j, b] * W[kept + j, b]
    for b in range(W.shape[1]):
        W[inverse, b] = ONE / np.sqrt(W[inverse, b] * share + f4(epsilon))
    for j in range(units):
        for b in range(W.shape[1]):
            W[kept + j, b] *= W[inverse, b]
    _scaled(P, ops, k, W, y)


@loop
def norm_back(P, G, ops, k, W, g, count, wanted):
    """dx = factor (h - mean(h) - normal mean(h normal)) with h = gamma g, in place, and those of gamma and beta.

    The means are those of each unit or channel after `batch_norm`, of each lane after `layer_norm`.
    """
    units, kept, by_unit, groups = (
        ops[k, c.OUTPUTS],
        ops[k, c.KEPT],
        ops[k, c.OP] == c.BATCH_NORM,
        ops[k, c.GROUPS],
    )
    share = ONE / f4(count * (units // groups))
    for j in range(groups):
        along, total, scale = ZERO, ZERO, _gamma(P, ops, k, j)
        for i in range(j, units, groups):
            part, rest = ZERO, ZERO
            for b in range(W.shape[1]):
                part += W[g + i, b] * W[kept + i, b]
                rest += W[g + i, b]
            along, total = along + part, total + rest
        if ops[k, c.FIRST] >= 0:
            G[ops[k, c.FIRST] + j] = along
        if ops[k, c.SECOND] >= 0:
            G[ops[k, c.SECOND] + j] = total
        along, total = (along * share, total * share) if by_unit else (ZERO, ZERO)
        factor = scale * W[kept + units + j, 0] if by_unit else scale
        # Lanes beyond the batch have the gradient 0, and keep it.
        for i in range(j, units if wanted else 0, groups):
            for b in range(count):
                W[g + i, b] = factor * (W[g + i, b] - W[kept + i, b] * along - total)
    if by_unit or not wanted:
        return
    inverse, along, total, share = kept + units, kept + units + 1, kept + units + 2, ONE / f4(units)
    for b in range(W.shape[1]):
        W[along, b] = W[total, b] = ZERO
    for j in range(units):
        for b in range(W.shape[1]):
            W[along, b] += share * W[g + j, b] * W[kept + j, b]
        for b in range(W.shape[1]):
            W[total, b] += share * W[g + j, b]
    for j in range(units):
        for b in range(W.shape[1]):
            W[g + j, b] = (W[g + j, b] - W[total, b] - W[kept + j, b] * W[along, b]) * W[inverse, b]
