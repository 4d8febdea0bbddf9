"""Other values of every setting, for a duplicate of the run; and the menus that offer them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.nn import LAYERS, Conv2D, Dense, Dropout
from core.optim import OPTIMIZERS, Adam
from core.spec import Spec
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.settings_form import SettingsForm
from playground.views.widgets.settings_form.other_values import add_duplicate_menu, other_values
from tests.playground.views.widgets.settings_form.every_setting import Everything

SPECS = [kind() for kinds in (LAYERS, OPTIMIZERS, DATASETS) for kind in kinds]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.kind)
def test_every_other_value_is_a_valid_one(spec: Spec) -> None:
    for setting in spec.settings():
        value = getattr(spec, setting.name)
        for text, other in other_values(setting, value):
            assert text
            assert getattr(spec.replace(**{setting.name: other}), setting.name) != value


@pytest.mark.parametrize(
    ("spec", "name", "texts"),
    [
        (Dense(6), "units", ["3", "5", "7", "12"]),
        (Dropout(0.2), "rate", ["0", "0.4", "0.6", "0.8"]),
        (Adam(), "learning_rate", None),
        (Conv2D(), "kernel_size", ["1 × 1", "2 × 2", "4 × 4", "5 × 5"]),
    ],
)
def test_values_near_the_current_one_are_offered(spec: Spec, name: str, texts: list[str] | None) -> None:
    setting = spec.setting(name)
    found = [text for text, _ in other_values(setting, getattr(spec, name))]
    assert found == (texts or [f"{value:g}" for value in setting.suggestions if value != getattr(spec, name)])


def _menu(form: SettingsForm, name: str) -> QMenu:
    """The submenu of duplicates, opened with the right button on the setting's control."""
    row = form.row(name)
    target = row.findChild(QLineEdit) or row
    place = QPoint(3, 3)
    QApplication.sendEvent(
        target, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, target.mapToGlobal(place))
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    found = menu.actions()[-1].menu()
    assert isinstance(found, QMenu)
    return found


@pytest.fixture
def form(qtbot: QtBot) -> SettingsForm:
    made = SettingsForm(ThemeSource(mode="light"), duplicates=True)
    qtbot.addWidget(made)
    made.show_spec(Dense(6))
    made.show()
    return made


def test_a_menu_requests_a_duplicate_and_changes_nothing(form: SettingsForm) -> None:
    asked: list[tuple[Spec, str]] = []
    form.duplicate_requested.connect(lambda spec, name: asked.append((spec, name)))
    for name, text in (("units", "12"), ("activation", "ReLU")):
        menu = _menu(form, name)
        next(action for action in menu.actions() if action.text() == text).trigger()
        popup = QApplication.activePopupWidget()
        assert popup is not None
        popup.close()
    assert asked == [(Dense(12), "units"), (Dense(6, "relu"), "activation")]
    assert form.spec == Dense(6)


def test_another_value_is_typed_and_a_wrong_one_is_refused(
    form: SettingsForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Spec] = []
    form.duplicate_requested.connect(lambda spec, name: asked.append(spec))
    for text in ("40", "-3"):
        monkeypatch.setattr(QInputDialog, "getText", lambda *args, text=text: (text, True))
        menu = _menu(form, "units")
        menu.actions()[-1].trigger()
        popup = QApplication.activePopupWidget()
        assert popup is not None
        popup.close()
    assert asked == [Dense(40)]
    assert form.row("units").error == "Dense: units must be at least 1, got -3"


def test_texts_have_no_other_values(qapp: QApplication) -> None:
    menu = QMenu()
    add_duplicate_menu(menu, Everything.setting("name"), "a", lambda value: None)
    assert menu.isEmpty()
