"""The pictures that can be exported, one row for each panel, and how widgets become an image, an SVG or a PDF.

Widgets are painted below each other: what they show, without controls and hover marks. A window is painted as it is,
but for the marks under the pointer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar, Final

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMarginsF, QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)

from core.spec import Registry, Spec, setting
from playground.plugins import PLUGINS
from playground.plugins.plugin import PictureRow, ordered
from playground.views.theme.theme import polish_now
from playground.views.widgets.descendants import descendants

if TYPE_CHECKING:
    from PIL import Image


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
            _lay_out_behind(part_at(window, cls.hidden))
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
        return [part_at(window, path) for path in cls.widgets]

    @classmethod
    def _is_shown(cls, widget: QWidget) -> bool:
        return not widget.isHidden() if cls.hidden else widget.isVisible()


def part_at(window: QWidget, path: str) -> Any:
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
        ("results.samples", "output.legend"),
        "results.samples",
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
    ("samples_picture", "Samples", "The strip of samples", ("strip.thumbnails",), ""),
    (
        "page_picture",
        "Page",
        "The page in front, without what it is operated by",
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


_CONTROLS: Final = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)


def is_control(widget: QWidget) -> bool:
    """Whether a widget is there to be operated; the property "control" says so of others, or not of buttons."""
    said = widget.property("control")
    return isinstance(widget, _CONTROLS) if said is None else bool(said)


@contextmanager
def at_rest(widgets: Iterable[QWidget]) -> Iterator[None]:
    """Within the block nothing in `widgets` is pointed at; those that are no window have no focus and no controls.

    Those with a method `set_pictured` are told at its begin and end. What was pointed at is so again when the pointer
    moves: to have chosen "Copy picture" it has left for a menu, of which Qt tells the widget below nothing.
    """
    tops = list(widgets)
    shown = [each for top in tops for each in _shown_in(top)]
    parts = [each for top in tops if not top.isWindow() for each in _shown_in(top)]
    pictured = [each for each in parts if hasattr(each, "set_pictured")]
    focused = QApplication.focusWidget()
    if focused not in parts:
        focused = None
    for each in shown:
        QApplication.sendEvent(each, QEvent(QEvent.Type.Leave))
    if focused is not None:
        focused.clearFocus()
    for each in pictured:
        each.set_pictured(True)
    try:
        yield
    finally:
        for each in pictured:
            each.set_pictured(False)
        if focused is not None:
            # As a window that becomes active again does: no ring appears that was not there.
            focused.setFocus(Qt.FocusReason.ActiveWindowFocusReason)


def _shown_in(top: QWidget) -> list[QWidget]:
    """A widget and those in it that are not hidden, without other windows such as dialogs over it."""
    inside = (each for each in descendants(top, QWidget) if each.window() is top.window())
    return [each for each in (top, *inside) if not each.isHidden()]


MAX_SIDE_PX = 32_000
"""Qt's painter has no larger images."""
_MARGIN_PX = 12
_GAP_PX = 8
_PX_PER_INCH = 96
_POINTS_PER_INCH = 72


def picture_size(widgets: Sequence[QWidget]) -> QSize:
    """The size of the picture in pixels of the screen."""
    width = max(widget.width() for widget in widgets)
    height = sum(widget.height() for widget in widgets) + _GAP_PX * (len(widgets) - 1)
    return QSize(width + 2 * _MARGIN_PX, height + 2 * _MARGIN_PX)


def picture_image(widgets: Sequence[QWidget], background: str, scale: float = 1.0) -> QImage:
    """The widgets on `background`, `scale` pixels for each of the screen. Raises `ValueError` if that is too large."""
    size = picture_size(widgets)
    pixels = QSize(round(size.width() * scale), round(size.height() * scale))
    if max(pixels.width(), pixels.height()) > MAX_SIDE_PX:
        raise ValueError(
            f"The picture must be at most {MAX_SIDE_PX:,} pixels a side, "
            f"got {pixels.width():,} x {pixels.height():,}; choose a smaller scale"
        )
    image = QImage(pixels, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(background))
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    _paint(painter, widgets)
    painter.end()
    return image


def frame_image(picture: Image.Image) -> QImage:
    """A frame of a film, for Qt."""
    width, height = picture.size
    data = picture.convert("RGB").tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def picture_bytes(widgets: Sequence[QWidget], background: str, file_format: str, scale: float = 1.0) -> bytes:
    """The picture as a file in "png", "svg" or "pdf"; `scale` applies to "png" alone. Raises `ValueError`."""
    if file_format == "png":
        return _png(picture_image(widgets, background, scale))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    paint = _paint_svg if file_format == "svg" else _paint_pdf
    paint(buffer, widgets, background)
    return bytes(buffer.data().data())


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def _paint_svg(buffer: QBuffer, widgets: Sequence[QWidget], background: str) -> None:
    size = picture_size(widgets)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setResolution(_PX_PER_INCH)
    generator.setTitle(widgets[0].accessibleName())
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(0, 0), size), QColor(background))
    _paint(painter, widgets)
    painter.end()


def _paint_pdf(buffer: QBuffer, widgets: Sequence[QWidget], background: str) -> None:
    size = picture_size(widgets)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PX_PER_INCH)
    points = QSizeF(size) * _POINTS_PER_INCH / _PX_PER_INCH
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(widgets[0].accessibleName())
    painter = QPainter(writer)
    painter.fillRect(QRect(QPoint(0, 0), size), QColor(background))
    _paint(painter, widgets)
    painter.end()


def _paint(painter: QPainter, widgets: Sequence[QWidget]) -> None:
    top = _MARGIN_PX
    with at_rest(widgets):
        for widget in widgets:
            if not widget.isVisible():
                polish_now(widget)
            place = QPoint(_MARGIN_PX, top)
            if widget.isWindow():
                # Of QWidget: a graphics view has another method of this name, which leaves out its background.
                QWidget.render(widget, painter, place, QRegion(), QWidget.RenderFlag.DrawChildren)
            else:
                _paint_shown(painter, widget, place, widget.rect())
            top += widget.height() + _GAP_PX


def _paint_shown(painter: QPainter, widget: QWidget, place: QPoint, seen: QRect) -> None:
    """Paint a widget whose corner is at `place`, of which the part `seen` is not cut off, and what lies in it."""
    if seen.isEmpty():
        return
    QWidget.render(widget, painter, place + seen.topLeft(), QRegion(seen), QWidget.RenderFlag(0))
    for child in widget.children():
        if isinstance(child, QWidget) and not (child.isHidden() or child.isWindow() or is_control(child)):
            part = seen.translated(-child.pos()).intersected(child.rect())
            _paint_shown(painter, child, place + child.pos(), part)
