"""Loops of activation functions and losses over (units, lanes), where a lane is one sample of the batch.

Own exp and tanh become vector instructions, which calls of the C library do not.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from core.compiled.codes import (
    ABSOLUTE,
    BINARY,
    BINARY_LOGITS,
    CATEGORIES_LOGITS,
    ELU,
    GELU,
    HUBER,
    LEAKY_RELU,
    RELU,
    ROOT,
    SIGMOID,
    SILU,
    SINE,
    SOFTMAX,
    SOFTPLUS,
    SQUARES,
    TANH,
)  # fmt: skip

__all__ = ["activate", "activate_back", "loop", "loss_and_gradient"]

# NaN and infinity must stay, since they show a divergence.
loop = njit(
    nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"}, _nrt=False
)
_inlined = njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"}, forceinline=True)

f4 = np.float32
ZERO, HALF, ONE, TWO = f4(0), f4(0.5), f4(1), f4(2)
ROOT_HALF, PEAK, TINY, NEARLY_ONE = (
    f4(math.sqrt(0.5)),
    f4(1 / math.sqrt(2 * math.pi)),
    f4(1e-7),
    f4(1.0 - 1e-7),
)
# Eigen's rational approximation of tanh, within 3 roundings.
A1, A3, A5, A7 = (
    f4(4.89352455891786e-03),
    f4(6.37261928875436e-04),
    f4(1.48572235717979e-05),
    f4(5.12229709037114e-08),
)
A9, A11, A13 = f4(-8.60467152213735e-11), f4(2.00018790482477e-13), f4(-2.76076847742355e-16)
B0, B2, B4, B6 = (
    f4(4.89352518554385e-03),
    f4(2.26843463243900e-03),
    f4(1.18534705686654e-04),
    f4(1.19825839466702e-06),
)
END = f4(7.90531110763549805)
# exp(x) = 2^n exp(r) with |r| <= ln(2) / 2, Cephes' polynomial.
LOG2E, LN2_HIGH, LN2_LOW, LOWEST = f4(1.44269504), f4(0.693359375), f4(-2.12194440e-4), f4(-87.3)
C0, C1, C2 = f4(1.9875691500e-4), f4(1.3981999507e-3), f4(8.3334519073e-3)
C3, C4, C5 = f4(4.1665795894e-2), f4(1.6666665459e-1), f4(5.0000001201e-1)


@_inlined
def _tanh(x):
    x = END if x > END else x
    x = -END if x < -END else x
    q = x * x
    p = x * (A1 + q * (A3 + q * (A5 + q * (A7 + q * (A9 + q * (A11 + q * A13))))))
    return p / (B0 + q * (B2 + q * (B4 + q * B6)))


@_inlined
def _exp(x):
    """exp(x) for x up to 0."""
    x = LOWEST if x < LOWEST else x
    n = np.floor(x * LOG2E + HALF)
    r = x - n * LN2_HIGH - n * LN2_LOW
    p = ((((C0 * r + C1) * r + C2) * r + C3) * r + C4) * r + C5
    # The exponent's bits, by way of a float that holds them exactly.
    power = np.int32((n + f4(127)) * f4(8388608)).view(np.float32)
    return (p * r * r + r + ONE) * power


@_inlined
def _log1p(e):
    """log(1 + e) for e from 0 to 1, by the series of atanh."""
    s = e / (TWO + e)
    q = s * s
    series = f4(1 / 9) + q * (f4(1 / 11) + q * (f4(1 / 13) + q * f4(1 / 15)))
    return TWO * s * (ONE + q * (f4(1 / 3) + q * (f4(1 / 5) + q * (f4(1 / 7) + q * series))))


@_inlined
def _softplus(x):
    return (ZERO if x < ZERO else x) + _log1p(_exp(-abs(x)))


@loop
def activate(code, parameter, W, x, y, units):
    """y = f(x) for `units` rows of the workspace W from x and y on; y may be x where f' needs y alone."""
    a, lanes = f4(parameter), W.shape[1]
    if code == SOFTMAX:
        _softmax(W, x, y, units)
        return
    for j in range(units):
        if code == RELU:
            for b in range(lanes):
                W[y + j, b] = ZERO if W[x + j, b] < ZERO else W[x + j, b]
        elif code == TANH:
            for b in range(lanes):
                W[y + j, b] = _tanh(W[x + j, b])
        elif code == SIGMOID:
            for b in range(lanes):
                W[y + j, b] = HALF * _tanh(HALF * W[x + j, b]) + HALF
        elif code == LEAKY_RELU:
            for b in range(lanes):
                W[y + j, b] = a * W[x + j, b] if W[x + j, b] < ZERO else W[x + j, b]
        elif code == ELU:
            for b in range(lanes):
                W[y + j, b] = a * f4(math.expm1(W[x + j, b])) if W[x + j, b] < ZERO else W[x + j, b]
        elif code == GELU:
            for b in range(lanes):
                W[y + j, b] = HALF * W[x + j, b] * (ONE + f4(math.erf(W[x + j, b] * ROOT_HALF)))
        elif code == SILU:
            for b in range(lanes):
                W[y + j, b] = W[x + j, b] * (HALF * _tanh(HALF * W[x + j, b]) + HALF)
        elif code == SOFTPLUS:
            for b in range(lanes):
                W[y + j, b] = _softplus(W[x + j, b])
        elif code == SINE:
            for b in range(lanes):
                W[y + j, b] = f4(math.sin(W[x + j, b]))


@loop
def _softmax(W, x, y, units):
    for b in range(W.shape[1]):
        top, total = W[x, b], ZERO
        for j in range(1, units):
            top = W[x + j, b] if W[x + j, b] > top else top
        for j in range(units):
            e = _exp(W[x + j, b] - top)
            W[y + j, b] = e
            total += e
        for j in range(units):
            W[y + j, b] /= total


@loop
def activate_back(code, parameter, W, x, y, g, units):
    """g *= f'(x), in place, as `activate`."""
    a, lanes = f4(parameter), W.shape[1]
    if code == SOFTMAX:
        _softmax_back(W, y, g, units)
        return
    for j in range(units):
        if code == RELU:
            for b in range(lanes):
                W[g + j, b] = W[g + j, b] if W[y + j, b] > ZERO else ZERO
        elif code == TANH:
            for b in range(lanes):
                W[g + j, b] *= ONE - W[y + j, b] * W[y + j, b]
        elif code == SIGMOID:
            for b in range(lanes):
                W[g + j, b] *= W[y + j, b] * (ONE - W[y + j, b])
        elif code == LEAKY_RELU:
            for b in range(lanes):
                W[g + j, b] *= ONE if W[y + j, b] > ZERO else a
        elif code == ELU:
            for b in range(lanes):
                W[g + j, b] *= ONE if W[y + j, b] > ZERO else W[y + j, b] + a
        elif code == GELU:
            for b in range(lanes):
                v = W[x + j, b]
                slope = HALF * (ONE + f4(math.erf(v * ROOT_HALF))) + v * PEAK * _exp(-HALF * v * v)
                W[g + j, b] *= slope
        elif code == SILU:
            for b in range(lanes):
                s = HALF * _tanh(HALF * W[x + j, b]) + HALF
                W[g + j, b] *= s + W[y + j, b] * (ONE - s)
        elif code == SOFTPLUS:
            for b in range(lanes):
                W[g + j, b] *= -f4(math.expm1(-W[y + j, b]))
        elif code == SINE:
            for b in range(lanes):
                W[g + j, b] *= f4(math.cos(W[x + j, b]))


@loop
def _softmax_back(W, y, g, units):
    for b in range(W.shape[1]):
        dot = ZERO
        for j in range(units):
            dot += W[g + j, b] * W[y + j, b]
        for j in range(units):
            W[g + j, b] = (W[g + j, b] - dot) * W[y + j, b]


@loop
def loss_and_gradient(code, parameter, W, y, t, w, g, units, count):
    """Mean of the additive loss of `count` lanes of outputs y and targets t, weighted by w, which is 0 in other lanes.

    All are rows of the workspace W; the gradient is written to g.
    """
    if code == CATEGORIES_LOGITS:
        return _categories(W, y, t, w, g, units, count)
    total, share, lanes = 0.0, f4(1.0 / (count * units)), W.shape[1]
    a, k = f4(parameter), f4(units)
    for j in range(units):
        part = ZERO
        if code == BINARY_LOGITS:
            for b in range(lanes):
                v, u = W[y + j, b], W[t + j, b]
                part += W[w, b] * (_softplus(v) - v * u)
                W[g + j, b] = W[w, b] * share * (HALF * _tanh(HALF * v) + HALF - u)
        elif code == SQUARES or code == ROOT:
            for b in range(lanes):
                d = W[y + j, b] - W[t + j, b]
                part += W[w, b] * a * d * d
                W[g + j, b] = W[w, b] * d * (TWO * a * share)
        else:
            for b in range(lanes):
                value, slope = _rare_loss(code, a, k, W[y + j, b], W[t + j, b])
                part += W[w, b] * value
                W[g + j, b] = W[w, b] * share * slope
        total += part
    total /= count * units
    if code == ROOT:
        root = math.sqrt(total)
        factor = f4(0.5 / root) if root > 0.0 else ZERO
        for j in range(units):
            for b in range(lanes):
                W[g + j, b] *= factor
    return total


@loop
def _rare_loss(code, a, k, v, u):
    """Value and slope of one output v for its target u."""
    d = v - u
    if code == ABSOLUTE:
        return abs(d), np.sign(d)
    if code == HUBER:
        near = a if abs(d) > a else abs(d)
        return near * (abs(d) - HALF * near), (a if d > a else -a if d < -a else d)
    p = TINY if v < TINY else v
    if code == BINARY:
        p = NEARLY_ONE if p > NEARLY_ONE else p
        value = -u * f4(math.log(p)) - (ONE - u) * f4(math.log1p(-p))
        return value, (p - u) / (p * (ONE - p))
    p = ONE if p > ONE else p
    return -k * u * f4(math.log(p)), -k * u / p


@loop
def _categories(W, y, t, w, g, units, count):
    total, share = 0.0, f4(1.0 / count)
    for b in range(W.shape[1]):
        top, dot, s = W[y, b], ZERO, ZERO
        for j in range(1, units):
            top = W[y + j, b] if W[y + j, b] > top else top
        for j in range(units):
            d = W[y + j, b] - top
            dot += d * W[t + j, b]
            e = _exp(d)
            W[g + j, b] = e
            s += e
        total += W[w, b] * (math.log(s) - dot)
        for j in range(units):
            W[g + j, b] = (W[g + j, b] / s - W[t + j, b]) * (W[w, b] * share)
    return total / count
