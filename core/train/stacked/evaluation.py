"""Evaluate a stack of networks on the same samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.compiled.program import TrainingSetup
from core.data.batches import Samples
from core.spec.arrays import Array
from core.train.history import Evaluation
from core.train.metrics import r2_score
from core.train.stacked.losses import StackedLoss
from core.train.stacked.network import StackedNetwork

_MANY = 1_000_000


def evaluate_each(
    network: StackedNetwork, setup: TrainingSetup, loss: StackedLoss | None, samples: Samples
) -> tuple[list[Evaluation], list[NDArray[Any]]]:
    """Of every seed the evaluation, and the predicted classes (samples,) or values (samples, outputs).

    Without a `loss` that of the evaluations is NaN.
    """
    seeds, count = len(network), len(samples)
    if not count:
        return [Evaluation(math.nan, math.nan)] * seeds, [samples.targets[:0]] * seeds
    outputs = np.empty((seeds, *samples.targets.shape), network.parameters.dtype)
    totals = np.zeros(seeds)
    for part in _parts(network, count):
        rows = samples.inputs[part][None]
        found = network.plan(rows.shape[1], training=False, fused=setup.fused).forward(rows)
        outputs[:, part] = found
        if loss is not None:
            totals += loss.means(found, samples.targets[part]) * rows.shape[1]
    predicted = _predictions(setup, outputs)
    scores = _scores(setup, outputs, predicted, samples)
    losses = [math.nan] * seeds if loss is None else loss.from_means(totals / count)
    return [Evaluation(*pair) for pair in zip(losses, scores, strict=True)], list(predicted)


def _parts(network: StackedNetwork, count: int) -> list[slice]:
    """Slices whose buffers, of all seeds, fit the cache about as those of one network do."""
    rows = max(16, next(network.networks[0].parts(_MANY)).stop // len(network))
    return [slice(start, min(start + rows, count)) for start in range(0, count, rows)]


def _predictions(setup: TrainingSetup, outputs: Array) -> NDArray[Any]:
    """Class numbers (seeds, samples), or the values themselves, (seeds, samples, outputs)."""
    if setup.encoding.classes == 0:
        return outputs
    if setup.encoding.outputs == 1:
        return (outputs[..., 0] > (0.0 if setup.fused else setup.encoding.threshold)).astype(np.int64)
    numbers: NDArray[np.int64] = np.argmax(outputs, axis=-1)
    return numbers


def _scores(setup: TrainingSetup, outputs: Array, predicted: NDArray[Any], samples: Samples) -> list[float]:
    """Accuracies, or R² of values; NaN where outputs are not finite."""
    seeds = len(outputs)
    # One pass; a second one only if something is not finite.
    all_finite = bool(np.isfinite(outputs).all())
    finite = [True] * seeds if all_finite else [bool(np.isfinite(one).all()) for one in outputs]
    if setup.encoding.classes:
        hits = [int(np.count_nonzero(one)) for one in predicted == samples.labels]
        scores = [hit / len(samples) for hit in hits]
    elif len(samples) > 1:
        pairs = zip(outputs, finite, strict=True)
        scores = [r2_score(samples.targets, one) if fine else math.nan for one, fine in pairs]
    else:
        scores = [math.nan] * seeds
    return [score if fine else math.nan for score, fine in zip(scores, finite, strict=True)]
