"""Every setting of every kind has a control that changes it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, SCALINGS
from core.experiment.experiment import Output
from core.nn import ACTIVATIONS, LAYERS, Dense, Dropout, LeakyReLU, ReLU, Tanh
from core.nn.initializers import INITIALIZERS
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.optim.schedules import SCHEDULES
from core.spec import Spec
from core.spec.regularizer import REGULARIZERS
from playground.views.theme.colors import DARK
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, LabeledSlider, Stepper
from playground.views.widgets.settings_form.rows import SettingRow
from tests.playground.views.widgets.settings_form.every_setting import (
    Everything,
    drive,
    form_of,
    type_into,
)

pytestmark = pytest.mark.usefixtures("themed")


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
        if item.name == "features":
            type_into(row.control, spec.offered_columns[0])
        else:
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


def test_a_rule_of_the_whole_spec_is_answered_too(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Everything(count=3))
    drive(form.row("count"))
    assert form.row("count").error == "Everything: count must not be 4 today, got 4"
    assert (seen, form.spec) == ([], Everything(count=3))
    form.discard_drafts()
    assert form.row("count").error == ""
    assert isinstance(form.row("count").control, Stepper)
    assert form.row("count").control.value() == 3


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


def test_it_follows_the_theme(qtbot: QtBot, themes: ThemeSource) -> None:
    form, _ = form_of(qtbot, themes, Dense(4), first=("units",))
    assert form.more is not None
    before = form.more.grab().toImage()
    themes.mode = "dark"
    assert themes.theme is DARK
    assert form.more.grab().toImage() != before
