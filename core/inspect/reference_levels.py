"""Baselines as levels of loss and score: counts of tokens, forecasts by rule, and principal components."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.pca import Projection
from ..data.raw_form import RawTokens
from ..nn.autoencoder import code_layer
from ..nn.losses import CrossEntropy, Loss
from ..train.baselines import forecasts, ngrams
from ..train.metrics import r2_score
from .snapshot import PARTS, RARELY, Shown, SnapshotPart

_LESS: Final = 0.98


@dataclass(frozen=True)
class Level:
    """A way without a network: its loss and score on the test samples; NaN where it has none."""

    title: str
    loss: float
    score: float


@PARTS.register
class LevelsPart(SnapshotPart[bool, tuple[Level, ...]]):
    """The levels of the data of a run, computed once for each loss."""

    kind = "levels"
    cost = RARELY
    _last: tuple[Loss, tuple[Level, ...]] | None = None

    def key(self, asked: bool, shown: Shown) -> object:
        return shown.experiment.training.loss

    def take(self, asked: bool, shown: Shown) -> tuple[Level, ...] | None:
        loss = shown.experiment.training.loss
        if self._last is None or self._last[0] != loss:
            of = self._of_series
            if self.prepared.task.gives_back:
                of = self._of_components
            elif self.prepared.encoding.tokens:
                of = self._of_tokens
            self._last = loss, of(loss)
        return self._last[1] or None

    def _of_tokens(self, loss: Loss) -> tuple[Level, ...]:
        prepared = self.prepared
        data, raw = prepared.data, prepared.data.raw
        # Smoothed labels cost more than the nats that are counted here.
        if not isinstance(raw, RawTokens) or (isinstance(loss, CrossEntropy) and loss.label_smoothing):
            return ()
        known = prepared.test if len(prepared.test) else prepared.train
        counted = ngrams(prepared.train, known, data.vocabulary)
        levels: list[Level] = []
        # Triples take long names to say, and are near pairs; what saves nothing says nothing.
        titles = "guessing evenly", f"{raw.plural} alone", f"{raw.noun} pairs alone"
        for title, each in zip(titles, counted, strict=False):
            if not levels or each.nats < _LESS * levels[-1].loss:
                levels.append(Level(title, each.nats, each.accuracy))
        if math.isfinite(data.floor) and data.floor > 0.0:
            levels.append(Level("who knows the rule", data.floor, math.nan))
        return tuple(levels)

    def _of_components(self, loss: Loss) -> tuple[Level, ...]:
        """Principal components, as many as the code has numbers."""
        network, (train, test) = self.trainer.network, (self.prepared.train, self.prepared.test)
        place = code_layer(network.layers, network.input_shape)
        if place is None or not len(test):
            return ()
        learned, asked = (each.limited().targets.astype(np.float64) for each in (train, test))
        back = Projection.of(learned, math.prod(network.shapes[place])).predict(asked)
        bound = self.prepared.task.bind(loss, False, self.prepared.encoding, None)
        found = loss.from_mean(bound.additive(back.astype(np.float32), asked.astype(np.float32)))
        return (Level("principal components", found, r2_score(asked, back)),)

    def _of_series(self, loss: Loss) -> tuple[Level, ...]:
        prepared = self.prepared
        found = forecasts(prepared.data, prepared.train_index, prepared.test_index)
        if not found:
            return ()
        bound = prepared.task.bind(loss, False, prepared.encoding, None)
        return tuple(
            Level(each.title, loss.from_mean(bound.additive(encoded, prepared.test.targets)), each.r2)
            for each in found
            for encoded in (prepared.encoding.encode(each.values),)
        )
