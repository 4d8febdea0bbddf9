"""Whether a run finds what the paper of a classic found, measured live.

A classic's file names one of `MEASURES` and its limits. To add a measure, write one more function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from ..experiment.presets import Classic, classic_of
from ..io.number_text import loss_text, number_text, percent_text, place_text
from ..nn.autoencoder import code_layer
from .reference_levels import LevelsPart
from .snapshot import PARTS, RARELY, Shown, SnapshotPart


class Found(NamedTuple):
    """What was measured, as text, whether it is what the paper says, and the weights where it is about them."""

    text: str
    reached: bool
    weights: tuple[float, ...] = ()
    """Of the first hidden unit, the smallest as 1."""
    sizes: tuple[tuple[float, float], ...] = ()
    """Theirs, the paper's before the run's, ascending."""


@PARTS.register
class ClassicPart(SnapshotPart[Classic, Found]):
    """The classic's measure of the run."""

    kind = "classic"
    cost = RARELY
    of_figures = True
    _levels: LevelsPart | None = None

    def take(self, asked: Classic, shown: Shown) -> Found | None:
        known = classic_of(shown.experiment)
        if known is None or known.classic is not asked:  # that of a document before
            return None
        limits = dict(asked.measure)
        measure = MEASURES[limits.pop("kind")]
        with np.errstate(all="ignore"):  # a network that diverged
            return measure(self, shown, **limits)

    def level(self, title: str, shown: Shown) -> float:
        """The loss of a way without a network; see `Level`."""
        self._levels = self._levels or LevelsPart(self.trainer, self.prepared)
        found = self._levels.take(True, shown) or ()
        return next((level.loss for level in found if level.title == title), math.nan)


def right(part: ClassicPart, shown: Shown, least: float, error: float = 0.0) -> Found:
    """The share of test samples whose class is right, or whose value is, within `error`."""
    share = part.trainer.figures.test.score
    if error:
        pipeline, test = part.prepared.pipeline, part.prepared.test
        values = pipeline.decode(part.trainer.network.predict(test.inputs)).values
        assert values is not None
        share = float((np.abs(values - part.prepared.truth_of(test)) <= error).all(axis=1).mean())
    return Found(percent_text(share, 1), share >= least)


def codes(part: ClassicPart, shown: Shown, tolerance: float) -> Found:
    """Whether each test sample has a code of its own, of numbers within `tolerance` of 0 or 1, and comes back by it."""
    network, test = part.trainer.network, part.prepared.test
    place = code_layer(network.layers, network.input_shape)
    assert place is not None
    outputs = network.layer_outputs(test.inputs)
    bits = np.round(outputs[place])
    clear = int((np.abs(outputs[place] - bits) <= tolerance).all(axis=1).sum())
    back = int((np.abs(outputs[-1] - test.targets) < 0.5).all(axis=1).sum())
    different, count = len(np.unique(bits, axis=0)), len(test)
    text = f"{back} of {count} come back, by {different} codes of which {clear} are bits"
    return Found(text, min(different, clear, back) == count)


def mirrored_weights(part: ClassicPart, shown: Shown, ratios: Sequence[float], tolerance: float) -> Found:
    """Whether each unit's weights of mirrored inputs are opposite, and in size as `ratios`, to a share of them."""
    kernel = part.trainer.network.weights[0]["kernel"].astype(np.float64)
    half = len(kernel) // 2
    pairs = (kernel[:half] - kernel[::-1][:half]) / 2
    sizes = np.sort(np.abs(pairs), axis=0)
    found = sizes / sizes[:1]
    opposite = np.abs(kernel[:half] + kernel[::-1][:half]) <= tolerance * np.abs(pairs)
    reached = bool(opposite.all() and (np.abs(found.T / ratios - 1.0) <= tolerance).all())
    text = " and ".join(" : ".join(number_text(each) for each in unit) for unit in found.T)
    reached = reached and part.trainer.figures.test.score == 1.0
    weights, first = (kernel[:, 0] / sizes[0, 0]).tolist(), found[:, 0].tolist()
    return Found(text, reached, tuple(weights), tuple(zip(ratios, first, strict=True)))


def delay(part: ClassicPart, shown: Shown, times: float, score: float = 0.95) -> Found:
    """Whether the test reaches a score `times` as many epochs after the start as the training does."""
    history = part.trainer.log.view()
    ends = [
        float(history.epoch[found[0]]) if len(found) else math.nan
        for curve in (history.train_accuracy, history.test_accuracy)
        for found in (np.flatnonzero(curve >= score),)
    ]
    texts = [f"at epoch {place_text(end)}" if math.isfinite(end) else "not yet" for end in ends]
    return Found(f"training {texts[0]}, test {texts[1]}", ends[1] >= times * ends[0])


def beside(part: ClassicPart, shown: Shown, level: str, most: float) -> Found:
    """Whether the test loss is at most `most` times that of a way without a network."""
    other, figure = part.level(level, shown), part.trainer.figures.test
    loss = figure.loss - figure.added
    return Found(f"loss {loss_text(loss)}, {level} {loss_text(other)}", loss <= most * other)


def known_places(part: ClassicPart, shown: Shown, period: int, most: float) -> Found:
    """Whether the loss at the last of each `period` tokens, which can be known, is at most `most` times the others'."""
    test = part.prepared.test
    chances = np.take_along_axis(part.trainer.network.predict(test.inputs), test.labels[..., None], axis=-1)
    losses = -np.log(chances[..., 0]).mean(axis=0)
    known = np.arange(1, len(losses) + 1) % period == period - 1
    there, elsewhere = float(losses[known].mean()), float(losses[~known].mean())
    text = f"loss {loss_text(there)} where it can be known, {loss_text(elsewhere)} elsewhere"
    return Found(text, there <= most * elsewhere)


MEASURES: Final[dict[str, Callable[..., Found]]] = {
    each.__name__: each for each in (right, codes, mirrored_weights, delay, beside, known_places)
}
