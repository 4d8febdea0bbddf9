"""The settings of a film: what is in the picture, how it looks, how long it is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from playground.film.settings import FORMATS, SHAPES, FilmSettings
from playground.views.theme.colors import GRID_PX, RADIUS_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.chips import Segments
from playground.views.widgets.number_format import size_text
from playground.views.widgets.slider import LabeledSlider
from playground.views.widgets.stepper import DoubleSpinBox

_WORDS: Final = {
    ".mp4": ("video, smallest", "For talks and messages; seen by every player."),
    ".webp": ("web, sharp", "For web pages; loops, and keeps every color."),
    ".gif": ("opens anywhere", "For everything else; 256 colors."),
}
_HEIGHT_PX: Final = 56


class FormatCards(QWidget):
    """The arrow keys move the choice. `chosen` carries the suffix that the user has chosen."""

    chosen = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.cards = {suffix: _Card(suffix, themes, self) for suffix in _WORDS}
        self._group = QButtonGroup(self)
        row = hbox(parent=self, margins=0, spacing=GRID_PX)
        for card in self.cards.values():
            self._group.addButton(card)
            row.addWidget(card, 1)
        self._group.buttonClicked.connect(self._on_clicked)

    @property
    def suffix(self) -> str:
        """The chosen format's suffix."""
        return next(suffix for suffix, card in self.cards.items() if card.isChecked())

    def choose(self, suffix: str) -> None:
        """Choose without emitting."""
        self.cards[suffix].setChecked(True)

    def show_size(self, suffix: str, size: int) -> None:
        """Show about how many bytes a format takes; 0 if there is nothing to write."""
        self.cards[suffix].set_size(size)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.suffix)


class _Card(QAbstractButton):
    def __init__(self, suffix: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._size = themes, ""
        self._words, tip = _WORDS[suffix]
        self.setText(FORMATS[suffix])
        set_up(self, checkable=True, toolTip=tip, accessibleName=f"Format: {FORMATS[suffix]}")
        self.setAccessibleDescription(self._words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        themes.theme_changed.connect(self.update)

    def set_size(self, size: int) -> None:
        self._size = f"≈ {size_text(size)}" if size else ""
        self.setAccessibleDescription(", ".join(filter(None, (self._words, self._size))))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(130, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, chosen = self._themes.theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = chosen or self.hasFocus()
        edge = theme.accent if strong else theme.border_strong if self.underMouse() else theme.border
        painter.setPen(QPen(QColor(edge), 2.0 if strong else 1.0))
        painter.setBrush(QColor(theme.accent_soft if chosen else theme.surface_raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        upper = self.rect().adjusted(12, 8, -12, -self.height() // 2)
        lower = self.rect().adjusted(12, self.height() // 2, -12, -8)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        enabled = self.isEnabled()
        painter.setFont(font(bold=True))
        painter.setPen(QColor(theme.text if enabled else theme.text_faint))
        painter.drawText(upper, middle | left, self.text())
        painter.setFont(font("small"))
        painter.setPen(QColor(theme.text_muted if enabled else theme.text_faint))
        painter.drawText(upper, middle | right, self._size)
        painter.drawText(lower, middle | left, self._words)
        painter.end()


_SIDES: Final = (240, 360, 480, 720, 1080)
_PARTS: Final = (
    ("boundary", "Boundary", "What the network predicts over the plane, with the points."),
    ("network", "Network", "Layers, neurons and weights."),
    ("curves", "Curves", "Accuracy, and both losses over the epochs."),
    ("epoch", "Epoch", "The epoch that is seen, in the upper right corner."),
)
_MAX_CAPTION: Final = 200
_TITLE_SECONDS: Final = 1.5
_HOLD_SECONDS: Final = 1.5


class FilmOptions(QWidget):
    """All settings but format and file. `changed` is emitted for changes by the user."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.parts = {name: set_up(QCheckBox(text, self), toolTip=tip) for name, text, tip in _PARTS}
        self.caption = set_up(
            QLineEdit(self),
            accessibleName="Caption",
            toolTip="The line above the picture, and on the title card.",
            placeholderText="None",
        )
        self.caption.setMaxLength(_MAX_CAPTION)
        self.shape = Segments([(name, name, f"Width to height {name}.") for name in SHAPES], name="Shape")
        self.side = set_up(QComboBox(self), accessibleName="Size", toolTip="Width and height in pixels.")
        for side in _SIDES:
            self.side.addItem("", side)
        self.colors = Segments(
            [("light", "Light", "As the light theme."), ("dark", "Dark", "As the dark theme.")], name="Colors"
        )
        self.pace = Segments(
            [
                ("even", "Even", "Every epoch lasts as long as any other."),
                ("slow", "Slow start", "The first epochs, in which most is learned, last longer."),
            ],
            name="Pace",
        )
        for choice in (self.shape, self.colors, self.pace):
            choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.seconds = LabeledSlider(
            "Seconds", 1, 60, 10, step=0.5, formatter=lambda value: f"{value:g} s", parent=self,
            tooltip="How long the training lasts in the film.",
        )  # fmt: skip
        self.fps = LabeledSlider(
            "Frames per second", 5, 60, 30, parent=self, tooltip="More are smoother, and make a larger file."
        )
        self.first = self._place("From")
        self.last = self._place("To")
        self.range_title = set_up(QLabel("Epochs", self), role="caption")
        self.loop = set_up(
            QCheckBox("Loop", self), toolTip="Begin again at the end; a video's player decides that itself."
        )
        self.hold = set_up(
            QCheckBox(f"Hold the last frame {_HOLD_SECONDS:g} s", self),
            toolTip="Time to look at what was learned before it begins again.",
        )
        self.title = set_up(
            QCheckBox(f"Title card {_TITLE_SECONDS:g} s", self), toolTip="Begin with the caption alone."
        )
        self._end = 0.0
        self._lay_out()
        self._connect()
        self.show_settings(FilmSettings())

    @property
    def settings(self) -> FilmSettings:
        """The chosen settings. Raises `ValueError` with a sentence."""
        return FilmSettings(
            **{name: box.isChecked() for name, box in self.parts.items()},
            caption=self.caption.text().strip(),
            shape=self.shape.current,
            side=int(self.side.currentData()),
            dark=self.colors.current == "dark",
            slow_start=self.pace.current == "slow",
            seconds=self.seconds.value,
            fps=round(self.fps.value),
            loop=self.loop.isChecked(),
            hold=_HOLD_SECONDS if self.hold.isChecked() else 0.0,
            title=_TITLE_SECONDS if self.title.isChecked() else 0.0,
            first=self.first.value(),
            last=self.last.value() if self.last.value() < self._end else math.inf,
        )

    def show_settings(self, settings: FilmSettings) -> None:
        """Set all fields without emitting."""
        blocker = QSignalBlocker(self)
        for name, box in self.parts.items():
            box.setChecked(getattr(settings, name))
        self.caption.setText(settings.caption)
        self.shape.set_current(settings.shape)
        self._write_sides()
        self.side.setCurrentIndex(min(range(len(_SIDES)), key=lambda i: abs(_SIDES[i] - settings.side)))
        self.colors.set_current("dark" if settings.dark else "light")
        self.pace.set_current("slow" if settings.slow_start else "even")
        self.seconds.set_value(settings.seconds)
        self.fps.set_value(settings.fps)
        self.loop.setChecked(settings.loop)
        self.hold.setChecked(settings.hold > 0)
        self.title.setChecked(settings.title > 0)
        self.first.setValue(settings.first)
        self.last.setValue(min(settings.last, self._end))
        blocker.unblock()

    def show_range(self, end: float, *, in_seconds: bool, empty: bool = False) -> None:
        """Offer the places up to `end`, in epochs or seconds, without emitting; all of them are chosen.

        `empty`: there are no places yet.
        """
        blocker = QSignalBlocker(self)
        self._end = end if in_seconds or end < 1 else math.floor(end)
        self.range_title.setText("Seconds of the recording" if in_seconds else "Epochs")
        decimals = 1 if in_seconds else 0 if self._end >= 1 or empty else 2
        for field, value in ((self.first, 0.0), (self.last, self._end)):
            field.setEnabled(not empty)
            # What the smallest number is shown as.
            field.setSpecialValueText("none yet" if empty else "")
            field.setDecimals(decimals)
            field.setRange(0.0, self._end)
            field.setValue(value)
        self.pace.setEnabled(not in_seconds)
        if in_seconds:
            self.pace.set_current("even")
        blocker.unblock()

    def _connect(self) -> None:
        for box in (*self.parts.values(), self.loop, self.hold, self.title):
            box.toggled.connect(self._on_changed)
        self.caption.textChanged.connect(self._on_changed)
        for choice in (self.shape, self.colors, self.pace):
            choice.chosen.connect(self._on_changed)
        self.side.currentIndexChanged.connect(self._on_changed)
        for slider in (self.seconds, self.fps):
            slider.value_changed.connect(self._on_changed)
        for field in (self.first, self.last):
            field.valueChanged.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._write_sides()
        self.changed.emit()

    def _write_sides(self) -> None:
        for index, side in enumerate(_SIDES):
            width, height = replace(FilmSettings(), shape=self.shape.current, side=side).size
            self.side.setItemText(index, f"{width:,} × {height:,} px")

    def _place(self, name: str) -> DoubleSpinBox:
        field = DoubleSpinBox(self)
        field.setKeyboardTracking(False)
        field.setGroupSeparatorShown(True)
        field.setAccessibleName(f"{name} which place")
        field.setToolTip("What the film begins with." if name == "From" else "What the film ends with.")
        return field

    def _lay_out(self) -> None:
        parts = hbox(*self.parts.values(), STRETCH, spacing=2 * GRID_PX)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID_PX)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addLayout(vbox(set_up(QLabel("Shape", self), role="caption"), self.shape, spacing=4), 0, 0)
        grid.addLayout(vbox(set_up(QLabel("Size", self), role="caption"), self.side, spacing=4), 0, 1)
        grid.addLayout(vbox(set_up(QLabel("Colors", self), role="caption"), self.colors, spacing=4), 1, 0)
        grid.addLayout(vbox(set_up(QLabel("Pace", self), role="caption"), self.pace, spacing=4), 1, 1)
        grid.addWidget(self.seconds, 2, 0)
        grid.addWidget(self.fps, 2, 1)
        places = hbox((self.first, 1), QLabel("to", self), (self.last, 1), spacing=GRID_PX)
        grid.addLayout(vbox(self.range_title, places, spacing=4), 3, 0, 1, 2)
        ends = hbox(self.loop, self.hold, self.title, STRETCH, spacing=2 * GRID_PX)
        vbox(
            set_up(QLabel("IN THE PICTURE", self), role="section"),
            parts,
            vbox(set_up(QLabel("Caption", self), role="caption"), self.caption, spacing=4),
            grid,
            ends,
            parent=self,
            margins=0,
            spacing=10,
        )
