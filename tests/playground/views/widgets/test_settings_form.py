"""The settings form by real clicks and keys: every control of every registered kind edits its spec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, SCALINGS
from core.experiment.experiment import Output
from core.nn import ACTIVATIONS, LAYERS, Activation, Dense, Dropout, LeakyReLU, ReLU, Tanh
from core.nn.initializers import INITIALIZERS, Constant, GlorotUniform, HeNormal
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.optim.regularizers import REGULARIZERS
from core.optim.schedules import SCHEDULES
from core.spec import SettingError, Spec, setting
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, apply
from playground.views.widgets import ChoiceCombo, LabeledSlider, Stepper, ValueCombo
from playground.views.widgets.settings_form import SettingsForm, slider_for
from playground.views.widgets.settings_form.rows import SettingRow
from playground.views.widgets.settings_form.sliders import written

LEFT = Qt.MouseButton.LeftButton

# Printed by the offscreen platform for windows with a minimum size and for tooltips.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

REGISTRIES: list[Any] = [
    LAYERS,
    ACTIVATIONS,
    INITIALIZERS,
    OPTIMIZERS,
    LOSSES,
    REGULARIZERS,
    CLIPPINGS,
    SCHEDULES,
    DATASETS,
    SCALINGS,
]
KINDS = [kind for registry in REGISTRIES for kind in registry]


@dataclass(frozen=True)
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


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(mode="light")


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
        type_into(field, f"{control.value / 2 or 0.5:g}")
    elif isinstance(control, LabeledSlider):
        up = control.track.value() < control.track.maximum()
        QTest.keyClick(control.track, Qt.Key.Key_Right if up else Qt.Key.Key_Left)
    elif isinstance(control, ChoiceCombo):
        last = control.currentIndex() == control.count() - 1
        QTest.keyClick(control, Qt.Key.Key_Up if last else Qt.Key.Key_Down)
    elif isinstance(control, QLineEdit):
        texts = {"shape": "2, 2", "kinds": "dense 3 relu, dropout 0.5"}
        number = f"{(rule.default or 0.1) / 2:g}" if rule.type == "float" else "other"
        type_into(control, texts.get(rule.type, number))
    else:
        QTest.keyClick(control.findChildren(Stepper)[0], Qt.Key.Key_Up)


# --- every kind -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*KINDS, Output, Everything], ids=lambda kind: f"{kind.kind}")
def test_every_control_of_every_kind_changes_its_spec(
    kind: type[Spec], qtbot: QtBot, themes: ThemeSource
) -> None:
    spec = kind()
    form, seen = form_of(qtbot, themes, spec)
    assert [row.setting.name for row in form.rows()] == [item.name for item in kind.settings()]
    for item in kind.settings():
        form.show_spec(spec)
        seen.clear()
        row = form.row(item.name)
        drive(row)
        assert [name for _, name in seen] == [item.name], row.error
        changed = seen[0][0]
        assert getattr(changed, item.name) != getattr(spec, item.name)
        assert changed == spec.replace(**{item.name: getattr(changed, item.name)})
        assert form.spec == changed
        assert row.error == ""


@pytest.mark.parametrize("kind", [*KINDS, Output], ids=lambda kind: f"{kind.kind}")
def test_every_control_has_a_name_and_a_hint(kind: type[Spec], qtbot: QtBot, themes: ThemeSource) -> None:
    form, _ = form_of(qtbot, themes, kind())
    for row in form.rows():
        control = row.control.track if isinstance(row.control, LabeledSlider) else row.control
        if isinstance(control, QCheckBox):
            assert control.text() == row.setting.label
        else:
            assert control.accessibleName() == row.setting.label
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        if row.setting.help:
            assert row.setting.help in row.control.toolTip()


# --- values ---------------------------------------------------------------------------------------------------


def test_double_click_on_a_caption_returns_to_the_default(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dense(9))
    QTest.mouseDClick(form.row("units").caption, LEFT)
    assert seen == [(Dense(4), "units")]
    assert isinstance(form.row("units").control, Stepper)
    assert form.row("units").control.value() == 4
    assert "return to 4" in form.row("units").caption.toolTip()


def test_context_menu_returns_to_the_default(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dropout(0.6))
    row = form.row("rate")
    where = QPoint(3, 3)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, row.mapToGlobal(where))
    QApplication.sendEvent(row, event)
    menu = row.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Return to 0.2"]
    menu.setActiveAction(menu.actions()[0])
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert seen == [(Dropout(0.2), "rate")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1000", "Constant: value must be at most 100, got 1000.0"),
        ("much", "Constant: value must be a finite number, got 'much'"),
        ("nan", "Constant: value must be a finite number, got nan"),
        ("", "Constant: value must be a finite number, got ''"),
    ],
)
def test_a_refused_value_is_answered_at_its_row(
    text: str, sentence: str, qtbot: QtBot, themes: ThemeSource
) -> None:
    form, seen = form_of(qtbot, themes, Constant(0.5))
    row = form.row("value")
    field = row.control
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    type_into(field, text)
    assert row.error == sentence
    assert (seen, form.spec, field.text()) == ([], Constant(0.5), text)
    type_into(field, "0,75")
    assert (row.error, seen) == ("", [(Constant(0.75), "value")])


def test_a_rule_of_the_whole_spec_is_answered_too(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Everything(count=3))
    drive(form.row("count"))
    assert form.row("count").error == "Everything: count must not be 4 today, got 4"
    assert (seen, form.spec) == ([], Everything(count=3))
    form.discard_drafts()
    assert form.row("count").error == ""
    assert isinstance(form.row("count").control, Stepper)
    assert form.row("count").control.value() == 3


def test_a_number_typed_into_a_menu_is_judged_while_typing(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Everything())
    combo = form.row("rate").control
    assert isinstance(combo, ValueCombo)
    field = combo.lineEdit()
    assert field is not None
    type_into(field, "-2")
    assert form.row("rate").error == "Rate: must be above 0, got -2."
    form.row("name").control.setFocus()
    assert form.row("rate").error == ""
    assert field.text() == "0.1"
    assert seen == []


# --- kinds within kinds ---------------------------------------------------------------------------------------


def test_a_chosen_kind_brings_its_own_settings(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dense(4, activation=ReLU()))
    assert not form.nested("activation").isVisible()
    combo = form.row("activation").control
    assert isinstance(combo, ChoiceCombo)
    labels = [combo.itemText(i) for i in range(combo.count())]
    assert labels == [kind.title for kind in ACTIVATIONS]
    assert combo.itemData(0, Qt.ItemDataRole.ToolTipRole) == next(iter(ACTIVATIONS)).summary
    steps = list(ACTIVATIONS.names()).index("leaky_relu") - combo.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(combo, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    assert seen[-1] == (Dense(4, activation=LeakyReLU()), "activation")
    inner = form.nested("activation")
    assert inner.isVisible()
    assert inner.row("negative_slope").mapTo(form, QPoint()).x() >= 12
    drive(inner.row("negative_slope"))
    assert seen[-1] == (Dense(4, activation=LeakyReLU(0.22)), "activation")
    form.show_spec(Dense(4, activation=Tanh()))
    assert not inner.isVisible()


# --- updating -------------------------------------------------------------------------------------------------


def test_the_same_kind_keeps_its_rows_the_focus_and_what_is_typed(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Everything())
    rows = form.rows()
    field = form.row("value").control
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "12")
    form.show_spec(Everything(count=7, on=False, size=(5, 6), share=0.9, mode="two_three", name="b"))
    assert form.rows() == rows
    assert field.hasFocus()
    assert field.text() == "12"
    assert isinstance(form.row("count").control, Stepper)
    assert form.row("count").control.value() == 7
    assert [box.value() for box in form.row("size").control.findChildren(Stepper)] == [5, 6]
    assert seen == []


def test_another_kind_gets_other_rows(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dense(4))
    form.show_spec(Dropout(0.3))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [row.setting.name for row in form.findChildren(SettingRow)] == ["rate"]
    form.show_spec(None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert (form.findChildren(SettingRow), form.spec, seen) == ([], None, [])


def test_excluded_settings_have_no_row(qtbot: QtBot, themes: ThemeSource) -> None:
    form, _ = form_of(qtbot, themes, Dense(4), exclude=("use_bias", "bias_initializer"))
    assert [row.setting.name for row in form.rows()] == ["units", "activation", "kernel_initializer"]
    form.exclude = frozenset({"units"})
    assert form.rows()[0].setting.name == "activation"


def test_what_comes_second_is_under_more(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dense(4), first=("units", "activation", "kernel_initializer"))
    more = form.more
    assert more is not None
    assert more.toolTip() == "Also: Bias, Bias initializer"
    assert not form.row("use_bias").isVisible()
    QTest.mouseClick(more, LEFT)
    assert form.row("use_bias").isVisible()
    assert more.text() == "Fewer"
    drive(form.row("use_bias"))
    assert seen == [(Dense(4, use_bias=False), "use_bias")]
    form.show_spec(Activation())
    assert form.more is None
    form.show_spec(Dense(2, kernel_initializer=HeNormal()))
    assert form.row("use_bias").isVisible()


def test_it_follows_the_theme(qtbot: QtBot, themes: ThemeSource) -> None:
    form, _ = form_of(qtbot, themes, Dense(4), first=("units",))
    assert form.more is not None
    before = form.more.grab().toImage()
    themes.mode = "dark"
    assert themes.theme is DARK
    assert form.more.grab().toImage() != before


# --- sliders --------------------------------------------------------------------------------------------------


def test_sliders_have_round_steps_and_honest_texts(qtbot: QtBot) -> None:
    noise = slider_for(DATASETS.get("moons").setting("noise"), 0.1)
    samples = slider_for(DATASETS.get("moons").setting("samples"), 500)
    slope = slider_for(LeakyReLU.setting("negative_slope"), 0.2)
    for slider in (noise, samples, slope):
        qtbot.addWidget(slider)
    assert (noise.track.maximum(), noise.value) == (50, 0.1)
    assert samples.track.maximum() == 200
    QTest.keyClick(slope.track, Qt.Key.Key_Home)
    assert slope.value == pytest.approx(0.02)
    assert [written(n, 2) for n in (0.1, 0.125, 1)] == ["0.10", "0.125", "1.00"]
    assert written(12000, 0, "ms") == "12,000 ms"


def test_a_slider_needs_two_limits() -> None:
    with pytest.raises(ValueError, match="Rate must have two limits"):
        slider_for(Everything.setting("rate"), 0.1)
