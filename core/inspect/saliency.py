"""Which pixels of an image speak for what the network takes it for: three ways to ask, on a copy of its weights.

The gradient of the score (K. Simonyan et al., Deep Inside Convolutional Networks, 2013) tells where a small change
would matter; times the input, what the ink that is there contributes. Occlusion (M. Zeiler and R. Fergus, Visualizing
and Understanding Convolutional Networks, 2013) covers one place after the other and looks how far the answer drops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from core.nn.gradient_tape import GradientTape
from core.nn.losses import Loss
from core.nn.network import Network
from core.spec.arrays import Array
from core.train.target_encoding import TargetEncoding

__all__ = ["SALIENCIES", "Saliency", "SaliencyKind", "SaliencyMap"]


SaliencyKind = Literal["gradient", "gradient_input", "occlusion"]
SALIENCIES: Final = get_args(SaliencyKind)

# A patch is this share of the image's side; patches overlap by half.
_PATCH_SHARE = 1 / 7


@dataclass(frozen=True, eq=False)
class SaliencyMap:
    """`values` (height, width) for one image: of what `kind` they are, and for which class (-1: the value).

    Of a gradient 0 or more; else positive where the place speaks for the class, negative where against it.
    """

    kind: SaliencyKind
    label: int
    values: Array

    @property
    def peak(self) -> float:
        """The largest size of a value."""
        return float(np.abs(self.values).max(initial=0.0))


class Saliency:
    """Explains single images of a network whose outputs are coded by `encoding`. Training state is not touched."""

    def __init__(self, network: Network, encoding: TargetEncoding) -> None:
        self._network, self._encoding = network, encoding
        self._tape: GradientTape | None = None

    def explain(self, sample: Array, kind: SaliencyKind) -> SaliencyMap:
        """What speaks for the class that the network takes `sample` (height, width, channels) for."""
        answer = self._network.predict(sample[None])
        label = int(self._encoding.decode(answer)[0]) if self._encoding.classes else -1
        if kind == "occlusion":
            values = self.occlusion(sample, label)
        else:
            slope = self.gradient(sample, label)
            # Of colours the strongest counts; what the ink contributes adds up.
            values = (slope * sample).sum(axis=2) if kind == "gradient_input" else np.abs(slope).max(axis=2)
        return SaliencyMap(kind, label, np.nan_to_num(values).astype(np.float32))

    def gradient(self, sample: Array, label: int) -> Array:
        """The derivative of a class's score, before the softmax, by every number of `sample`; (*sample.shape)."""
        if self._tape is None:
            self._tape = GradientTape(self._network, 1)
        function = self._network.final_activation
        score = _Score("" if function is None else function.kind)
        self._tape.run(sample[None], self._direction(label)[None], score)
        slope: Array = self._tape.input_gradient[0]
        return slope

    def occlusion(self, sample: Array, label: int) -> Array:
        """How far the answer drops when a place is covered, (height, width): the mean over the patches that cover it.

        Covered pixels get the median of the image's, which is paper for digits.
        """
        corners, side = patches(sample.shape)
        covered = np.repeat(sample[None], len(corners), axis=0)
        cover = np.median(sample, axis=(0, 1))
        for copy, (top, left) in zip(covered, corners, strict=True):
            copy[top : top + side, left : left + side] = cover
        direction = self._direction(label)
        before = float(self._network.predict(sample[None])[0] @ direction)
        drops = before - self._network.predict(covered) @ direction
        total, times = np.zeros(sample.shape[:2]), np.zeros(sample.shape[:2])
        for drop, (top, left) in zip(drops, corners, strict=True):
            total[top : top + side, left : left + side] += drop
            times[top : top + side, left : left + side] += 1.0
        return total / times

    def _direction(self, label: int) -> Array:
        """By what the outputs are multiplied to give the score of a class."""
        direction = np.zeros(self._encoding.outputs)
        if self._encoding.outputs == 1:
            direction[0] = -1.0 if label == 0 else 1.0
        else:
            direction[max(0, label)] = 1.0
        return direction


def patches(shape: tuple[int, ...]) -> tuple[list[tuple[int, int]], int]:
    """The top left corners of the patches that cover an image (height, width, ...), and the side of each."""
    side = max(1, round(_PATCH_SHARE * min(shape[:2])))
    step = max(1, side // 2)
    rows, columns = (
        sorted({*range(0, length - side, step), length - side}) for length in (shape[0], shape[1])
    )
    return [(top, left) for top in rows for left in columns], side


@dataclass(frozen=True)
class _Score(Loss):
    """The outputs times a direction, before the last activation where there is one: not to be made small."""

    absorbs: str = ""

    @property
    def fuses(self) -> str:  # type: ignore[override]
        return self.absorbs

    def value(self, outputs: Array, targets: Array) -> float:
        return float(np.sum(outputs * targets))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        np.copyto(out, targets)

    def fused_value(self, logits: Array, targets: Array) -> float:
        return self.value(logits, targets)

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        np.copyto(out, targets)
