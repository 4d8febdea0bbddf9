"""Loops of penalties, clipping, schedules and optimizers over the flat vectors."""

from __future__ import annotations

import math

import numpy as np

from core.compiled.codes import (
    ADADELTA,
    ADAGRAD,
    ADAM,
    ADAMAX,
    BETA_1,
    BETA_2,
    BY_NORM,
    BY_VALUE,
    CLIPPING,
    COSINE,
    DECAY,
    EPSILON,
    EXPONENTIAL,
    L1,
    L2,
    LEARNED,
    LIMIT,
    LION,
    NADAM,
    ONE_CYCLE,
    OPTIMIZER,
    PENALTY,
    PENALTY_RATE,
    RATE,
    RMSPROP,
    SCHEDULE,
    SCHEDULE_A,
    SCHEDULE_B,
    SCHEDULE_C,
    SCHEDULE_D,
    SCHEDULE_START,
    SGD,
    STEPS,
)  # fmt: skip
from core.compiled.elementwise import ONE, ZERO, f4, loop

__all__ = ["limit_gradients", "scheduled_rate", "update"]


@loop
def limit_gradients(P, G, whole, real):
    """Add the penalty's gradient to the kernels' and clip."""
    if whole[PENALTY] == L1:
        c = f4(real[PENALTY_RATE])
        for i in range(whole[LEARNED]):
            G[i] += c * np.sign(P[i])
    elif whole[PENALTY] == L2:
        c = f4(2.0 * real[PENALTY_RATE])
        for i in range(whole[LEARNED]):
            G[i] += c * P[i]
    if whole[CLIPPING] == BY_VALUE:
        c = f4(real[LIMIT])
        for i in range(len(G)):
            G[i] = c if G[i] > c else -c if G[i] < -c else G[i]
    elif whole[CLIPPING] == BY_NORM:
        norm = length(G)
        if norm > real[LIMIT]:
            c = f4(real[LIMIT] / norm)
            for i in range(len(G)):
                G[i] *= c


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
    code, base, epochs = whole[SCHEDULE], real[RATE], real[SCHEDULE_A]
    step = max(0.0, (epoch - real[SCHEDULE_START]) * steps + step_in_epoch)
    if code == STEPS:
        return base * real[SCHEDULE_B] ** math.floor(step / (epochs * steps))
    if code == EXPONENTIAL:
        return base * real[SCHEDULE_B] ** (step / steps)
    if code == COSINE:
        warm, total = real[SCHEDULE_B] * steps, epochs * steps
        if step < warm:
            return base * (real[SCHEDULE_C] + (1.0 - real[SCHEDULE_C]) * step / warm)
        return base * _eased(1.0, real[SCHEDULE_D], (step - warm) / (total - warm) if step < total else 1.0)
    if code == ONE_CYCLE:
        last, start = epochs * steps - 1.0, base / real[SCHEDULE_C]
        peak = real[SCHEDULE_B] * (last + 1.0) - 1.0
        if step <= peak:
            return _eased(start, base, step / peak) if peak > 0.0 else base
        progress = min(1.0, (step - peak) / (last - peak)) if last > peak else 1.0
        return _eased(base, start / real[SCHEDULE_D], progress)
    return base


@loop
def _eased(start, end, progress):
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * progress))


@loop
def update(P, G, S, T, whole, real, step, rate):
    """One step of all weights; S and T are the optimizer's slots in its order."""
    code, first, second = whole[OPTIMIZER], real[BETA_1], real[BETA_2]
    a, b1, c1, e = f4(rate), f4(first), f4(1.0 - first), f4(real[EPSILON])
    b2, c2 = f4(second), f4(1.0 - second)
    if code == SGD:
        _descend(P, G, S, a, b1, second != 0.0)
    elif code == ADAM:
        root = math.sqrt(1.0 - second**step)
        a, e = f4(rate * root / (1.0 - first**step)), f4(real[EPSILON] * root)
        keep = f4(1.0 - rate * real[DECAY])
        for i in range(len(P)):
            s, t = b1 * S[i] + c1 * G[i], b2 * T[i] + c2 * G[i] * G[i]
            S[i], T[i] = s, t
            P[i] = keep * P[i] - a * (s / (np.sqrt(t) + e))
    elif code == NADAM:
        root, product = math.sqrt(1.0 - second**step), 1.0
        for t in range(1, min(step, 64) + 1):
            product *= first * (1.0 - 0.5 * 0.96 ** (0.004 * t))
        product = product if step <= 64 else 0.0
        now, then = (
            first * (1.0 - 0.5 * 0.96 ** (0.004 * step)),
            first * (1.0 - 0.5 * 0.96 ** (0.004 * step + 0.004)),
        )
        _nadam(
            P, G, S, T, b1, b2, c1, c2, f4(real[EPSILON] * root), f4((1.0 - now) / (1.0 - product)), f4(rate * root),
            f4(rate * root * then / (1.0 - product * then)),
        )  # fmt: skip
    elif code == RMSPROP:
        for i in range(len(P)):
            S[i] = b1 * S[i] + c1 * G[i] * G[i]
            P[i] -= a * (G[i] / (np.sqrt(S[i]) + e))
    elif code == ADAGRAD:
        for i in range(len(P)):
            S[i] += G[i] * G[i]
            P[i] -= a * (G[i] / (np.sqrt(S[i]) + e))
    elif code == ADADELTA:
        for i in range(len(P)):
            S[i] = b1 * S[i] + c1 * G[i] * G[i]
            d = np.sqrt((T[i] + e) / (S[i] + e)) * G[i]
            T[i] = b1 * T[i] + c1 * d * d
            P[i] -= a * d
    elif code == ADAMAX:
        a = f4(rate / (1.0 - first**step))
        for i in range(len(P)):
            S[i] = b1 * S[i] + c1 * G[i]
            T[i] = max(b2 * T[i], abs(G[i]) + e)
            P[i] -= a * (S[i] / T[i])
    elif code == LION:
        for i in range(len(P)):
            P[i] -= a * np.sign(c1 * G[i] + b1 * S[i])
            S[i] = b2 * S[i] + c2 * G[i]


@loop
def _descend(P, G, S, a, momentum, nesterov):
    if momentum == ZERO:
        for i in range(len(P)):
            P[i] -= a * G[i]
    elif nesterov:
        for i in range(len(P)):
            S[i] = momentum * S[i] + G[i]
            P[i] -= a * (momentum * S[i] + G[i])
    else:
        for i in range(len(P)):
            S[i] = momentum * S[i] + G[i]
            P[i] -= a * S[i]


@loop
def _nadam(P, G, S, T, b1, b2, c1, c2, e, share, rate, ahead):
    for i in range(len(P)):
        S[i] = b1 * S[i] + c1 * G[i]
        T[i] = b2 * T[i] + c2 * G[i] * G[i]
        below = ONE / (np.sqrt(T[i]) + e)
        P[i] -= rate * (share * G[i] * below) + ahead * (S[i] * below)
