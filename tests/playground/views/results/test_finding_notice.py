"""What the doctor found, beside the curves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.views.results import ResultsPanel
from tests.playground.fakes import points_experiment
from tests.playground.views.doctor.patients import dead


def test_the_worst_finding_stands_beside_the_curves_and_opens_the_doctor(
    qtbot: QtBot, panel: ResultsPanel
) -> None:
    before = panel.loss.canvas.geometry()
    notice = panel.loss.notice
    assert not notice.isVisible()
    finding = dead(points_experiment())
    panel.show_findings((finding, finding))
    assert notice.isVisible()
    assert notice.sentence == "Training doctor: Dead ReLU units and 1 more"
    assert finding.sentence in notice.toolTip()
    assert panel.loss.canvas.geometry() == before, "nothing moves"
    with qtbot.waitSignal(panel.doctor_requested):
        qtbot.mouseClick(notice, Qt.MouseButton.LeftButton)
    panel.show_findings(())
    assert not notice.isVisible()
    assert notice.sentence == ""


@pytest.mark.parametrize("title", ["Saturated", "Gradient explodes", "Dead ReLU units", "Overfits"])
def test_a_title_is_whole_where_there_is_room(panel: ResultsPanel, title: str) -> None:
    panel.resize(430, 380)
    panel.show_findings((replace(dead(points_experiment()), title=title),))
    notice = panel.loss.notice
    assert notice.text() == title
    notice.resize(notice.width() - 10, notice.height())
    assert notice.text().endswith("…")
