"""The interpreter: whole steps and epochs of one training, without Python and without its lock.

Nothing is compiled for a network. A program of `core.compiled.program` is a table of operations on rows of a workspace;
the same machine code runs all of them, and is kept on the disk.
"""

from __future__ import annotations

import math

from numba import njit, types

from core.compiled.codes import (
    ACTIVATION,
    BATCH,
    BATCH_NORM,
    BLOCK,
    CLASSES,
    DENSE,
    DONE,
    DROPOUT,
    EPOCH_LOSS,
    EPOCH_RATE,
    EVALUATION_DIVERGED,
    FIRST,
    FROM,
    GRADIENT,
    INPUTS,
    KEPT,
    LAST,
    LAYER_NORM,
    LOSS,
    LOSS_DIVERGED,
    LOSS_PARAMETER,
    MOMENTUM,
    NORM,
    OP,
    OUTPUTS,
    PARAMETER,
    POSITION,
    ROOT,
    SECOND,
    SEEN,
    SMOOTHED,
    SMOOTHING,
    STOP,
    TEST_LOSS,
    TEST_SCORE,
    THRESHOLD,
    TO,
    TOTAL,
    TRAIN_SCORE,
    UPDATES,
    USED_RATE,
    WEIGHTS_DIVERGED,
    WIDE,
)  # fmt: skip
from core.compiled.elementwise import ONE, ZERO, activate, activate_back, f4, loop, loss_and_gradient
from core.compiled.layers import (
    affine,
    affine_back,
    batch_norm,
    batch_norm_back,
    drop,
    layer_norm,
    layer_norm_back,
    normalized,
)  # fmt: skip
from core.compiled.updates import length, limit_gradients, scheduled_rate, update

__all__ = ["run"]


@loop
def _forward(memory, program, W, counters, count, training):
    P, R, ops, reals, units, values, key = memory[0], memory[4], *program[:4], program[6]
    for k in range(len(ops)):
        code, n, x, y, kept = ops[k, OP], ops[k, OUTPUTS], ops[k, FROM], ops[k, TO], ops[k, KEPT]
        if code == DENSE:
            affine(P, ops[k, FIRST], ops[k, SECOND], W, x, y, ops[k, INPUTS], n)
        elif code == ACTIVATION:
            activate(ops[k, FIRST], reals[k, PARAMETER], W, x, y, n)
        elif code == DROPOUT and training:
            counters[BLOCK] += drop(reals[k, PARAMETER], key, counters[BLOCK], W, x, y, kept, n, count)
        elif code == BATCH_NORM and training:
            batch_norm(P, R, ops, k, reals[k, PARAMETER], reals[k, MOMENTUM], W, x, y, kept, count)
        elif code == BATCH_NORM:
            normalized(P, R, ops, k, reals[k, PARAMETER], W, x, y)
        elif code == LAYER_NORM:
            layer_norm(P, ops, k, reals[k, PARAMETER], W, x, y, kept)
        else:  # overridden outputs, or dropout in a prediction
            for j in range(n):
                for b in range(W.shape[1]):
                    W[y + j, b] = W[x + j, b]
            for i in range(ops[k, FIRST], ops[k, SECOND]):
                for b in range(W.shape[1]):
                    W[y + units[i], b] = values[i]


@loop
def _backward(memory, program, count):
    P, G, W, ops, reals, units, whole = (
        memory[0],
        memory[1],
        memory[5],
        program[0],
        program[1],
        program[2],
        program[7],
    )
    stop, g, other = whole[STOP], whole[GRADIENT], whole[GRADIENT] + whole[WIDE]
    for k in range(len(ops) - 1, stop - 1, -1):
        code, n, x, y, kept = ops[k, OP], ops[k, OUTPUTS], ops[k, FROM], ops[k, TO], ops[k, KEPT]
        if code == DENSE:
            affine_back(P, G, ops[k, FIRST], ops[k, SECOND], W, x, g, other, ops[k, INPUTS], n, k > stop)
            g, other = other, g
        elif code == ACTIVATION:
            activate_back(ops[k, FIRST], reals[k, PARAMETER], W, x, y, g, n)
        elif code == DROPOUT:
            for j in range(n):
                for b in range(W.shape[1]):
                    W[g + j, b] *= W[kept + j, b]
        elif code == BATCH_NORM:
            batch_norm_back(P, G, ops, k, W, g, kept, count, k > stop)
        elif code == LAYER_NORM:
            layer_norm_back(P, G, ops, k, W, g, kept, k > stop)
        else:
            for i in range(ops[k, FIRST], ops[k, SECOND]):
                for b in range(W.shape[1]):
                    W[g + units[i], b] = ZERO


@loop
def _rows(program):
    """First rows of the outputs, the targets, the samples' weights and the gradient, and how many outputs there are."""
    ops, whole, last = program[0], program[7], len(program[0]) - 1
    first = whole[GRADIENT] + 2 * whole[WIDE]
    return ops[last, TO], first, first + ops[last, OUTPUTS], whole[GRADIENT], ops[last, OUTPUTS]


@loop
def _gather(W, program, X, Y, weights, order, first, count):
    """Copy samples into lanes, and 0 into those beyond `count`; without an order, from `first` on."""
    real = program[8]
    _, t, w, _, outputs = _rows(program)
    keep, add = f4(1.0 - real[SMOOTHING]), f4(real[SMOOTHED])
    for b in range(count):
        row = order[first + b] if len(order) else first + b
        W[w, b] = weights[row] if len(weights) else ONE
        for i in range(X.shape[1]):
            W[i, b] = X[row, i]
        for j in range(outputs):
            W[t + j, b] = Y[row, j] * keep + add
    for b in range(count, W.shape[1]):
        W[w, b] = ZERO
        for i in range(X.shape[1]):
            W[i, b] = ZERO
        for j in range(outputs):
            W[t + j, b] = ZERO


@loop
def _step(memory, program, data, order, counters, sums, epoch):
    """One step; False without an update if the loss is not finite."""
    P, G, S, T, _, W, _ = memory
    frozen, kept, whole, real = program[4], program[5], program[7], program[8]
    first = counters[POSITION]
    count = min(whole[BATCH], len(order) - first)
    _gather(W, program, data[0], data[1], data[2], order, first, count)
    _forward(memory, program, W, counters, count, True)
    y, t, w, g, outputs = _rows(program)
    value = loss_and_gradient(whole[LOSS], real[LOSS_PARAMETER], W, y, t, w, g, outputs, count)
    value = math.sqrt(value) if whole[LOSS] == ROOT else value
    sums[LAST] = value
    counters[POSITION] += count
    if not math.isfinite(value):
        return False
    _backward(memory, program, count)
    limit_gradients(P, G, whole, real)
    steps = (len(order) + whole[BATCH] - 1) // whole[BATCH]
    sums[USED_RATE] = scheduled_rate(whole, real, epoch, first // whole[BATCH], steps)
    for i in range(len(frozen)):
        kept[i], G[frozen[i]] = P[frozen[i]], ZERO
    counters[UPDATES] += 1
    update(P, G, S, T, whole, real, counters[UPDATES], sums[USED_RATE])
    for i in range(len(frozen)):
        P[frozen[i]] = kept[i]
    sums[TOTAL] += value * count
    sums[SEEN] += count
    return True


@loop
def _judge(memory, program, data, counters, samples, predicted, answers):
    """Loss and accuracy (R² of values) on the first samples; writes classes (samples,) or values (samples, outputs)."""
    W, whole, real = memory[6], program[7], program[8]
    X, Y, labels, spread, missed = data[0], data[1], data[3], data[4], program[9]
    y, t, w, g, outputs = _rows(program)
    total, hits, finite = 0.0, 0, True
    for j in range(outputs):
        missed[j] = 0.0
    for first in range(0, samples, W.shape[1]):
        count = min(W.shape[1], samples - first)
        _gather(W, program, X, Y, data[2][:0], labels[:0], first, count)
        _forward(memory, program, W, counters, count, False)
        total += count * loss_and_gradient(whole[LOSS], real[LOSS_PARAMETER], W, y, t, w, g, outputs, count)
        for b in range(count):
            best = 0
            for j in range(outputs):
                v = W[y + j, b]
                finite = finite and math.isfinite(v)
                best = j if v > W[y + best, b] else best
                if whole[CLASSES] == 0:
                    answers[first + b, j] = v
                    missed[j] += (float(v) - float(Y[first + b, j])) ** 2
            if whole[CLASSES] > 0:
                if outputs == 1:
                    best = 1 if W[y, b] > f4(real[THRESHOLD]) else 0
                predicted[first + b] = best
                hits += best == labels[first + b]
    mean = total / samples
    loss = math.sqrt(mean) if whole[LOSS] == ROOT else mean
    if not finite:
        return loss, math.nan
    return loss, hits / samples if whole[CLASSES] > 0 else _r2(missed, spread, samples)


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


_f, _i, _d = types.float32, types.int64, types.float64
_memory = types.Tuple((*[_f[::1]] * 5, _f[:, ::1], _f[:, ::1]))
_program = types.Tuple(
    (_i[:, ::1], _d[:, ::1], _i[::1], _f[::1], _i[::1], _f[::1], types.uint64[::1], _i[::1], _d[::1], _d[::1])
)


def _read_only(item, dimensions):
    return types.Array(item, dimensions, "C", readonly=True)


_data = types.Tuple((_read_only(_f, 2), _read_only(_f, 2), _f[::1], _read_only(_i, 1), _d[::1]))
# Compiled for these types when the module is imported, or read from the cache: no call compiles anything.
_types = types.UniTuple(_i, 2)(
    _memory,
    _program,
    _data,
    _data,
    _i[:, ::1],
    _i[::1],
    _d[::1],
    _d[:, ::1],
    _i[::1],
    _f[:, ::1],
    _i,
    _i,
    _i,
    _i,
    _i,
)


@njit(_types, nogil=True, error_model="numpy", cache=True, _nrt=False)
def run(
    memory,
    program,
    train,
    test,
    orders,
    counters,
    sums,
    rows,
    predicted,
    answers,
    epoch,
    stride,
    judged,
    tested,
    limit,
):
    """At most `limit` steps of the first epoch, or with 0 whole epochs: one for every order, (epochs, samples).

    Of whole epochs each `stride`-th is evaluated on so many samples, 0 for none, and each has a row. Returns how many
    steps were tried or epochs have ended, and a code: why no more.
    """
    done = 0
    while limit > 0:
        if done == limit or counters[POSITION] >= orders.shape[1]:
            return done, DONE
        done += 1
        if not _step(memory, program, train, orders[0], counters, sums, epoch):
            return done, LOSS_DIVERGED
    for e in range(len(orders)):
        order, row = orders[e], rows[e]
        while counters[POSITION] < len(order):
            if not _step(memory, program, train, order, counters, sums, epoch + e):
                return e, LOSS_DIVERGED
        row[EPOCH_LOSS], row[EPOCH_RATE] = sums[TOTAL] / sums[SEEN], sums[USED_RATE]
        if not (_all_finite(memory[0]) and _all_finite(memory[4])):
            return e, WEIGHTS_DIVERGED
        if (epoch + e + 1) % stride == 0 and judged > 0:
            row[NORM] = length(memory[1])
            _, row[TRAIN_SCORE] = _judge(memory, program, train, counters, judged, predicted, answers)
            if tested > 0:
                row[TEST_LOSS], row[TEST_SCORE] = _judge(
                    memory, program, test, counters, tested, predicted, answers
                )
                if not math.isfinite(row[TEST_LOSS]):
                    return e, EVALUATION_DIVERGED
        counters[POSITION] = 0
        sums[TOTAL] = sums[SEEN] = 0.0
    return len(orders), DONE
