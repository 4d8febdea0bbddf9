"""The settings of a film, and which of its places are shown."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLabel, QWidget

from playground.plugin import GRID_PX, DoubleSpinBox, SettingsForm, ThemeSource, hbox, set_up, vbox
from playground.plugins.film.settings import FilmSettings


class FilmOptions(QWidget):
    """All settings but format and file. `changed` is emitted for changes by the user."""

    changed = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.form = SettingsForm(themes, self, across=True)
        title = set_up(QLabel("Epochs", self), role="caption")
        self.first = self._place("From", "What the film begins with.")
        self.last = self._place("To", "What the film ends with.")
        self._end = 0.0
        places = hbox((self.first, 1), QLabel("to", self), (self.last, 1), spacing=GRID_PX)
        vbox(self.form, vbox(title, places, spacing=4), parent=self, margins=0, spacing=GRID_PX)
        self.form.spec_changed.connect(self.changed)
        for field in (self.first, self.last):
            field.valueChanged.connect(self.changed)

    @property
    def settings(self) -> FilmSettings:
        """The chosen settings. Raises `ValueError` with a sentence."""
        assert isinstance(self.form.spec, FilmSettings)
        last = self.last.value() if self.last.value() < self._end else math.inf
        return replace(self.form.spec, first=self.first.value(), last=last)

    def show_settings(self, settings: FilmSettings) -> None:
        """Set all fields without emitting."""
        blocker = QSignalBlocker(self)
        self.form.show_spec(replace(settings, first=0.0, last=math.inf))
        self.first.setValue(settings.first)
        self.last.setValue(min(settings.last, self._end))
        blocker.unblock()

    def show_range(self, end: float, *, empty: bool = False) -> None:
        """Offer the epochs up to `end`, without emitting; all are chosen. `empty`: there are none yet."""
        blocker = QSignalBlocker(self)
        self._end = end if end < 1 else math.floor(end)
        decimals = 0 if self._end >= 1 or empty else 2
        for field, value in ((self.first, 0.0), (self.last, self._end)):
            field.setEnabled(not empty)
            # What the smallest number is shown as.
            field.setSpecialValueText("none yet" if empty else "")
            field.setDecimals(decimals)
            field.setRange(0.0, self._end)
            field.setValue(value)
        blocker.unblock()

    def _place(self, name: str, tooltip: str) -> DoubleSpinBox:
        field = DoubleSpinBox(self)
        field.setKeyboardTracking(False)
        field.setGroupSeparatorShown(True)
        return set_up(field, accessibleName=f"{name} which place", toolTip=tooltip)
