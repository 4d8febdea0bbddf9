"""Formulas of activation functions and losses, and the loops over (units, lanes): a lane is one sample of the batch.

Own exp and tanh become vector instructions, which calls of the C library do not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import codes as c
from .jit import apart, inlined, loop

# fmt: off
f4 = np.float32
ZERO, HALF, ONE, TWO = f4(0), f4(0.5), f4(1), f4(2)
ROOT_HALF, PEAK, TINY, NEARLY_ONE = f4(0.5**0.5), f4(1 / math.sqrt(2 * math.pi)), f4(1e-7), f4(1.0 - 1e-7)
# Eigen's rational approximation of tanh, within 3 roundings.
A = tuple(map(f4, (
    4.89352455891786e-03, 6.37261928875436e-04, 1.48572235717979e-05, 5.12229709037114e-08, -8.60467152213735e-11,
    2.00018790482477e-13, -2.76076847742355e-16,
)))
B = tuple(map(f4, (4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06)))
END = f4(7.90531110763549805)
# exp(x) = 2^n exp(r) with |r| <= ln(2) / 2, Cephes' polynomial.
LOG2E, LN2_HIGH, LN2_LOW, LOWEST = f4(1.44269504), f4(0.693359375), f4(-2.12194440e-4), f4(-87.3)
C = tuple(map(f4, (
    1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
)))
# erf(x): Cephes' polynomial of x^2 up to 1, then 1 - t D(t) exp(-x^2) with t = 1 / (1 + E x) (Abramowitz and Stegun,
# 7.1.26), together within 2e-7.
D, E = tuple(map(f4, (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))), f4(0.3275911)
T = tuple(map(f4, (
    1.128379165726710, -3.761262582423300e-1, 1.128358514861418e-1, -2.685381193529856e-2, 5.188327685732524e-3,
    -8.010193625184903e-4, 7.853861353153693e-5,
)))
# sin(x) = (-1)^n sin(x - n pi), with pi in three parts and the series up to x^11.
PI = tuple(map(f4, (3.140625, 9.67502593994140625e-4, 1.5099579909783765e-7)))
S = tuple(f4((-1) ** i / math.factorial(2 * i + 1)) for i in range(6))
# fmt: on


@inlined
def tanh(x):
    x = END if x > END else x
    x = -END if x < -END else x
    q = x * x
    p = x * (A[0] + q * (A[1] + q * (A[2] + q * (A[3] + q * (A[4] + q * (A[5] + q * A[6]))))))
    return p / (B[0] + q * (B[1] + q * (B[2] + q * B[3])))


@inlined
def sigmoid(x):
    return HALF * tanh(HALF * x) + HALF


@inlined
def _exp(x):
    """exp(x) for x up to 0."""
    x = LOWEST if x < LOWEST else x
    n = np.floor(x * LOG2E + HALF)
    r = x - n * LN2_HIGH - n * LN2_LOW
    p = ((((C[0] * r + C[1]) * r + C[2]) * r + C[3]) * r + C[4]) * r + C[5]
    # The exponent's bits, by way of a float that holds them exactly.
    power = np.int32((n + f4(127)) * f4(8388608)).view(np.float32)
    return (p * r * r + r + ONE) * power


@inlined
def _log1p(e):
    """log(1 + e) for e from 0 to 1, by the series of atanh."""
    s = e / (TWO + e)
    q = s * s
    series = f4(1 / 9) + q * (f4(1 / 11) + q * (f4(1 / 13) + q * f4(1 / 15)))
    return TWO * s * (ONE + q * (f4(1 / 3) + q * (f4(1 / 5) + q * (f4(1 / 7) + q * series))))


@inlined
def _softplus(x):
    return (ZERO if x < ZERO else x) + _log1p(_exp(-abs(x)))


@inlined
def _erf(x):
    """erf(x / sqrt(2))."""
    x *= ROOT_HALF
    a, q = abs(x), x * x
    t = ONE / (ONE + E * a)
    tail = ONE - t * (D[0] + t * (D[1] + t * (D[2] + t * (D[3] + t * D[4])))) * _exp(-q)
    near = a * (T[0] + q * (T[1] + q * (T[2] + q * (T[3] + q * (T[4] + q * (T[5] + q * T[6]))))))
    y = near if a < ONE else tail
    return -y if x < ZERO else y


@inlined
def _expm1(x):
    """exp(x) - 1 for x up to 0."""
    t = tanh(HALF * x)
    return TWO * t / (ONE - t)


@inlined
def _sine(x, shift):
    """sin(x + shift pi)."""
    n = np.floor(x * f4(1.0 / math.pi) + (HALF + shift))
    m = n - shift
    r = x - m * PI[0] - m * PI[1] - m * PI[2]
    q = r * r
    y = r + r * q * (S[1] + q * (S[2] + q * (S[3] + q * (S[4] + q * S[5]))))
    return -y if n - TWO * np.floor(HALF * n) > ZERO else y


@inlined
def _cut(d, limit):
    return limit if d > limit else -limit if d < -limit else d


@inlined
def _within(p, most):
    return TINY if p < TINY else most if p > most else p


# fmt: off
# f(x) and f'(x), where y = f(x) and a is the setting.
_ACTIVATIONS = {
    "relu": (lambda x, a: ZERO if x < ZERO else x, lambda x, y, a: ONE if y > ZERO else ZERO),
    "tanh": (lambda x, a: tanh(x), lambda x, y, a: ONE - y * y),
    "sigmoid": (lambda x, a: sigmoid(x), lambda x, y, a: y * (ONE - y)),
    "leaky_relu": (lambda x, a: a * x if x < ZERO else x, lambda x, y, a: ONE if y > ZERO else a),
    "elu": (
        lambda x, a: a * _expm1(x) if x < ZERO else x, lambda x, y, a: ONE if y > ZERO else y + a,
    ),
    "gelu": (
        lambda x, a: HALF * x * (ONE + _erf(x)),
        lambda x, y, a: HALF * (ONE + _erf(x)) + x * PEAK * _exp(-HALF * x * x),
    ),
    "silu": (lambda x, a: x * sigmoid(x), lambda x, y, a: sigmoid(x) + y * (ONE - sigmoid(x))),
    "softplus": (lambda x, a: _softplus(x), lambda x, y, a: -_expm1(-y)),
    "sine": (lambda x, a: _sine(x, ZERO), lambda x, y, a: _sine(x, HALF)),
}
# The value and the slope for an output v and its target u; a is the setting, and of cross entropy how many outputs.
_LOSSES = {
    "fused binary_cross_entropy": lambda v, u, a: (_softplus(v) - v * u, sigmoid(v) - u),
    "mean_squared_error": lambda v, u, a: (a * (v - u) * (v - u), TWO * a * (v - u)),
    "root_mean_squared_error": lambda v, u, a: ((v - u) * (v - u), TWO * (v - u)),
    "mean_absolute_error": lambda v, u, a: (abs(v - u), np.sign(v - u)),
    "huber": lambda v, u, a: (_cut(v - u, a) * (v - u - HALF * _cut(v - u, a)), _cut(v - u, a)),
    "binary_cross_entropy": lambda v, u, a: _binary(_within(v, NEARLY_ONE), u),
    "cross_entropy": lambda v, u, a: (-a * u * f4(math.log(_within(v, ONE))), -a * u / _within(v, ONE)),
}
# fmt: on


@inlined
def _binary(p, u):
    return -u * f4(math.log(p)) - (ONE - u) * f4(math.log1p(-p)), (p - u) / (p * (ONE - p))


def one_of(functions: Sequence[Any]) -> Any:
    """A function that calls the one numbered `kind`: machine code cannot choose from a list."""
    chosen = _last(functions[-1])
    for number in reversed(range(len(functions) - 1)):
        chosen = _either(number, functions[number], chosen)
    return chosen


def _last(function):
    @loop
    def call(kind, *given):
        return function(*given)

    return call


def _either(number, function, other):
    @loop
    def call(kind, *given):
        if kind == number:
            return function(*given)
        return other(kind, *given)

    return call


def _forward(function):
    function = inlined(function)

    @loop
    def forward(a, W, X, Y, units):
        for j in range(units):
            for b in range(W.shape[1]):
                W[Y + j, b] = function(W[X + j, b], a)

    return forward


def _backward(slope):
    slope = inlined(slope)

    @loop
    def backward(a, W, X, Y, G, units):
        for j in range(units):
            for b in range(W.shape[1]):
                W[G + j, b] *= slope(W[X + j, b], W[Y + j, b], a)

    return backward


def _additive(function):
    function = inlined(function)

    @loop
    def loss(a, W, Y, T, R, G, units, count):
        total, share = 0.0, f4(1.0 / (count * units))
        for j in range(units):
            part = ZERO
            for b in range(W.shape[1]):
                value, slope = function(W[Y + j, b], W[T + j, b], a)
                part += W[R, b] * value
                W[G + j, b] = W[R, b] * share * slope
            total += part
        return total / (count * units)

    return loss


@loop
def _softmax(a, W, X, Y, units):
    # Rows behind the outputs are free, see `program`: a loop lane by lane took ten times as long with 100 units.
    top, total = Y + units, Y + units + 1
    _tops(W, X, units, top)
    for b in range(W.shape[1]):
        W[total, b] = ZERO
    for j in range(units):
        for b in range(W.shape[1]):
            W[Y + j, b] = _exp(W[X + j, b] - W[top, b])
        for b in range(W.shape[1]):
            W[total, b] += W[Y + j, b]
    for j in range(units):
        for b in range(W.shape[1]):
            W[Y + j, b] /= W[total, b]


@loop
def _tops(W, X, units, top):
    """Row `top` = the maxima of every lane."""
    for b in range(W.shape[1]):
        W[top, b] = W[X, b]
    for j in range(1, units):
        for b in range(W.shape[1]):
            W[top, b] = W[X + j, b] if W[X + j, b] > W[top, b] else W[top, b]


@loop
def _softmax_back(a, W, X, Y, G, units):
    dot = Y + units
    for b in range(W.shape[1]):
        W[dot, b] = ZERO
    for j in range(units):
        for b in range(W.shape[1]):
            W[dot, b] += W[G + j, b] * W[Y + j, b]
    for j in range(units):
        for b in range(W.shape[1]):
            W[G + j, b] = (W[G + j, b] - W[dot, b]) * W[Y + j, b]


@loop
def _categories(a, W, Y, T, R, G, units, count):
    # Rows behind the samples' weights are free, see `program`.
    top, dot, s = R + 1, R + 2, R + 3
    _tops(W, Y, units, top)
    for b in range(W.shape[1]):
        W[dot, b] = W[s, b] = ZERO
    for j in range(units):
        for b in range(W.shape[1]):
            W[dot, b] += (W[Y + j, b] - W[top, b]) * W[T + j, b]
        for b in range(W.shape[1]):
            W[G + j, b] = _exp(W[Y + j, b] - W[top, b])
        for b in range(W.shape[1]):
            W[s, b] += W[G + j, b]
    total, share = 0.0, f4(1.0 / count)
    for b in range(W.shape[1]):
        total += W[R, b] * (math.log(W[s, b]) - W[dot, b])
        W[s, b] = ONE / W[s, b]
    for j in range(units):
        for b in range(W.shape[1]):
            W[G + j, b] = (W[G + j, b] * W[s, b] - W[T + j, b]) * (W[R, b] * share)
    return total / count


@apart
def _tokens(a, W, Y, T, R, G, units, count):
    """Of class numbers at each position, of which `count` are not below 0 and counted; a is how many classes."""
    classes, top, s = int(a), R + 1, R + 2
    total, share = 0.0, f4(1.0 / max(1, count))
    for t in range(units // classes):
        y, g = Y + t * classes, G + t * classes
        _tops(W, y, classes, top)
        for b in range(W.shape[1]):
            W[s, b] = ZERO
        for j in range(classes):
            for b in range(W.shape[1]):
                W[g + j, b] = _exp(W[y + j, b] - W[top, b])
            for b in range(W.shape[1]):
                W[s, b] += W[g + j, b]
        for b in range(W.shape[1]):
            number, factor = int(W[T + t, b]), W[R, b] if W[T + t, b] >= ZERO else ZERO
            if factor > ZERO:
                total += factor * (math.log(W[s, b]) - (W[y + number, b] - W[top, b]))
            W[top, b] = factor * share
            W[s, b] = W[top, b] / W[s, b]
        for j in range(classes):
            for b in range(W.shape[1]):
                W[g + j, b] *= W[s, b]
        for b in range(W.shape[1]):
            W[g + max(0, int(W[T + t, b])), b] -= W[top, b]
    return total / max(1, count)


# y = f(x) for rows of the workspace W from X and Y on.
activate = one_of([*(_forward(_ACTIVATIONS[kind][0]) for kind in c.ACTIVATIONS[:-1]), _softmax])
# g *= f'(x), in place.
activate_back = one_of([*(_backward(_ACTIVATIONS[kind][1]) for kind in c.ACTIVATIONS[:-1]), _softmax_back])
_loss = one_of([*(_additive(_LOSSES[kind]) for kind in c.LOSSES[:-2]), _categories, _tokens])


@loop
def loss_and_gradient(kind, a, W, Y, T, R, G, units, count):
    """Mean of the additive loss of `count` lanes of outputs Y and targets T, weighted by R, which is 0 in other lanes.

    All are rows of the workspace W; the gradient is written to G.
    """
    total = _loss(kind, a, W, Y, T, R, G, units, count)
    if kind == c.ROOT:
        factor = f4(0.5 / math.sqrt(total)) if total > 0.0 else ZERO
        for j in range(units):
            for b in range(W.shape[1]):
                W[G + j, b] *= factor
    return total
