"""An experiment's settings as short texts, and what differs between two of them: "rate 0.1", "+ Dropout 0.2"."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..data.pipeline import without_unit
from ..experiment.experiment import Experiment
from ..io import strict_json
from ..io.number_text import count_text
from ..io.sentence import in_sentence
from ..nn import Dense, Layer
from ..spec import Spec

LayerWords = tuple[str, str, str, str]
"""Title, size ("8"), activation ("tanh") and other words of a layer; "" for what it has not."""

MAX_LETTERS: Final = 10_000
"""Names, notes and settings of runs are cut at this length."""
_MAX_TEXT = 200
_MAX_ENTRIES = 200
TITLES: Final = {
    "layers": "Layers", "units": "Units", "activation": "Activation", "baseline": "Baseline", "optimizer": "Optimizer",
    "learning_rate": "Learning rate", "batch_size": "Batch size", "loss": "Loss", "regularization": "Regularization",
    "schedule": "Schedule", "gradient_clipping": "Gradient clipping", "class_weights": "Class weights",
    "augment": "Augment", "output": "Output", "inputs": "Inputs", "preprocess": "Preprocess", "target": "Target",
    "held": "Held", "seed": "Seed",
}  # fmt: skip
"""What people read for the names of settings."""
# Settings whose value is clear without their name.
_WITHOUT_NAME: Final = frozenset({"optimizer", "loss", "regularization", "schedule", "output"})
_SHORT_NAMES: Final = {
    "learning_rate": "rate",
    "batch_size": "batch",
    "gradient_clipping": "clip",
    "class_weights": "weights",
    "train_/_test": "train share",
}
_NONE: Final = "None"
_SIZES: Final = ("units", "filters")


@dataclass(frozen=True)
class Chip:
    """One difference, "+ Dropout 0.2": `kind` says whether something was added, removed or has another value."""

    text: str
    kind: Literal["added", "removed", "changed"] = "changed"


@dataclass(frozen=True)
class RunSettings:
    """Settings in the user's words: layers, and texts by name ("learning_rate": "0.01"), "" for none."""

    layers: tuple[LayerWords, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, experiment: Experiment) -> RunSettings:
        """The settings of an experiment, without those of its data."""
        training = experiment.training
        values = {
            "optimizer": _spec_text(training.optimizer, without=("learning_rate",)),
            "learning_rate": f"{training.optimizer.learning_rate:g}",
            "batch_size": str(training.batch_size),
            "loss": training.loss.title,
            "regularization": _spec_text(training.regularizer, always=("rate",)),
            "schedule": _spec_text(training.schedule),
            "gradient_clipping": _spec_text(training.clipping, always=("limit", "norm")),
            "class_weights": _title(training.class_weights),
            "augment": _spec_text(training.augmentation).removeprefix(training.augmentation.title).strip(),
            "output": _activation_text(experiment.output.activation),
            "inputs": _inputs_text(experiment),
            "preprocess": _title(experiment.scaling),
            "target": _title(experiment.target_scaling),
            "held": count_text(held, "neuron") if (held := len(experiment.interventions)) else "",
            "seed": str(experiment.seed),
        }
        layers = tuple(_layer_words(layer) for layer in experiment.layers)
        return cls(layers, tuple((name, text[:_MAX_TEXT]) for name, text in values.items()))

    def to_json(self) -> str:
        """One line of JSON."""
        values = [(name, text or "none") for name, text in self.values]
        return strict_json.dump({"layers": self.layers, "values": values}).replace("\n", " ")

    @classmethod
    def from_json(cls, text: str) -> RunSettings:
        """The inverse of `to_json`, also of older programs: "Learning rate". Raises `ValueError` for anything else."""
        data = strict_json.load(text)
        if not isinstance(data, Mapping) or set(data) != {"layers", "values"}:
            raise ValueError("a run's settings must have layers and values")
        layers = tuple(_texts(words, 4) for words in _sequence(data["layers"]))
        pairs = (_texts(pair, 2) for pair in _sequence(data["values"]))
        values = (
            (name.lower().replace(" ", "_"), "" if text.lower() == "none" else text) for name, text in pairs
        )
        return cls(layers, tuple(values))  # type: ignore[arg-type]  # lengths are checked

    @property
    def is_baseline(self) -> bool:
        """Whether they are of a model that is no network."""
        return "baseline" in dict(self.values)

    @property
    def by_name(self) -> dict[str, str]:
        """Every setting by its name as people read it, the layers as "layers", "units" or "activation" among them."""
        return {**self._of_layers(), **{name: text or _NONE for name, text in self.values}}

    @property
    def layers_text(self) -> str:
        """ "16 · 12 tanh" for plain stacks, else "Conv2D 8, MaxPooling2D, Dense 32"."""
        if not self.layers:
            return "no hidden layers"
        units, activation = _plain(self.layers)
        return f"{units} {activation}".strip() if units else ", ".join(_short(words) for words in self.layers)

    @property
    def summary(self) -> tuple[str, ...]:
        """The first row of a group: "16 · 12 tanh", "Adam 0.01"; of a baseline "200 trees"."""
        values = dict(self.values)
        if self.is_baseline:
            return (values["baseline"],)
        shown = [self.layers_text, f"{values.get('optimizer', '')} {values.get('learning_rate', '')}".strip()]
        penalty = values.get("regularization")
        return tuple([*shown, penalty] if penalty else shown)

    def _of_layers(self) -> dict[str, str]:
        if not self.layers:
            return {"layers": _NONE.lower()}
        units, activation = _plain(self.layers)
        if units:
            return {"units": units, "activation": activation}
        return {"layers": ", ".join(" ".join(word for word in words if word) for words in self.layers)}


def head_of(name: str) -> str:
    """The head of a setting's column in a file, which is the same in every language: "Learning rate"."""
    return name.replace("_", " ").capitalize()


def title_of(name: str) -> str:
    """What people read for the name of a setting; one that only an older program had is its own title."""
    return TITLES.get(name) or head_of(name)


def changes(old: RunSettings, new: RunSettings) -> tuple[Chip, ...]:
    """Changes from the settings `old` to `new`; empty if nothing differs."""
    before, after = dict(old.values), dict(new.values)
    found = list(_layer_changes(old.layers, new.layers))
    for name, text in after.items():
        earlier = before.get(name)
        if earlier is not None and earlier != text:
            found.append(_value_change(name, earlier, text))
    return tuple(dict.fromkeys(found))


def run_name(experiment: Experiment, before: RunSettings | None) -> str:
    """Differences from the run before on the same data; the experiment's name without any."""
    found = () if before is None else changes(before, RunSettings.of(experiment))
    if not found:
        return experiment.name[:MAX_LETTERS]
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return ", ".join(change.text for change in found[:2]) + more


def _value_change(name: str, old: str, new: str) -> Chip:
    if name == "regularization":
        if not new:
            return Chip(f"− {old}", "removed")
        return Chip(new) if old else Chip(f"+ {new}", "added")
    if name in _WITHOUT_NAME:
        return Chip(new or _NONE)
    short = _SHORT_NAMES.get(name, in_sentence(title_of(name)))
    return Chip(f"{short} {new}" if new else f"no {short}")


def _layer_changes(old: Sequence[LayerWords], new: Sequence[LayerWords]) -> list[Chip]:
    if tuple(old) == tuple(new):
        return []
    found: list[Chip] = []
    sizes: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, [words[0] for words in old], [words[0] for words in new], False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            for before, after in zip(old[first:last], new[start:end], strict=True):
                found += _changes_within(before, after, sizes)
        else:
            found += [Chip(f"− {_short(words)}", "removed") for words in old[first:last]]
            found += [Chip(f"+ {_short(words)}", "added") for words in new[start:end]]
    if sizes:
        before_text, after_text = (" · ".join(side) for side in zip(*sizes, strict=True))
        found.insert(0, Chip(f"{before_text} → {after_text}"))
    return found


def _changes_within(old: LayerWords, new: LayerWords, sizes: list[tuple[str, str]]) -> list[Chip]:
    """Differences of one layer; sizes are collected, to be said together."""
    found = []
    if old[1] != new[1]:
        sizes.append((old[1], new[1]))
    if old[2] != new[2]:
        found.append(Chip(_activation_text(new[2])))
    if old[3] != new[3]:
        found.append(Chip(f"{new[0]} {new[3]}" if new[3] else f"other {new[0]}"))
    return found


def _plain(layers: Sequence[LayerWords]) -> tuple[str, str]:
    """Units and activation of a stack of Dense layers that differ in their units alone; "" for other stacks."""
    first = layers[0]
    if any(words[0] != Dense.title or words[2:] != first[2:] for words in layers):
        return "", ""
    return " · ".join(words[1] for words in layers), _activation_text(first[2])


def _short(words: LayerWords) -> str:
    return f"{words[0]} {words[1]}".strip() if words[1] else f"{words[0]} {words[3]}".strip()


def _activation_text(kind: str) -> str:
    return {"relu": "ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU"}.get(
        kind, kind.replace("_", " ")
    )


def _layer_words(layer: Layer) -> LayerWords:
    size = activation = ""
    rest: list[str] = []
    for item in layer.settings():
        value = getattr(layer, item.name)
        if item.name in _SIZES:
            size = str(value)
        elif item.name == "activation":
            activation = value.kind if isinstance(value, Spec) else str(value)
        elif value != item.default or (item.name == "rate"):
            rest.append(_value_text(value))
    return layer.title, size, activation, " ".join(rest)[:_MAX_TEXT]


def _inputs_text(experiment: Experiment) -> str:
    """The features of points, and the columns of a table if some are left out."""
    dataset = experiment.dataset
    if dataset.family == "points":
        return " ".join(experiment.features)
    learned = [without_unit(name) for name in dataset.learned_columns]
    left_out = [without_unit(name) for name in dataset.offered_columns if name not in dataset.learned_columns]
    if not left_out:
        return "all"
    return ", ".join(learned) if len(learned) < len(left_out) else f"without {', '.join(left_out)}"


def _spec_text(spec: Spec, *, without: Sequence[str] = (), always: Sequence[str] = ()) -> str:
    """ "SGD 0.9", "L2 0.001": the title and the values that are not the default."""
    words = [_title(spec)]
    for item in spec.settings():
        value = getattr(spec, item.name)
        if item.name not in without and (item.name in always or value != item.default):
            words.append(_value_text(value) if not isinstance(value, bool) else in_sentence(item.label))
    return " ".join(words)


def _title(spec: Spec) -> str:
    return "" if spec.kind == "none" else spec.title


def _value_text(value: Any) -> str:
    if isinstance(value, Spec):
        return value.title
    if isinstance(value, float):
        return f"{value:g}"
    return "×".join(map(_value_text, value)) if isinstance(value, tuple) else str(value)


def _sequence(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MAX_ENTRIES:
        raise ValueError(f"a run's settings must be lists of at most {_MAX_ENTRIES}")
    return value


def _texts(value: Any, count: int) -> tuple[str, ...]:
    good = isinstance(value, list) and len(value) == count
    if not good or not all(isinstance(text, str) and len(text) <= _MAX_TEXT for text in value):
        raise ValueError(f"a run's settings must be {count} short texts, got {str(value)[:40]!r}")
    return tuple(value)
