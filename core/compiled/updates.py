"""Loops of penalties, clipping, schedules and optimizers over the flat vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from . import codes as c
from .elementwise import ZERO, f4, one_of
from .jit import inlined, loop


class _Numbers(NamedTuple):
    """Numbers of the rules: rate, both betas and 1 - beta, epsilon, Nadam's share of the mean, decay."""

    a: Any
    b1: Any
    b2: Any
    c1: Any
    c2: Any
    e: Any
    ahead: Any
    keep: Any


def _adam(g, s, t, k):
    s, t = k.b1 * s + k.c1 * g, k.b2 * t + k.c2 * g * g
    return k.a * (s / (np.sqrt(t) + k.e)), s, t


def _nadam(g, s, t, k):
    s, t = k.b1 * s + k.c1 * g, k.b2 * t + k.c2 * g * g
    return (k.a * g + k.ahead * s) / (np.sqrt(t) + k.e), s, t


def _momentum(g, s, t, k):
    s = k.b1 * s + g
    return k.a * s, s, t


def _nesterov(g, s, t, k):
    s = k.b1 * s + g
    return k.a * (k.b1 * s + g), s, t


def _rmsprop(g, s, t, k):
    s = k.b1 * s + k.c1 * g * g
    return k.a * (g / (np.sqrt(s) + k.e)), s, t


def _adagrad(g, s, t, k):
    s += g * g
    return k.a * (g / (np.sqrt(s) + k.e)), s, t


def _adadelta(g, s, t, k):
    s = k.b1 * s + k.c1 * g * g
    d = np.sqrt((t + k.e) / (s + k.e)) * g
    return k.a * d, s, k.b1 * t + k.c1 * d * d


def _adamax(g, s, t, k):
    s, t = k.b1 * s + k.c1 * g, max(k.b2 * t, abs(g) + k.e)
    return k.a * (s / t), s, t


# How many slots each has, and its step and new slots for a gradient g and slots s and t.
_RULES = {
    "sgd": (0, lambda g, s, t, k: (k.a * g, s, t)),
    "momentum": (1, _momentum),
    "nesterov": (1, _nesterov),
    "adam": (2, _adam),
    "rmsprop": (1, _rmsprop),
    "adagrad": (1, _adagrad),
    "adadelta": (2, _adadelta),
    "adamax": (2, _adamax),
    "nadam": (2, _nadam),
    "lion": (1, lambda g, s, t, k: (k.a * np.sign(k.c1 * g + k.b1 * s), k.b2 * s + k.c2 * g, t)),
}


def _moved(slots, rule):
    rule = inlined(rule)

    @loop
    def move(P, G, S, T, k):
        for i in range(len(P)):
            step, s, t = rule(G[i], S[i] if slots > 0 else ZERO, T[i] if slots > 1 else ZERO, k)
            if slots > 0:
                S[i] = s
            if slots > 1:
                T[i] = t
            P[i] = k.keep * P[i] - step

    return move


_move = one_of([_moved(*_RULES[kind]) for kind in c.OPTIMIZERS])


@loop
def update(P, G, S, T, whole, real, step, rate):
    """One step of all weights; S and T are the optimizer's slots in its order."""
    kind, b1, b2, e = whole[c.OPTIMIZER], real[c.BETA_1], real[c.BETA_2], real[c.EPSILON]
    root, keep, ahead = math.sqrt(1.0 - b2**step), 1.0 - rate * real[c.DECAY], 0.0
    if kind == c.ADAM:
        rate, e = rate * root / (1.0 - b1**step), e * root
    elif kind == c.ADAMAX:
        rate /= 1.0 - b1**step
    elif kind == c.NADAM:
        now, then, product = _nadam_momentum(b1, step), _nadam_momentum(b1, step + 1), 1.0
        for t in range(1, min(step, 64) + 1):
            product *= _nadam_momentum(b1, t)
        product = product if step <= 64 else 0.0
        rate, ahead, e = (
            rate * root * (1.0 - now) / (1.0 - product),
            rate * root * then / (1.0 - product * then),
            e * root,
        )
    numbers = _Numbers(f4(rate), f4(b1), f4(b2), f4(1.0 - b1), f4(1.0 - b2), f4(e), f4(ahead), f4(keep))
    _move(kind, P, G, S, T, numbers)


@loop
def _nadam_momentum(b1, step):
    return b1 * (1.0 - 0.5 * 0.96 ** (0.004 * step))


@loop
def limit_gradients(P, G, whole, real):
    """Add the penalty's gradient to the kernels' and clip."""
    penalty, rate, limit = whole[c.PENALTY], f4(real[c.PENALTY_RATE]), f4(real[c.LIMIT])
    for i in range(whole[c.LEARNED] if penalty == c.L1 else 0):
        G[i] += rate * np.sign(P[i])
    for i in range(whole[c.LEARNED] if penalty == c.L2 else 0):
        G[i] += (rate + rate) * P[i]
    if whole[c.CLIPPING] == c.BY_VALUE:
        for i in range(len(G)):
            G[i] = limit if G[i] > limit else -limit if G[i] < -limit else G[i]
    elif whole[c.CLIPPING] == c.BY_NORM:
        factor = f4(min(1.0, real[c.LIMIT] / length(G)))
        for i in range(len(G)):
            G[i] *= factor


@loop
def length(v):
    """The L2 norm of a vector."""
    total = 0.0
    for i in range(0, len(v), 4096):
        part = ZERO
        for j in range(i, min(i + 4096, len(v))):
            part += v[j] * v[j]
        total += part
    return math.sqrt(total)


@loop
def scheduled_rate(whole, real, epoch, step_in_epoch, steps):
    """The learning rate of a step, as `core.optim.schedules` has it."""
    code, base, epochs = whole[c.SCHEDULE], real[c.RATE], real[c.SCHEDULE_A]
    step = max(0.0, (epoch - real[c.SCHEDULE_START]) * steps + step_in_epoch)
    if code == c.STEPS:
        return base * real[c.SCHEDULE_B] ** math.floor(step / (epochs * steps))
    if code == c.EXPONENTIAL:
        return base * real[c.SCHEDULE_B] ** (step / steps)
    if code == c.COSINE:
        warm, total = real[c.SCHEDULE_B] * steps, epochs * steps
        if step < warm:
            return base * (real[c.SCHEDULE_C] + (1.0 - real[c.SCHEDULE_C]) * step / warm)
        return base * _eased(1.0, real[c.SCHEDULE_D], (step - warm) / (total - warm) if step < total else 1.0)
    if code == c.ONE_CYCLE:
        last, start = epochs * steps - 1.0, base / real[c.SCHEDULE_C]
        peak = real[c.SCHEDULE_B] * (last + 1.0) - 1.0
        if step <= peak:
            return _eased(start, base, step / peak) if peak > 0.0 else base
        progress = min(1.0, (step - peak) / (last - peak)) if last > peak else 1.0
        return _eased(base, start / real[c.SCHEDULE_D], progress)
    if code == c.PIECEWISE:
        return base * _share_at(real, step / steps)
    return base


@loop
def _share_at(real, epoch):
    """As `PiecewiseLinear.share_at`; shares of a logarithmic scale are stored as logarithms."""
    count, after = int(real[c.SCHEDULE_A]), 0
    while after < count and real[c.REALS + 2 * after] <= epoch:
        after += 1
    last = c.REALS + 2 * min(after, count - 1)
    share = real[last + 1]
    if 0 < after < count:
        part = (epoch - real[last - 2]) / (real[last] - real[last - 2])
        share = real[last - 1] + part * (share - real[last - 1])
    return math.exp(share) if real[c.SCHEDULE_B] else share


@loop
def _eased(start, end, progress):
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * progress))
