"""Dense layers and their gradients, as loops over (units, lanes); BLAS takes what is large.

The places of arrays are first rows in the workspace W and first numbers in the flat vectors, as in `layers`.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from .codes import LANES
from .elementwise import ONE, ZERO
from .jit import loop
from .lanes import add_product, add_scaled, filled, load, store, store_at, store_totals, total, transpose

# Multiplications of a product from which on BLAS is faster than own loops: 64 x 64 units and 64 samples are not.
_OWN_LOOPS = 300_000
# numba's products count references to arrays, which all other loops do without, so they are compiled apart.
_V, _W, _i = types.float32[::1], types.float32[:, ::1], types.int64


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
def _products(P, k, along, across, start, W, x, y, inputs, units, b):
    """A product in the 16 lanes from b on."""
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
def _wide_products(P, k, along, across, start, W, x, y, inputs, units, b):
    """In 32 lanes: as many sums as a processor adds to while it waits for the first."""
    j = 0
    while j + 4 <= units:
        s0, s1 = _start(P, start, j), _start(P, start, j + 1)
        s2, s3 = _start(P, start, j + 2), _start(P, start, j + 3)
        t0, t1, t2, t3, p = s0, s1, s2, s3, k + j * across
        for i in range(inputs):
            v, u = load(W, x + i, b), load(W, x + i, b + LANES)
            s0, t0 = add_scaled(s0, P, p, v), add_scaled(t0, P, p, u)
            s1, t1 = add_scaled(s1, P, p + across, v), add_scaled(t1, P, p + across, u)
            s2, t2 = add_scaled(s2, P, p + 2 * across, v), add_scaled(t2, P, p + 2 * across, u)
            s3, t3 = add_scaled(s3, P, p + 3 * across, v), add_scaled(t3, P, p + 3 * across, u)
            p += along
        store(W, y + j, b, s0)
        store(W, y + j, b + LANES, t0)
        store(W, y + j + 1, b, s1)
        store(W, y + j + 1, b + LANES, t1)
        store(W, y + j + 2, b, s2)
        store(W, y + j + 2, b + LANES, t2)
        store(W, y + j + 3, b, s3)
        store(W, y + j + 3, b + LANES, t3)
        j += 4
    while j < units:
        s0, p = _start(P, start, j), k + j * across
        t0 = s0
        for i in range(inputs):
            s0 = add_scaled(s0, P, p, load(W, x + i, b))
            t0 = add_scaled(t0, P, p, load(W, x + i, b + LANES))
            p += along
        store(W, y + j, b, s0)
        store(W, y + j, b + LANES, t0)
        j += 1


@loop
def _own_product(P, k, along, across, start, W, x, y, inputs, units):
    """Rows y = the product of a matrix in P and rows x, plus P from `start` on unless that is negative.

    `along` is the matrix's stride of inputs, `across` of units.
    """
    lanes = W.shape[1]
    paired = lanes - lanes % (2 * LANES)
    for b in range(0, paired, 2 * LANES):
        _wide_products(P, k, along, across, start, W, x, y, inputs, units, b)
    if paired < lanes:
        _products(P, k, along, across, start, W, x, y, inputs, units, paired)


@loop
def _own_gradient(G, k, W, x, g, free, inputs, units):
    """G from k on, (inputs, units), = the products of rows x and g, summed over lanes; as many rows are `free`."""
    whole = units - units % LANES
    if whole > 0:
        _whole_gradient(G, k, W, x, g, free, inputs, units, whole)
    lanes = W.shape[1]
    for i in range(inputs if whole < units else 0):
        j, k = whole, k + whole
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
def _whole_gradient(G, k, W, x, g, free, inputs, units, whole):
    """Its first `whole` units, a multiple of 16, in vectors of units: transposing g is faster than sums of lanes."""
    lanes, start = W.shape[1], free * W.shape[1]
    for j in range(0, whole, LANES):
        for b in range(0, lanes, LANES):
            transpose(W, g + j, b, start + b * whole + j, whole)
    for j in range(0, whole, LANES):
        i = 0
        while i + 8 <= inputs:
            s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = filled(ZERO)
            p = (x + i) * lanes
            for b in range(lanes):
                v = load(W, free, b * whole + j)
                s0 = add_scaled(s0, W, p + b, v)
                s1 = add_scaled(s1, W, p + lanes + b, v)
                s2 = add_scaled(s2, W, p + 2 * lanes + b, v)
                s3 = add_scaled(s3, W, p + 3 * lanes + b, v)
                s4 = add_scaled(s4, W, p + 4 * lanes + b, v)
                s5 = add_scaled(s5, W, p + 5 * lanes + b, v)
                s6 = add_scaled(s6, W, p + 6 * lanes + b, v)
                s7 = add_scaled(s7, W, p + 7 * lanes + b, v)
            q = k + i * units + j
            store_at(G, q, s0)
            store_at(G, q + units, s1)
            store_at(G, q + 2 * units, s2)
            store_at(G, q + 3 * units, s3)
            store_at(G, q + 4 * units, s4)
            store_at(G, q + 5 * units, s5)
            store_at(G, q + 6 * units, s6)
            store_at(G, q + 7 * units, s7)
            i += 8
        while i < inputs:
            s0 = filled(ZERO)
            for b in range(lanes):
                s0 = add_scaled(s0, W, (x + i) * lanes + b, load(W, free, b * whole + j))
            store_at(G, k + i * units + j, s0)
            i += 1


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
def _unit_sums(G, bias, W, g, units):
    """G from `bias` on = rows g, summed over lanes."""
    j, one = 0, filled(ONE)
    while j + 4 <= units:
        s0 = s1 = s2 = s3 = filled(ZERO)
        for b in range(0, W.shape[1], LANES):
            s0 = add_product(s0, load(W, g + j, b), one)
            s1 = add_product(s1, load(W, g + j + 1, b), one)
            s2 = add_product(s2, load(W, g + j + 2, b), one)
            s3 = add_product(s3, load(W, g + j + 3, b), one)
        store_totals(G, bias + j, s0, s1, s2, s3)
        j += 4
    while j < units:
        s0 = filled(ZERO)
        for b in range(0, W.shape[1], LANES):
            s0 = add_product(s0, load(W, g + j, b), one)
        G[bias + j] = total(s0)
        j += 1


@loop
def affine_back(P, G, kernel, bias, W, x, g, back, inputs, units, wanted):
    """dV = x g', db = sum(g), and where wanted back = V g."""
    if bias >= 0:
        _unit_sums(G, bias, W, g, units)
    if inputs * units * W.shape[1] >= _OWN_LOOPS:
        _products_back(P, G, kernel, W, x, g, back, inputs, units, wanted)
        return
    _own_gradient(G, kernel, W, x, g, back, inputs, units)
    if wanted:
        _own_product(P, kernel, 1, units, -1, W, g, back, units, inputs)
