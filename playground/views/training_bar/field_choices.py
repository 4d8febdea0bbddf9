"""Choices of the training bar's fields: optimizers, losses that fit the data, regularizers with their rates."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.spec import Spec
from core.spec.regularizer import REGULARIZERS, Regularizer

_MIN_PLAIN = 1e-5


def optimizer_choices() -> list[tuple[str, str]]:
    """(kind, title) of every optimizer."""
    return [(kind.kind, kind.title) for kind in OPTIMIZERS]


def loss_choices(experiment: Experiment) -> list[tuple[str, str]]:
    """(kind, title) of the losses that fit the data, and of the current one in any case."""
    task, info, current = experiment.task, experiment.dataset.info(), experiment.training.loss.kind
    return [
        (kind.kind, kind.title)
        for kind in LOSSES
        if kind.kind == current or not task.why_no_loss(kind(), info, "")
    ]


def with_loss(experiment: Experiment, kind: str) -> Experiment:
    return experiment.with_training(loss=LOSSES.make(kind))


def regularizer_key(regularizer: Regularizer) -> str:
    """Key of a regularizer and its rate in the combined list: "l2 0.001"."""
    rate = getattr(regularizer, "rate", None)
    return regularizer.kind if rate is None else f"{regularizer.kind} {rate!r}"


def regularizer_choices(current: Regularizer) -> list[tuple[str, str]]:
    """(key, label) of no regularizer, of each at every suggested rate, and of `current` if it is not among them."""
    offered: list[Regularizer] = []
    for kind in REGULARIZERS:
        if not kind.settings():
            offered.append(kind())
            continue
        rates = {rate for rate in kind.setting("rate").suggestions if rate > 0.0}
        if isinstance(current, kind):
            rates.add(_rate(current))
        offered += [REGULARIZERS.from_json({"kind": kind.kind, "rate": rate}) for rate in sorted(rates)]
    return [(regularizer_key(item), _label(item)) for item in offered]


def regularizer_from_key(key: str) -> Regularizer:
    """Inverse of `regularizer_key`."""
    name, _, rate = key.partition(" ")
    return REGULARIZERS.from_json({"kind": name, "rate": float(rate)} if rate else {"kind": name})


def _rate(spec: Spec) -> float:
    return float(getattr(spec, "rate", 0.0))


def _label(regularizer: Regularizer) -> str:
    return f"{regularizer.title} · {_rate(regularizer):g}" if regularizer.settings() else regularizer.title


def written_rate(rate: float) -> str:
    """A learning rate: "0.00001", not "1e-05"; smaller ones, which would be clipped, as "1e-9"."""
    if rate == 0.0 or rate >= 1e-4:
        return f"{rate:.6g}"
    if rate >= _MIN_PLAIN:
        return f"{rate:.12f}".rstrip("0")
    return f"{rate:.3g}".replace("e-0", "e-")
