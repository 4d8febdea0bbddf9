"""The settings of a run as chips with choices, and what a choice makes of an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ..experiment.experiment import Experiment
from ..io.number_text import percent_text
from ..io.sentence import in_sentence
from ..nn import ACTIVATIONS, LAYERS, Layer
from ..optim import OPTIMIZERS
from ..spec import SettingError
from ..spec.notation import specs_from_text, specs_to_text
from ..spec.regularizer import REGULARIZERS
from .run_settings import TITLES, RunSettings, changes

OTHER: Final = "Other…"
"""The choice whose value is None: the user writes it."""
CHIP_TITLES: Final = {**TITLES, "learning_rate": "Rate"}
"""What people read for the names of chips."""
_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_BATCHES = (1, 5, 10, 32, 64, 128, 256)
_PENALTIES = (("none", 0.0), ("l1", 0.001), ("l2", 0.001), ("l2", 0.01))
_USUAL = ("relu", "tanh", "sigmoid", "linear", "leaky_relu", "elu", "gelu", "silu")


@dataclass(frozen=True)
class ChipChoices:
    """A setting ("optimizer"), its title and text, whether it differs from another run's, and (text, value) choices."""

    name: str
    title: str
    text: str
    differs: bool
    choices: tuple[tuple[str, object], ...]


def chips_of(experiment: Experiment, first: Experiment) -> list[ChipChoices]:
    """Layers, activation, optimizer, rate, batch size, penalty and seed; with what can be chosen for each."""
    own, others = _texts(experiment), _texts(first)
    choices = _choices(experiment)
    return [
        ChipChoices(name, CHIP_TITLES[name], text, text != others.get(name), choices[name])
        for name, text in own.items()
    ]


def lane_name(experiment: Experiment, first: Experiment) -> str:
    """Differences from the first lane, "Base" if there are none."""
    told = [change.text for change in changes(RunSettings.of(first), RunSettings.of(experiment))]
    told += _data_changes(first, experiment)
    return ", ".join(told[:2]) or "Base"


def _data_changes(first: Experiment, experiment: Experiment) -> list[str]:
    """Differences in the settings of the data, their division and seed: "noise 0.4"."""
    dataset, told = experiment.dataset, []
    if dataset.kind != first.dataset.kind:
        return [dataset.label]
    for item in dataset.settings():
        value = getattr(dataset, item.name)
        # The columns are among the settings of the network's inputs.
        if item.name != "features" and value != getattr(first.dataset, item.name):
            told.append(
                f"{in_sentence(item.label)} {value:g}"
                if isinstance(value, int | float)
                else f"other {in_sentence(item.label)}"
            )
    if experiment.train_share != first.train_share:
        told.append(f"{percent_text(experiment.train_share)} for training")
    if experiment.held_out != first.held_out:
        told.append(f"{percent_text(experiment.held_out)} set apart")
    if experiment.sealed_share != first.sealed_share:
        told.append(f"{percent_text(experiment.sealed_share)} sealed")
    if experiment.data_seed != first.data_seed:
        told.append(f"data seed {experiment.data_seed}")
    return told


def with_choice(experiment: Experiment, name: str, value: Any) -> Experiment:
    """The experiment with a value of a chip. Raises `SettingError`."""
    training = experiment.training
    if name == "activation":
        layers = tuple(
            layer.replace(activation=value) if _has_activation(layer) else layer
            for layer in experiment.layers
        )
        return experiment.replace(layers=layers)
    if name == "optimizer":
        optimizer = OPTIMIZERS.get(value)()
        rate = training.optimizer.learning_rate
        return experiment.with_training(optimizer=optimizer.replace(learning_rate=rate))
    if name == "learning_rate":
        return experiment.with_training(optimizer=training.optimizer.replace(learning_rate=value))
    if name == "batch_size":
        return experiment.with_training(batch_size=value)
    if name == "regularization":
        kind, rate = value
        values = {} if kind == "none" else {"rate": rate}
        return experiment.with_training(regularizer=REGULARIZERS.make({"kind": kind, **values}))
    if name == "seed":
        return experiment.replace(seed=value)
    return experiment.replace(layers=value)


def layers_notation(experiment: Experiment) -> str:
    """The layers in the notation that `with_layers` reads."""
    return specs_to_text(experiment.layers)


def with_layers(experiment: Experiment, text: str) -> Experiment:
    """The experiment with the layers of "dense 8 tanh, dropout 0.2". Raises `SettingError` and `ValueError`."""
    if not text.strip():
        raise SettingError("The layers must be named, such as: dense 8 tanh, dense 4 tanh")
    return experiment.replace(layers=specs_from_text(LAYERS, text))


def _texts(experiment: Experiment) -> dict[str, str]:
    settings = RunSettings.of(experiment)
    values, names = dict(settings.values), settings.by_name
    texts = {"layers": names.get("units") or settings.layers_text}
    if any(map(_has_activation, experiment.layers)):
        texts["activation"] = names.get("activation", "mixed")
    texts["optimizer"] = values["optimizer"]
    texts["learning_rate"] = f"rate {values['learning_rate']}"
    texts["batch_size"] = f"batch {values['batch_size']}"
    texts["regularization"] = values["regularization"] or "no penalty"
    texts["seed"] = f"seed {values['seed']}"
    return texts


def _choices(experiment: Experiment) -> dict[str, tuple[tuple[str, object], ...]]:
    titles = {kind.kind: kind.title for kind in ACTIVATIONS}
    return {
        "layers": (*_layer_choices(experiment), (OTHER, None)),
        "activation": tuple((titles[name], name) for name in _USUAL if name in titles),
        "optimizer": tuple((kind.title, kind.kind) for kind in OPTIMIZERS),
        "learning_rate": (*((f"{rate:g}", rate) for rate in _RATES), (OTHER, None)),
        "batch_size": (*((str(size), size) for size in _BATCHES), (OTHER, None)),
        "regularization": tuple((_penalty_text(*choice), choice) for choice in _PENALTIES),
        "seed": (*((str(seed), seed) for seed in range(5)), (OTHER, None)),
    }


def _penalty_text(kind: str, rate: float) -> str:
    return "None" if kind == "none" else f"{kind.upper()} {rate:g}"


def _layer_choices(experiment: Experiment) -> list[tuple[str, object]]:
    """Twice and half as wide, one layer more and less."""
    layers = experiment.layers
    found: list[tuple[str, object]] = []
    if any(hasattr(layer, "units") for layer in layers):
        for text, factor in (("Twice as wide", 2.0), ("Half as wide", 0.5)):
            wide = tuple(
                layer.replace(units=max(1, round(layer.units * factor))) if hasattr(layer, "units") else layer
                for layer in layers
            )
            found.append((text, wide))
    if layers:
        found += [("One layer more", (*layers, layers[-1])), ("One layer less", layers[:-1])]
    return found


def _has_activation(layer: Layer) -> bool:
    return layer.output_activation is not None
