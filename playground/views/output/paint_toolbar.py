"""Toolbar for painting points: tool, class, size and density."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from core.data.datasets import MAX_CLASSES
from core.io.sentence import in_sentence
from playground.model.paint_stroke import TOOLS, Brush, Tool
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import FlowLayout, LabeledSlider
from playground.views.widgets.boxes import Gap, hbox, set_up, vbox

_TIPS: Final[dict[Tool, tuple[str, str, str]]] = {
    "brush": ("spray", "Brush", "Spray points of the chosen class over the disc"),
    "point": ("point", "Point", "Set one point of the chosen class at each click"),
    "erase": ("erase", "Erase", "Take away the points under the disc"),
    "jitter": ("jitter", "Jitter", "Shake the points under the disc: noise where you want it"),
    "move": ("grab", "Move", "Drag the points under the disc to another place"),
}
_RADII: Final = (0.2, 3.0)
_BUTTON_PX, _SWATCH_PX, _GAP_PX = 28, 12, 6


class PaintToolbar(QWidget):
    """`brush()` returns the settings; `brush_changed` is emitted for user edits."""

    brush_changed = Signal()
    class_added = Signal()
    cleared = Signal()
    finished = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Paint tools")
        self._themes = themes
        self._colors: tuple[str, ...] = ()
        self._tools = QButtonGroup(self)
        self._classes = QButtonGroup(self)
        self._tool_buttons: dict[Tool, QToolButton] = {name: self._tool_button(name) for name in TOOLS}
        self._class_buttons = [self._class_button(number) for number in range(MAX_CLASSES)]
        self.clear_button = self._button("Clear", "Take all points away; undo brings them back")
        self.clear_button.clicked.connect(self.cleared)
        self.done_button = self._button("Done", "End painting and keep the points (Esc)")
        self.done_button.clicked.connect(self.finished)
        self.add_button = self._button("Add class", "Paint one class more")
        self.add_button.clicked.connect(self.class_added)
        self.radius = self._slider(
            "Size", *_RADII, Brush().radius, 0.1, "How wide the disc is; the wheel turns it too"
        )
        self.density = self._slider(
            "Density", 1, 20, Brush().density, 1, "How many points the brush leaves behind"
        )
        self._lay_out()
        self._tools.idClicked.connect(self._changed)
        self._classes.idClicked.connect(self._changed)
        self._tool_buttons["brush"].setChecked(True)
        themes.theme_changed.connect(self._show_theme)
        self._show_theme(themes.theme)

    def brush(self) -> Brush:
        """The current tool, class, size and density."""
        tool = next(name for name, button in self._tool_buttons.items() if button.isChecked())
        return Brush(tool, self.radius.value, self.density.value, max(0, self._classes.checkedId()))

    def tool_button(self, tool: Tool) -> QToolButton:
        return self._tool_buttons[tool]

    @property
    def class_buttons(self) -> list[QToolButton]:
        """One button per class, in order."""
        return self._class_buttons[: len(self._colors)]

    def color_of(self, number: int) -> str:
        return self._colors[number] if number < len(self._colors) else self._themes.theme.accent

    def choose_class(self, number: int) -> None:
        """Select class `number` (from 0), and the brush unless brush or point is the current tool."""
        if not 0 <= number < len(self._colors):
            return
        self._class_buttons[number].setChecked(True)
        if self.brush().tool not in ("brush", "point"):
            self._tool_buttons["brush"].setChecked(True)
        self._changed()

    def show_classes(self, colors: Sequence[str]) -> None:
        """Create a button per class in its color; the selected class stays, or the last one is selected."""
        if tuple(colors) == self._colors:
            return
        self._colors = tuple(colors)
        chosen = min(max(0, self._classes.checkedId()), len(colors) - 1)
        for button in self._class_buttons[len(colors) :]:
            button.hide()
        for button, color in zip(self._class_buttons, colors, strict=False):
            button.setIcon(_swatch(color, self.devicePixelRatioF()))
            button.show()
        self._class_buttons[chosen].setChecked(True)
        self.add_button.setVisible(len(colors) < MAX_CLASSES)
        self._changed()

    def grow(self, steps: int) -> None:
        """Enlarge the brush by `steps`; negative steps shrink it."""
        self.radius.set_value(self.radius.value * 1.15**steps)
        self._changed()

    def _changed(self, _: object = None) -> None:
        self.density.setEnabled(self.brush().tool == "brush")
        self.radius.setEnabled(self.brush().tool != "point")
        self.brush_changed.emit()

    def _slider(
        self, name: str, low: float, high: float, value: float, step: float, tip: str
    ) -> LabeledSlider:
        decimals = 0 if step >= 1 else 1
        slider = LabeledSlider(
            name,
            low,
            high,
            value,
            step=step,
            formatter=lambda v: f"{v:.{decimals}f}",
            tooltip=tip,
            parent=self,
        )
        slider.value_changed.connect(self._changed)
        return slider

    def _button(self, name: str, tip: str) -> QToolButton:
        button = set_up(QToolButton(self), toolTip=f"{name}: {in_sentence(tip)}", accessibleName=name)
        button.setAccessibleDescription(tip)
        button.setFixedHeight(_BUTTON_PX)
        return button

    def _tool_button(self, tool: Tool) -> QToolButton:
        _, name, tip = _TIPS[tool]
        button = self._button(name, tip)
        button.setCheckable(True)
        button.setFixedWidth(_BUTTON_PX)
        button.setIconSize(QSize(16, 16))
        self._tools.addButton(button, TOOLS.index(tool))
        return button

    def _class_button(self, number: int) -> QToolButton:
        button = self._button(f"Class {number}", f"Paint points of class {number} (key {number})")
        button.setCheckable(True)
        button.setFixedWidth(_BUTTON_PX)
        button.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        button.clicked.connect(partial(self.choose_class, number))
        button.hide()
        self._classes.addButton(button, number)
        return button

    def _show_theme(self, theme: Theme) -> None:
        for name, button in self._tool_buttons.items():
            button.setIcon(icon(_TIPS[name][0], theme))
        for button, drawn in (
            (self.add_button, "add"),
            (self.clear_button, "delete"),
            (self.done_button, "check"),
        ):
            button.setIcon(icon(drawn, theme))

    def _lay_out(self) -> None:
        buttons = FlowLayout(spacing_px=4)
        for button in self._tool_buttons.values():
            buttons.addWidget(button)
        gap = QWidget(self)
        gap.setFixedSize(_GAP_PX, _BUTTON_PX)
        buttons.addWidget(gap)
        for button in (*self._class_buttons, self.add_button):
            buttons.addWidget(button)
        below = hbox(self.radius, Gap(_GAP_PX), self.density, Gap(_GAP_PX), spacing=4)
        for button in (self.clear_button, self.done_button):
            below.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        for button in (self.add_button, self.clear_button, self.done_button):
            button.setFixedWidth(_BUTTON_PX)
            button.setIconSize(QSize(16, 16))
        vbox(buttons, below, parent=self, margins=0, spacing=4)


def _swatch(color: str, ratio: float) -> QIcon:
    made = QPixmap(QSize(_SWATCH_PX, _SWATCH_PX) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(0, 0, 0, 0))
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(0, 0, 0, 0))
    painter.setBrush(QColor(color))
    painter.drawEllipse(0, 0, _SWATCH_PX, _SWATCH_PX)
    painter.end()
    return QIcon(made)
