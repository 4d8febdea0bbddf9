"""Widgets and layouts in one call each: `hbox(set_up(QLabel("Name", self), role="muted"), field, STRETCH, button)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget


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
"""What lies in a layout, with its stretch factor and its alignment, as QBoxLayout.addWidget takes them."""
Margins: TypeAlias = int | tuple[int, int, int, int] | None
"""Pixels at all sides, or left, top, right and bottom; None: those of the style."""
W = TypeVar("W", bound=QWidget)


def set_up(widget: W, **properties: str | int) -> W:
    """The widget with properties of Qt, such as `toolTip`, and of the stylesheet, such as `role`."""
    for name, value in properties.items():
        widget.setProperty(name, value)
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
