"""A bar for each token is as high as it is frequent; those of the sample are colored."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons, Names
from core.data.datasets.toy_sequences import ModularSums
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, prepare
from core.inspect.snapshot import SnapshotRequest
from core.nn import Embedding
from playground.model.document import Document
from playground.views.sidebar import SidePanel
from playground.views.theme.theme import ThemeSource
from tests.playground.views.sidebar.shown_panel import shown

pytestmark = pytest.mark.usefixtures("themed")
NAMES = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8),)).with_training(loss="cross_entropy")


def made_panel(qtbot: QtBot, qapp: QApplication) -> tuple[SidePanel, PreparedData]:
    panel, prepared = SidePanel(Document(NAMES), ThemeSource(qapp, "light")), prepare(NAMES)
    panel.show_data(prepared)
    shown(qtbot, panel, height=900)
    return panel, prepared


def test_letters_are_counted_and_named(qtbot: QtBot, qapp: QApplication) -> None:
    panel, prepared = made_panel(qtbot, qapp)
    bars = panel.tokens
    texts = prepared.pipeline.inputs.raw(prepared.data.inputs)
    letters = Counter("".join(texts))
    total = letters.total() + len(texts)
    assert bars.names[:2] == ["·", "a"]
    assert bars.shares[0] == pytest.approx(len(texts) / total), "each has one end"
    assert bars.shares[1] == pytest.approx(letters["a"] / total, abs=0.01)
    assert bars.bar(1).height() / bars.bar(2).height() == pytest.approx(bars.shares[1] / bars.shares[2])
    assert bars.title.accessibleName() == "27 letters"
    assert bars.accessibleDescription().startswith(
        f"· {100 * bars.shares[0]:.1f} %, a {100 * bars.shares[1]:.1f} %, "
    )


def test_those_of_the_sample_are_colored(qtbot: QtBot, qapp: QApplication) -> None:
    panel, prepared = made_panel(qtbot, qapp)
    bars, accent = panel.tokens, QColor(panel.tokens._themes.theme.accent)
    for row in (3, 4):
        panel.show_inspection(SnapshotRequest(sample=row))
        image = bars.grab().toImage()
        at = [bars.bar(place).center().x() for place in range(27)]
        floor = round(bars.bar(0).bottom()) - 1
        found = {place for place, x in enumerate(at) if image.pixelColor(int(x), floor) == accent}
        assert found == set(np.unique(prepared.test.inputs[row]).tolist())


def test_many_words_are_the_most_frequent_and_other_data_have_none(qtbot: QtBot, qapp: QApplication) -> None:
    panel, _ = made_panel(qtbot, qapp)
    assert panel.tokens.isVisible()
    panel.show_data(prepare(NAMES.replace(dataset=ModularSums(modulus=97))))
    assert panel.tokens.isVisible()
    assert (len(panel.tokens.names), panel.tokens.title.accessibleName()) == (14, "99 tokens")
    # Words are turned, below all bars.
    bars = panel.tokens
    image = bars.grab().toImage()
    for place in range(14):
        bar, inks = bars.bar(place), set()
        for y in range(round(bar.bottom()) + 2, bars.height()):
            inks |= {image.pixelColor(round(bar.center().x()) + x, y).name() for x in range(-4, 5)}
        assert len(inks) > 1, bars.names[place]
    assert bars.height() - bars.bar(0).bottom() >= 30
    at = bars.bar(3).center().toPoint()
    QApplication.sendEvent(bars, QHelpEvent(QEvent.Type.ToolTip, at, bars.mapToGlobal(at)))
    assert QToolTip.text() == f"{bars.names[3]}: {100 * bars.shares[3]:.1f} %"
    panel.show_data(prepare(Experiment(dataset=Moons())))
    assert not panel.tokens.isVisible()
    panel.show_inspection(SnapshotRequest(sample=1))
    panel.clear()
    assert not panel.tokens.isVisible()
