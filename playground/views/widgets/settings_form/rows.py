"""Form rows per type of setting: caption, control and error message."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QMenu, QWidget

from core.spec import Setting, Spec, specs_to_text
from playground.views.theme.colors import FONT_SMALL_PX
from playground.views.widgets import ChoiceCombo, LabeledSlider, Stepper, ValueCombo
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.descendants import descendants
from playground.views.widgets.settings_form.other_values import add_duplicate_menu, choices_of
from playground.views.widgets.spoken import Role, speak_as

_STEPS = 50
_LOG_RATIO = 100


def fits_slider(setting: Setting) -> bool:
    """Whether a float gets a slider: a short range with both ends on the scale."""
    if setting.type != "float" or setting.suggestions or setting.low is None or setting.high is None:
        return False
    span = setting.high - setting.low
    ticks = span / _step(setting)
    return span <= 1 and abs(ticks - round(ticks)) < 1e-6


def slider_for(setting: Setting, value: float, parent: QWidget | None = None) -> LabeledSlider:
    """A slider over the setting's range, logarithmic for integers over more than two decades.

    Its value is a float for integers too: round it. Raises `ValueError` for an unbounded setting.
    """
    if setting.low is None or setting.high is None:
        raise ValueError(f"{setting.label} must have two limits to be shown as a slider")
    step = _step(setting)
    low = setting.low + step if setting.above else setting.low
    log = setting.type == "int" and low > 0 and setting.high / low > _LOG_RATIO
    decimals = 0 if setting.type == "int" else max(0, -math.floor(math.log10(step) + 1e-9))
    return LabeledSlider(
        setting.label,
        low,
        setting.high,
        value,
        default=setting.default,
        step=step,
        log=log,
        formatter=lambda number: written(number, decimals, setting.unit),
        tooltip=setting.help,
        parent=parent,
    )


def written(number: float, decimals: int, unit: str = "") -> str:
    """The number with `decimals` digits, or as many as are needed to be exact."""
    text = f"{number:,.{decimals}f}"
    if decimals and abs(round(number, decimals) - number) > 1e-9:
        text = f"{number:.6g}"
    return f"{text} {unit}".rstrip()


def _step(setting: Setting) -> float:
    """1 for integers, else 1, 2 or 5 times a power of ten, at most a fiftieth of the range."""
    if setting.type == "int" or setting.low is None or setting.high is None:
        return 1.0
    wanted = (setting.high - setting.low) / _STEPS
    power = 10.0 ** math.floor(math.log10(wanted) + 1e-9)
    factor = max(f for f in (1, 2, 5) if f * power <= wanted * (1 + 1e-9))
    return float(f"{factor * power:.6g}")


_INT_LIMIT = 2**31 - 1
_WIDE_INT = 20


class _Caption(QLabel):
    """A caption whose double click resets the control."""

    reset_requested = Signal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(text)
        speak_as(self, Role.StaticText, keys="Menu on the field")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_requested.emit()
        event.accept()


class SettingRow(QWidget):
    """Base of the rows. `edited(value)` carries unvalidated user input; `show_value` does not emit.

    `duplicated(value)` asks for a duplicate of the run with another value, if `offers_duplicates`.
    """

    edited = Signal(object)
    duplicated = Signal(object)
    captioned = True

    def __init__(self, setting: Setting, value: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self.offers_duplicates = False
        self._value = value
        self.caption = _Caption(setting.label, self)
        """The caption label; a double click resets to the default."""
        self.caption.setProperty("role", "caption")
        self.caption.setVisible(self.captioned)
        self.caption.setToolTip(self._hint())
        self.caption.reset_requested.connect(self.reset)
        self._error = set_up(QLabel(self), role="danger", wordWrap=True)
        self._error.setStyleSheet(f"font-size: {FONT_SMALL_PX}px;")
        self._error.hide()
        self.control = self._make_control(value)
        self.caption.setBuddy(self.control)
        self.setFocusProxy(self.control)
        vbox(self.caption, self.control, self._error, parent=self, margins=0, spacing=2)
        for field in list(descendants(self, QLineEdit)):
            field.installEventFilter(self)

    @property
    def error(self) -> str:
        """The error message, "" if the value is valid."""
        return self._error.text()

    def show_value(self, value: Any) -> None:
        """Update the control if `value` differs; otherwise keep what is being typed."""
        if value != self._value:
            self.discard_draft(value)

    def discard_draft(self, value: Any) -> None:
        """Set the control to `value`, discarding input and error."""
        self._value = value
        self._display(value)
        self.show_error("")

    def show_error(self, sentence: str) -> None:
        """Show an error message; "" hides it."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def reset(self) -> None:
        """Request the default value, like a double click on the caption."""
        self.edited.emit(self.setting.default)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.context_menu(None).popup(event.globalPos())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent) and isinstance(watched, QLineEdit):
            self.context_menu(watched).popup(event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def context_menu(self, field: QLineEdit | None) -> QMenu:
        """Actions on the setting; with the commands of the text field that was clicked."""
        menu = QMenu(self) if field is None else field.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if field is not None:
            menu.addSeparator()
        action = menu.addAction(f"Return to {self._default_text}")
        action.setEnabled(self.setting.default != self._value)
        action.triggered.connect(self.reset)
        if self.offers_duplicates:
            add_duplicate_menu(menu, self.setting, self._value, self.duplicated.emit)
        return menu

    def _emit_edited(self, value: Any) -> None:
        # PySide cannot connect a signal of int or str to one of object.
        self.edited.emit(value)

    def _make_control(self, value: Any) -> QWidget:
        raise NotImplementedError

    def _display(self, value: Any) -> None:
        raise NotImplementedError

    @property
    def _default_text(self) -> str:
        return _named(self.setting.default, self.setting.zero)

    def _hint(self) -> str:
        hint = f"Double-click to return to {self._default_text}."
        return f"{self.setting.help}\n{hint}" if self.setting.help else hint


class _BoolRow(SettingRow):
    captioned = False

    def _make_control(self, value: Any) -> QWidget:
        box = set_up(QCheckBox(self.setting.label, self), toolTip=self.setting.help, checked=value)
        box.setAccessibleDescription(self.setting.help)
        box.clicked.connect(self._emit_edited)
        self._box = box
        return box

    def _display(self, value: Any) -> None:
        self._box.setChecked(value)


class _IntRow(SettingRow):
    def _make_control(self, value: Any) -> QWidget:
        rule = self.setting
        self._stepper = _stepper(rule, value, rule.label, rule.default, self)
        self._stepper.value_changed.connect(self._emit_edited)
        self._stepper.fault_changed.connect(self.show_error)
        return self._stepper

    def _display(self, value: Any) -> None:
        self._stepper.set_value(value)


class _PairRow(SettingRow):
    def _make_control(self, value: Any) -> QWidget:
        box = QWidget(self)
        row = hbox(parent=box, margins=0, spacing=4)
        self._steppers = []
        for place, name in enumerate(("height", "width")):
            label = f"{self.setting.label}, {name}"
            stepper = _stepper(self.setting, value[place], label, self.setting.default[place], box)
            stepper.value_changed.connect(self._stepped)
            stepper.fault_changed.connect(self.show_error)
            self._steppers.append(stepper)
            row.addWidget(stepper, 1)
            if place == 0:
                row.addWidget(QLabel("×", box))
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.setFocusProxy(self._steppers[0])
        box.setAccessibleName(self.setting.label)
        box.setToolTip(self.setting.help)
        return box

    def _stepped(self) -> None:
        self.edited.emit(tuple(stepper.value() for stepper in self._steppers))

    def _display(self, value: Any) -> None:
        for stepper, number in zip(self._steppers, value, strict=True):
            stepper.set_value(number)


class _MenuRow(SettingRow):
    """A combo box for a number with suggestions."""

    def _make_control(self, value: Any) -> QWidget:
        rule = self.setting
        limits = {key: limit for key, limit in (("low", rule.low), ("high", rule.high)) if limit is not None}
        combo = ValueCombo(
            rule.suggestions,
            value,
            **limits,  # type: ignore[arg-type]
            above=rule.above,
            integer=rule.type == "int",
            name=rule.label,
            tooltip=rule.help,
            parent=self,
        )
        combo.value_chosen.connect(self._chosen)
        field = combo.lineEdit()
        assert field is not None
        field.textEdited.connect(self._typed)
        combo.installEventFilter(self)
        self._combo = combo
        return combo

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # On focus loss the combo restores the last valid number: the error is gone.
        popup = Qt.FocusReason.PopupFocusReason
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() != popup:
            self.show_error("")
        return super().eventFilter(watched, event)

    def _chosen(self, value: float) -> None:
        self.edited.emit(round(value) if self.setting.type == "int" else value)

    def _typed(self, text: str) -> None:
        self.show_error(self._combo.fault(text))

    def _display(self, value: Any) -> None:
        self._combo.set_value(value)


class _SliderRow(SettingRow):
    captioned = False

    def _make_control(self, value: Any) -> QWidget:
        self._slider: LabeledSlider = slider_for(self.setting, value, self)
        self._slider.value_changed.connect(self._emit_edited)
        return self._slider

    def _display(self, value: Any) -> None:
        self._slider.set_value(value)


class _FieldRow(SettingRow):
    """A line edit for a text, or for a number whose range is too wide for other controls."""

    def _make_control(self, value: Any) -> QWidget:
        field = set_up(QLineEdit(self), toolTip=self.setting.help, accessibleName=self.setting.label)
        field.setAccessibleDescription(self.setting.help)
        self._field = field
        self._display(value)
        field.editingFinished.connect(self._finished)
        return field

    def _finished(self) -> None:
        text = self._field.text().strip()
        if text == self._written(self._value):
            self.discard_draft(self._value)
        elif self.setting.type == "float":
            self.edited.emit(_number(text))
        else:
            self.edited.emit(text)

    def _display(self, value: Any) -> None:
        self._field.setText(self._written(value))
        self._field.setCursorPosition(0)

    def _written(self, value: Any) -> str:
        return f"{value:.6g}" if self.setting.type == "float" else _named(value)


class _ChoiceRow(SettingRow):
    """A combo box for named choices, or for the kinds of a registry, given by name."""

    def _make_control(self, value: Any) -> QWidget:
        choices = choices_of(self.setting)
        combo = ChoiceCombo(
            [(key, label) for key, label, _ in choices],
            _key(value),
            name=self.setting.label,
            tooltip=self.setting.help,
            parent=self,
        )
        for index, (_, _, summary) in enumerate(choices):
            combo.setItemData(index, summary, Qt.ItemDataRole.ToolTipRole)
        combo.setMinimumContentsLength(6)
        combo.setSizeAdjustPolicy(ChoiceCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.chosen.connect(self._emit_edited)
        self._combo = combo
        return combo

    def _display(self, value: Any) -> None:
        self._combo.set_current(_key(value))


def make_row(setting: Setting, value: Any, parent: QWidget | None = None) -> SettingRow:
    """The row for the setting's type and range."""
    row: type[SettingRow]
    if setting.type == "int":
        wide = setting.high is None or setting.high > _WIDE_INT
        row = _MenuRow if setting.suggestions and wide else _IntRow
    elif setting.type == "float":
        row = _MenuRow if setting.suggestions else _SliderRow if fits_slider(setting) else _FieldRow
    else:
        row = {"bool": _BoolRow, "pair": _PairRow, "choice": _ChoiceRow, "kind": _ChoiceRow}.get(
            setting.type, _FieldRow
        )
    return row(setting, value, parent)


def _stepper(rule: Setting, value: int, name: str, default: int, parent: QWidget) -> Stepper:
    low = -_INT_LIMIT if rule.low is None else int(rule.low) + rule.above
    high = _INT_LIMIT if rule.high is None else min(int(rule.high), _INT_LIMIT)
    made = Stepper(value, low, high, default=default, name=name, tooltip=rule.help, parent=parent)
    made.setSpecialValueText(rule.zero)
    return made


def _key(value: Any) -> str:
    return value.kind if isinstance(value, Spec) else str(value)


def _named(value: Any, zero: str = "") -> str:
    if isinstance(value, Spec):
        return value.title
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        if any(isinstance(part, float) for part in value):
            return ", ".join(f"{part:g}" for part in value)
        return (
            specs_to_text(value)
            if _has_specs(value)
            else " × ".join(str(part or zero or part) for part in value)
        )
    return f"{value:g}" if isinstance(value, float) else str(value or zero or value)


def _has_specs(value: tuple[Any, ...]) -> bool:
    return any(isinstance(part, Spec) for part in value)


def _number(text: str) -> float | str:
    """The number in `text`, with point or comma, or the text itself, for the validator to reject."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text
