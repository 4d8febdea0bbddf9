"""Weights of attention of the chosen sample, by layer and head: how much each position looks at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..nn import MultiHeadAttention
from ..nn.gradient_tape import GradientTape
from ..nn.stage import Address
from ..spec.arrays import Array, Arrays
from .snapshot import PARTS, Cost, Shown, SnapshotPart

MAX_LOOKS: Final = 64 * 128 * 128
"""Numbers in a frame: 64 heads over 128 positions, or 4 over 512."""
_MIN_SHARE: Final = 1 / 3
"""Of the positions that a habit must be of."""


@dataclass(frozen=True, eq=False)
class AttentionFrame:
    """`looks` (heads, time, time) by the path of the layer: row t is how position t shares its looks, which sum to 1.

    Heads that are too many for `MAX_LOOKS` are left out.
    """

    looks: Arrays

    def of(self, layer: int) -> Array | None:
        """Those of a layer of the stack, and of the layers inside it, in their order; None without attention."""
        start = f"{layer}/"
        found = [looks for path, looks in self.looks.items() if f"{path}/".startswith(start)]
        if len({looks.shape[1:] for looks in found}) != 1:
            return None
        return found[0] if len(found) == 1 else np.concatenate(found)


@dataclass(frozen=True)
class Habit:
    """Target of a head's largest weight: `back` positions back (-1: the next), or the first if None.

    `share` is the mean of what it looks there, over the positions that can.
    """

    back: int | None
    share: float

    @property
    def text(self) -> str:
        """The place in words: "1 back", "itself", "2 ahead", "the first"."""
        if self.back is None:
            return "the first"
        if self.back == 0:
            return "itself"
        return f"{self.back} back" if self.back > 0 else f"{-self.back} ahead"


def habits_of(looks: Array) -> tuple[Habit, ...]:
    """Of each head (heads, time, time) the habit that explains most."""
    heads, time, _ = looks.shape
    # Each row is shifted by one more, so that a distance is a column: 0.02 ms for 4 heads, where means of diagonals
    # take 0.85.
    skewed = np.zeros((heads, time, 2 * time), looks.dtype)
    skewed[:, :, :time] = looks[:, ::-1]
    sums = skewed.reshape(heads, -1)[:, : time * (2 * time - 1)].reshape(heads, time, -1).sum(axis=1)
    backs = np.arange(time - 1, -time, -1)
    counts = time - np.abs(backs)
    if time > 1 and not looks[:, 0, 1:].any():
        # Where none looks ahead, the first position has no choice.
        sums[:, time - 1] -= looks[:, 0, 0]
        counts[time - 1] -= 1
    means = np.where(counts >= max(1, round(_MIN_SHARE * time)), sums / counts, 0.0)
    best = means.argmax(axis=1)
    # The second position may look at the first because it is one back.
    first = looks[:, 2:, 0].mean(axis=1) if time > 2 else np.zeros(heads)
    return tuple(
        Habit(None, float(own)) if own > row[at] else Habit(int(backs[at]), float(row[at]))
        for own, row, at in zip(first, means, best, strict=True)
    )


@dataclass(frozen=True, eq=False)
class HeadTrace:
    """Calculation of a head's weights from one position, in float64.

    `query` (size,) of the position and `keys` (time, size) of all; `scores` (time,) are query · keys / sqrt(size), -inf
    where the head may not look; `looks` (time,) is their softmax. `head` is its number in the layer of the stack.
    """

    head: int
    position: int
    query: Array
    keys: Array
    scores: Array
    looks: Array
    is_muted: bool


def trace_head(tape: GradientTape, layer: Address, head: int, position: int | None) -> HeadTrace | None:
    """A head of a layer or block, at a position or the last one, of a `tape` that has run; None without it."""
    left = head
    for path, place in tape.network.places.items():
        attention = place.layer
        if not isinstance(attention, MultiHeadAttention) or not f"{path}/".startswith(f"{layer}/"):
            continue
        if left >= attention.num_heads:
            left -= attention.num_heads
            continue
        x, weights = np.asarray(tape.inputs[path][0], np.float64), place.weights
        query, keys = (
            x @ weights[f"{part}/kernel"][:, left]
            + (weights[f"{part}/bias"][left] if attention.use_bias else 0)
            for part in ("query", "key")
        )
        at = len(x) - 1 if position is None else min(position, len(x) - 1)
        scores = keys @ query[at] / np.sqrt(query.shape[1])
        if attention.causal:
            scores[at + 1 :] = -np.inf
        raised = np.exp(scores - scores.max())
        is_muted = left in tape.network.muted_heads.get(path, ())
        return HeadTrace(head, at, query[at], keys, scores, raised / raised.sum(), is_muted)
    return None


@PARTS.register
class AttentionPart(SnapshotPart[bool, AttentionFrame]):
    """The looks of the sample in the network, where it has attention; asked with True."""

    kind = "attention"
    # One sequence takes 0.05 ms (16 channels, 16 positions) to 0.6 ms (4 layers of 64 channels, 64 positions).
    cost = Cost(0.0, 0.1)
    follows_sample = True

    def key(self, asked: bool, shown: Shown) -> object:
        return shown.sample_key

    def take(self, asked: bool, shown: Shown) -> AttentionFrame | None:
        if shown.sample is None:
            return None
        plan, left = self.trainer.network.plan(1), MAX_LOOKS
        with np.errstate(all="ignore"):  # diverged weights show in the looks
            plan.forward(self.trainer.network.checked(shown.sample[None]))
        found = {}
        for path, op in plan.ops:
            looks = op.shown
            if looks is None:
                continue
            heads = left // (looks.shape[2] * looks.shape[3])
            if heads:
                found[path] = looks[0, :heads].copy()
                left -= found[path].size
        return AttentionFrame(found) if found else None
