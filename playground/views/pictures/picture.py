"""The pictures that can be exported: one kind for each panel, with format and scale."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from core.spec import Registry, Spec, setting

__all__ = ["PICTURES", "Picture"]


@dataclass(frozen=True)
class Picture(Spec):
    """A picture of some widgets of the window, as they look now."""

    group: ClassVar[str] = "Pictures"
    hint: ClassVar[str] = "PNG, SVG"
    widgets: ClassVar[tuple[str, ...]] = ()
    """The widgets from top to bottom, each named from the window on: "output.plot"; "" is the window."""
    hidden: ClassVar[bool] = False
    """Whether the picture can be made while its panel is hidden."""

    format: str = setting(
        "png", "Format", choices=("png", "svg", "pdf"), help="PNG has pixels; SVG and PDF have lines."
    )
    scale: str = setting(
        "2x", "Scale", choices=("1x", "2x", "3x", "4x"), help="Pixels for each of the screen, for PNG alone."
    )

    @property
    def suffix(self) -> str:
        """The file name's suffix."""
        return f".{self.format}"

    @property
    def factor(self) -> float:
        """The scale as a number."""
        return float(self.scale.removesuffix("x"))

    @classmethod
    def find(cls, window: QWidget) -> list[QWidget]:
        """The widgets in a main window; empty while there is nothing to show."""
        if cls.hidden and (results := getattr(window, "results", None)) is not None:
            results.update_hidden()
        found = [attrgetter(path)(window) if path else window for path in cls.widgets]
        if not cls.hidden and not all(widget.isVisible() for widget in found):
            return []
        for widget in found:
            parent = widget.parentWidget()
            if not widget.isVisible() and parent is not None:
                # A page behind others keeps the size that it was created with.
                widget.resize(parent.size())
        return found


PICTURES: Registry[Picture] = Registry("picture")


@PICTURES.register()
@dataclass(frozen=True)
class BoundaryPicture(Picture):
    """What the network answers over the plane, with the points."""

    kind = "boundary_picture"
    title = "Boundary"
    summary = "What the network answers over the plane, with the points"
    widgets = ("output.plot", "output.legend")


@PICTURES.register()
@dataclass(frozen=True)
class EmbeddingPicture(Picture):
    """The samples as the last hidden layer sees them."""

    kind = "embedding_picture"
    title = "Embedding"
    summary = "The samples as the last hidden layer sees them"
    widgets = ("output.embedding", "output.legend")


@PICTURES.register()
@dataclass(frozen=True)
class NetworkPicture(Picture):
    """Layers, neurons and links."""

    kind = "network_picture"
    title = "Network"
    summary = "Layers, neurons and links"
    widgets = ("canvas.scene",)


@PICTURES.register()
@dataclass(frozen=True)
class LossPicture(Picture):
    """Training and test loss over the epochs."""

    kind = "loss_picture"
    title = "Loss curves"
    summary = "Training and test loss over the epochs"
    widgets = ("results.loss",)
    hidden = True


@PICTURES.register()
@dataclass(frozen=True)
class AccuracyPicture(Picture):
    """Training and test accuracy over the epochs."""

    kind = "accuracy_picture"
    title = "Accuracy curves"
    summary = "Training and test accuracy over the epochs"
    widgets = ("results.accuracy",)
    hidden = True


@PICTURES.register()
@dataclass(frozen=True)
class ConfusionPicture(Picture):
    """Which classes the network takes for which."""

    kind = "confusion_picture"
    title = "Confusion"
    summary = "Which classes the network takes for which"
    widgets = ("results.confusion",)
    hidden = True


@PICTURES.register()
@dataclass(frozen=True)
class RatePicture(Picture):
    """Learning rate and gradient norm over the epochs."""

    kind = "rate_picture"
    title = "Learning rate"
    summary = "Learning rate and gradient norm over the epochs"
    widgets = ("results.rate",)
    hidden = True


@PICTURES.register()
@dataclass(frozen=True)
class WeightsPicture(Picture):
    """How the numbers of a layer are spread, over time."""

    kind = "weights_picture"
    title = "Weights"
    summary = "How the numbers of a layer are spread, over time"
    widgets = ("results.weights",)


@PICTURES.register()
@dataclass(frozen=True)
class SamplesPicture(Picture):
    """The strip of test samples."""

    kind = "samples_picture"
    title = "Samples"
    summary = "The strip of test samples"
    widgets = ("strip",)


@PICTURES.register()
@dataclass(frozen=True)
class DoctorPicture(Picture):
    """What keeps the network from learning."""

    kind = "doctor_picture"
    title = "Doctor"
    summary = "What keeps the network from learning"
    widgets = ("doctor",)


@PICTURES.register()
@dataclass(frozen=True)
class MicroscopePicture(Picture):
    """One neuron in numbers."""

    kind = "microscope_picture"
    title = "Microscope"
    summary = "One neuron in numbers"
    widgets = ("microscope",)


@PICTURES.register()
@dataclass(frozen=True)
class MistakesPicture(Picture):
    """The samples that the network gets wrong."""

    kind = "mistakes_picture"
    title = "Mistakes"
    summary = "The samples that the network gets wrong"
    widgets = ("panels.mistakes",)


@PICTURES.register()
@dataclass(frozen=True)
class DrawingPicture(Picture):
    """The drawn image and what the network takes it for."""

    kind = "drawing_picture"
    title = "Drawing"
    summary = "The drawn image and what the network takes it for"
    widgets = ("drawing",)


@PICTURES.register()
@dataclass(frozen=True)
class WindowPicture(Picture):
    """The window with all its panels."""

    kind = "window_picture"
    title = "Whole window"
    summary = "The window with all its panels"
    widgets = ("",)
