"""Saliency: which pixels support a prediction, computed on a copy of the weights.

The gradient of the score (K. Simonyan et al., Deep Inside Convolutional Networks, 2013) shows where small changes
matter; times the input, the contribution of each pixel. Occlusion (M. Zeiler and R. Fergus, Visualizing and
Understanding Convolutional Networks, 2013) covers one patch at a time and measures the drop of the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..data.target_encoding import TargetEncoding
from ..nn.gradient_tape import GradientTape
from ..nn.losses import Loss
from ..nn.network import Network
from ..spec.arrays import Array
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart

SaliencyKind = Literal["gradient", "gradient_input", "occlusion"]

# Patch size as a share of the image side; patches overlap by half.
_PATCH_SHARE = 1 / 7


@dataclass(frozen=True, eq=False)
class SaliencyMap:
    """`values` (height, width) of one image, their `kind`, and the class (-1 for regression).

    Gradients are at least 0; other values are positive where a pixel supports the class, negative where it opposes.
    """

    kind: SaliencyKind
    label: int
    values: Array

    @property
    def peak(self) -> float:
        """Largest absolute value."""
        return float(np.abs(self.values).max(initial=0.0))


class Saliency:
    """Explains single images; `encoding` is that of the network's outputs. Training state stays unchanged."""

    def __init__(self, network: Network, encoding: TargetEncoding) -> None:
        self._network, self._encoding = network, encoding
        self._tape: GradientTape | None = None

    def explain(self, sample: Array, kind: SaliencyKind) -> SaliencyMap:
        """Saliency of the predicted class of `sample` (height, width, channels)."""
        prediction = self._network.predict(sample[None])
        label = int(self._encoding.decode(prediction)[0]) if self._encoding.classes else -1
        if kind == "occlusion":
            values = self.occlusion(sample, label)
        else:
            slope = self.gradient(sample, label)
            # The strongest colour channel counts for gradients; contributions are summed.
            values = (slope * sample).sum(axis=2) if kind == "gradient_input" else np.abs(slope).max(axis=2)
        return SaliencyMap(kind, label, np.nan_to_num(values).astype(np.float32))

    def gradient(self, sample: Array, label: int) -> Array:
        """Derivative of a class's score (before softmax) by `sample`, with shape (height, width, channels)."""
        if self._tape is None:
            self._tape = GradientTape(self._network, 1)
        function = self._network.final_activation
        score = _Score("" if function is None else function.kind)
        self._tape.run(sample[None], self._direction(label)[None], score)
        slope: Array = self._tape.input_gradient[0]
        return slope

    def occlusion(self, sample: Array, label: int) -> Array:
        """Drop in the score when a pixel is covered, (height, width): the mean over the patches that cover it.

        Patches get the median colour of the image, which is paper for digits.
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
        """Output weights (outputs,) whose product with the outputs is a class's score."""
        direction = np.zeros(self._encoding.outputs)
        if self._encoding.outputs == 1:
            direction[0] = -1.0 if label == 0 else 1.0
        else:
            direction[max(0, label)] = 1.0
        return direction


def patches(shape: tuple[int, ...]) -> tuple[list[tuple[int, int]], int]:
    """Top left corners of patches that cover an image (height, width, ...), and the side of a patch."""
    side = max(1, round(_PATCH_SHARE * min(shape[:2])))
    step = max(1, side // 2)
    rows, columns = (
        sorted({*range(0, length - side, step), length - side}) for length in (shape[0], shape[1])
    )
    return [(top, left) for top in rows for left in columns], side


class _Score(Loss):
    """Pseudo-loss whose value is outputs (logits, if there is a final activation) times a direction."""

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


@PARTS.register
class SaliencyPart(SnapshotPart[SaliencyKind, SaliencyMap]):
    """That of the sample in the network, if it is an image."""

    kind = "saliency"
    # Occlusion of an image at hundreds of positions is slow.
    cost = OFTEN
    follows_sample = of_sample = True
    _saliency: Saliency | None = None

    def take(self, asked: SaliencyKind, shown: Shown) -> SaliencyMap | None:
        if shown.sample is None or shown.sample.ndim != 3:
            return None
        if self._saliency is None:
            self._saliency = Saliency(self.trainer.network, self.trainer.encoding)
        return self._saliency.explain(shown.sample, asked)
