"""Loops of layers over (units, lanes): weights stay in the network's own vectors, values in the workspace W.

x, y, g and the like are first rows in W (rows, lanes): an array object for each would cost more than a small layer, and
of a flat W the compiler could not know that places are not negative, and would make no vector instructions.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from core.compiled import codes as c
from core.compiled.elementwise import ONE, ZERO, f4, loop
from core.compiled.lanes import LANES, add_product, add_scaled, filled, load, store, store_totals, total

__all__ = ["affine", "affine_back", "batch_norm", "drop", "layer_norm", "norm_back", "normalized"]

# Multiplications of a product from which on BLAS is faster than own loops.
_OWN_LOOPS = 16_000
# numba's products count references to arrays, which all other loops do without, so they are compiled apart.
_V, _W, _i = types.float32[::1], types.float32[:, ::1], types.int64
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
def drop(rate, key, block, W, x, y, mask, units, count):
    """y = mask * x, 0 beyond `count` lanes; returns the blocks drawn."""
    threshold, scale, lanes = u8(round(rate * 65536.0)), f4(1.0 / (1.0 - rate)), W.shape[1]
    number, total = 0, units * count
    blocks = (total + 15) // 16
    for j in range(units):
        for b in range(count, lanes):
            W[mask + j, b] = ZERO
    for at in range(blocks):
        for word in _philox(key, block + at):
            for _ in range(4):
                if number < total:
                    # Numbers follow the rows of numpy's (batch, units).
                    dropped = (word & u8(0xFFFF)) < threshold
                    W[mask + number % units, number // units] = ZERO if dropped else scale
                word >>= u8(16)
                number += 1
    for j in range(units):
        for b in range(lanes):
            W[y + j, b] = W[x + j, b] * W[mask + j, b]
    return blocks


@njit(types.void(_V, _i, _W, _i, _i, _i, _i), nogil=True, cache=True)
def _product(P, kernel, W, x, y, inputs, units):
    np.dot(P[kernel : kernel + inputs * units].reshape(inputs, units).T, W[x : x + inputs], W[y : y + units])


@njit(types.void(_V, _V, _i, _W, _i, _i, _i, _i, _i, types.boolean), nogil=True, cache=True)
def _products_back(P, G, kernel, W, x, g, back, inputs, units, wanted):
    gradient = W[g : g + units]
    np.dot(W[x : x + inputs], gradient.T, G[kernel : kernel + inputs * units].reshape(inputs, units))
    if wanted:
        V = P[kernel : kernel + inputs * units].reshape(inputs, units)
        np.dot(V, gradient, W[back : back + inputs])


@loop
def _start(P, start, j):
    return filled(P[start + j] if start >= 0 else ZERO)


@loop
def _own_product(P, k, along, across, start, W, x, y, inputs, units):
    """Rows y = the product of a matrix in P and rows x, plus P from `start` on unless that is negative.

    `along` is the matrix's stride of inputs, `across` of units.
    """
    for b in range(0, W.shape[1], LANES):
        j = 0
        while j + 4 <= units:  # four units at once: a quarter of the loads of x
            s0, s1 = _start(P, start, j), _start(P, start, j + 1)
            s2, s3 = _start(P, start, j + 2), _start(P, start, j + 3)
            p = k + j * across
            for i in range(inputs):
                v = load(W, x + i, b)
                s0 = add_scaled(s0, P, p, v)
                s1 = add_scaled(s1, P, p + across, v)
                s2 = add_scaled(s2, P, p + 2 * across, v)
                s3 = add_scaled(s3, P, p + 3 * across, v)
                p += along
            store(W, y + j, b, s0)
            store(W, y + j + 1, b, s1)
            store(W, y + j + 2, b, s2)
            store(W, y + j + 3, b, s3)
            j += 4
        while j < units:
            s0, p = _start(P, start, j), k + j * across
            for i in range(inputs):
                s0 = add_scaled(s0, P, p + i * along, load(W, x + i, b))
            store(W, y + j, b, s0)
            j += 1


@loop
def _own_gradient(G, k, W, x, g, inputs, units):
    """G from k on, (inputs, units), = the products of rows x and g, summed over lanes."""
    lanes = W.shape[1]
    for i in range(inputs):
        j = 0
        while j + 4 <= units:
            s0 = s1 = s2 = s3 = filled(ZERO)
            for b in range(0, lanes, LANES):
                v = load(W, x + i, b)
                s0 = add_product(s0, v, load(W, g + j, b))
                s1 = add_product(s1, v, load(W, g + j + 1, b))
                s2 = add_product(s2, v, load(W, g + j + 2, b))
                s3 = add_product(s3, v, load(W, g + j + 3, b))
            store_totals(G, k, s0, s1, s2, s3)
            j, k = j + 4, k + 4
        while j < units:
            s0 = filled(ZERO)
            for b in range(0, lanes, LANES):
                s0 = add_product(s0, load(W, x + i, b), load(W, g + j, b))
            G[k] = total(s0)
            j, k = j + 1, k + 1


@loop
def affine(P, kernel, bias, W, x, y, inputs, units):
    """y = V' x + b with V (inputs, units) in P from `kernel` on, and b from `bias` on unless that is negative."""
    if inputs * units * W.shape[1] < _OWN_LOOPS:
        _own_product(P, kernel, units, 1, bias, W, x, y, inputs, units)
        return
    _product(P, kernel, W, x, y, inputs, units)
    for j in range(units if bias >= 0 else 0):
        for b in range(W.shape[1]):
            W[y + j, b] += P[bias + j]


@loop
def affine_back(P, G, kernel, bias, W, x, g, back, inputs, units, wanted):
    """dV = x g', db = sum(g), and where wanted back = V g."""
    for j in range(units if bias >= 0 else 0):
        s0 = filled(ZERO)
        for b in range(0, W.shape[1], LANES):
            s0 = add_product(s0, load(W, g + j, b), filled(ONE))
        G[bias + j] = total(s0)
    if inputs * units * W.shape[1] >= _OWN_LOOPS:
        _products_back(P, G, kernel, W, x, g, back, inputs, units, wanted)
        return
    _own_gradient(G, kernel, W, x, g, inputs, units)
    if wanted:
        _own_product(P, kernel, 1, units, -1, W, g, back, units, inputs)


@loop
def _gamma(P, ops, k, j):
    return P[ops[k, c.FIRST] + j] if ops[k, c.FIRST] >= 0 else ONE


@loop
def _beta(P, ops, k, j):
    return P[ops[k, c.SECOND] + j] if ops[k, c.SECOND] >= 0 else ZERO


@loop
def _scaled(P, ops, k, W, y):
    """y = gamma * normal + beta."""
    for j in range(ops[k, c.OUTPUTS]):
        scale, shift = _gamma(P, ops, k, j), _beta(P, ops, k, j)
        for b in range(W.shape[1]):
            W[y + j, b] = scale * W[ops[k, c.KEPT] + j, b] + shift


@loop
def batch_norm(P, R, ops, k, epsilon, momentum, W, x, y, count):
    """The batch's statistics; kept is what is normalized, then 1 / deviation in the first lane of as many rows."""
    units, kept = ops[k, c.OUTPUTS], ops[k, c.KEPT]
    for j in range(units):
        mean, variance = ZERO, ZERO
        for b in range(count):
            mean += W[x + j, b]
        mean /= f4(count)
        for b in range(count):
            variance += (W[x + j, b] - mean) * (W[x + j, b] - mean)
        variance /= f4(count)
        inverse = ONE / np.sqrt(variance + f4(epsilon))
        W[kept + units + j, 0] = inverse
        for b in range(W.shape[1]):
            W[kept + j, b] = (W[x + j, b] - mean) * inverse
        for place, value in ((c.THIRD, mean), (c.FOURTH, variance)):
            R[ops[k, place] + j] = f4(momentum) * R[ops[k, place] + j] + f4(1.0 - momentum) * value
    _scaled(P, ops, k, W, y)


@loop
def normalized(P, R, ops, k, epsilon, W, x, y):
    """Batch normalization by the running averages."""
    for j in range(ops[k, c.OUTPUTS]):
        factor = _gamma(P, ops, k, j) / np.sqrt(R[ops[k, c.FOURTH] + j] + f4(epsilon))
        shift = _beta(P, ops, k, j) - R[ops[k, c.THIRD] + j] * factor
        for b in range(W.shape[1]):
            W[y + j, b] = W[x + j, b] * factor + shift


@loop
def layer_norm(P, ops, k, epsilon, W, x, y):
    """Statistics of each lane; kept as by `batch_norm`, with 1 / deviation in one row."""
    units, kept, share = ops[k, c.OUTPUTS], ops[k, c.KEPT], f4(1.0 / ops[k, c.OUTPUTS])
    for b in range(W.shape[1]):
        mean, variance = ZERO, ZERO
        for j in range(units):
            mean += W[x + j, b]
        mean *= share
        for j in range(units):
            variance += (W[x + j, b] - mean) * (W[x + j, b] - mean)
        inverse = ONE / np.sqrt(variance * share + f4(epsilon))
        W[kept + units, b] = inverse
        for j in range(units):
            W[kept + j, b] = (W[x + j, b] - mean) * inverse
    _scaled(P, ops, k, W, y)


@loop
def norm_back(P, G, ops, k, W, g, count, wanted):
    """dx = factor (h - mean(h) - normal mean(h normal)) with h = gamma g, in place, and those of gamma and beta.

    The means are those of each unit after `batch_norm`, of each lane after `layer_norm`.
    """
    units, kept, by_unit = ops[k, c.OUTPUTS], ops[k, c.KEPT], ops[k, c.OP] == c.BATCH_NORM
    for j in range(units):
        along, total, scale = ZERO, ZERO, _gamma(P, ops, k, j)
        for b in range(W.shape[1]):
            along += W[g + j, b] * W[kept + j, b]
            total += W[g + j, b]
        if ops[k, c.FIRST] >= 0:
            G[ops[k, c.FIRST] + j] = along
        if ops[k, c.SECOND] >= 0:
            G[ops[k, c.SECOND] + j] = total
        along, total = (along / f4(count), total / f4(count)) if by_unit else (ZERO, ZERO)
        factor = scale * W[kept + units + j, 0] if by_unit else scale
        # Lanes beyond the batch have the gradient 0, and keep it.
        for b in range(count if wanted else 0):
            W[g + j, b] = factor * (W[g + j, b] - W[kept + j, b] * along - total)
    for b in range(count if wanted and not by_unit else 0):
        along, total = ZERO, ZERO
        for j in range(units):
            along += W[g + j, b] * W[kept + j, b]
            total += W[g + j, b]
        along, total = along / f4(units), total / f4(units)
        for j in range(units):
            W[g + j, b] = (W[g + j, b] - total - W[kept + j, b] * along) * W[kept + units, b]
