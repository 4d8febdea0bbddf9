"""A canvas on the screen, and what a user does with mouse and keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.experiment.experiment import Experiment
from core.nn import Dense, Dropout, Layer
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.views.canvas.card_menu import InterventionMenu
from playground.views.canvas.cards import LayerCard
from playground.views.canvas.column_layout import gap_center
from playground.views.canvas.layer_palette import LayerPalette
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, points_experiment

LEFT = Qt.MouseButton.LeftButton


STACK = (Dense(6, "tanh"), Dense(5, "relu"), Dropout(0.2))


@dataclass
class Bench:
    """A window with a canvas and the palette below it, connected as in the main window."""

    window: QWidget
    document: Document
    themes: ThemeSource
    canvas: NetworkCanvas
    palette: LayerPalette

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.document.experiment.layers

    def card(self, index: int) -> LayerCard:
        return self.canvas.cards[index + 1]

    def in_gap(self, gap: int) -> QPoint:
        """A global position in the gap before layer `gap`."""
        scene = self.canvas.scene
        return scene.mapToGlobal(QPoint(round(gap_center(scene.columns, gap)), 300))


def bench(qtbot: QtBot, experiment: Experiment | None = None, width: int = 865) -> Bench:
    window = QWidget()
    document = Document(experiment or Experiment(layers=STACK), window)
    themes = ThemeSource(parent=window)
    canvas, palette = NetworkCanvas(document, themes, window), LayerPalette(themes, window)
    palette.drag_started.connect(lambda layer, _: canvas.zone.begin(layer))
    palette.drag_moved.connect(canvas.zone.hover)
    palette.drag_dropped.connect(canvas.zone.drop)
    palette.drag_cancelled.connect(canvas.zone.cancel)
    palette.append_requested.connect(canvas.editor.append)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(canvas, 1)
    column.addWidget(palette)
    qtbot.addWidget(window)
    window.resize(width, 640)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Bench(window, document, themes, canvas, palette)


def mnist(*layers: Layer) -> Experiment:
    kind = next(kind for kind in DATASETS if "mnist" in kind.kind)
    return Experiment(dataset=kind(), layers=layers, training=TrainingConfig(loss="cross_entropy"))


def press_and_move(widget: QWidget, to: QPoint) -> None:
    """Press in the upper middle of the widget and move in several steps to a global position."""
    start, end = QPoint(widget.width() // 2, 14), widget.mapFromGlobal(to)
    QTest.mousePress(widget, LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(widget, start + (end - start) * step / 5)


def release(widget: QWidget, at: QPoint) -> None:
    QTest.mouseRelease(widget, LEFT, pos=widget.mapFromGlobal(at))


def drag(widget: QWidget, to: QPoint) -> None:
    press_and_move(widget, to)
    release(widget, to)


def palette_card(at: Bench, kind: type[Layer]) -> QWidget:
    return next(card for card in at.palette.cards if isinstance(card.layer, kind))


def kinds(at: Bench) -> list[str]:
    return [layer.kind for layer in at.layers]


def pictures(at: Bench) -> list[QLabel]:
    """The floating cards of drags."""
    own = Qt.FindChildOption.FindDirectChildrenOnly
    return [label for label in at.window.findChildren(QLabel, options=own) if label.isVisible()]


# Several cards at once


def click(card: LayerCard, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(card, LEFT, modifiers, QPoint(card.width() // 2, 14))


def chosen(at: Bench) -> list[int]:
    return [index for index in range(len(at.layers)) if at.card(index).selected]


# Interventions


def held_bench(qtbot: QtBot) -> Bench:
    experiment = points_experiment(4, 3)
    at = bench(qtbot, experiment)
    at.canvas.show_snapshot(fake_snapshot(experiment))
    return at


def choose_hold(at: Bench, place: QPointF, text: str) -> None:
    """Right-click at a position of the field, and choose from the menu."""
    field = at.canvas.scene.field
    QTest.mouseClick(field, Qt.MouseButton.RightButton, pos=place.toPoint())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, InterventionMenu)
    action = next(action for action in menu.actions() if action.text().replace("&", "") == text)
    assert action.isEnabled()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
