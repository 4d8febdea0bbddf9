"""The pictures that can be exported: one row for each panel; all have a format and a scale."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar, Final

from PySide6.QtWidgets import QWidget

from core.spec import Registry, Spec, setting

__all__ = ["PICTURES", "Picture"]


@dataclass(frozen=True)
class Picture(Spec):
    """A picture of some widgets of the window, as they look now."""

    group: ClassVar[str] = "Pictures"
    hint: ClassVar[str] = "PNG, SVG"
    widgets: ClassVar[tuple[str, ...]] = ()
    """The widgets from top to bottom, each named from the window on: "output.plot"; "" is the window.

    The first has to be visible; those below it, such as legends, are left out while they are not.
    """
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
        if not cls.hidden:
            return [widget for widget in found if widget.isVisible()] if found[0].isVisible() else []
        for widget in found:
            parent = widget.parentWidget()
            if not widget.isVisible() and parent is not None:
                # A page behind others keeps the size that it was created with.
                widget.resize(parent.size())
        return found


PICTURES: Registry[Picture] = Registry("picture")


_ROWS: Final = (
    # kind, title, summary, widgets, whether it can be made while its panel is hidden
    (
        "boundary_picture",
        "Boundary",
        "What the network answers over the plane, with the points",
        ("output.plot", "output.legend"),
        False,
    ),
    (
        "embedding_picture",
        "Embedding",
        "The samples as the last hidden layer sees them",
        ("output.embedding", "output.legend"),
        False,
    ),
    ("network_picture", "Network", "Layers, neurons and links", ("canvas.scene",), False),
    ("loss_picture", "Loss curves", "Training and test loss over the epochs", ("results.loss",), True),
    (
        "accuracy_picture",
        "Accuracy curves",
        "Training and test accuracy over the epochs",
        ("results.accuracy",),
        True,
    ),
    (
        "confusion_picture",
        "Confusion",
        "Which classes the network takes for which",
        ("results.confusion",),
        True,
    ),
    (
        "rate_picture",
        "Learning rate",
        "Learning rate and gradient norm over the epochs",
        ("results.rate",),
        True,
    ),
    (
        "weights_picture",
        "Weights",
        "How the numbers of a layer are spread, over time",
        ("results.weights",),
        False,
    ),
    ("samples_picture", "Samples", "The strip of test samples", ("strip",), False),
    ("doctor_picture", "Doctor", "What keeps the network from learning", ("doctor",), False),
    ("microscope_picture", "Microscope", "One neuron in numbers", ("microscope",), False),
    ("mistakes_picture", "Mistakes", "The samples that the network gets wrong", ("panels.mistakes",), False),
    ("drawing_picture", "Drawing", "The drawn image and what the network takes it for", ("drawing",), False),
    ("window_picture", "Whole window", "The window with all its panels", ("",), False),
)


def _picture(kind: str, title: str, summary: str, widgets: tuple[str, ...], hidden: bool) -> type[Picture]:
    """A kind of picture, which differs from others by these values alone."""
    values = {
        "kind": kind,
        "title": title,
        "summary": summary,
        "widgets": widgets,
        "hidden": hidden,
        "__doc__": f"{summary}.",
        "__module__": __name__,
    }
    return type("".join(map(str.capitalize, kind.split("_"))), (Picture,), values)


for _row in _ROWS:
    PICTURES.register()(_picture(*_row))
