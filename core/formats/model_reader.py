"""The base class of the formats that trained models are read from, what it reports, and reading by suffix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from ..io.budget import check_ordinary, reading
from ..io.sentence import short_sentence
from ..nn import Layer, Shape
from ..spec import Registry, SettingError, Spec
from .exporter import keras_prefixes
from .trained_model import ModelDescription, TrainedModel

Fit = Literal["fits", "adapted", "misfit"]
"""The same layer is here; another one that computes the same, or none is needed; there is none that does."""


@dataclass(frozen=True)
class LayerReport:
    """A layer of a file beside the layer here.

    - `source`: what the file calls it, such as "dense_1" or "Gemm /fc1".
    - `layer`: None where none is needed, and for a misfit.
    - `shape`: of one sample of its output, in our order of axes; None if unknown.
    - `remark`: what was adapted, or why it does not fit, without a full stop; "" where it fits.
    """

    source: str
    layer: Layer | None = None
    shape: Shape | None = None
    fit: Fit = "fits"
    remark: str = ""


@dataclass(frozen=True, eq=False)
class ModelReport:
    """Contents of a file. `origin`: "ONNX, by pytorch 2.9"; `model` is None if a layer misfits.

    The preprocessing that travels in the file is `model.pipeline`. `remarks` are sentences about the whole.
    """

    origin: str
    layers: tuple[LayerReport, ...]
    model: TrainedModel | None = None
    remarks: tuple[str, ...] = ()
    is_onto: bool = False
    """Whether the file has weights alone, and the network is the one that was given."""

    @property
    def fault(self) -> str:
        """The first misfit, for an error; "" if everything fits."""
        if self.model is not None:
            return ""
        misfits = [f"{row.source}: {row.remark}" for row in self.layers if row.fit == "misfit"]
        more = f" (and {len(misfits) - 1} more)" if len(misfits) > 1 else ""
        return misfits[0] + more if misfits else "; ".join(self.remarks) or "it holds no layers"


def report_of(
    model: TrainedModel, origin: str, sources: Iterable[str] = (), remarks: Iterable[str] = ()
) -> ModelReport:
    """The report of a model of which every layer fits; `sources` are the file's names, by default Keras's."""
    network = model.network
    names = list(sources) or list(keras_prefixes(network.layers))
    rows = zip(names, network.layers, network.shapes, strict=True)
    return ModelReport(
        origin, tuple(LayerReport(name, layer, shape) for name, layer, shape in rows), model, tuple(remarks)
    )


class ModelReader(Spec):
    """A format of trained models."""

    suffix: ClassVar[str] = ""
    """The file name's suffix, with the dot, which selects the reader."""
    is_read: ClassVar[bool] = True
    """False: `report` raises a sentence that says what to do instead."""

    def holds(self, path: Path) -> bool:
        """Whether a file of the suffix is a model: of data, too, there are `.npz`. Raises nothing."""
        return True

    def report_onto(self, path: Path, onto: ModelDescription) -> ModelReport | None:
        """Contents of a file of weights alone; None if it describes its layers. Raises as `report`."""
        return None

    def report(self, path: Path) -> ModelReport:
        """Contents of a file, and what fits. Raises `ValueError` with a sentence, and `OSError`."""
        raise NotImplementedError


MODEL_READERS: Registry[ModelReader] = Registry("format of models")


def report_model(path: Path, onto: ModelDescription | None = None) -> ModelReport:
    """Contents of a model's file, by its suffix, and within a budget; weights alone are put `onto` a network.

    Raises `ValueError` with a sentence, and `OSError`.
    """
    reader = _reader_for(path)
    with reading(path):
        found = None if onto is None else reader.report_onto(path, onto)
        return found or reader.report(path)


def holds_model(path: Path) -> bool:
    """Whether the file is one of models, by its suffix and, where that says too little, by its content."""
    name = path.name.lower()
    return any(name.endswith(kind.suffix) and kind().holds(path) for kind in MODEL_READERS)


def load_model(path: Path) -> TrainedModel:
    """The model in a file. Raises as `report_model`, and `ValueError` that names the layer that does not fit."""
    found = report_model(path)
    if found.model is None:
        raise ValueError(short_sentence(f"{path.name} cannot be opened: {found.fault}"))
    return found.model


def _reader_for(path: Path) -> ModelReader:
    check_ordinary(path)
    for kind in MODEL_READERS:
        if path.name.lower().endswith(kind.suffix):
            return kind()
    known = ", ".join(kind.suffix for kind in MODEL_READERS if kind.is_read)
    raise SettingError(f"A model's file name must end with one of {known}, got {path.name!r}")
