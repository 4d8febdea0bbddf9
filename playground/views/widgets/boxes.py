"""Widgets and layouts in one call each: `hbox(set_up(QLabel("Name", self), role="muted"), field, STRETCH, button)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget


class FlowLayout(QLayout):
    """Items at their preferred size from left to right, wrapped at the width; has height for width.

    After Qt's example of that name, Copyright (C) The Qt Company Ltd., BSD-3-Clause.
    """

    def __init__(self, parent: QWidget | None = None, *, spacing_px: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing_px)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        widest = QSize()
        for item in self._items:
            widest = widest.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return widest + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Height of the items in the width of `rect`; `move` also sets their geometry."""
        inner = rect.marginsRemoved(self.contentsMargins())
        x, y, line_height = inner.x(), inner.y(), 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            hint = item.sizeHint()
            width = min(hint.width(), max(inner.width(), item.minimumSize().width()))
            if x > inner.x() and x + width > inner.x() + inner.width():
                x, y, line_height = inner.x(), y + line_height + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
            x += width + self.spacing()
            line_height = max(line_height, hint.height())
        return y + line_height - rect.y() + self.contentsMargins().bottom()


def restyle(widget: QWidget, **properties: str) -> None:
    """Set properties such as `role="danger"` and repolish: Qt evaluates a widget's style only once."""
    changed = {name: value for name, value in properties.items() if widget.property(name) != value}
    for name, value in changed.items():
        widget.setProperty(name, value)
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def bring_up(window: QWidget) -> None:
    """Show a window above the others, with the keyboard."""
    window.show()
    window.raise_()
    window.activateWindow()


@dataclass(frozen=True)
class Stretch:
    """Empty space that grows with `factor`."""

    factor: int = 1


@dataclass(frozen=True)
class Gap:
    """Empty space of so many pixels."""

    pixels: int


STRETCH: Final = Stretch()
_ANYWHERE: Final = Qt.AlignmentFlag(0)

Content: TypeAlias = QWidget | QLayout | Stretch | Gap
Item: TypeAlias = Content | tuple[Content, int] | tuple[Content, int, Qt.AlignmentFlag]
"""Item of a layout, with its stretch factor and its alignment, as QBoxLayout.addWidget takes them."""
Margins: TypeAlias = int | tuple[int, int, int, int] | None
"""Pixels at all sides, or left, top, right and bottom; None: those of the style."""
W = TypeVar("W", bound=QWidget)


OF_STYLE: Final = frozenset(
    ("chip", "control", "danger", "first", "fix", "flat", "lanechip", "link", "menu", "outlined", "picture", "primary",
     "role", "round", "segment", "selected", "small", "state")
)  # fmt: skip
"""Properties that the stylesheet and pages look for; Qt takes any name, and shows nothing of a wrong one."""


def set_up(widget: W, **properties: object) -> W:
    """The widget with properties of Qt, such as `toolTip`, and of the stylesheet, such as `role`.

    Anything but a text or number is what a signal of that name runs: `clicked=self.close`.
    Raises `AttributeError` for a name that neither knows.
    """
    for name, value in properties.items():
        if not isinstance(value, str | int | float):
            getattr(widget, name).connect(value)
        elif name in OF_STYLE or widget.metaObject().indexOfProperty(name) >= 0:
            widget.setProperty(name, value)
        else:
            raise AttributeError(f"{type(widget).__name__} has no property {name!r}")
    return widget


def hbox(
    *items: Item, parent: QWidget | None = None, margins: Margins = None, spacing: int | None = None
) -> QHBoxLayout:
    """A layout from left to right, that of `parent` if there is one; None leaves the spacing to the style."""
    layout = QHBoxLayout() if parent is None else QHBoxLayout(parent)
    _fill(layout, items, margins, spacing)
    return layout


def vbox(
    *items: Item, parent: QWidget | None = None, margins: Margins = None, spacing: int | None = None
) -> QVBoxLayout:
    """The same from top to bottom."""
    layout = QVBoxLayout() if parent is None else QVBoxLayout(parent)
    _fill(layout, items, margins, spacing)
    return layout


def _fill(layout: QBoxLayout, items: tuple[Item, ...], margins: Margins, spacing: int | None) -> None:
    if margins is not None:
        layout.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    if spacing is not None:
        layout.setSpacing(spacing)
    for item in items:
        content, factor, alignment = (
            (*item, _ANYWHERE)[:3] if isinstance(item, tuple) else (item, 0, _ANYWHERE)
        )
        match content:
            case Stretch():
                layout.addStretch(content.factor)
            case Gap():
                layout.addSpacing(content.pixels)
            case QLayout():
                layout.addLayout(content, factor)
            case _:
                layout.addWidget(content, factor, alignment)
