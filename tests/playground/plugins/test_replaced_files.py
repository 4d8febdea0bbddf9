"""Nothing replaces what is read or what people made: every command with an output, every format and every save dialog.

`core.io.gate` itself has tests of its own; these show that all writers go through it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.experiment.project_file import SUFFIX, load_project
from core.formats import EXPORTERS, Exporter
from core.reports import REPORTS
from core.sweep.proposals import example_sweep
from playground.cli import main
from playground.plugins.export.dialog import ExportDialog
from playground.plugins.export.window_content import ProjectFormat
from playground.plugins.film.film import FILM_FORMATS
from playground.training.state import TrainingState
from playground.views.dialogs.export.file_line import _variants
from playground.views.pictures import PICTURES
from playground.window.main_window import MainWindow
from tests.core.formats.penguins import penguins, write_penguins
from tests.playground.driving import press
from tests.playground.headless.flowers import train_flowers
from tests.playground.window.trained_windows import wait_for

READ = "is what is read; choose another name to write to"
BY_HAND = "is there already, and not by this command; choose another name, or replace it by --force"


def failing(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The last sentence of a call that must exit with 1."""
    capsys.readouterr()
    assert main(words) == 1, words
    return capsys.readouterr().err.splitlines()[-1]


def test_no_command_replaces_what_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, folder = train_flowers(tmp_path), tmp_path / "rows"
    (table,) = tmp_path.glob("*.csv")
    folder.mkdir()
    for name in ("codes.txt", "lesson.md", "password.txt", "lessons.md"):
        (folder / name).write_text(f"mine: {name}\n")
    weights = tmp_path / "data.npz"
    weights.hardlink_to(project)
    sweep = tmp_path / "sweep.json"
    experiment, _ = load_project(project)
    sweep.write_text(json.dumps(example_sweep(experiment).to_json()), "utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    capsys.readouterr()
    codes, lesson = folder / "codes.txt", folder / "lesson.md"
    curves = tmp_path / "curves.csv"
    curves.symlink_to(table)
    film = tmp_path / "film.gif"
    film.symlink_to(table)
    sheet = tmp_path / "sheet.html"
    sheet.symlink_to(lesson)
    for words in (
        ["train", str(table), "--target", "kind", "--epochs", "1", "--export", str(weights.with_name("x.npz"))],
        ["export", str(project), str(weights)],
        ["report", str(project), str(curves)],
        ["predict", str(project), str(table), "-o", str(table)],
        ["predict", str(project), str(table), "-o", str(project)],
        ["seeds", str(project), "-n", "2", "--epochs", "1", "-o", str(table)],
        ["sweep", str(sweep), "-o", str(sweep)],
        ["sweep", str(sweep), "-o", str(table)],
        ["film", str(project), str(film), "--epochs", "1"],
        ["lesson", "new", str(project), "-o", str(project)],
        ["lesson", "new", str(project), "-o", str(table), "--force"],
        ["lesson", "sheet", str(lesson), "-o", str(sheet)],
        ["lesson", "grade", str(codes), "-o", str(codes), "--force"],
        ["lesson", "grade", str(codes), "-o", str(folder / "lessons.md"), "--lessons", str(folder)],
        ["lesson", "grade", str(codes), "-o", str(folder / "password.txt"),
         "--password-file", str(folder / "password.txt")],
    ):  # fmt: skip
        if words[0] == "train":
            (tmp_path / "x.npz").symlink_to(table)
        assert READ in failing(words, capsys), words
        assert {path: path.read_bytes() for path in before} == before, words


def test_commands_replace_work_by_hand_only_by_force_and_their_own_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = train_flowers(tmp_path)
    (table,) = tmp_path.glob("*.csv")
    monkeypatch.setattr("core.runs.store.runs_path", lambda: tmp_path / "runs.sqlite")
    codes = tmp_path / "codes.txt"
    codes.write_text("\n")
    for name, words in (
        ("out.csv", ["predict", str(project), str(table), "-o"]),
        ("out.csv", ["seeds", str(project), "-n", "2", "--epochs", "1", "-o"]),
        ("out.csv", ["lesson", "grade", str(codes), "-o"]),
        ("out.csv", ["runs", "--csv"]),
        ("curves.csv", ["report", str(project)]),
        ("predictions.csv", ["report", str(project)]),
        ("metrics.csv", ["report", str(project)]),
        ("README.md", ["report", str(project)]),
        ("mine.md", ["lesson", "new", "moons", "-o"]),
    ):
        out = tmp_path / name
        out.write_text("my own work\n")
        assert BY_HAND in failing([*words, str(out)], capsys), words
        assert out.read_text() == "my own work\n"
        assert main([*words, str(out), "--force"]) == 0, words
        assert out.read_bytes() != b"my own work\n"
        if out.suffix == ".csv":
            assert main([*words, str(out)]) == 0, words
        out.unlink()


KINDS = [*EXPORTERS, ProjectFormat, *PICTURES, *FILM_FORMATS, *REPORTS]


def test_no_two_kinds_propose_one_name() -> None:
    names: dict[str, str] = {}
    for kind in KINDS:
        for suffix in {spec.suffix for spec in _variants(kind())}:
            noun = getattr(kind, "noun", "")
            name = f"Spirals {noun}{suffix}" if noun else f"Spirals{suffix}"
            assert names.setdefault(name, kind.kind) == kind.kind, name
    assert names["Spirals curves.csv"] == "curves_table"


@pytest.fixture
def trained(make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> MainWindow:
    write_penguins(tmp_path / "survey.csv", 60)
    window = make(penguins(tmp_path / "survey.csv"))
    window.preferences.last_folder = str(tmp_path)
    window.session.step_epochs(1)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    return window


def asked(monkeypatch: pytest.MonkeyPatch, *, replaces: bool) -> list[str]:
    """The questions, which are answered so; the button that Enter would press keeps the file."""
    found: list[str] = []

    def answer(box: QMessageBox) -> int:
        found.append(f"{box.text()} {box.informativeText()}")
        assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
        chosen = next(button for button in box.buttons() if button.text() == "Replace")
        monkeypatch.setattr(box, "clickedButton", lambda: chosen if replaces else box.defaultButton())
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return found


def test_export_asks_before_it_replaces_and_never_replaces_a_source(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, own = tmp_path / "survey.csv", tmp_path / f"own{SUFFIX}"
    before = source.read_bytes()
    trained.files.saver.save(own)
    wait_for(qtbot, lambda: trained.document.path == own)
    questions = asked(monkeypatch, replaces=False)
    press(trained, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = (found for found in trained.findChildren(ExportDialog) if found.isVisible())
    monkeypatch.setattr(dialog, "show_written", lambda paths: pytest.fail("written"))
    export = trained.plugins["export"]._on_export_requested
    for kind in KINDS:
        spec = kind()
        dialog.formats.choose(kind.kind)
        if dialog.exporter.kind != kind.kind or kind in list(FILM_FORMATS):
            continue  # its panel is not shown, or it is asked in the film's own dialog
        proposed = dialog.file.target
        assert proposed != source, kind.kind
        assert not proposed.exists(), kind.kind
        export(spec, source)
        assert dialog.error.text() == f"{source} {READ}.", kind.kind
        export(spec, own)
        assert "is what this window saves to" in dialog.error.text()
        proposed.write_bytes(b"mine")
        export(spec, proposed)
        assert questions.pop().startswith(f"Replace {proposed.name}? {proposed} has 4 B, written today at ")
        assert (proposed.read_bytes(), source.read_bytes(), questions) == (b"mine", before, [])
    beside = EXPORTERS.make({"kind": "numpy_program", "weights": "beside"})
    assert isinstance(beside, Exporter)
    (tmp_path / "x.npz").write_bytes(b"mine")
    export(beside, tmp_path / "x.py")
    assert questions.pop().startswith("Replace x.npz?")
    assert not (tmp_path / "x.py").exists()


def test_saving_asks_after_the_suffix_is_added_and_writes_where_the_answer_is_yes(
    trained: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    options: list[object] = []
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda *given: (options.append(given[-1]), (str(tmp_path / "a"), "CSV (*.csv)"))[1],
    )
    (tmp_path / "a.csv").write_bytes(b"mine")
    questions = asked(monkeypatch, replaces=False)
    trained.plugins["predict"].message_requested.connect(said.append)
    assert trained.plugins["predict"]._ask_path("Save", "b.csv", "CSV (*.csv)") is None
    assert questions[0].startswith("Replace a.csv?")
    asked(monkeypatch, replaces=True)
    assert trained.plugins["predict"]._ask_path("Save", "b.csv", "CSV (*.csv)") == tmp_path / "a.csv"
    trained.plugins["predict"]._opened = [tmp_path / "a.csv"]
    assert trained.plugins["predict"]._ask_path("Save", "b.csv", "CSV (*.csv)") is None
    assert said == [f"{tmp_path / 'a.csv'} {READ}"]
    assert set(options) == {QFileDialog.Option.DontConfirmOverwrite}
