"""Integrated gradients: how far each input moved the prediction, from that to a baseline to that to a sample.

M. Sundararajan, A. Taly and Q. Yan, Axiomatic Attribution for Deep Networks, 2017: (sample - baseline) times the mean
gradient on the straight way between them. What the inputs add up to is the difference of the predictions; numerical
integration leaves a remainder, which is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np

from ..data.pipeline import ImageInputs, SeriesInputs, TableInputs, TokenInputs
from ..data.raw_form import RawTokens
from ..data.target_encoding import TargetEncoding
from ..experiment.prepare import PreparedData
from ..io.csv_rows import csv_text
from ..nn import Embedding
from ..nn.gradient_tape import GradientTape
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .prediction import Prediction, PredictionLoss

BaselineKind = Literal["mean", "row", "black", "white", "blurred"]
NODES: Final = 64
"""Places on the way that are passed through the network at once."""
MAX_STEPS: Final = 4096
EXACT_SHARE: Final = 0.01
"""A remainder of at most this share of the difference is exact enough."""
_FLOPS: Final = 20_000_000_000
_BLUR_SHARE: Final = 1 / 6
_MEAN_ROWS: Final = 5_000
_MEASURED: Final = 100


@dataclass(frozen=True, eq=False)
class Attribution:
    """Attribution of the prediction for a sample.

    - `baseline`, `sample`: network inputs (*input_shape), in a baseline of tokens NaN for their average vector.
    - `values` (*input_shape): what each of them adds to the prediction.
    - `before`, `after`: the predictions for the baseline and the sample. `steps`: places on the way between them.
    """

    prediction: Prediction
    baseline: Array
    sample: Array
    values: Array
    before: float
    after: float
    steps: int

    @property
    def remainder(self) -> float:
        """The difference that the values do not add up to."""
        return self.after - self.before - float(self.values.sum())

    @property
    def is_exact(self) -> bool:
        """Whether the remainder is at most a hundredth of the difference."""
        return abs(self.remainder) <= EXACT_SHARE * abs(self.after - self.before) + 1e-9


@dataclass(frozen=True)
class Contribution:
    """A column of the data: what it adds to the prediction, and its raw values in the sample and in the baseline.

    They are numbers, names of categories, or None for a mean of categories.
    """

    name: str
    amount: float
    here: float | str | None
    there: float | str | None


class IntegratedGradients:
    """Explains single samples; training state stays unchanged.

    Between two tokens lies nothing: of networks that begin with an embedding the way leads through its vectors.
    """

    def __init__(self, network: Network, encoding: TargetEncoding) -> None:
        self._network, self._encoding = network, encoding
        self._tape: GradientTape | None = None
        self._embeds = isinstance(network.layers[0] if network.layers else None, Embedding)

    def explain(
        self, sample: Array, baseline: Array, prediction: Prediction, *, steps: int | None = None
    ) -> Attribution:
        """Attribution of `prediction` by so many steps, a multiple of `NODES`; None: as many as the sum needs."""
        start, end = (self._read(each) for each in (baseline, sample))
        self._sample, moved = sample, end - start
        before, after = self._ends(start, end, prediction)
        most = max(NODES, min(MAX_STEPS, _FLOPS // (3 * max(1, forward_flops(self._network)))))
        count = steps or NODES
        while True:
            values = moved * self._mean_gradient(start, moved, prediction, count // NODES)
            values = values.sum(axis=-1) if self._embeds else values
            found = Attribution(prediction, baseline, sample, values, before, after, count)
            if steps or found.is_exact or 2 * count > most:
                return found
            count *= 2

    def _read(self, given: Array) -> Array:
        """What is walked between: network inputs, or the vectors (time, size) of tokens, also given as such."""
        if not self._embeds or given.ndim == 2:
            return given.astype(np.float64)
        table = self._network.weights[0]["embeddings"].astype(np.float64)
        is_mean, numbers = np.isnan(given), np.nan_to_num(given).astype(np.intp)
        return np.where(is_mean[:, None], table.mean(axis=0), table.take(numbers, axis=0, mode="clip"))

    def _ends(self, start: Array, end: Array, prediction: Prediction) -> tuple[float, float]:
        tape, _ = self._run(np.repeat(np.stack([start, end]), NODES // 2, axis=0), prediction)
        found, last = (
            tape.pre_activations if prediction.log_odds else tape.outputs,
            len(tape.network.layers) - 1,
        )
        values = prediction.of(found[str(last)])
        return float(values[0]), float(values[-1])

    def _mean_gradient(self, start: Array, moved: Array, prediction: Prediction, panels: int) -> Array:
        """Gauss and Legendre's rule in each of so many equal parts of the way."""
        places, weights = _rule()
        total = np.zeros(moved.shape)
        for panel in range(panels):
            shares = ((panel + places) / panels).reshape(-1, *[1] * moved.ndim)
            _, gradient = self._run(start + shares * moved, prediction)
            total += np.tensordot(weights / panels, gradient, axes=1)
        return total

    def _run(self, places: Array, prediction: Prediction) -> tuple[GradientTape, Array]:
        """The passes of `places` on the way, and the gradient of each."""
        tape = self._tape = self._tape or GradientTape(self._network, NODES)
        targets, loss = np.zeros((NODES, self._encoding.outputs)), PredictionLoss(prediction)
        if self._embeds:
            # Its own tokens say what a mask leaves out.
            tape.run(np.repeat(self._sample[None], NODES, axis=0), targets, loss, first=places)
            return tape, tape.output_gradients["0"]
        tape.run(places, targets, loss)
        return tape, tape.input_gradient


@cache
def _rule() -> tuple[Array, Array]:
    """Places from 0 to 1, and their weights, which sum to 1."""
    places, weights = np.polynomial.legendre.leggauss(NODES)
    return (1.0 + places) / 2, weights / 2


def baseline_kinds(prepared: PreparedData) -> tuple[tuple[BaselineKind, str], ...]:
    """Baselines of these data, and their name; the first is the usual one."""
    if isinstance(prepared.pipeline.inputs, ImageInputs):
        return ("black", "a black image (0)"), ("white", "a white image (1)"), ("blurred", "its blurred self")
    if isinstance(prepared.data.raw, RawTokens):
        return ("mean", f"the average {prepared.data.raw.noun}"), ("row", "another text")
    told = {"row": ("the average row", "another row"), "sequence": ("the average series", "another series")}
    mean, other = told.get(prepared.data.form, ("the average sample", "another sample"))
    if prepared.features:
        mean, other = "the average point", "another point"
    return ("mean", mean), ("row", other)


def baseline_of(prepared: PreparedData, kind: BaselineKind, sample: Array, row: int = 0) -> Array:
    """Network inputs (*input_shape) to compare a sample with; `row` of the test samples is for "row"."""
    inputs = prepared.pipeline.inputs
    if kind == "row":
        other: Array = prepared.test.inputs[min(max(0, row), len(prepared.test) - 1)]
        return other
    if isinstance(inputs, TokenInputs):
        return np.full(sample.shape, np.nan)
    if kind == "mean" or not isinstance(inputs, ImageInputs):
        train = prepared.train.inputs
        mean: Array = train[:: max(1, len(train) // _MEAN_ROWS)].mean(axis=0, dtype=np.float64)
        return mean.astype(np.float32)
    if kind == "blurred":
        return _blurred(sample)
    # Encoded images have their bright side at 1, unless they are inverted.
    bright = (kind == "white") != inputs.inverted
    plain: Array = inputs.scaled(np.full((1, *inputs.shape), float(bright), np.float32))[0]
    return plain


def _blurred(image: Array) -> Array:
    """An image (height, width, channels) under a Gaussian, whose edges go on."""
    for axis, length in enumerate(image.shape[:2]):
        sigma = max(0.5, _BLUR_SHARE * length)
        reach = min(length, math.ceil(3 * sigma))
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
        padded = np.pad(image, [(reach, reach) if each == axis else (0, 0) for each in range(3)], "edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis)
        image = (windows @ (kernel / kernel.sum())).astype(np.float32)
    return image


def contributions(prepared: PreparedData, found: Attribution) -> list[Contribution]:
    """One for each column of a table, whose one-hot inputs are added up, for each feature of points, or for each step
    of a series or text; in the order of the data."""
    inputs, raw_form = prepared.pipeline.inputs, prepared.data.raw
    if isinstance(inputs, TokenInputs) and isinstance(raw_form, RawTokens):
        seen, last = inputs.shown, found.prediction.position
        told = zip(found.values, found.sample, found.baseline, strict=True)
        return [
            Contribution(
                f"{raw_form.noun} {place + 1}",
                float(amount),
                seen[int(here)],
                None if np.isnan(there) else seen[int(there)],
            )
            for place, (amount, here, there) in enumerate(told)
            # Texts are filled up; what stands behind moves nothing where none looks ahead.
            if last is None or place <= last or amount
        ]
    values, here, there = (each.reshape(-1) for each in (found.values, found.sample, found.baseline))
    if isinstance(inputs, TableInputs) and len(values) == len(inputs.names_out):
        # The mean of a one-hot column is no category.
        raw_here, raw_there = (inputs.inverse_transform(each[None]) for each in (here, there))
        result, start = [], 0
        for column in inputs.columns:
            end = start + column.width
            shown = [_plain(raw[column.name][0]) for raw in (raw_here, raw_there)]
            result.append(Contribution(column.name, float(values[start:end].sum()), shown[0], shown[1]))
            start = end
        return result
    raw = inputs.inverse_transform if isinstance(inputs, SeriesInputs) else None
    shape = found.sample.shape
    shown_here, shown_there = (
        (each if raw is None else raw(each.reshape(1, *shape)).reshape(-1)) for each in (here, there)
    )
    return [
        Contribution(name, float(amount), float(one), float(other))
        for name, amount, one, other in zip(inputs.names_out, values, shown_here, shown_there, strict=True)
    ]


def mean_contributions(network: Network, prepared: PreparedData) -> list[tuple[str, float]]:
    """Effect of each column, or feature of points, on predictions: against that of the average row.

    The mean size for up to `_MEASURED` of them, evenly over all, of the predicted class or the first value; the
    largest first.
    """
    explainer, test = IntegratedGradients(network, prepared.encoding), prepared.test.inputs
    sizes: dict[str, list[float]] = {}
    for sample in test[:: -(-len(test) // _MEASURED)]:
        prediction = Prediction.to(network, prepared.encoding, sample)
        found = explainer.explain(sample, baseline_of(prepared, "mean", sample), prediction, steps=NODES)
        for each in contributions(prepared, found):
            sizes.setdefault(each.name, []).append(abs(each.amount))
    return sorted(((name, float(np.mean(each))) for name, each in sizes.items()), key=lambda row: -row[1])


def _plain(value: Any) -> float | str | None:
    """A raw value as Python has it."""
    return value if value is None or isinstance(value, str) else float(value)


def attribution_csv(prepared: PreparedData, found: Attribution) -> str:
    """The baseline's prediction, what every column (of images: every pixel) adds, the remainder, and the prediction."""
    if isinstance(inputs := prepared.pipeline.inputs, ImageInputs):
        numbers = (each.reshape(-1).tolist() for each in (found.sample, found.baseline, found.values))
        parts = [*zip(inputs.names_out, *numbers, strict=True)]
    else:
        parts = [(each.name, each.here, each.there, each.amount) for each in contributions(prepared, found)]
    rows = [
        ("column", "value", "baseline", "contribution"),
        ("baseline prediction", "", "", found.before),
        *parts,
        ("remainder", "", "", found.remainder),
        ("prediction", "", "", found.after),
    ]
    return csv_text(rows)
