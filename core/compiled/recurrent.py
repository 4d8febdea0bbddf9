"""Recurrent layers and embeddings as loops over steps: a sequence is rows, step by step with all channels of each.

A step has a block of rows: its inputs, the state before it and a row of ones, so that one product with the kernels,
which lie behind each other, gives its sums, and one all gradients; then these sums, which become gates and at last
their gradients, of a GRU also the state's own sums; of an LSTM what its cell was before.

What an operation needs for itself begins at row `scratch`: the gradients of state and cell, those of the kernels and
bias, and those of the sums of all steps with lanes and units swapped.
"""

from __future__ import annotations

from . import codes as c
from .codes import LANES
from .elementwise import ONE, ZERO, sigmoid, tanh
from .images import add_products
from .jit import apart, inlined, loop
from .lanes import transpose


@inlined
def _sizes(cell, channels, units):
    """Of a block: where its sums begin, how many there are, how many rows it has, and how many columns the kernels."""
    spans, first = c.SPANS[cell], channels + units + 1
    sums = (spans - 2 if cell == c.LSTM else spans - 1) * units
    return first, sums, first + (spans - 1) * units, c.GATES[cell] * units


@inlined
def _padded(sums):
    return (sums + LANES - 1) // LANES * LANES


@loop
def _rnn(W, s, after, units):
    for j in range(units):
        for b in range(W.shape[1]):
            W[after + j, b] = tanh(W[s + j, b])


@loop
def _rnn_back(W, s, after, dh, units):
    for j in range(units):
        for b in range(W.shape[1]):
            W[s + j, b] = W[dh + j, b] * (ONE - W[after + j, b] * W[after + j, b])
            W[dh + j, b] = ZERO


@loop
def _sigmoids(W, s, units):
    for j in range(units):
        for b in range(W.shape[1]):
            W[s + j, b] = sigmoid(W[s + j, b])


@loop
def _gru(W, s, h, after, units):
    z, r, g, own = s, s + units, s + 2 * units, s + 3 * units
    _sigmoids(W, z, 2 * units)
    for j in range(units):
        for b in range(W.shape[1]):
            W[g + j, b] = tanh(W[g + j, b] + W[r + j, b] * W[own + j, b])
        for b in range(W.shape[1]):
            W[after + j, b] = W[g + j, b] + W[z + j, b] * (W[h + j, b] - W[g + j, b])


@loop
def _gru_back(W, s, h, dh, units):
    z, r, g, own = s, s + units, s + 2 * units, s + 3 * units
    for j in range(units):
        for b in range(W.shape[1]):
            d, share, new = W[dh + j, b], W[z + j, b], W[g + j, b]
            W[z + j, b] = d * (W[h + j, b] - new) * share * (ONE - share)
            W[g + j, b] = d * (ONE - share) * (ONE - new * new)
            W[dh + j, b] = d * share
        for b in range(W.shape[1]):
            d, gate = W[g + j, b], W[r + j, b]
            W[r + j, b] = d * W[own + j, b] * gate * (ONE - gate)
            W[own + j, b] = d * gate


@loop
def _lstm(W, s, cell, after_cell, after, units):
    i, f, g, o = s, s + units, s + 2 * units, s + 3 * units
    _sigmoids(W, i, 2 * units)
    _sigmoids(W, o, units)
    for j in range(units):
        for b in range(W.shape[1]):
            W[g + j, b] = tanh(W[g + j, b])
        for b in range(W.shape[1]):
            W[after_cell + j, b] = W[f + j, b] * W[cell + j, b] + W[i + j, b] * W[g + j, b]
        for b in range(W.shape[1]):
            W[after + j, b] = W[o + j, b] * tanh(W[after_cell + j, b])


@loop
def _lstm_back(W, s, cell, after_cell, dh, dc, units):
    i, f, g, o = s, s + units, s + 2 * units, s + 3 * units
    for j in range(units):
        for b in range(W.shape[1]):
            d, gate, bent = W[dh + j, b], W[o + j, b], tanh(W[after_cell + j, b])
            W[dc + j, b] += d * gate * (ONE - bent * bent)
            W[o + j, b] = d * bent * gate * (ONE - gate)
            W[dh + j, b] = ZERO
        for b in range(W.shape[1]):
            d, gate, new = W[dc + j, b], W[i + j, b], W[g + j, b]
            W[i + j, b] = d * new * gate * (ONE - gate)
            W[g + j, b] = d * gate * (ONE - new * new)
        for b in range(W.shape[1]):
            d, gate = W[dc + j, b], W[f + j, b]
            W[f + j, b] = d * W[cell + j, b] * gate * (ONE - gate)
            W[dc + j, b] = d * gate


@loop
def _clear(W, row, rows):
    for i in range(row, row + rows):
        for b in range(W.shape[1]):
            W[i, b] = ZERO


@loop
def _copy(W, x, y, rows):
    for i in range(rows):
        for b in range(W.shape[1]):
            W[y + i, b] = W[x + i, b]


@apart
def recur(cell, P, kernel, bias, W, x, y, block, time, channels, units, each):
    """Rows y = the states after each step, or after the last one; blocks of steps begin at row `block`."""
    first, sums, size, wide = _sizes(cell, channels, units)
    lanes, is_gru = W.shape[1], cell == c.GRU
    _clear(W, block + channels, units)
    _clear(W, block + first + sums, size - first - sums)
    for t in range(time):
        z = block + t * size
        h, s, after = z + channels, z + first, z + size + channels
        _copy(W, x + t * channels, z, channels)
        for b in range(lanes):
            W[h + units, b] = ONE
        for j in range(sums):
            start = P[bias + j] if j < wide else P[bias + 2 * units + j]
            start += P[bias + wide + j] if is_gru and j < 2 * units else ZERO
            for b in range(lanes):
                W[s + j, b] = start
        joint, own = 2 * units if is_gru else wide, kernel + channels * wide + 2 * units
        add_products(
            W, s * lanes, lanes, P, kernel, wide, 1, z * lanes, lanes, channels + units, joint, lanes, 1, 0, 0
        )
        if is_gru:
            add_products(
                W, (s + joint) * lanes, lanes, P, kernel + joint, wide, 1, z * lanes, lanes, channels, units, lanes,
                1, 0, 0,
            )  # fmt: skip
            add_products(
                W, (s + wide) * lanes, lanes, P, own, wide, 1, h * lanes, lanes, units, units, lanes, 1, 0, 0
            )
            _gru(W, s, h, after, units)
        elif cell == c.LSTM:
            _lstm(W, s, s + sums, s + sums + size, after, units)
        else:
            _rnn(W, s, after, units)
        if each or t == time - 1:
            _copy(W, after, y + t * units if each else y, units)


@apart
def recur_back(cell, P, G, kernel, bias, W, g, back, block, scratch, time, channels, units, each, wanted):
    """Fill the gradients of kernels and bias; where wanted rows `back` = the gradient of x."""
    first, sums, size, wide = _sizes(cell, channels, units)
    lanes, is_gru, padded = W.shape[1], cell == c.GRU, _padded(sums)
    dh, dc, rows = scratch, scratch + units, channels + units + 1
    found = (dc + units) * lanes
    swapped = found + (rows * padded + lanes - 1) // lanes * lanes
    joint, recurrent = 2 * units if is_gru else wide, kernel + channels * wide
    _clear(W, dh, 2 * units + swapped // lanes - found // lanes)
    _clear(W, back, time * channels if wanted else 0)
    for t in range(time - 1, -1, -1):
        z = block + t * size
        h, s, after = z + channels, z + first, z + size + channels
        if each or t == time - 1:
            dy = g + t * units if each else g
            for j in range(units):
                for b in range(lanes):
                    W[dh + j, b] += W[dy + j, b]
        if is_gru:
            _gru_back(W, s, h, dh, units)
        elif cell == c.LSTM:
            _lstm_back(W, s, s + sums, s + sums + size, dh, dc, units)
        else:
            _rnn_back(W, s, after, dh, units)
        # Of sums beyond the last, other rows are read: what comes of them is never used.
        for j in range(0, padded, LANES):
            for b in range(0, lanes, LANES):
                transpose(W, s + j, b, swapped + (t * lanes + b) * padded + j, padded)
        if wanted:
            add_products(
                W, (back + t * channels) * lanes, lanes, P, kernel, 1, wide, s * lanes, lanes, wide, channels, lanes,
                1, 0, 0,
            )  # fmt: skip
        add_products(
            W, dh * lanes, lanes, P, recurrent, 1, wide, s * lanes, lanes, joint, units, lanes, 1, 0, 0
        )
        if is_gru:
            add_products(
                W, dh * lanes, lanes, P, recurrent + joint, 1, wide, (s + wide) * lanes, lanes, units, units, lanes,
                1, 0, 0,
            )  # fmt: skip
    add_products(
        W, found, padded, W, block * lanes, 1, lanes, swapped, padded, lanes, rows, padded, time, size * lanes,
        lanes * padded,
    )  # fmt: skip
    for i in range(rows):
        into = kernel + i * wide if i < rows - 1 else bias
        for j in range(wide):
            # The new state of a GRU has sums of inputs and, behind them, of the state.
            at = found + i * padded + (j + units if is_gru and j >= joint and channels <= i < rows - 1 else j)
            G[into + j] = W[at // lanes, at % lanes]
    for j in range(wide if is_gru else 0):
        at = found + (rows - 1) * padded + (j + units if j >= joint else j)
        G[bias + wide + j] = W[at // lanes, at % lanes]


@inlined
def _vector(W, row, b, tokens, channels):
    """Where the vector of a token begins in the table; one outside the vocabulary counts as its nearest."""
    return int(min(max(W[row, b], ZERO), tokens - ONE)) * channels


@apart
def embed(P, table, tokens, W, x, y, time, channels):
    """Rows y = the vectors of the tokens in rows x."""
    for t in range(time):
        for b in range(W.shape[1]):
            at = table + _vector(W, x + t, b, tokens, channels)
            for j in range(channels):
                W[y + t * channels + j, b] = P[at + j]


@apart
def embed_back(G, table, tokens, W, x, g, time, channels, count):
    """Fill the table's gradient with the sums over the places of each token."""
    for i in range(table, table + tokens * channels):
        G[i] = ZERO
    for t in range(time):
        for b in range(count):
            at = table + _vector(W, x + t, b, tokens, channels)
            for j in range(channels):
                G[at + j] += W[g + t * channels + j, b]
