"""Temperature scaling: the one number by which logits are divided, so that probabilities can be trusted.

C. Guo et al., On Calibration of Modern Neural Networks, 2017: T minimizes the negative log-likelihood of samples that
the network has not learned from. Kernel and bias of the last layer are divided by it, so that no format changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..experiment.project_file import TrainerState
from ..nn import Dense
from ..nn.network import Network
from ..spec.arrays import Array
from .prediction import why_no_log_odds

_HELD: Final = 4_000
_REACH: Final = math.log(1000.0)
_NEARLY: Final = 0.01
_GOLDEN: Final = (math.sqrt(5.0) - 1) / 2


@dataclass(frozen=True)
class Temperature:
    """`value` divides the logits; `before` and `after` are the negative log-likelihoods of `count` samples."""

    value: float
    before: float
    after: float
    count: int


def why_not_scaled(network: Network, encoding: TargetEncoding) -> str:
    """A sentence that says why the logits cannot be divided by a temperature; "" if they can."""
    if not encoding.classes or encoding.tokens:
        return "Only probabilities of classes are calibrated; this network gives something else"
    if reason := why_no_log_odds(network, encoding):
        return reason.replace("Log-odds need", "Calibration needs")
    last = network.layers[-1]
    return "" if isinstance(last, Dense) else f"Calibration needs Dense as the last layer, not {last.title}"


def fit_temperature(network: Network, encoding: TargetEncoding, samples: Samples) -> Temperature:
    """The best temperature for up to some thousand samples. `ValueError` says why there is none."""
    samples = samples.head(_HELD)
    if not len(samples):
        raise ValueError("There are no samples that are set apart to fit the temperature by")
    logits = np.concatenate(
        [
            network.plan(len(rows), fused=True).forward(rows).astype(np.float64)
            for rows in (samples.inputs[part] for part in network.parts(len(samples)))
        ]
    )
    if not np.isfinite(logits).all():
        raise ValueError("The network's outputs are not finite, so no temperature fits them")
    function = network.final_activation
    kind = "" if function is None else function.kind
    labels = samples.labels

    def loss(log_temperature: float) -> float:
        return _likelihood(logits * math.exp(-log_temperature), labels, kind)

    low, high = -_REACH, _REACH
    # Convex in 1 / T, and so with one minimum on the way.
    for _ in range(80):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if loss(left) <= loss(right) else (left, high)
    found = 0.5 * (low + high)
    if found < _NEARLY - _REACH:
        raise ValueError(
            f"All {len(samples):,} samples that are set apart are told right: each smaller temperature suits them "
            "better, and none is best"
        )
    if found > _REACH - _NEARLY:
        raise ValueError(
            "The network tells the samples that are set apart no better than chance; train it first"
        )
    return Temperature(math.exp(found), loss(0.0), loss(found), len(samples))


def _likelihood(logits: Array, labels: Array, kind: str) -> float:
    """The mean negative log-likelihood of class numbers (n,)."""
    if kind == "softmax":
        moved = logits - logits.max(axis=1, keepdims=True)
        right = moved[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(moved).sum(axis=1)) - right))
    wanted = labels[:, None] == (1 if logits.shape[1] == 1 else np.arange(logits.shape[1]))
    # (tanh z + 1) / 2 is the sigmoid of 2 z.
    signed = np.where(wanted, -1.0, 1.0) * logits * (2.0 if kind == "tanh" else 1.0)
    return float(np.logaddexp(0.0, signed).sum(axis=1).mean())


def with_temperature(state: TrainerState, network: Network, temperature: float) -> TrainerState:
    """The state with the weights of the last layer of `network` divided by a temperature."""
    last = f"layer_{len(network.layers) - 1}/"
    return state.with_weights(
        {
            name: array / np.float32(temperature)
            for name, array in state.weights.items()
            if name.startswith(last)
        }
    )
