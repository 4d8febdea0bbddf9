"""What a file of a model holds, layer by layer, and what of it fits here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.formats.exporter import keras_prefixes
from core.formats.trained_model import TrainedModel
from core.nn import Layer, Shape

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
    """What a file holds. `origin` is format and writer ("ONNX, by pytorch 2.9"); `model` is None if a layer misfits.

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

    @property
    def is_adapted(self) -> bool:
        """Whether a layer here differs from that of the file."""
        return any(row.fit == "adapted" for row in self.layers)


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
