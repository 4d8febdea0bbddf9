"""The interpreter: whole steps and epochs of one training, without Python and without its lock.

Nothing is compiled for a network. A program of `core.compiled.program` is a table of operations on rows of a workspace;
the same machine code runs all of them, and is kept on the disk.
"""

from __future__ import annotations

import math

from numba import njit, types

from . import codes as c
from .codes import LANES
from .elementwise import ONE, ZERO, activate, activate_back, f4, loss_and_gradient
from .images import convolve, convolve_back, pool, pool_back
from .jit import apart, loop
from .lanes import look, put, take, transpose_rows
from .layers import batch_norm, drop, layer_norm, norm_back, normalized
from .products import affine, affine_back
from .recurrent import embed, embed_back, recur, recur_back
from .updates import length, limit_gradients, scheduled_rate, update

_PIECE = 16384
"""Weights whose gradients of both parts are summed and used at once, while they are in the cache."""


@loop
def _forward(memory, tables, W, block, skipped, count, training):
    """Through all operations; dropout draws from `block` on, for the lanes behind `skipped` ones of the batch."""
    P, R, ops, reals = memory.parameters, memory.state, tables.ops, tables.reals
    for k in range(len(ops)):
        code, n, x, y, kept = ops[k, c.OP], ops[k, c.OUTPUTS], ops[k, c.FROM], ops[k, c.TO], ops[k, c.KEPT]
        parameter, first = reals[k, c.PARAMETER], ops[k, c.FIRST]
        if code == c.DENSE:
            affine(P, first, ops[k, c.SECOND], W, x, y, ops[k, c.INPUTS], n)
        elif code == c.ACTIVATION:
            activate(first, f4(parameter), W, x, y, n)
        elif code == c.CONVOLUTION:
            convolve(
                P, first, ops[k, c.SECOND], W, x, y, kept, tables.units, ops[k, c.THIRD], ops[k, c.FOURTH],
                tables.whole[c.SCRATCH], ops[k, c.FUNCTION], f4(parameter),
            )  # fmt: skip
        elif code == c.MAX_POOL or code == c.MEAN_POOL:
            pool(code == c.MEAN_POOL, W, x, y, kept, tables.units, ops[k, c.THIRD])
        elif code == c.RECUR:
            time, units = ops[k, c.THIRD], ops[k, c.FOURTH]
            recur(
                ops[k, c.FUNCTION], P, first, ops[k, c.SECOND], W, x, y, kept, time, ops[k, c.INPUTS] // time, units,
                n > units,
            )  # fmt: skip
        elif code == c.EMBED:
            embed(P, first, ops[k, c.SECOND], W, x, y, ops[k, c.INPUTS], ops[k, c.THIRD])
        elif code == c.DROPOUT and training:
            drop(
                parameter,
                tables.key,
                block + skipped * n // 16,
                W,
                x,
                y,
                kept,
                n,
                count,
                first,
                ops[k, c.SECOND],
            )
            block += (memory.turns[c.SAMPLES] * n + 15) // 16
        elif code == c.BATCH_NORM and training:
            batch_norm(P, R, ops, k, parameter, reals[k, c.MOMENTUM], W, x, y, count)
        elif code == c.BATCH_NORM:
            normalized(P, R, ops, k, parameter, W, x, y)
        elif code == c.LAYER_NORM:
            layer_norm(P, ops, k, parameter, W, x, y)
        else:  # overridden outputs, or dropout in a prediction
            for j in range(n):
                for b in range(W.shape[1]):
                    W[y + j, b] = W[x + j, b]
            for i in range(first, ops[k, c.SECOND]):
                for b in range(W.shape[1]):
                    W[y + tables.units[i], b] = tables.values[i]


@loop
def _backward(memory, tables, W, G, count):
    P, ops, whole = memory.parameters, tables.ops, tables.whole
    stop, g, other = whole[c.STOP], whole[c.GRADIENT], whole[c.GRADIENT] + whole[c.WIDE]
    for k in range(len(ops) - 1, stop - 1, -1):
        code, n, x, y, first = ops[k, c.OP], ops[k, c.OUTPUTS], ops[k, c.FROM], ops[k, c.TO], ops[k, c.FIRST]
        if code == c.DENSE:
            affine_back(P, G, first, ops[k, c.SECOND], W, x, g, other, ops[k, c.INPUTS], n, k > stop)
            g, other = other, g
        elif code == c.ACTIVATION:
            activate_back(first, f4(tables.reals[k, c.PARAMETER]), W, x, y, g, n)
        elif code == c.CONVOLUTION:
            convolve_back(
                P, G, first, ops[k, c.SECOND], W, x, y, g, other, ops[k, c.KEPT], tables.units, ops[k, c.THIRD],
                ops[k, c.FOURTH], whole[c.SCRATCH], ops[k, c.FUNCTION], f4(tables.reals[k, c.PARAMETER]), k > stop,
            )  # fmt: skip
            g, other = other, g
        elif code == c.MAX_POOL or code == c.MEAN_POOL:
            pool_back(code == c.MEAN_POOL, W, g, other, ops[k, c.KEPT], tables.units, ops[k, c.THIRD])
            g, other = other, g
        elif code == c.RECUR:
            time, units = ops[k, c.THIRD], ops[k, c.FOURTH]
            recur_back(
                ops[k, c.FUNCTION], P, G, first, ops[k, c.SECOND], W, g, other, ops[k, c.KEPT], whole[c.SCRATCH], time,
                ops[k, c.INPUTS] // time, units, n > units, k > stop,
            )  # fmt: skip
            g, other = other, g
        elif code == c.EMBED:
            embed_back(G, first, ops[k, c.SECOND], W, x, g, ops[k, c.INPUTS], ops[k, c.THIRD], count)
        elif code == c.DROPOUT:
            for j in range(n):
                for b in range(W.shape[1]):
                    W[g + j, b] *= W[ops[k, c.KEPT] + j, b]
        elif code == c.OVERRIDE:
            for i in range(first, ops[k, c.SECOND]):
                for b in range(W.shape[1]):
                    W[g + tables.units[i], b] = ZERO
        else:
            norm_back(P, G, ops, k, W, g, count, k > stop)


@loop
def _rows(tables):
    """First rows of the outputs, the targets, the samples' weights and the gradient, and how many outputs there are."""
    ops, whole, last = tables.ops, tables.whole, len(tables.ops) - 1
    first = whole[c.GRADIENT] + 2 * whole[c.WIDE]
    return ops[last, c.TO], first, first + ops[last, c.OUTPUTS], whole[c.GRADIENT], ops[last, c.OUTPUTS]


@loop
def _gather(W, tables, X, Y, weights, order, first, count):
    """Copy samples into lanes, and 0 into those beyond `count`; without an order, from `first` on."""
    _, t, w, _, _ = _rows(tables)
    keep, add = f4(1.0 - tables.real[c.SMOOTHING]), f4(tables.real[c.SMOOTHED])
    inputs, outputs, listed = X.shape[1], Y.shape[1], len(order) > 0
    # Lane by lane, 784 inputs took 290 of a step's 670 us.
    even, wide = inputs - inputs % LANES, outputs - outputs % LANES
    whole = count - count % LANES if listed else 0
    for start in range(0, whole, LANES):
        for i in range(0, even, LANES):
            transpose_rows(X, order, first + start, i, W, i, start)
        for j in range(0, wide, LANES):
            transpose_rows(Y, order, first + start, j, W, t + j, start)
    for j in range(wide if keep != ONE else 0):
        for b in range(whole):
            W[t + j, b] = W[t + j, b] * keep + add
    for b in range(W.shape[1]):
        row = -1 if b >= count else order[first + b] if listed else first + b
        W[w, b] = ZERO if row < 0 else weights[row] if len(weights) else ONE
        for i in range(even if b < whole else 0, inputs):
            W[i, b] = X[row, i] if row >= 0 else ZERO
        for j in range(wide if b < whole else 0, outputs):
            W[t + j, b] = Y[row, j] * keep + add if row >= 0 else ZERO


@apart
def _counted(Y, order, first, count):
    """The number of tokens in the loss of some samples: those that are not below 0."""
    found = 0
    for b in range(first, first + count):
        for t in range(Y.shape[1]):
            found += 1 if Y[order[b], t] >= ZERO else 0
    return found


@loop
def _pass(memory, tables, data, orders, counters, other):
    """The loss and the gradients of the batch's samples that have lanes in the first workspace, or the `other` one."""
    turns, whole, lanes = memory.turns, tables.whole, memory.workspace.shape[1]
    W, G = (memory.other_workspace, memory.other_gradients) if other else (memory.workspace, memory.gradients)
    skipped = lanes if other else 0
    count = min(max(turns[c.SAMPLES] - skipped, 0), W.shape[1])
    order, first = orders[turns[c.ORDER]], turns[c.FIRST_SAMPLE] + skipped
    _gather(W, tables, data.inputs, data.targets, data.weights, order, first, count)
    _forward(memory, tables, W, counters[c.BLOCK], skipped, count, True)
    y, t, w, g, outputs = _rows(tables)
    value = loss_and_gradient(
        whole[c.LOSS], f4(tables.real[c.LOSS_PARAMETER]), W, y, t, w, g, outputs, turns[c.COUNTED]
    )
    memory.losses[1 if other else 0] = value
    if math.isfinite(value):
        _backward(memory, tables, W, G, count)


@loop
def _update(memory, tables, counters, sums, first, end):
    update(
        memory.parameters[first:end], memory.gradients[first:end], memory.first_slot[first:end],
        memory.second_slot[first:end], tables.whole, tables.real, counters[c.UPDATES], sums[c.USED_RATE],
    )  # fmt: skip


@loop
def _do_part(second, memory, tables, data, orders, counters, sums):
    """One of two parts of the phase: samples of the batch, or weights."""
    phase, G, H = memory.turns[c.PHASE], memory.gradients, memory.other_gradients
    half = len(G) // 2 // LANES * LANES
    first, end = (half, len(G)) if second else (0, half)
    if phase == c.PASS:
        _pass(memory, tables, data, orders, counters, second)
        return
    for start in range(first, end, _PIECE):
        stop = min(start + _PIECE, end)
        for i in range(start, stop if phase != c.UPDATE else start):
            G[i] += H[i]
        if phase != c.SUM:
            _update(memory, tables, counters, sums, start, stop)


@loop
def _in_parts(phase, memory, tables, data, orders, counters, sums):
    """Both parts of a phase, of which another core may take the second. The numbers are the same."""
    turns = memory.turns
    turn = turns[c.TURN] + 1
    turns[c.PHASE] = phase
    put(turns, c.TURN, turn)
    _do_part(False, memory, tables, data, orders, counters, sums)
    if take(turns, c.TURN, turn):
        _do_part(True, memory, tables, data, orders, counters, sums)
    else:
        while look(turns, c.DONE_TURN) != turn:
            pass


@loop
def _help(memory, tables, data, orders, counters, sums):
    """Take second parts until the first core has ended."""
    turns = memory.turns
    while look(turns, c.ENDED) == 0:
        turn = look(turns, c.TURN)
        if turn % 2 == 0 and take(turns, c.TURN, turn):
            _do_part(True, memory, tables, data, orders, counters, sums)
            put(turns, c.DONE_TURN, turn)


@loop
def _step(memory, tables, data, orders, e, counters, sums, epoch):
    """One step; False without an update if the loss is not finite."""
    P, G, turns, losses = memory.parameters, memory.gradients, memory.turns, memory.losses
    frozen, kept, whole, real, order = tables.frozen, tables.kept, tables.whole, tables.real, orders[e]
    first = counters[c.POSITION]
    count = min(whole[c.BATCH], len(order) - first)
    turns[c.ORDER], turns[c.FIRST_SAMPLE], turns[c.SAMPLES] = e, first, count
    turns[c.COUNTED] = count if whole[c.LOSS] != c.TOKENS else _counted(data.targets, order, first, count)
    split = len(memory.other_gradients) > 0
    if split:
        _in_parts(c.PASS, memory, tables, data, orders, counters, sums)
    else:
        _pass(memory, tables, data, orders, counters, False)
    value = losses[0] + losses[1] if split else losses[0]
    value = math.sqrt(value) if whole[c.LOSS] == c.ROOT else value
    sums[c.LAST] = value
    counters[c.POSITION] += count
    for k in range(len(tables.ops)):
        if tables.ops[k, c.OP] == c.DROPOUT:
            counters[c.BLOCK] += (count * tables.ops[k, c.OUTPUTS] + 15) // 16
    if not math.isfinite(value):
        return False
    at_once = len(frozen) == 0 and whole[c.PENALTY] == c.NONE and whole[c.CLIPPING] == c.NONE
    if split and not at_once:
        _in_parts(c.SUM, memory, tables, data, orders, counters, sums)
    limit_gradients(P, G, whole, real)
    steps = (len(order) + whole[c.BATCH] - 1) // whole[c.BATCH]
    sums[c.USED_RATE] = scheduled_rate(whole, real, epoch, first // whole[c.BATCH], steps)
    for i in range(len(frozen)):
        kept[i], G[frozen[i]] = P[frozen[i]], ZERO
    counters[c.UPDATES] += 1
    if split:
        _in_parts(c.BOTH if at_once else c.UPDATE, memory, tables, data, orders, counters, sums)
    else:
        _update(memory, tables, counters, sums, 0, len(P))
    for i in range(len(frozen)):
        P[frozen[i]] = kept[i]
    sums[c.TOTAL] += value * turns[c.COUNTED]
    sums[c.SEEN] += turns[c.COUNTED]
    return True


@loop
def _evaluate(memory, tables, data, samples, predicted, answers):
    """Loss and accuracy (R² of values) on the first samples; writes classes (samples,) or values (samples, outputs)."""
    W, whole, real, missed = memory.evaluation, tables.whole, tables.real, tables.missed
    X, Y, labels = data.inputs, data.targets, data.labels
    y, t, w, g, outputs = _rows(tables)
    total, hits, finite = 0.0, 0, True
    missed[:] = 0.0
    for first in range(0, samples, W.shape[1]):
        count = min(W.shape[1], samples - first)
        _gather(W, tables, X, Y, data.weights[:0], labels[:0], first, count)
        _forward(memory, tables, W, 0, 0, count, False)
        loss = loss_and_gradient(whole[c.LOSS], f4(real[c.LOSS_PARAMETER]), W, y, t, w, g, outputs, count)
        total += count * loss
        for b in range(count):
            best = 0
            for j in range(outputs):
                v = W[y + j, b]
                finite = finite and math.isfinite(v)
                best = j if v > W[y + best, b] else best
                if whole[c.CLASSES] == 0:
                    answers[first + b, j] = v
                    missed[j] += (float(v) - float(Y[first + b, j])) ** 2
            if whole[c.CLASSES] > 0:
                if outputs == 1:
                    best = 1 if W[y, b] > f4(real[c.THRESHOLD]) else 0
                predicted[first + b] = best
                hits += best == labels[first + b]
    loss = math.sqrt(total / samples) if whole[c.LOSS] == c.ROOT else total / samples
    if not finite:
        return loss, math.nan
    return loss, hits / samples if whole[c.CLASSES] > 0 else _r2(missed, data.spread, samples)


@loop
def _r2(missed, spread, samples):
    score = 0.0
    for j in range(len(missed)):
        if spread[j] > 0.0:
            score += 1.0 - missed[j] / spread[j]
        elif missed[j] == 0.0:
            score += 1.0
    return score / len(missed) if samples > 1 else math.nan


@loop
def _all_finite(v):
    for i in range(len(v)):
        if not math.isfinite(v[i]):
            return False
    return True


def _read_only(item, dimensions):
    return types.Array(item, dimensions, "C", readonly=True)


# fmt: off
# Compiled for these types when the module is imported, or read from the cache: no call compiles anything.
_f, _i, _d = types.float32, types.int64, types.float64
_memory = types.NamedTuple((*[_f[::1]] * 6, *[_f[:, ::1]] * 3, _i[::1], _d[::1]), c.Memory)
_tables = types.NamedTuple(
    (_i[:, ::1], _d[:, ::1], _i[::1], _f[::1], _i[::1], _f[::1], types.uint64[::1], _i[::1], _d[::1], _d[::1]), c.Tables
)
_data = types.NamedTuple((_read_only(_f, 2), _read_only(_f, 2), _f[::1], _read_only(_i, 1), _d[::1]), c.Data)
_types = types.UniTuple(_i, 2)(
    _memory, _tables, _data, _data, _i[:, ::1], _i[::1], _d[::1], _d[:, ::1], _i[::1], _f[:, ::1], _i, _i, _i, _i, _i
)


@njit(_types, nogil=True, error_model="numpy", cache=True, _nrt=False)
def run(
    memory, tables, train, test, orders, counters, sums, rows, predicted, answers, epoch, stride, evaluated,
    tested, limit
):
    """At most `limit` steps of the first epoch, or with 0 whole epochs: one for every order, (epochs, samples).

    With -1 the second parts of the steps that a call with the same arguments makes, until it has ended.

    Of whole epochs each `stride`-th is evaluated on so many samples, 0 for none, and each has a row. Returns how many
    steps were tried or epochs have ended, and a code: why no more.
    """
    if limit < 0:
        _help(memory, tables, train, orders, counters, sums)
        return 0, c.DONE
    done = 0
    while limit > 0:
        if done == limit or counters[c.POSITION] >= orders.shape[1]:
            return done, c.DONE
        done += 1
        if not _step(memory, tables, train, orders, 0, counters, sums, epoch):
            return done, c.LOSS_DIVERGED
    for e in range(len(orders)):
        order, row = orders[e], rows[e]
        while counters[c.POSITION] < len(order):
            if not _step(memory, tables, train, orders, e, counters, sums, epoch + e):
                return e, c.LOSS_DIVERGED
        row[c.EPOCH_LOSS], row[c.EPOCH_RATE] = sums[c.TOTAL] / sums[c.SEEN], sums[c.USED_RATE]
        if not (_all_finite(memory.parameters) and _all_finite(memory.state)):
            return e, c.WEIGHTS_DIVERGED
        if (epoch + e + 1) % stride == 0 and evaluated > 0:
            row[c.NORM] = length(memory.gradients)
            found = _evaluate(memory, tables, train, evaluated, predicted, answers)
            row[c.TRAIN_LOSS], row[c.TRAIN_SCORE] = found
            if tested > 0:
                found = _evaluate(memory, tables, test, tested, predicted, answers)
                row[c.TEST_LOSS], row[c.TEST_SCORE] = found
                if not math.isfinite(row[c.TEST_LOSS]):
                    return e, c.EVALUATION_DIVERGED
        counters[c.POSITION] = 0
        sums[c.TOTAL] = sums[c.SEEN] = 0.0
    return len(orders), c.DONE
