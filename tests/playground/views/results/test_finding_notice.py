"""What the doctor found, beside the curves."""

from __future__ import annotations

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
