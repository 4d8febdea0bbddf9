"""The pictures that can be exported: one row for each panel; all have a format and a scale."""

from __future__ import annotations

from functools import reduce
from typing import Any, ClassVar, Final

from PySide6.QtWidgets import QWidget

from core.spec import Registry, Spec, setting
from playground.plugins import PLUGINS
from playground.plugins.plugin import PictureRow, ordered


class Picture(Spec):
    """A picture of some widgets of the window, as they look now."""

    group: ClassVar[str] = "Pictures"
    hint: ClassVar[str] = "PNG, SVG"
    keywords: ClassVar[str] = "png svg pdf picture image"
    """Search words, beside its title and summary."""
    noun: ClassVar[str] = ""
    """The last word of its file's name: "Spirals boundary.png"."""
    widgets: ClassVar[tuple[str, ...]] = ()
    """The widgets from top to bottom, each named from the window on: "output.plot"; "" is the window.

    The first has to be visible; those below it, such as legends, are left out while they are not.
    """
    hidden: ClassVar[str] = ""
    """The page of a stack that has the widgets, if the picture can be made while it is behind others."""

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
        if not cls.is_offered(window):
            return []
        if cls.hidden:
            _lay_out_behind(_at(window, cls.hidden))
        return [widget for widget in cls.named(window) if cls._is_shown(widget)]

    @classmethod
    def is_offered(cls, window: QWidget) -> bool:
        """Whether there is something to show."""
        if cls.hidden and (results := getattr(window, "results", None)) is not None:
            results.update_hidden()
        first = cls.named(window)[0]
        return first is not None and cls._is_shown(first)

    @classmethod
    def named(cls, window: QWidget) -> list[Any]:
        """The widgets in a main window, shown or not."""
        return [_at(window, path) for path in cls.widgets]

    @classmethod
    def _is_shown(cls, widget: QWidget) -> bool:
        return not widget.isHidden() if cls.hidden else widget.isVisible()


def _at(window: QWidget, path: str) -> Any:
    """What is at a path of attributes and keys."""
    names = path.split(".") if path else ()
    return reduce(lambda at, name: at[name] if isinstance(at, dict) else getattr(at, name), names, window)


def _lay_out_behind(page: QWidget) -> None:
    """Give a page behind others the room that it has in front: it keeps the size that it was created with."""
    parent, layout = page.parentWidget(), page.layout()
    if not page.isVisible() and parent is not None and layout is not None:
        page.resize(parent.size())
        layout.invalidate()
        layout.activate()


PICTURES: Registry[Picture] = Registry("picture")


_ROWS: Final = (
    # kind, title, summary, widgets, the page that may be behind others
    (
        "boundary_picture",
        "Boundary",
        "What the network predicts over the plane, with the points",
        ("output.plot", "output.legend"),
        "",
    ),
    (
        "embedding_picture",
        "Map",
        "The samples as the last hidden layer sees them",
        ("output.embedding", "output.legend"),
        "",
    ),
    ("network_picture", "Network", "Layers, neurons and links", ("canvas.scene",), ""),
    (
        "curves_picture",
        "Curves",
        "Loss or accuracy over the epochs, as the chart shows them",
        ("results.curves.canvas", "results.curves.legend"),
        "results.curves",
    ),
    (
        "confusion_picture",
        "Confusion",
        "Which classes the network takes for which",
        ("results.confusion.matrix", "results.confusion.caption"),
        "results.confusion",
    ),
    (
        "residuals_picture",
        "Residuals",
        "Predicted values over the true ones, or what is left",
        ("results.residuals.plot", "results.residuals.caption"),
        "results.residuals",
    ),
    (
        "rate_picture",
        "Learning rate",
        "Learning rate and gradient norm over the epochs",
        ("results.rate.canvas", "results.rate.legend"),
        "results.rate",
    ),
    (
        "weights_picture",
        "Weights",
        "How the numbers of a layer are spread, over time",
        ("results.weights",),
        "",
    ),
    ("timeline_picture", "Timeline", "The boundary at earlier moments", ("panels.timeline.strip",), ""),
    ("samples_picture", "Samples", "The strip of samples", ("strip.thumbnails",), ""),
    ("microscope_picture", "Microscope", "One neuron in numbers", ("microscope.cards",), ""),
    (
        "mistakes_picture",
        "Mistakes",
        "The samples that the network gets wrong",
        ("panels.mistakes.sheet",),
        "",
    ),
    (
        "page_picture",
        "Page",
        "Runs, race, seeds, sweep or why, without what they are operated by",
        ("pages.front",),
        "",
    ),
    ("window_picture", "Whole window", "The window with all its panels", ("",), ""),
)


def _picture(row: PictureRow) -> type[Picture]:
    """A kind of picture, which differs from others by these values alone."""
    kind = row.name
    values = {
        "kind": kind,
        "noun": kind.removesuffix("_picture"),
        "title": row.title,
        "summary": row.summary,
        "widgets": row.widgets,
        "hidden": row.hidden,
        "__doc__": f"{row.summary}.",
        "__module__": __name__,
    }
    return type("".join(map(str.capitalize, kind.split("_"))), (Picture,), values)


for _row in ordered((PictureRow(*row) for row in _ROWS), PLUGINS.rows("pictures")):
    former = ("loss_picture", "accuracy_picture") if _row.name == "curves_picture" else ()
    PICTURES.register(*former)(_picture(_row))
