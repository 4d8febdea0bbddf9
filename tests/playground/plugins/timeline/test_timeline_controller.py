"""Looking back in the window: what shows it, and the ways back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons, Xor
from core.experiment.experiment import Experiment
from core.io.number_text import loss_text
from playground.training.past_worker import MomentPicture
from playground.training.state import TrainingState
from playground.views.results.confusion_tab import ConfusionTab
from playground.views.results.tab import TABS
from playground.views.results.weights_tab import WeightsTab
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click
from tests.playground.views.dialogs.preferences_shown import open_dialog
from tests.playground.window.trained_windows import small, train, wait_for


@pytest.fixture
def trained(make: object, qtbot: QtBot) -> MainWindow:
    window: MainWindow = make(small())  # type: ignore[operator]
    train(window, qtbot, 6)
    return window


def _look_at(window: MainWindow, qtbot: QtBot, epoch: int) -> None:
    window.plugins["timeline"].panel.position_requested.emit(float(epoch))
    shown = window.snapshot_router
    wait_for(
        qtbot, lambda: shown.snapshot is not None and shown.snapshot.is_past and shown.snapshot.epoch == epoch
    )


def test_the_past_is_marked_everywhere_and_escape_returns(trained: MainWindow, qtbot: QtBot) -> None:
    marks = trained.plugins["timeline"].marks
    _look_at(trained, qtbot, 2)
    assert marks.pill.isVisible()
    assert marks.pill.text == "epoch 2 of 6, past"
    assert marks.strip.isVisible()
    assert trained.training_bar.epoch.text() == "2"
    assert trained.training_bar.play_button.property("outlined") == "true"
    assert "showing epoch 2" in trained.status.state.text()
    assert trained.results.curves.canvas.past.epoch == 2.0
    assert trained.results.second_tile.value == loss_text(trained.snapshot_router.snapshot.figures.test.loss)  # type: ignore[union-attr]
    QTest.keyClick(trained, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: not trained.session.past.is_past)
    assert not marks.pill.isVisible()
    assert trained.training_bar.epoch.text() == "6"
    assert trained.training_bar.play_button.property("outlined") == "false"
    assert trained.results.curves.canvas.past.epoch is None
    assert "showing" not in trained.status.state.text()


def test_badge_head_and_bar_tell_one_place_of_a_run_that_rests_within_an_epoch(
    trained: MainWindow, qtbot: QtBot
) -> None:
    trained.actions_by_name["step_batch"].trigger()
    wait_for(qtbot, lambda: "+" in trained.training_bar.epoch.text())
    live = trained.training_bar.epoch.text()
    _look_at(trained, qtbot, 2)
    timeline = trained.plugins["timeline"].panel
    assert trained.plugins["timeline"].marks.pill.text == f"epoch 2 of {live}, past"
    assert timeline.total.text() == f"of {live}"


def test_the_pill_is_short_on_a_narrow_plot(trained: MainWindow, qtbot: QtBot) -> None:
    marks = trained.plugins["timeline"].marks
    marks._plot.resize(250, 250)
    marks.show_past(2.0, 6.0)
    assert marks.pill.text == "past"
    marks.show_past(None, 0)


def test_follow_live_is_off_in_the_past_and_leads_back(trained: MainWindow, qtbot: QtBot) -> None:
    box = trained.output.follow_live
    _look_at(trained, qtbot, 2)
    assert not box.isChecked()
    click(box, QPoint(8, box.height() // 2))
    wait_for(qtbot, lambda: not trained.session.past.is_past)
    assert box.isChecked()
    assert trained.snapshot_router.snapshot is not None
    assert trained.snapshot_router.snapshot.epoch == 6


def test_one_press_of_space_returns_to_live_and_trains_on(trained: MainWindow, qtbot: QtBot) -> None:
    play, session = trained.training_bar.play_button, trained.session
    _look_at(trained, qtbot, 2)
    assert "Return to the present" in play.toolTip()
    QTest.keyClick(trained.canvas, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: session.state is TrainingState.RUNNING)
    assert not session.past.is_past
    assert play.accessibleName() == "Pause"
    _look_at(trained, qtbot, 2)
    assert play.accessibleName() == "Play"  # it goes on meanwhile
    QTest.keyClick(trained.canvas, Qt.Key.Key_Space)
    assert not session.past.is_past
    assert play.accessibleName() == "Pause"
    QTest.keyClick(trained.canvas, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: session.state is TrainingState.PAUSED)


def test_a_moment_within_an_epoch_has_one_epoch_and_one_score_everywhere(
    trained: MainWindow, qtbot: QtBot
) -> None:
    trained.actions_by_name["step_batch"].trigger()
    shown = trained.snapshot_router
    wait_for(qtbot, lambda: shown.snapshot is not None and shown.snapshot.step == 1)
    train(trained, qtbot, 2)
    trained.plugins["timeline"].panel.position_requested.emit(6.2)
    wait_for(
        qtbot,
        lambda: shown.snapshot is not None and shown.snapshot.is_past and not shown.snapshot.figures.is_old,
    )
    panel, results = trained.plugins["timeline"].panel, trained.results
    assert shown.snapshot is not None
    assert shown.snapshot.step == 1
    texts = (
        panel.shown.text(),
        panel.slider.value_text,
        trained.plugins["timeline"].marks.pill.text,
        trained.plugins["timeline"].marks.notice.text,
        trained.status.state.text(),
        trained.training_bar.epoch.text(),
        results.second_tile.toolTip(),
        results.curves.legend.plain_text,
    )
    assert [text for text in texts if "6 + 1/" not in text] == []
    train_loss, test_loss = results.second_tile.below.text().removeprefix("train "), results.second_tile.value
    assert (
        results.curves.legend.plain_text
        == f"at {shown.snapshot.place_text}, train {train_loss}, test {test_loss}"
    )
    assert train_loss == loss_text(shown.snapshot.figures.train.loss)
    place = shown.snapshot.place_text
    trained.actions_by_name["branch_here"].trigger()
    wait_for(qtbot, lambda: trained.document.undo_stack.undoText() == f"Branch from epoch {place}")


def test_live_training_paused_within_an_epoch_has_one_epoch_everywhere(
    trained: MainWindow, qtbot: QtBot
) -> None:
    trained.actions_by_name["step_batch"].trigger()
    shown = trained.snapshot_router
    wait_for(
        qtbot,
        lambda: shown.snapshot is not None and shown.snapshot.step == 1 and not shown.snapshot.figures.is_old,
    )
    assert shown.snapshot is not None
    epoch = shown.snapshot.place_text
    assert " + 1/" in epoch
    timeline, results = trained.plugins["timeline"].panel, trained.results
    texts = (
        trained.training_bar.epoch.text(),
        timeline.shown.text(),
        timeline.slider.value_text,
        results.second_tile.toolTip(),
    )
    assert [text for text in texts if epoch not in text] == []
    # Batches of another size count the same moment anew.
    trained.document.change("Batch size 5", trained.document.experiment.with_training(batch_size=5))
    wait_for(qtbot, lambda: shown.snapshot is not None and shown.snapshot.place_text != epoch)
    assert shown.snapshot is not None
    assert timeline.shown.text() == f"Epoch {shown.snapshot.place_text}"
    assert timeline.slider.value_text.endswith(shown.snapshot.place_text)


def test_settings_that_differ_from_now_are_dashed(trained: MainWindow, qtbot: QtBot) -> None:
    fields = trained.training_bar.fields
    before = fields.batch_size.value
    train(trained, qtbot, 1)
    trained.document.change("Batch size 5", trained.document.experiment.with_training(batch_size=5))
    train(trained, qtbot, 2)
    _look_at(trained, qtbot, 3)
    assert fields.batch_size.value == before
    assert fields.batch_size.property("past") == "true"
    assert "now 5" in fields._captions["batch_size"].caption.text()
    trained.session.past.return_to_live()
    assert fields.batch_size.value == 5
    assert fields.batch_size.property("past") == "false"


def test_a_change_while_looking_back_branches_with_the_settings_of_then(
    trained: MainWindow, qtbot: QtBot
) -> None:
    before = trained.document.experiment.training.batch_size
    trained.document.change("Batch size 5", trained.document.experiment.with_training(batch_size=5))
    train(trained, qtbot, 2)
    _look_at(trained, qtbot, 3)
    trained.training_bar.fields.learning_rate.value_chosen.emit(0.2)
    wait_for(
        qtbot,
        lambda: trained.snapshot_router.snapshot is not None and trained.snapshot_router.snapshot.epoch == 3,
    )
    training = trained.document.experiment.training
    assert (training.optimizer.learning_rate, training.batch_size) == (0.2, before)
    trained.document.undo_stack.undo()
    wait_for(
        qtbot,
        lambda: trained.snapshot_router.snapshot is not None and trained.snapshot_router.snapshot.epoch == 8,
    )


def test_a_click_on_the_curve_looks_at_that_epoch(trained: MainWindow, qtbot: QtBot) -> None:
    canvas = trained.results.curves.canvas
    QTest.mouseClick(
        canvas.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(round(canvas.at(3.0, 0.5).x()), round(canvas.area().center().y())),
    )
    wait_for(qtbot, lambda: trained.session.past.is_past)
    moment = trained.session.past.moment
    assert moment is not None
    assert moment.epoch == 3


def test_play_back_shows_the_run_again_and_ends_live(trained: MainWindow, qtbot: QtBot) -> None:
    seen: list[int] = []
    trained.session.past.changed.connect(
        lambda: seen.append(-1 if trained.session.past.moment is None else trained.session.past.moment.epoch)
    )
    trained.plugins["timeline"].panel.speed_chosen.emit(64.0)
    wait_for(qtbot, trained.actions_by_name["play_back"].isEnabled)
    trained.actions_by_name["play_back"].trigger()
    wait_for(qtbot, lambda: seen and seen[-1] == -1)
    assert seen[:-1] == sorted(seen[:-1])
    assert seen[0] == 0
    assert len(seen) > 3


def test_looking_back_by_keys(trained: MainWindow, qtbot: QtBot) -> None:
    wait_for(qtbot, trained.actions_by_name["look_back"].isEnabled)
    QTest.keyClick(trained, Qt.Key.Key_Comma)
    assert trained.session.past.moment is not None
    assert trained.session.past.moment.epoch == 5
    assert trained.plugins["timeline"].panel.slider.hasFocus()
    QTest.keyClick(trained.plugins["timeline"].panel.slider, Qt.Key.Key_Home)
    assert trained.session.past.moment.epoch == 0
    QTest.keyClick(trained, Qt.Key.Key_B)
    wait_for(qtbot, lambda: trained.document.undo_stack.undoText() == "Branch from epoch 0")


def test_thumbnails_arrive(trained: MainWindow, qtbot: QtBot) -> None:
    wait_for(qtbot, lambda: len(trained.plugins["timeline"].panel.strip.frames) >= 7)
    positions = [frame.position for frame in trained.plugins["timeline"].panel.strip.frames]
    assert positions == sorted(positions)


def test_a_thumbnail_of_the_run_before_comes_too_late(trained: MainWindow, qtbot: QtBot) -> None:
    film, past = trained.plugins["timeline"].panel.strip, trained.session.past
    wait_for(qtbot, lambda: film.frames)
    old = past.moments[0]
    trained.document.change("Use XOR", with_dataset(small(), Xor(samples=60)))
    wait_for(qtbot, lambda: past.moments and old not in past.moments and not film.frames)
    past.thumbnail_taken.emit(MomentPicture(old, np.zeros((4, 4, 1), np.float32), None))
    assert old.number not in film._frames


def test_in_a_low_window_the_timeline_is_one_row(trained: MainWindow, qtbot: QtBot) -> None:
    panel = trained.plugins["timeline"].panel
    assert not panel.is_low
    high = panel.sizeHint().height()
    trained.resize(1280, 720)
    wait_for(qtbot, lambda: panel.is_low)
    assert panel.sizeHint().height() < high / 2
    assert not panel.strip.isVisible()
    assert panel.slider.isVisible()


def test_a_moment_of_another_network_is_shown_too(trained: MainWindow, qtbot: QtBot) -> None:
    layers = trained.document.experiment.layers
    trained.document.change_layers("Remove Dense", layers[:1])
    train(trained, qtbot, 2)
    _look_at(trained, qtbot, 3)
    snapshot = trained.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.experiment.layers == layers
    assert np.isfinite(snapshot.boundary).all()
    assert len(trained.canvas.cards) == 4
    assert not trained.canvas.cards[1].isEnabled()
    assert not trained.panels.side.layer.isEnabled()
    assert trained.status.parameters.text() == "31 parameters"
    trained.session.past.return_to_live()
    assert len(trained.canvas.cards) == 3
    assert trained.canvas.cards[1].isEnabled()
    assert trained.panels.side.layer.isEnabled()
    assert trained.status.parameters.text() == "17 parameters"


def test_a_moment_of_other_data_is_shown_with_these(trained: MainWindow, qtbot: QtBot) -> None:
    old, document = trained.session.past.moments[0].experiment.dataset, trained.document
    assert isinstance(old, Moons)
    before = trained.output.plot._test_points.copy()
    document.change("Noise", document.experiment.replace(dataset=old.replace(noise=0.4, samples=90)))
    wait_for(qtbot, lambda: len(trained.output.plot._test_points) != len(before))
    train(trained, qtbot, 2)
    after = trained.output.plot._test_points.copy()
    _look_at(trained, qtbot, 3)
    np.testing.assert_array_equal(trained.output.plot._test_points, before)
    assert trained.results.tab(ConfusionTab)._tested == len(before)
    assert "The data were others" in trained.plugins["timeline"].marks.notice.text
    trained.session.past.return_to_live()
    wait_for(qtbot, lambda: len(trained.output.plot._test_points) == len(after))
    np.testing.assert_array_equal(trained.output.plot._test_points, after)


def test_a_moment_with_other_features_is_shown_over_the_points(trained: MainWindow, qtbot: QtBot) -> None:
    document = trained.document
    document.change(
        "Features", document.experiment.replace(features=("x1", "x2", "x1_squared", "x2_squared"))
    )
    train(trained, qtbot, 2)
    _look_at(trained, qtbot, 3)
    plot = trained.output.plot
    assert plot._prepared is not None
    np.testing.assert_array_equal(plot._test_points, plot._prepared.test_points)


def test_the_memory_of_the_timeline_is_a_preference(trained: MainWindow, qtbot: QtBot) -> None:
    assert trained.session.timeline.memory_limit == 256_000_000
    dialog = open_dialog(trained, qtbot)
    (note,) = dialog.notes.values()
    assert note.text().endswith(" MB of 256 MB") or note.text().endswith(" KB of 256 MB")
    row = dialog.added["timeline/megabytes"]
    row.edited.emit(64)
    assert trained.session.timeline.memory_limit == 64_000_000
    assert note.text().endswith(" of 64.0 MB")
    row.edited.emit(31)
    assert row.error == "Timeline: timeline in memory (MB) must be at least 32, got 31"
    assert trained.session.timeline.memory_limit == 64_000_000
    dialog.close()


def test_without_a_run_nothing_can_be_looked_at(make: object) -> None:
    window: MainWindow = make(Experiment())  # type: ignore[operator]
    for name in ("branch_here", "back_to_live"):
        assert not window.actions_by_name[name].isEnabled()


def test_the_weights_tab_shows_the_run_from_its_start_and_marks_the_past(
    trained: MainWindow, qtbot: QtBot
) -> None:
    results = trained.results
    results.tabs.setCurrentIndex(TABS.index(WeightsTab))
    strip = results.weights.weights
    wait_for(qtbot, lambda: strip.rows.epochs == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    newest = strip.accessibleName()
    _look_at(trained, qtbot, 2)
    wait_for(qtbot, lambda: strip.accessibleName() != newest)
    assert strip.rows.epochs == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    trained.session.past.return_to_live()
    assert strip.accessibleName() == newest
    # The run that continues this one has its moments too.
    trained.document.change("Batch size 5", trained.document.experiment.with_training(batch_size=5))
    train(trained, qtbot, 1)
    results.tabs.setCurrentIndex(0)
    results.tabs.setCurrentIndex(TABS.index(WeightsTab))
    wait_for(qtbot, lambda: strip.rows.epochs == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
