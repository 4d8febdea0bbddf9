"""The card of one setting that a sweep varies: which one, and its values as a list or as a range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QFrame, QLabel, QLineEdit, QStackedWidget, QWidget

from core.experiment.experiment import Experiment
from core.io.number_text import count_text
from core.io.sentence import in_sentence
from core.runs.setting_paths import SettingPath, sweepable_settings
from core.runs.trial_text import short_value
from core.spec import SettingError
from core.sweep.axes import Axis, ChoiceAxis, LinearAxis, ListAxis, LogAxis
from core.sweep.proposals import offered_values, proposed_axis
from playground.plugin import Chip, ChipGroup, Segments, SpinBox, ThemeSource, icon, tool_button
from playground.views.widgets.boxes import hbox, restyle, set_up, vbox
from playground.views.widgets.number_format import typed_number
from playground.views.widgets.slider import RangeSlider

MAX_CHIPS: Final = 16
_WIDEST_PX: Final = 180
_OFF: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class ValueChips(ChipGroup):
    """Enter switches a value on and off, Delete and Backspace off; a chip that is off stays, to be switched on again.

    The texts of the values are the names of the chips. One value stays on.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(keep_one=True, name="Values to try", parent=parent)
        self._of, self._left_out = "", list[str]()
        self.toggled.connect(self._on_toggled)

    def show_values(self, of: str, on: Sequence[str], offered: Sequence[str], *, is_number: bool) -> None:
        """Show the values `on` of a setting `of`, and those offered or left out before as far as there is room."""
        if of != self._of:
            self._of, self._left_out = of, []
        # Typed ones must not go for offered ones.
        names = [*dict.fromkeys([*on, *self._left_out, *offered])][: max(MAX_CHIPS, len(on))]
        if is_number:
            names.sort(key=float)
        elif set(names) == set(self.names()):
            names = self.names()
        if names != self.names():
            metrics, side = self.fontMetrics(), Qt.TextElideMode.ElideRight
            self.set_choices(
                [(name, metrics.elidedText(name, side, _WIDEST_PX), name) for name in names], on=on
            )
        else:
            self.set_on(on)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OFF
        ):
            # Else the layers that are selected on another page are deleted.
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chip = self.focusWidget()
        if event.key() not in _OFF or not isinstance(chip, Chip):
            super().keyPressEvent(event)
        elif chip.isChecked():
            chip.click()

    def _on_toggled(self, name: str, on: bool) -> None:
        if not on and name not in self._left_out:
            self._left_out.append(name)


_MAX_SPAN: Final = 1000
"""Of bounds between which ends are dragged over all that is allowed."""


def range_scale(axis: LinearAxis | LogAxis, item: SettingPath) -> tuple[float, float]:
    """The lowest and the highest end: within the bounds of the setting, some way beyond the range and its value."""
    of = item.setting
    least, most = -math.inf if of.low is None else of.low, math.inf if of.high is None else of.high
    if isinstance(axis, LogAxis):
        known = [axis.low, axis.high, *([item.value] if item.value > 0 else [])]
        low = 10.0 ** (math.floor(math.log10(min(known))) - 1)
        high = 10.0 ** (math.ceil(math.log10(max(known))) + 1)
        return (max(low, least) if least > 0 else low), min(high, most)
    if most - least <= _MAX_SPAN:
        low, high = least, most
    else:
        beyond = max(axis.high - axis.low, abs(item.value), 1.0)
        low, high = max(least, axis.low - beyond), min(most, axis.high + beyond)
    # The bound itself may not be allowed.
    return (low + (high - low) / 1000 if of.above and low == of.low else low), high


_MAX_VALUES: Final = 40
_MAX_NAMED: Final = 6
_COUNT_PX: Final = 70
_BUTTON_PX: Final = 22
_WAYS: Final = (
    ("list", "List", "Values one by one"),
    ("linear", "Linear", "Values at equal distances"),
    ("log", "Log", "Values at equal ratios, for settings such as learning rates"),
)
_RANGES: Final = {"linear": LinearAxis, "log": LogAxis}
_FLAGS: Final = {"true": True, "false": False}


class AxisCard(QFrame):
    """`axis` reads what is typed; its faults are sentences below the fields."""

    changed = Signal()
    remove_requested = Signal()

    def __init__(self, name: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._themes = themes
        self._experiment = Experiment()
        self.shown: Axis | None = None
        """The axis that was shown or read last, whatever is typed since."""
        self._items: dict[str, SettingPath] = {}
        self._known: dict[str, Any] = {}
        self._scale, self._scale_of = (0.0, 1.0), ("", "")
        self.setting = _setting_combo(name, self)
        self.way = Segments(_WAYS, name=f"Values of the {in_sentence(name)}", parent=self)
        self.values = set_up(
            QLineEdit(self),
            accessibleName="Values",
            toolTip="Values with commas between them; layers with semicolons: dense 8; dense 16, dense 8",
        )
        self.chips = ValueChips(self)
        self.chips.toggled.connect(self._on_chip)
        self.low, self.high = (
            set_up(QLineEdit(self), accessibleName="From", toolTip="The lowest value"),
            set_up(QLineEdit(self), accessibleName="To", toolTip="The highest value"),
        )
        self.count = set_up(SpinBox(self), accessibleName="How many values")
        self.count.setRange(1, _MAX_VALUES)
        self.count.setFixedWidth(_COUNT_PX)
        self.count.setToolTip("How many values a grid has")
        self.range = RangeSlider(f"Range of the {in_sentence(name)}", themes, self)
        self.range.ends_changed.connect(self._on_dragged)
        told = "Sweep this setting no longer"
        self.remove = tool_button(
            f"Remove the {in_sentence(name)}", told, self, side_px=_BUTTON_PX, flat="true"
        )
        self.remove.clicked.connect(self.remove_requested)
        self.note = set_up(QLabel(self), role="caption", wordWrap=True)
        self._fields = QStackedWidget(self)
        self._span = QWidget(self)
        self._lay_out()
        self.setting.activated.connect(self._on_setting)
        if (line := self.setting.lineEdit()) is not None:
            line.editingFinished.connect(self._restore_title)
        self.way.chosen.connect(self._on_way)
        for field in (self.values, self.low, self.high):
            field.setMinimumWidth(40)
            field.textChanged.connect(self._on_edited)
        self.count.valueChanged.connect(self._on_edited)
        themes.theme_changed.connect(self._restyle)
        self._restyle()

    @property
    def path(self) -> str:
        """The path of the chosen setting; "" for none."""
        return str(self.setting.currentData() or "")

    def show_experiment(self, experiment: Experiment, axis: Axis) -> None:
        """Offer the settings of an experiment, with those of `axis` in the fields, unless they are there."""
        if experiment != self._experiment or not self._items:
            self._experiment = experiment
            self._items = {item.path: item for item in sweepable_settings(experiment)}
            self.setting.clear()
            for path, item in self._items.items():
                self.setting.addItem(item.title, path)
                self.setting.setItemData(self.setting.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        elif axis == self.shown:
            return
        self.setting.setCurrentIndex(self.setting.findData(axis.path))
        self.shown = axis
        self.show_axis(axis)

    def show_fault(self, sentence: str) -> None:
        """Say what is wrong with the axis beside the others."""
        self._show_note(sentence, is_fault=True)

    def show_axis(self, axis: Axis | None) -> None:
        """Write the values of an axis into the fields."""
        item = self._items.get(self.path)
        self.way.setVisible(item is not None and item.is_number)
        self._fields.setVisible(item is not None)
        self._span.setVisible(item is not None and axis is not None and axis.kind in _RANGES)
        if item is None:
            self.chips.hide()
            missing = "" if axis is None else f"The experiment has no {axis.path} now"
            self._show_note(missing, is_fault=True)
            return
        if axis is not None:
            self._write(item, axis)
        self.show_note()

    def axis(self) -> Axis:
        """The typed value. Raises `SettingError`."""
        item = self._items.get(self.path)
        if item is None:
            raise SettingError(self.note.text() or "Sweep: a setting must be chosen")
        way = self.way.current if item.is_number else "list"
        if way in _RANGES:
            low, high = (self._number(field, item) for field in (self.low, self.high))
            axis: Axis = _RANGES[way](item.path, low=low, high=high, count=self.count.value())
        else:
            axis = (ListAxis if item.is_number else ChoiceAxis)(item.path, values=self._listed(item))
        axis.bind(self._experiment).check(self._experiment)
        self.shown = axis
        return axis

    def _show_range(self, axis: Axis) -> None:
        """Draw the ends and values of a range; while they are moved, on the scale that is there."""
        item = self._items.get(self.path)
        if not isinstance(axis, LinearAxis | LogAxis) or item is None:
            return
        is_log, points = isinstance(axis, LogAxis), axis.bind(self._experiment).points()
        if self._scale_of != (axis.path, axis.kind) or not (self.range.is_dragged or self.range.hasFocus()):
            self._scale, self._scale_of = range_scale(axis, item), (axis.path, axis.kind)
        self.range.show_range(
            self._scale, (axis.low, axis.high), points, log=is_log, whole=item.setting.type == "int"
        )

    def show_note(self) -> None:
        """Say which values there are, or what is wrong with them."""
        try:
            axis = self.axis()
            self._show_chips(axis)
            self._show_note(_values_text(axis, self._experiment), is_fault=False)
            self._show_range(axis)
        except SettingError as error:
            self._show_note(str(error), is_fault=True)

    def _show_chips(self, axis: Axis) -> None:
        """The values of a list, and others that can be switched on; a range has its slider instead."""
        item = self._items.get(self.path)
        points = () if item is None or axis.kind in _RANGES else axis.bind(self._experiment).points()
        self.chips.setVisible(item is not None and 0 < len(points) <= MAX_CHIPS)
        if item is not None and self.chips.isVisibleTo(self):
            offered = [_typed(value) for value in offered_values(item, self._experiment)]
            self.chips.show_values(
                axis.path, [_typed(value) for value in points], offered, is_number=item.is_number
            )

    def _on_chip(self) -> None:
        """Write the values that are on, which are read as if they were typed."""
        item = self._items.get(self.path)
        if item is not None:
            self.values.setText(f"{_mark(item)} ".join(self.chips.on()))

    def _show_note(self, text: str, *, is_fault: bool) -> None:
        self.note.setText(text)
        # What is on is seen in the chips.
        self.note.setVisible(bool(text) and (is_fault or not self.chips.isVisibleTo(self)))
        restyle(self.note, role="danger" if is_fault else "caption")

    def _restyle(self) -> None:
        self.remove.setIcon(icon("close", self._themes.theme, "muted"))

    def _write(self, item: SettingPath, axis: Axis) -> None:
        bound = axis.bind(self._experiment)
        points = bound.points()
        self._known = {_typed(value): value for value in points}
        ends = (points[0], points[-1]) if item.is_number else ("", "")
        texts = (f"{_mark(item)} ".join(map(_typed, points)), *map(_typed, ends))
        for field, text in zip((self.values, self.low, self.high), texts, strict=True):
            with QSignalBlocker(field):
                field.setText(text)
                field.setCursorPosition(0)
        with QSignalBlocker(self.count):
            self.count.setValue(len(points))
        self.way.set_current(axis.kind if axis.kind in _RANGES else "list")
        self._fields.setCurrentIndex(int(axis.kind in _RANGES))

    def _on_setting(self) -> None:
        item = self._items.get(self.path)
        self.show_axis(None if item is None else proposed_axis(item, self._experiment))
        self.changed.emit()

    def _restore_title(self) -> None:
        """A search that found nothing leaves the setting as it is."""
        self.setting.setEditText(self.setting.itemText(self.setting.currentIndex()))

    def _on_way(self, way: str) -> None:
        self._fields.setCurrentIndex(int(way in _RANGES))
        self._span.setVisible(way in _RANGES)
        self.chips.hide()
        self._on_edited()

    def _on_dragged(self, low: float, high: float) -> None:
        """Write the ends, and read them once."""
        for field, value in ((self.low, low), (self.high, high)):
            with QSignalBlocker(field):
                field.setText(f"{value:.10g}")
        self._on_edited()

    def _on_edited(self) -> None:
        self.show_note()
        self.changed.emit()

    def _number(self, field: QLineEdit, item: SettingPath) -> float:
        number = typed_number(field.text())
        if number is None:
            name = in_sentence(field.accessibleName())
            raise SettingError(f"{item.title}: {name} must be a number, got {field.text()!r}")
        return number

    def _listed(self, item: SettingPath) -> tuple[Any, ...]:
        written = self.values.text()
        mark = ";" if ";" in written else _mark(item)  # between numbers with commas, too
        texts = [text.strip() for text in written.split(mark) if text.strip()]
        if not texts:
            raise SettingError(f"{item.title}: values must be at least one, got none")
        return tuple(self._value(text, item) for text in dict.fromkeys(texts))

    def _value(self, text: str, item: SettingPath) -> Any:
        if text in self._known:
            return self._known[text]
        if item.setting.type == "bool":
            return _FLAGS.get(text.lower(), text)
        if not item.is_number:
            return text
        number, is_whole = typed_number(text), item.setting.type == "int"
        if number is None or (is_whole and not number.is_integer()):
            kind = "whole numbers" if is_whole else "numbers"
            raise SettingError(f"{item.title}: values must be {kind}, got {text!r}")
        return int(number) if is_whole else number

    def _lay_out(self) -> None:
        ranges = QWidget(self)
        to = set_up(QLabel("to", ranges), role="muted")
        hbox((self.low, 1), to, (self.high, 1), parent=ranges, margins=0, spacing=4)
        # Not between the ends, which have up to seven digits each.
        hbox((self.range, 1), self.count, parent=self._span, margins=0, spacing=6)
        self._fields.addWidget(self.values)
        self._fields.addWidget(ranges)
        self._fields.setFixedHeight(self.values.sizeHint().height())
        head = hbox((self.setting, 1), self.remove, spacing=4)
        rows = head, self.way, self._span, self._fields, self.chips, self.note
        vbox(*rows, parent=self, margins=(10, 8, 10, 8), spacing=6)


def _setting_combo(name: str, parent: QWidget) -> QComboBox:
    """A combo box that finds a setting by any part of its title."""
    combo = set_up(QComboBox(parent), editable=True, accessibleName=name)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    combo.setToolTip("Which setting varies; type a part of its name to find it")
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    completer = combo.completer()
    assert completer is not None, "an editable combo box has one"
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return combo


def _mark(item: SettingPath) -> str:
    """Separator of values: layers have commas between them already."""
    return ";" if item.setting.type == "kinds" else ","


def _typed(value: Any) -> str:
    """A value as it is typed: all digits, since 0.99999 may be allowed where 1 is not."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else short_value(value)


def _values_text(axis: Axis, experiment: Experiment) -> str:
    points: Sequence[Any] = axis.bind(experiment).points()
    named = ", ".join(map(short_value, points[:_MAX_NAMED]))
    return f"{count_text(len(points), 'value')}: {named}{', …' if len(points) > _MAX_NAMED else ''}"
