"""The export of the window's network, and of pictures of its panels."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage, QMouseEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QCheckBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Dataset, Digits, Iris, Moons
from core.data.datasets.series_file_dataset import Sunspots
from core.data.datasets.toy_sequences import Repeat
from core.data.pipeline import CategoryColumn, NumberColumn, TableInputs
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import load_project
from core.experiment.templates import TEMPLATES, with_template
from core.formats import load_model
from core.formats.external_reader import ReaderPredictions
from core.formats.trained_experiment import trained_model
from core.nn import Conv2D, Dense
from core.nn.interventions import Intervention
from core.reports import REPORTS, Report, TrainingRecord
from core.spec import SettingError
from core.train.stop_condition import StopCondition
from playground.commands import window_controller
from playground.commands.model_content import _columns_text
from playground.plugins import PLUGINS
from playground.plugins.export import window_content
from playground.plugins.export.dialog import ExportDialog
from playground.plugins.export.window_content import ProjectContent, ProjectFormat, _given
from playground.plugins.film.dialog import FilmDialog
from playground.plugins.film.film import FILM_FORMATS
from playground.plugins.plugin import Plugin, Plugins
from playground.training.state import TrainingState
from playground.views.dialogs.command_palette import CommandPalette
from playground.views.dialogs.export import Added, Fact
from playground.views.pictures import PICTURES, Picture, picture_bytes, picture_image
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.penguins import penguins, write_penguins
from tests.playground.driving import click, plot_is_final, press, put_text
from tests.playground.window.trained_windows import wait_for

pytestmark = [pytest.mark.usefixtures("forked_programs"), pytest.mark.shared_window]
CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 20_000


@pytest.mark.parametrize(
    ("data", "given"),
    [
        (Moons(), (("x1", "x2"), "Features")),
        (Digits(), (("image",), "Pixels")),
        (
            Iris(),
            (
                tuple(
                    f"{each} (cm)" for each in ("sepal length", "sepal width", "petal length", "petal width")
                ),
                "Scale",
            ),
        ),
        (Sunspots(), (("sunspots",), "Scale")),
        (Repeat(), (("text",), "Tokens")),
    ],
    ids=lambda each: getattr(each, "kind", ""),
)
def test_a_models_picture_begins_with_what_the_model_is_given(
    data: Dataset, given: tuple[tuple[str, ...], str]
) -> None:
    pipeline = prepare(changed(Experiment(), dataset=data).experiment).pipeline
    assert _given(pipeline) == given


def opened(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    window.activateWindow()
    press(window, Qt.Key.Key_E, CTRL)
    (dialog,) = (found for found in window.findChildren(ExportDialog) if found.isVisible())
    qtbot.waitUntil(dialog.isActiveWindow, timeout=PATIENCE_MS)
    return dialog


def train(window: MainWindow, qtbot: QtBot, epochs: int = 3) -> None:
    window.session.step_epochs(epochs)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    router = window.snapshot_router
    wait_for(qtbot, lambda: router.snapshot is not None and router.snapshot.epoch == epochs)


def test_the_code_follows_format_layout_and_name_and_reads_the_file(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog, keys = opened(window, qtbot), Qt.Key
    dialog.formats.choose("npz")
    assert "def predict(points):" in dialog.page.code.code
    dialog.page.form.row("layout").control.setFocus()
    press(window, keys.Key_Down)
    assert "torch.nn.Linear(4, 6),\n    torch.nn.Tanh(),\n" in dialog.page.code.code
    press(window, keys.Key_Up)
    put_text(dialog.path, str(tmp_path / "mine"))
    qtbot.waitUntil((tmp_path / "mine.npz").exists, timeout=PATIENCE_MS)
    QGuiApplication.clipboard().clear()
    click(dialog.page.code.copy)
    program = tmp_path / "program.py"
    program.write_text(QGuiApplication.clipboard().text(), "utf-8")
    labels, probabilities = runpy.run_path(str(program))["predict"](np.zeros((3, 2), np.float32))
    assert set(labels) <= {"0", "1"}
    assert probabilities.shape == (3, 2)


def test_half_of_an_autoencoder_is_written_and_proven(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    vae = next(each for each in TEMPLATES if each.title == "VAE" and each.for_images)
    window = make(with_template(with_dataset(Experiment(), Digits()), vae))
    train(window, qtbot, 1)
    dialog = opened(window, qtbot)
    dialog.formats.choose("npz")
    for half, shape in (("encoder", (2,)), ("decoder", (64,))):
        click(dialog.part.buttons[half])
        graph = dialog.page.graph._graph
        assert graph.outputs[0] == ("code 1" if half == "encoder" else "pixel_0_0")
        put_text(dialog.path, str(tmp_path / half))
        path = tmp_path / f"{half}.npz"
        qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
        found = load_model(path)
        assert found.network.output_shape == shape
        assert found.proof is None or found.proof["samples"] > 100
    click(dialog.part.buttons["whole"])
    assert len(dialog.page.graph._graph.steps) == 9


def test_other_networks_have_no_halves(window: MainWindow, qtbot: QtBot) -> None:
    assert not opened(window, qtbot).part.isVisible()


@pytest.mark.parametrize("units", [4, 400])
def test_the_copied_code_of_a_program_is_the_file_and_runs(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, units: int
) -> None:
    window = make(Experiment(dataset=Moons(samples=60), layers=(Dense(units),)))
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("numpy_program")
    code = dialog.page.code
    assert ("weights = {...}" in code.code) == (units > 100)
    QGuiApplication.clipboard().clear()
    click(code.copy)
    copied = tmp_path / "copied.py"
    copied.write_text(QGuiApplication.clipboard().text(), "utf-8")
    labels, probabilities = runpy.run_path(str(copied))["predict"]([[0.5, -0.5]])
    assert labels[0] in ("0", "1")
    put_text(dialog.path, str(tmp_path / "saved"))
    qtbot.waitUntil((tmp_path / "saved.py").exists, timeout=PATIENCE_MS)
    saved = runpy.run_path(str(tmp_path / "saved.py"))["predict"]([[0.5, -0.5]])
    np.testing.assert_array_equal(saved[1], probabilities)


def test_the_dialog_stays_open_and_lists_what_was_written(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(Experiment(name="Moons 70k", dataset=Moons(samples=60), layers=(Dense(2),)))
    train(window, qtbot)
    window.preferences.last_folder = str(tmp_path)
    click(window.plugins["export"].button)
    (dialog,) = window.findChildren(ExportDialog)
    side = dialog.side
    assert not side.written.isVisible()
    dialog.formats.choose("weights_json")
    click(dialog.export_button)
    qtbot.waitUntil(side.written.isVisible, timeout=PATIENCE_MS)
    dialog.formats.choose("numpy_program")
    assert dialog.path.text() == str(tmp_path / "Moons_70k.py")
    dialog.page.form.row("weights").control.setFocus()
    press(window, Qt.Key.Key_Down)
    click(dialog.export_button)
    qtbot.waitUntil(lambda: len(side.written.facts) == 3, timeout=PATIENCE_MS)
    names = ["Moons_70k.npz", "Moons_70k.py", "Moons 70k.weights.json"]
    assert [fact.text for fact in side.written.facts] == names, "the last on top"
    assert side.written.toolTip() == "\n".join(str(tmp_path / name) for name in names)
    assert all((tmp_path / name).is_file() for name in names)
    asked: list[str] = []
    monkeypatch.setattr(
        window_controller, "ask", lambda _, text, *given, **more: (asked.append(text), given[-1])[1]
    )
    click(dialog.export_button)
    qtbot.waitUntil(lambda: not dialog._job.busy, timeout=PATIENCE_MS)
    assert asked == ["Replace Moons_70k.py and Moons_70k.npz?"]
    assert len(side.written.facts) == 3, "written once more"
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    click(side.folder)
    assert shown == [str(tmp_path)]
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog), timeout=PATIENCE_MS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
    assert opened(window, qtbot).exporter.kind == "numpy_program", "it goes on with the last format"


def test_only_pictures_that_there_are_can_be_searched_for(window: MainWindow) -> None:
    """Two classes have no residuals, and nobody draws points."""
    window.help.open_commands()
    (palette,) = window.findChildren(CommandPalette)
    listed = {command.text for command in palette.shown}
    assert {"Export Boundary…", "Export Confusion…", "Export Whole window…"} <= listed
    assert not {"Export Residuals…", "Export Drawing…", "Export Samples…"} & listed
    palette.close()


def test_without_a_network_that_runs_a_sentence_stands_there(window: MainWindow, qtbot: QtBot) -> None:
    experiment = window.document.experiment
    window.document.change("Insert", replace(experiment, layers=(Conv2D(), *experiment.layers)))
    dialog = opened(window, qtbot)
    assert dialog.page.code.code == ""
    assert "Conv2D needs an image" in dialog.page.refusal.text()
    assert not dialog.page.code.copy.isEnabled()
    assert not dialog.export_button.isEnabled()


def test_the_network_is_that_of_the_moment_of_opening(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    train(window, qtbot)
    dialog = opened(window, qtbot)
    assert dialog.subtitle.text().startswith("Spirals · epoch 3 · 87 parameters · test accuracy ")
    taken = window.session.checkpoint()
    assert taken is not None
    kernel = taken[1].weights["layer_0/kernel"]
    window.session.step_epochs(2)
    wait_for(qtbot, lambda: window.snapshot_router.snapshot.epoch == 5)  # type: ignore[union-attr]
    dialog.formats.choose("npz")
    put_text(dialog.path, str(tmp_path / "then"))
    qtbot.waitUntil((tmp_path / "then.npz").exists, timeout=PATIENCE_MS)
    np.testing.assert_array_equal(np.load(tmp_path / "then.npz")["dense/kernel"], kernel)


def test_training_waits_for_the_dialog_and_all_of_it_is_of_one_moment(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.session.play()
    wait_for(qtbot, lambda: window.session.past.live is not None and window.session.past.live.epoch > 2)
    dialog = opened(window, qtbot)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    score = snapshot.experiment.task.score.text(snapshot.figures.test.score)
    assert not snapshot.figures.test.is_part
    assert f"epoch {snapshot.place_text} · " in dialog.subtitle.text()
    assert dialog.subtitle.text().endswith(f"test accuracy {score}")
    dialog.close()
    wait_for(qtbot, lambda: window.session.state is TrainingState.RUNNING)


def test_a_goal_is_kept_while_training_waits_for_the_dialog(window: MainWindow, qtbot: QtBot) -> None:
    window.session.run_until(StopCondition(epoch=2_000))
    wait_for(qtbot, lambda: window.session.state is TrainingState.RUNNING)
    dialog = opened(window, qtbot)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    dialog.close()
    wait_for(qtbot, lambda: window.session.state is TrainingState.RUNNING)
    assert "2,000" in window.session.message


def test_what_is_looked_at_is_what_is_exported(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    train(window, qtbot)
    past = window.session.past
    past.step(-2)
    moment = past.moment
    assert moment is not None
    wait_for(qtbot, lambda: window.snapshot_router.snapshot.is_past)  # type: ignore[union-attr]
    dialog = opened(window, qtbot)
    assert f"epoch {moment.place.text} · " in dialog.subtitle.text()
    assert dialog.subtitle.text().endswith("an earlier moment")
    for kind in ("npz", "curves_table"):
        dialog.formats.choose(kind)
        path = tmp_path / f"{kind}{'.npz' if kind == 'npz' else '.csv'}"
        put_text(dialog.path, str(path))
        qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    vectors = past.store.vectors(moment)
    assert vectors is not None
    kernel = np.load(tmp_path / "npz.npz")["dense/kernel"]
    np.testing.assert_array_equal(kernel.ravel(), vectors[0][: kernel.size])
    rows = (tmp_path / "curves_table.csv").read_text().splitlines()
    assert rows[-1].endswith(f",{moment.place.text}")
    dialog.close()
    assert past.moment is moment


def test_what_is_written_is_proven_and_says_so(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("npz")
    dialog.path.setFocus()
    dialog.path.setText(str(tmp_path / "proven.npz"))
    # Before the proof has ended: it is written afterwards.
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil((tmp_path / "proven.npz").exists, timeout=PATIENCE_MS)
    noted = json.loads(str(np.load(tmp_path / "proven.npz")["metadata"]))
    assert noted["proof"]["same_labels"] == noted["proof"]["samples"] == 150
    assert noted["epoch"] == 3


def _proven(dialog: ExportDialog) -> str:
    """The chosen format, where its proof holds."""
    return dialog.exporter.kind if "read back and run" in dialog.side.proof.title.text() else ""


def test_onnx_is_proven_with_what_is_held_and_read_in_two_languages(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    train(window, qtbot)
    held = (Intervention("clamp", 0, 1, value=0.5), Intervention("mute", 1, 0))
    window.document.change("Hold", replace(window.document.experiment, interventions=held))
    wait_for(
        qtbot, lambda: (taken := window.session.checkpoint()) is not None and taken[0].interventions == held
    )
    dialog = opened(window, qtbot)
    # The accuracy is measured with those that are held.
    assert dialog.subtitle.text().startswith("Spirals · epoch 3 · 87 parameters · test accuracy ")
    for folded in ("npz", "numpy_program"):
        dialog.formats.choose(folded)
        assert dialog.page.refusal.text() == ""
        wait_for(qtbot, lambda kind=folded: kind in _proven(dialog))
    dialog.formats.choose("onnx")
    tabs = dialog.page.code.tabs
    assert [tabs.tabText(index) for index in range(tabs.count())] == ["Python", "JavaScript"]
    tabs.setCurrentIndex(1)
    assert 'await ort.InferenceSession.create("Spirals.onnx")' in dialog.page.code.code
    put_text(dialog.path, str(tmp_path / "held"))
    qtbot.waitUntil((tmp_path / "held.onnx").exists, timeout=PATIENCE_MS)
    noted = {each.key: each.value for each in onnx.load(tmp_path / "held.onnx").metadata_props}
    proof = json.loads(noted["proof"])
    assert proof["reader"].startswith("onnxruntime ")
    assert proof["same_labels"] == proof["samples"] == 150


def test_a_file_that_predicts_otherwise_is_not_written(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(window, qtbot)
    wrong = ReaderPredictions("numpy 0", ["0"] * 150, np.full((150, 2), 0.5))
    monkeypatch.setattr("core.formats.proof.run_program", lambda *_: wrong)
    dialog = opened(window, qtbot)
    dialog.formats.choose("npz")
    qtbot.waitUntil(lambda: "not predict the same" in dialog.side.proof.title.text(), timeout=PATIENCE_MS)
    assert not dialog.export_button.isEnabled()
    dialog.export_requested.emit(dialog.exporter, tmp_path / "wrong.npz")
    assert "must predict what the network does" in dialog.error.text()
    assert not (tmp_path / "wrong.npz").exists()


def test_a_page_has_the_film_of_the_timeline(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    train(window, qtbot, 4)
    dialog = opened(window, qtbot)
    dialog.formats.choose("page")
    path = tmp_path / "spirals.html"
    dialog.path.setFocus()
    dialog.path.setText(str(path))
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    found = re.search(r'id="model">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    assert found
    film = json.loads(found[1])["film"]
    assert film["epochs"][0] == 0
    assert film["epochs"] == sorted(film["epochs"])
    assert film["epochs"][-1] < 4
    assert all(film["moments"])


def test_a_panel_is_saved_as_a_picture_from_its_menu(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    train(window, qtbot)
    actions = {action.text(): action for action in window.output.plot.actions()}
    actions["Copy picture"].trigger()
    copied = QGuiApplication.clipboard().image()
    plot, legend = window.output.plot, window.output.legend
    assert copied.width() == 2 * (max(plot.width(), legend.width()) + 24)
    assert copied.height() == 2 * (plot.height() + 8 + legend.height() + 24)
    actions["Save picture…"].trigger()
    (dialog,) = (found for found in window.findChildren(ExportDialog) if found.isVisible())
    assert dialog.page.title.text() == "Boundary"
    assert not dialog.page.picture.pixmap().isNull()
    put_text(dialog.path, str(tmp_path / "boundary"))
    saved = QImage(str(tmp_path / "boundary.png"))
    assert saved.size() == copied.size()
    # The plot is in it: many colors, not one ground.
    row = [saved.pixel(x, saved.height() // 2) for x in range(0, saved.width(), 7)]
    assert len(set(row)) > 5


def test_a_hidden_legend_is_left_out_of_its_picture(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot)
    window.output.legend.hide()  # as where the classes have their names on the plot
    assert PICTURES.get("boundary_picture").find(window) == [window.output.plot]
    window.plugins["export"].open("boundary_picture")
    (dialog,) = (found for found in window.findChildren(ExportDialog) if found.isVisible())
    assert dialog.page.title.text() == "Boundary"
    window.output.legend.show()


def test_no_fact_stands_twice(make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> None:
    write_penguins(tmp_path / "penguins.csv", rows=40)
    window = make(penguins(tmp_path / "penguins.csv"))
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("npz")
    facts = dialog.side.facts.facts
    labels = [fact.label for fact in facts]
    assert "Data" in labels
    assert len(labels) == len(set(labels))
    taken = window.session.checkpoint()
    assert taken is not None
    digest = trained_model(*taken).weights_sha256
    assert Fact("This model", f"SHA-256 {digest[:4]}…{digest[-4:]}") in facts


@pytest.mark.parametrize("inside", [False, True])
def test_a_project_is_a_proven_copy_that_goes_on(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, inside: bool
) -> None:
    table = tmp_path / "penguins.csv"
    write_penguins(table, rows=60)
    window = make(penguins(table))
    train(window, qtbot)
    revision = window.document.revision
    dialog = opened(window, qtbot)
    dialog.formats.choose("project")
    if inside:
        box = dialog.page.form.row("holds_data").control
        assert isinstance(box, QCheckBox)
        wait_for(qtbot, box.isVisible)
        click(box, QPoint(8, box.height() // 2))
        assert dialog.exporter.holds_data
    wait_for(qtbot, lambda: _proven(dialog) == "project")
    assert dialog.side.proof.explanation.text().startswith("with NumpyNet Playground ")
    assert dialog.side.note.isVisible() != inside
    assert " predict " in dialog.page.code.code
    target = tmp_path / "copy.nnplay"
    put_text(dialog.path, str(target))
    wait_for(qtbot, target.exists)
    table.unlink()
    experiment, state = load_project(target)
    assert (experiment.dataset.embedded is not None) == inside  # type: ignore[attr-defined]
    assert state is not None
    assert state.epoch == 3
    taken = window.session.checkpoint()
    assert taken is not None
    for name, array in taken[1].weights.items():
        np.testing.assert_array_equal(state.weights[name], array)
    # It is a copy: the window's own file is none, still.
    assert window.document.path is None
    assert window.document.revision is revision


def test_a_page_that_trains_says_how_many_rows_of_ones_own_travel(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    table = tmp_path / "penguins.csv"
    write_penguins(table, rows=60)
    window = make(penguins(table))
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("page")
    assert "with_samples" in dialog.page.form.exclude
    for name in ("trains", "with_samples"):
        assert not dialog.page.form.exclude & {name}
        box = dialog.page.form.row(name).control
        assert isinstance(box, QCheckBox)
        wait_for(qtbot, box.isVisible)
        click(box, QPoint(8, box.height() // 2))
        assert getattr(dialog.exporter, name)
        shown = {
            fact.label: fact.text for fact in dialog._content.about(dialog.exporter).facts(dialog.exporter)
        }
        if name == "trains":
            assert "your own samples travel only with" in shown["Runs only"]
    prepared = prepare(window.document.experiment)
    count = len(prepared.train) + len(prepared.test)
    assert shown["In the page"] == f"{count} samples of your own: whoever has it has them"
    if shutil.which("node") is not None:  # without it a page is written and not proven
        wait_for(qtbot, lambda: _proven(dialog) == "page")
    path = tmp_path / "penguins.html"
    put_text(dialog.path, str(path))
    wait_for(qtbot, path.exists)
    found = re.search(r'id="model">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    assert found
    assert json.loads(found[1])["training"]["train"][0][1][0] == len(prepared.train)


def test_a_page_trains_by_the_keyboard_and_built_in_samples_are_not_asked_for(
    window: MainWindow, qtbot: QtBot
) -> None:
    train(window, qtbot, 1)
    dialog = opened(window, qtbot)
    dialog.formats.choose("page")
    box = dialog.page.form.row("trains").control
    for _ in range(60):
        if box.hasFocus():
            break
        press(window, Qt.Key.Key_Tab)
    assert box.hasFocus()
    press(window, Qt.Key.Key_Space)
    assert dialog.exporter.trains
    assert "with_samples" in dialog.page.form.exclude
    facts = dialog._content.about(dialog.exporter).facts(dialog.exporter)
    assert Fact("In the page", "500 samples") in facts


def test_the_windows_own_file_is_not_replaced_by_an_export(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    own = tmp_path / "own.nnplay"
    own.write_bytes(b"own")
    window.document.mark_saved(own)
    dialog = opened(window, qtbot)
    dialog.formats.choose("project")
    wait_for(qtbot, lambda: _proven(dialog) == "project")
    assert "holds_data" in dialog.page.form.exclude
    put_text(dialog.path, str(own))
    assert dialog.error.text() == (
        "own.nnplay is what this window saves to; choose another name, or save it with Ctrl+S."
    )
    assert own.read_bytes() == b"own"
    dialog.formats.choose("npz")
    put_text(dialog.path, str(tmp_path / "x.nnplay"))
    assert dialog.other.text() == "Export as Playground"


@pytest.mark.parametrize("kind", REPORTS.names())
def test_a_document_of_many_samples_is_made_while_the_window_goes_on(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("playground.plugins.export.window_content._MAX_SAMPLES", 20)
    threads: list[threading.Thread] = []
    document = REPORTS.get(kind)
    made, go = document.text, threading.Event()

    def text(spec: Report, record: TrainingRecord) -> str:
        threads.append(threading.current_thread())
        go.wait(PATIENCE_MS / 1000)
        return made(spec, record)

    monkeypatch.setattr(document, "text", text)
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose(kind)
    view = dialog.page.code
    assert view.code == ""
    assert "is being made" in view.text.placeholderText()
    target = tmp_path / f"its{document.suffix}"
    put_text(dialog.path, str(target))
    assert dialog.export_button.text() == "Making…"
    assert not target.exists()
    go.set()
    wait_for(qtbot, target.exists)
    # Once, and not by the thread of the window.
    (thread,) = threads
    assert thread is not threading.main_thread()


def test_a_document_that_was_made_is_shown(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.plugins.export.window_content._MAX_SAMPLES", 20)
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("metrics_table")
    wait_for(qtbot, lambda: dialog.page.code.code.startswith("split,of,metric,value"))
    assert dialog.page.code.copy.isEnabled()
    assert dialog.export_button.text() == "Save"
    assert not dialog.side.proof.isVisible()


def test_why_a_document_cannot_be_made_is_said(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.plugins.export.window_content._MAX_SAMPLES", 20)

    def fail(*_: object) -> str:
        raise SettingError("The samples are too many")

    monkeypatch.setattr(REPORTS.get("metrics_table"), "text", fail)
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("metrics_table")
    wait_for(qtbot, lambda: dialog.page.code.text.placeholderText() == "The samples are too many.")


def test_weights_for_a_spreadsheet_are_seen_and_copied_as_a_table(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.plugins.export.window_content._MAX_ROWS", 20)
    train(window, qtbot)
    dialog = opened(window, qtbot)
    dialog.formats.choose("weights_csv")
    view = dialog.page.code
    head, *rows = view.code.splitlines()
    assert head == "array,axis 1,axis 2,axis 3,axis 4,value"
    assert len(rows) == 21
    assert rows[-1] == "…"
    click(view.copy)
    copied = QGuiApplication.clipboard().text()
    put_text(dialog.path, str(tmp_path / "saved"))
    wait_for(qtbot, (tmp_path / "saved.weights.csv").exists)
    assert copied == (tmp_path / "saved.weights.csv").read_text("utf-8")
    assert len(copied.splitlines()) == 88


@pytest.mark.parametrize("kind", PICTURES.names())
def test_every_picture_is_made_in_every_format_or_not_offered(
    window: MainWindow, qtbot: QtBot, kind: str
) -> None:
    train(window, qtbot)
    found = PICTURES.get(kind)
    widgets = found.find(window)
    if not widgets:
        dialog = opened(window, qtbot)
        assert kind not in dialog.formats.kinds
        window.plugins["export"].copy_picture(kind)
        assert any("is not shown now" in toast.text for toast in window.findChildren(Toast))
        dialog.reject()
        window.plugins["export"].open(kind)
        assert not any(found.isVisible() for found in window.findChildren(ExportDialog))
        return
    for scale in ("1x", "4x"):
        image = QImage.fromData(picture_bytes(widgets, "#ffffff", "png", found(scale=scale).factor))
        assert image.width() == int(scale[0]) * (max(widget.width() for widget in widgets) + 24)
    drawing = QSvgRenderer(picture_bytes(widgets, "#ffffff", "svg"))
    assert drawing.isValid()
    assert drawing.viewBoxF() == QRectF(0, 0, *_size(widgets))
    page = picture_bytes(widgets, "#ffffff", "pdf")
    assert page.startswith(b"%PDF-")
    assert b"/MediaBox" in page


def test_a_page_behind_others_is_up_to_date_in_its_picture(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot)
    matrix, caption = PICTURES.get("confusion_picture").find(window)
    assert not matrix.isVisible()
    assert matrix.width() > 300
    assert caption.geometry().width() > 100
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.confusion is not None
    assert window.results.confusion.matrix.counts is not None
    np.testing.assert_array_equal(window.results.confusion.matrix.counts, snapshot.confusion)


@pytest.mark.parametrize("kind", REPORTS.names())
def test_every_document_is_shown_and_saved(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    train(window, qtbot)
    window.plugins["export"].open(kind)
    (dialog,) = (found for found in window.findChildren(ExportDialog) if found.isVisible())
    shown = dialog.page.code.code
    put_text(dialog.path, str(tmp_path / "it"))
    path = tmp_path / f"it{REPORTS.get(kind).suffix}"
    assert path.read_text("utf-8").startswith(shown.removesuffix("\n…"))


def test_the_empty_place_of_the_canvas_has_the_menu_and_a_neuron_its_own(
    window: MainWindow, qtbot: QtBot
) -> None:
    texts = [action.text() for action in window.canvas.scene.actions()]
    assert texts == ["Save picture…", "Copy picture"]


class _Painted(QObject):
    """Notes which widgets are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.widgets.append(watched)
        return False


def test_a_picture_has_no_controls_and_leaves_the_window_as_it_was(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot)
    window.plugins["doctor"].show()
    card = window.canvas.cards[1]
    card.setFocus()
    for kind in PICTURES:
        widgets = kind.find(window)
        if not widgets or widgets == [window]:
            continue
        painted = _Painted()
        inside = [each for widget in widgets for each in (widget, *widget.findChildren(QWidget))]
        for each in inside:
            each.installEventFilter(painted)
        picture_bytes(widgets, "#ffffff", "png")
        for each in inside:
            each.removeEventFilter(painted)
        assert painted.widgets, kind.kind
        operated = (QAbstractButton, QAbstractSlider, QComboBox, QCheckBox)
        found = [each for each in painted.widgets if isinstance(each, operated)]
        assert not [each for each in found if each.property("control") is None], kind.kind
    assert card.minus.isVisible()
    assert card.hasFocus()


def _point(widget: QWidget, at: QPointF) -> None:
    """The pointer is there, and nothing else happens meanwhile."""
    none, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    where = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(QEvent.Type.MouseMove, at, where, button, button, none))


def test_what_is_pointed_at_is_not_in_a_picture(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot)
    plot, field, results = window.output.plot, window.canvas.scene.field, window.results
    wait_for(qtbot, lambda: plot_is_final(window) and not field.is_animated)
    canvas, confusion = results.curves.canvas, results.confusion
    tile = field.tile(0, 1)
    assert tile is not None
    for kind, tab, widget, at, is_marked in (
        ("boundary_picture", 0, plot, QPointF(90, 90), plot.readout.isVisible),
        ("curves_picture", 0, canvas.viewport(), QPointF(150, 60), lambda: canvas.moment is not None),
        ("network_picture", 0, field, tile.center(), lambda: field._hovered is not None),
        ("confusion_picture", 1, confusion.matrix, None, lambda: "true" in confusion.caption.text()),
    ):
        results.tabs.setCurrentIndex(tab)
        place = confusion.matrix.cell_rect(0, 1).center() if at is None else at
        before = picture_image(PICTURES.get(kind).find(window), "#ffffff")
        _point(widget, place)
        assert is_marked(), kind
        assert picture_image(PICTURES.get(kind).find(window), "#ffffff") == before, kind
        assert not is_marked(), kind


def test_a_scale_too_large_is_a_sentence(make: Callable[..., MainWindow]) -> None:
    window = make()
    with pytest.raises(ValueError, match="must be at most 32,000 pixels a side, got"):
        picture_bytes([window], "#ffffff", "png", 40.0)


def test_a_picture_that_cannot_be_written_is_told(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.plugins["export"].open("boundary_picture")
    (dialog,) = (found for found in window.findChildren(ExportDialog) if found.isVisible())
    assert isinstance(dialog.exporter, Picture)
    dialog.export_requested.emit(dialog.exporter, tmp_path / "gone" / "x.png")
    assert "x.png cannot be written" in dialog.error.text()


def _size(widgets: list[object]) -> tuple[float, float]:
    width = max(widget.width() for widget in widgets)  # type: ignore[attr-defined]
    height = sum(widget.height() for widget in widgets) + 8 * (len(widgets) - 1)  # type: ignore[attr-defined]
    return float(width + 24), float(height + 24)


def test_a_plug_in_exports_no_kind_that_another_exports(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = type("Mine", (next(iter(FILM_FORMATS)),), {"kind": "mine", "title": "Mine"})
    given = {"exports": lambda window: Added((mine, next(iter(REPORTS)), *FILM_FORMATS))}
    plugins = Plugins([*PLUGINS, Plugin("zz", "Other films", gives=given)])
    monkeypatch.setattr(window_content, "PLUGINS", plugins)
    kinds = window_content.added_formats(window)
    assert list(kinds) == [*FILM_FORMATS, mine]
    names = [next(iter(REPORTS)).kind, *FILM_FORMATS.names()]
    sentences = [
        f"The plug-in Other films is left out: it exports {name!r}, which is there" for name in names
    ]
    assert plugins.left_out == sentences
    assert capsys.readouterr().err.splitlines() == [f"numpynet: {each}" for each in sentences]


def test_a_film_is_chosen_here_and_composed_in_its_own_dialog(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    dialog.formats.choose("film_gif")
    assert "Press Space to train" in dialog.page.refusal.text()
    assert not dialog.side.proof.isVisible()
    dialog.reject()
    train(window, qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
    dialog = opened(window, qtbot)
    dialog.formats.choose("film_gif")
    assert not dialog.page.picture.pixmap().isNull()
    facts = {fact.label: fact.text for fact in dialog.side.facts.facts}
    assert (facts["Epochs"], facts["Size"]) == ("0 to 3", "480 × 480")
    assert dialog.export_button.text() == "Compose…"
    dialog.path.setText("/tmp/mine.gif")
    # The proof of the format before may still run.
    click(dialog.export_button)
    wait_for(qtbot, lambda: any(found.isVisible() for found in window.findChildren(FilmDialog)))
    (film,) = window.findChildren(FilmDialog)
    assert film.formats.current == ".gif"
    assert film.file.path.text() == "/tmp/mine.gif"
    film.reject()


def test_the_code_of_onnx_follows_its_settings_and_only_those_that_count_are_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    dialog.formats.choose("onnx")
    tabs = dialog.page.code.tabs
    assert [row.setting.name for row in dialog.page.form.rows()] == ["numbers", "opset"]
    tabs.setCurrentIndex(1)
    assert "Float32Array" in dialog.page.code.code
    dialog.page.form.row("numbers").control.setFocus()
    press(window, Qt.Key.Key_Down)
    assert "Float64Array" in dialog.page.code.code, "the tab stays"
    dialog.formats.choose("boundary_picture")
    assert [row.setting.name for row in dialog.page.form.rows()] == ["format", "scale"]
    dialog.page.form.row("format").control.setFocus()
    press(window, Qt.Key.Key_Down)
    assert [row.setting.name for row in dialog.page.form.rows()] == ["format"], "lines have no scale"
    dialog.reject()


def test_a_project_without_samples_or_training_says_less_and_is_not_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network: Any = SimpleNamespace(
        check=lambda _: None,
        facts=lambda _: [Fact("Weights", "9")],
        prover=lambda _: None,
        checkpoint=None,
        raw=None,
        experiment=preset_named("spirals"),
    )
    content, spec = ProjectContent(network), ProjectFormat(holds_data=True)
    assert [fact.label for fact in content.facts(spec)] == ["Weights", "Trains on", "Samples"]
    assert content.prover(spec) is None
    assert content.preview(spec) is None
    assert content.maker(spec) is None
    monkeypatch.setattr(window_content, "embedded_fault", lambda _: "The images take 9 GB")
    with pytest.raises(SettingError, match="The images take 9 GB"):
        content.check(spec)
    content.check(ProjectFormat())


def test_a_unit_of_columns_is_named_where_all_numbers_have_it() -> None:
    texts, years, cm = CategoryColumn("a", ("x",)), NumberColumn("age", "years"), NumberColumn("b", "cm")
    assert _columns_text(TableInputs((texts, years, NumberColumn("b")))) == "3, with names, 1 of texts"
    assert _columns_text(TableInputs((cm, cm.replace(name="c")))) == "2, with names, numbers in cm"
