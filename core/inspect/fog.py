"""Fog of doubt: where 16 networks that began otherwise, or one with its dropout left on, disagree over the plane.

Dropout left on is Y. Gal and Z. Ghahramani, Dropout as a Bayesian Approximation, 2016.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.target_encoding import TargetEncoding
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer
from ..explain.prediction import all_predictions, why_not
from ..nn import Dropout
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from ..train.train_step import DivergedError
from .explanations import sample_of
from .forecast import forecasts_series
from .snapshot import PARTS, SELDOM, Shown, SnapshotPart

NETWORKS: Final = 16
_GRID: Final = 48
_MIN_GRID: Final = 12
_FLOPS: Final = 300_000_000
_SLICE_SECONDS: Final = 0.008
"""A snapshot that is late for its fog puts the next ones off, by 32 ms up to 25 ms of it, else by much more."""
_REST_SLICE_SECONDS: Final = 0.04
"""At rest each takes 10 ms beside it: 10 epochs of 16 networks on the sunspots took 5.9 s in short slices."""


def why_no_fog(prepared: PreparedData) -> str:
    """A sentence that says why these data have no fog; "" if they have."""
    return why_not(prepared) or ("" if prepared.has_plane else "There is no plane over which networks differ")


@dataclass(frozen=True, eq=False)
class Fog:
    """Disagreement of the networks over the plane: standard deviations of their predictions.

    - `spread` (rows, columns), row 0 the lowest: of the probability of the class that they say on average, or of the
      first value. `doubt` likewise, from 0 to 1. Both are empty of a forecast.
    - `sample` (2, classes or values): means and deviations of the predictions for the chosen sample.
    - `epoch`: how far the networks are trained; None with dropout, of the network itself. `is_done`: as far as it is.
    """

    spread: Array
    doubt: Array
    sample: Array
    epoch: int | None
    is_done: bool


@PARTS.register
class FogPart(SnapshotPart[int, Fog]):
    """That of the plane that is drawn. Who shows it asks with another number until it `is_done`."""

    kind = "fog"
    cost = SELDOM
    follows_sample = True
    _others: OtherSeeds | None = None
    _asked: int | None = None

    def key(self, asked: int, shown: Shown) -> object:
        return shown.request.plane, shown.sample_key

    def take(self, asked: int, shown: Shown) -> Fog | None:
        prepared, network, encoding = self.prepared, self.trainer.network, self.trainer.encoding
        if why_no_fog(prepared):
            return None
        dropped, plane = with_dropout(network), prepared.plane_of(shown.request.plane)
        epoch: int | None = None
        is_done, networks = True, list[Network]()
        if dropped is None:
            others = self._others
            if others is None or others.experiment != shown.experiment or others.epoch > self.trainer.epoch:
                others = self._others = OtherSeeds(shown.experiment, prepared)
            others.prefer_engine(self.trainer.engine)
            # While training, nobody asks anew.
            is_done = others.follow(
                self.trainer.epoch, _SLICE_SECONDS if asked == self._asked else _REST_SLICE_SECONDS
            )
            self._asked = asked
            epoch, networks = others.epoch, others.networks
        most = math.isqrt(_FLOPS // (NETWORKS * max(1, forward_flops(network))))
        side = max(_MIN_GRID, min(_GRID, most))
        # Of a forecast the chosen sample alone is drawn.
        series = forecasts_series(prepared)
        grid = prepared.test.inputs[:0] if series else prepared.grid_inputs(side, plane)
        inputs = np.concatenate([grid, sample_of(prepared, shown)[None]])
        if dropped is None:
            outputs = np.array([each.predict(inputs) for each in networks])
        else:
            outputs = np.stack([_noisy(dropped, inputs) for _ in range(NETWORKS)])
        outputs = outputs[[bool(np.isfinite(each).all()) for each in outputs]]
        if len(outputs) < 2:
            return None
        predictions = predictions_of(outputs, encoding)
        means, deviations, side = predictions.mean(axis=0), predictions.std(axis=0), math.isqrt(len(grid))
        said = means.argmax(axis=1) if encoding.classes else np.zeros(len(inputs), np.intp)
        spread = deviations[np.arange(len(inputs)), said][:-1].reshape(side, side)
        # A probability is spread by a half at most.
        most_spread = 0.5 if encoding.classes else float(np.std(prepared.train.labels)) or 1.0
        doubt = np.minimum(spread / most_spread, 1.0)
        return Fog(spread, doubt, np.stack([means[-1], deviations[-1]]), epoch, is_done)


def predictions_of(outputs: Array, encoding: TargetEncoding) -> Array:
    """Probabilities or values (networks, n, classes or values) of outputs (networks, n, outputs)."""
    return np.stack([all_predictions(encoding, each) for each in outputs])


def with_dropout(network: Network) -> Network | None:
    """A copy in which dropout alone behaves as in training; None without any."""
    layers = [each if isinstance(each, Dropout) else each.as_predicted() for each in network.layers]
    if not any(isinstance(each, Dropout) and each.rate > 0.0 for each in layers):
        return None
    made = Network(layers, network.input_shape, dtype=network.dtype, seed=None)
    np.copyto(made.parameters, network.parameters)
    np.copyto(made.state, network.state)
    made.output_overrides, made.muted_heads = network.output_overrides, network.muted_heads
    return made


def _noisy(network: Network, inputs: Array) -> Array:
    """Outputs with dropout left on."""
    made = np.empty((len(inputs), *network.output_shape), network.dtype)
    for part in network.parts(len(inputs)):
        made[part] = network.plan(len(inputs[part]), training=True).forward(inputs[part])
    return made


class OtherSeeds:
    """Networks of an experiment that began with other seeds, trained in slices beside the one that is shown."""

    def __init__(self, experiment: Experiment, prepared: PreparedData) -> None:
        self.experiment = experiment
        seeds = [(experiment.seed + number) % 2**31 for number in range(1, NETWORKS + 1)]
        self._trainers = [
            make_trainer(experiment.replace(seed=seed), prepared, evaluate=False) for seed in seeds
        ]
        self._engine = ""

    @property
    def epoch(self) -> int:
        """Epochs that all have finished; those that diverged are left out."""
        return min((each.epoch for each in self._trainers), default=0)

    @property
    def networks(self) -> list[Network]:
        return [each.network for each in self._trainers]

    def prefer_engine(self, engine: str) -> None:
        """See `Trainer.prefer_engine`."""
        if engine != self._engine:
            self._engine = engine
            for trainer in self._trainers:
                trainer.prefer_engine(engine)

    def follow(self, epoch: int, seconds: float = _SLICE_SECONDS) -> bool:
        """Train for a slice, not beyond the end of `epoch`. Returns whether that is reached."""
        for trainer in [each for each in self._trainers if each.epoch < epoch]:
            left = trainer.steps_left + (epoch - trainer.epoch - 1) * trainer.steps_per_epoch
            try:
                trainer.run_for(seconds / NETWORKS, left)
            except DivergedError:
                self._trainers.remove(trainer)
        return not self._trainers or self.epoch >= epoch
