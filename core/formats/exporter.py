"""The base class of export formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from ..experiment.experiment import Experiment
from ..io.model_graphs import numbered
from ..nn import Layer
from ..nn.interventions import Intervention
from ..nn.network import Network
from ..nn.override_folding import fold_overrides
from ..spec import Registry, SettingError, Spec, setting
from ..spec.arrays import Array
from .external_reader import ReaderPredictions
from .trained_model import ModelDescription, TrainedModel

LIMIT: Final = 1e-5
"""The largest difference allowed, relative to the scale of the outputs: 1 for probabilities."""


class Exporter(Spec):
    """An export format; `write` replaces `path` atomically and raises `OSError` if it cannot.

    Every format carries the model's pipeline, or says in `left_out` that it cannot.
    """

    suffix: ClassVar[str] = ""
    """The file name's suffix, with the dot; it also selects the exporter."""
    needs_suffix: ClassVar[bool] = False
    """Whether what reads the format opens files of this suffix alone."""
    group: ClassVar[str] = "Weights"
    """The heading of the format in lists."""
    hint: ClassVar[str] = ""
    """A word beside the title in lists, instead of the suffix."""
    left_out: ClassVar[str] = ""
    """The part of the pipeline that the format has no place for, as a sentence; "" if it carries all."""
    stands_alone: ClassVar[bool] = False
    """Whether the file is itself a program, the text of `source`."""
    languages: ClassVar[tuple[str, ...]] = ("Python",)
    """Programming languages of `loading_code`."""

    @property
    def limit(self) -> float:
        """The largest difference of a written file's predictions, relative to the scale of the outputs."""
        return LIMIT

    def write(self, model: TrainedModel, path: Path) -> None:
        """Write the model. Raises the `SettingError` of `check`."""
        raise NotImplementedError

    def files(self, path: Path) -> tuple[Path, ...]:
        """The files that `write` makes at `path`."""
        return (path,)

    def check(self, model: ModelDescription) -> None:
        """Raise the `SettingError` that `write` would raise for this model, before a file is chosen."""

    def remarks(self, model: ModelDescription) -> Mapping[str, str]:
        """Facts about the file beside what travels in it, by titles."""
        return {}

    def notes(self, experiment: Experiment | None, samples: int) -> Mapping[str, str]:
        """Facts about the data in the file, by titles; `samples` are those to learn from and to test."""
        return {}

    def idle(self, model: ModelDescription) -> frozenset[str]:
        """Names of settings that change nothing for this model."""
        return frozenset()

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions | None:
        """Read the written file as others do, and predict `raw` samples; None: by the program of `loading_code`.

        Raises `MissingReaderError` if what reads the format is not installed, and `ValueError` if it cannot read it.
        """
        return None

    def prediction_names(self, model: ModelDescription) -> tuple[str, ...]:
        """The names of what the file, or the code that reads it, gives."""
        outputs = None if model.pipeline is None or self.left_out else model.pipeline.outputs
        if outputs is None:
            return ("outputs",)
        return (
            ("label", "probabilities") if outputs.encoding.classes else tuple(getattr(outputs, "names", ()))
        )

    def program(self, path: Path, model: ModelDescription, language: str) -> str:
        """A program that loads the file at `path`, for formats that hold a whole model; "" for formats of weights.

        Raises the `SettingError` of `check`.
        """
        return ""

    def source(self, model: TrainedModel, path: Path) -> str:
        """The text of the file that `write` writes at `path`, for a format that `stands_alone`. Raises as `write`."""
        raise NotImplementedError

    def reading(self, file: str) -> tuple[str, str]:
        """Python code that reads a file: import lines, and an expression for its arrays by name.

        `file` is the path as a literal. The layout "pytorch" gives tensors. Raises `SettingError` if there is no code.
        """
        raise SettingError(f"There is no code yet that loads {self.title}")

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        """Python code that reads a file's pipeline: import lines, and an expression for its JSON."""
        raise SettingError(f"There is no code yet that reads the pipeline of {self.title}")


EXPORTERS: Registry[Exporter] = Registry("export format")


def layout_setting(default: str) -> Any:
    """The setting for names and axis order of the arrays."""
    return setting(
        default,
        "Layout",
        "PyTorch: 0.weight (units, inputs) and 0.bias; the matching torch.nn.Sequential takes it by "
        "load_state_dict. Keras: dense/kernel (inputs, units) and dense/bias.",
        choices=("keras", "pytorch"),
    )


class WeightsExporter(Exporter):
    """Base of the formats that hold arrays by name."""

    layout: str = layout_setting("keras")

    def check(self, model: ModelDescription) -> None:
        check_weights(self.layout, model)


def exporter_for(path: Path, *others: str) -> Exporter:
    """The exporter for a file name, by its suffix. `SettingError` lists the known ones, and `others` of the caller."""
    # The longer first: "_torch.py" before ".py".
    for kind in sorted(EXPORTERS, key=lambda kind: -len(kind.suffix)):
        if path.name.lower().endswith(kind.suffix):
            return kind()
    known = ", ".join([*others, *(kind.suffix for kind in EXPORTERS)])
    raise SettingError(f"Export: the file's name must end with one of {known}, got {path.name!r}")


def check_weights(layout: str, model: ModelDescription) -> None:
    """Raise the `SettingError` that `named_weights` would raise, without the weights."""
    from .weights.pytorch_layout import check_pytorch

    if model.overrides:
        # Any weights but zeros show what does not fit.
        network = Network(model.layers, model.input_shape)
        network.intervene(
            Intervention("clamp", layer, unit, value=value) for layer, unit, value in model.overrides
        )
        fold_overrides(network)
    if layout == "pytorch":
        check_pytorch(model.layers, model.input_shape)


def named_weights(network: Network, layout: str) -> dict[str, Array]:
    """All weights as contiguous copies, by name; muted and clamped units are folded into them.

    - "keras": Keras's names and order: `dense/kernel` (inputs, units), `dense/bias` (units,), then `dense_1/...`.
    - "pytorch": the state dict of the matching `torch.nn.Sequential`; see `core.formats.weights.pytorch_layout`.

    Raises `SettingError` for what a layout or weights alone cannot hold.
    """
    from .weights.pytorch_layout import pytorch_names

    network = fold_overrides(network)
    if layout == "pytorch":
        return pytorch_names(network)
    each = zip(keras_prefixes(network.layers), network.weights, strict=True)
    return {f"{prefix}/{name}": array.copy() for prefix, arrays in each for name, array in arrays.items()}


def keras_prefixes(layers: Iterable[Layer]) -> Iterator[str]:
    """Keras's name for each layer: dense, dense_1, ..."""
    return numbered(layer.kind for layer in layers)
