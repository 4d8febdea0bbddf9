"""A kind with a setting of every sort, its form, and how a user fills it in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.nn.initializers import INITIALIZERS, GlorotUniform
from core.spec import SettingError, Spec, setting
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, LabeledSlider, Stepper, ValueCombo
from playground.views.widgets.settings_form import SettingsForm
from playground.views.widgets.settings_form.rows import SettingRow

LEFT = Qt.MouseButton.LeftButton


class Everything(Spec):
    """A setting of every type, and a rule across settings."""

    kind = "everything"
    title = "Everything"

    on: bool = setting(True, "On", help="A switch.")
    count: int = setting(5, "Count", low=1, high=9)
    batch: int = setting(10, "Batch", low=1, high=1000, suggestions=(1, 10, 100))
    share: float = setting(0.5, "Share", low=0.0, high=1.0)
    rate: float = setting(0.1, "Rate", low=0.0, above=True, suggestions=(0.1, 1.0))
    value: float = setting(0.25, "Value", low=-100.0, high=100.0)
    mode: str = setting("one", "Mode", choices=("one", "two_three"))
    name: str = setting("a", "Name")
    size: tuple[int, int] = setting((2, 3), "Size", low=1, high=9)
    start: Any = setting(GlorotUniform(), "Start", registry=INITIALIZERS)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.count == 4:
            raise SettingError(f"Everything: count must not be 4 today, got {self.count}")


def shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.resize(200, 600)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


def form_of(qtbot: QtBot, themes: ThemeSource, spec: Spec, **more: Any) -> tuple[SettingsForm, list[Any]]:
    form = SettingsForm(themes, **more)
    form.show_spec(spec)
    shown(qtbot, form)
    seen: list[Any] = []
    form.spec_changed.connect(lambda changed, name: seen.append((changed, name)))
    return form, seen


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def drive(row: SettingRow) -> None:
    """Change the value of a row by its control."""
    control, rule = row.control, row.setting
    if isinstance(control, QCheckBox):
        QTest.mouseClick(control, LEFT, pos=QPoint(8, control.height() // 2))
    elif isinstance(control, Stepper):
        up = rule.high is None or control.value() < rule.high
        QTest.keyClick(control, Qt.Key.Key_Up if up else Qt.Key.Key_Down)
    elif isinstance(control, ValueCombo):
        field = control.lineEdit()
        assert field is not None
        half = control.value // 2 if rule.type == "int" else control.value / 2
        type_into(field, f"{half or 0.5:g}")
    elif isinstance(control, LabeledSlider):
        up = control.track.value() < control.track.maximum()
        QTest.keyClick(control.track, Qt.Key.Key_Right if up else Qt.Key.Key_Left)
    elif isinstance(control, ChoiceCombo):
        last = control.currentIndex() == control.count() - 1
        QTest.keyClick(control, Qt.Key.Key_Up if last else Qt.Key.Key_Down)
    elif isinstance(control, QLineEdit):
        texts = {"shape": "2, 2", "kinds": "dense 3 relu, dropout 0.5", "numbers": "0, 1, 8, 0.5"}
        number = f"{(rule.default or 0.1) / 2:g}" if rule.type == "float" else "other"
        type_into(control, texts.get(rule.type, number))
    else:
        QTest.keyClick(control.findChildren(Stepper)[0], Qt.Key.Key_Up)
