"""The export dialog, by keys and clicks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.formats import EXPORTERS, Keras, Npz, Safetensors
from core.formats.programs.program import NumpyProgram, PytorchProgram
from core.formats.proof import Proof
from core.io.number_text import size_text
from playground.plugins.export.dialog import ExportDialog
from playground.plugins.export.format_page import CodeView
from playground.views.dialogs.export import CodeSample, Fact, FormatContent, ModelGraph
from playground.views.dialogs.export.file_line import path_fault
from playground.views.pictures import PICTURES
from playground.views.theme.colors import GRID_PX, LIGHT
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo

pytestmark = pytest.mark.usefixtures("themed")

PATIENCE_MS = 20_000
LEFT = Qt.MouseButton.LeftButton
GOOD = Proof("numpy 2.4", np.array([1e-7, 2.4e-7]), same=2, seconds=0.2, size=2_900)


@dataclass
class Content(FormatContent[Any]):
    """Answers that a test sets."""

    title: str = "Spirals · epoch 412"
    refusal: str = ""
    proofs: dict[str, Proof] = field(default_factory=dict)
    image: QImage | None = None
    has_halves: bool = False

    def of_half(self, half: str | None) -> Content:
        return self

    def about(self, spec: Any) -> Content:
        return self

    def check(self, spec: Any) -> None:
        if self.refusal:
            raise ValueError(self.refusal)

    def graph(self, spec: Any) -> ModelGraph | None:
        return ModelGraph(("x1", "x2"), ("Dense 4", "Dense 1"), ("label", "probabilities"))

    def code(self, spec: Any, path: Path) -> Sequence[CodeSample]:
        return (
            CodeSample("Python", f"print({str(path)!r})  # {spec.kind}"),
            CodeSample("JavaScript", "let x = 1"),
        )

    def facts(self, spec: Any) -> Sequence[Fact]:
        return (Fact("Classes", "", ("a", "b")), Fact("Weights", "47 numbers"))

    def preview(self, spec: Any) -> QImage | None:
        return self.image

    def prover(self, spec: Any) -> Callable[[], Proof] | None:
        proof = self.proofs.get(spec.kind)
        return None if proof is None else lambda: proof


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1280, 720)
    qtbot.addWidget(made)
    made.show()
    return made


def opened(
    parent: QWidget,
    qtbot: QtBot,
    folder: Path,
    kind: str = "",
    name: str = "Spirals",
    content: Content | None = None,
    kinds: Sequence[type[Any]] = (Npz, Safetensors),
) -> ExportDialog:
    dialog = ExportDialog(
        kinds,
        content or Content(),
        ThemeSource(parent=parent),
        parent,
        kind=kind,
        name=name,
        folder=folder,
    )
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=PATIENCE_MS)
    return dialog


def write(dialog: ExportDialog, text: str) -> None:
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, text)


def test_arrows_choose_over_headings_and_return_exports(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(parent, qtbot, tmp_path)
    assert dialog.path.text() == str(tmp_path / "Spirals.npz")
    QTest.keyClick(dialog.formats, Qt.Key.Key_Down)
    assert dialog.page.title.text() == "Safetensors"
    assert dialog.path.text() == str(tmp_path / "Spirals.safetensors")
    QTest.keyClick(dialog.formats, Qt.Key.Key_Down)
    assert dialog.formats.kind == "safetensors"
    QTest.keyClick(dialog.formats, Qt.Key.Key_Up)
    QTest.keyClick(dialog.formats, Qt.Key.Key_Up)
    assert dialog.formats.kind == "npz"
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == [Npz(), tmp_path / "Spirals.npz"]
    assert dialog.isVisible()
    dialog.accept()
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_home_end_and_pages_pass_over_headings_too(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path, kinds=[*EXPORTERS, *PICTURES])
    kinds = dialog.formats.kinds
    for key, kind in (
        (Qt.Key.Key_End, kinds[-1]),
        (Qt.Key.Key_Home, kinds[0]),
        (Qt.Key.Key_PageUp, kinds[0]),
    ):
        QTest.keyClick(dialog.formats, key)
        assert dialog.formats.kind == dialog.exporter.kind == kind
    QTest.keyClick(dialog.formats, Qt.Key.Key_PageDown)
    assert 5 < kinds.index(dialog.formats.kind) < len(kinds) - 1


def test_settings_stay_when_another_format_was_chosen(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path, Safetensors.kind)
    layout = dialog.page.form.row("layout").control
    assert isinstance(layout, ChoiceCombo)
    assert [layout.itemText(index) for index in range(layout.count())] == ["Keras", "PyTorch"]
    QTest.keyClick(layout, Qt.Key.Key_Up)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        QTest.keyClick(dialog.formats, key)
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.mouseClick(dialog.export_button, LEFT)
    assert asked.args == [Safetensors(layout="keras"), tmp_path / "Spirals.safetensors"]


def test_a_slash_searches_and_escape_ends_the_search_first(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(parent, qtbot, tmp_path)
    QTest.keyClicks(dialog.formats, "/")
    assert dialog.search.hasFocus()
    QTest.keyClicks(dialog.search, "jax")
    assert dialog.formats.kinds == ["safetensors"]
    assert dialog.page.title.text() == "Safetensors"
    QTest.keyClicks(dialog.search, "zzz")
    assert dialog.formats.kinds == []
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert dialog.formats.kinds == ["npz", "safetensors"]
    assert dialog.isVisible()


def test_pictures_are_found_by_every_suffix(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path, kinds=[*EXPORTERS, *PICTURES])
    for word in ("png", "svg", "pdf"):
        dialog.search.setText(word)
        assert dialog.formats.kinds == list(PICTURES.names())


def test_code_follows_path_and_language_and_is_copied(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path)
    write(dialog, str(tmp_path / "mine"))
    assert dialog.page.code.code == f"print({str(tmp_path / 'mine.npz')!r})  # npz"
    QTest.keyClick(dialog.page.code.tabs, Qt.Key.Key_Right)
    assert dialog.page.code.code == "let x = 1"
    dialog.formats.setFocus()
    QTest.keyClick(dialog.formats, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "let x = 1"
    assert dialog.page.code.copy.text() == "Copied"
    QTest.keyClick(dialog.formats, Qt.Key.Key_Down)
    assert dialog.page.code.code == "let x = 1"
    assert [fact.label for fact in dialog.side.facts.facts] == ["Classes", "Weights"]


def test_a_proof_that_holds_is_shown_and_one_that_fails_is_not_exported(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    bad = Proof("torch 2.13", np.array([1e-7, 0.2]), same=1, seconds=1.0, size=100)
    dialog = opened(parent, qtbot, tmp_path, content=Content(proofs={"npz": GOOD, "safetensors": bad}))
    card = dialog.side.proof
    qtbot.waitUntil(lambda: "read back and run" in card.title.text(), timeout=PATIENCE_MS)
    assert card.same.text() == "2 of 2"
    assert card.largest.text() == "2.4e−07"
    assert dialog.file.size_label.text() == "2.9 KB"
    assert dialog.export_button.isEnabled()
    QTest.keyClick(dialog.formats, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "not predict the same" in card.title.text(), timeout=PATIENCE_MS)
    assert not dialog.export_button.isEnabled()
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    QTest.keyClick(dialog.formats, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: "read back and run" in card.title.text(), timeout=PATIENCE_MS)
    assert dialog.export_button.isEnabled()


@pytest.mark.parametrize("same", [1, 2], ids=["fails", "holds"])
def test_run_again_proves_again_and_going_back_does_not(
    parent: QWidget, qtbot: QtBot, tmp_path: Path, same: int
) -> None:
    content = Content(proofs={"npz": replace(GOOD, same=same)})
    runs = []
    prover = content.prover

    def counted(spec: Any) -> Callable[[], Proof] | None:
        made = prover(spec)
        return None if made is None else lambda: (runs.append(spec), made())[1]

    content.prover = counted  # type: ignore[method-assign]
    dialog = opened(parent, qtbot, tmp_path, content=content)
    card = dialog.side.proof
    qtbot.waitUntil(card.again.isVisible, timeout=PATIENCE_MS)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(dialog.formats, key)
    assert card.same.text() == f"{same} of 2"
    assert dialog.export_button.isEnabled() == (same == 2)
    assert len(runs) == 1
    content.proofs["npz"] = GOOD
    QTest.mouseClick(card.again, LEFT)
    assert card.title.text() == "Proof runs…"
    qtbot.waitUntil(card.again.isVisible, timeout=PATIENCE_MS)
    assert len(runs) == 2
    assert card.same.text() == "2 of 2"
    assert dialog.export_button.isEnabled()


def test_the_numbers_of_many_samples_stand_apart(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    proof = Proof("numpy 2.4", np.full(1_000, 2.4e-6), same=1_000, seconds=0.2, size=2_900)
    card = opened(parent, qtbot, tmp_path, content=Content(proofs={"npz": proof})).side.proof
    qtbot.waitUntil(card.again.isVisible, timeout=PATIENCE_MS)
    # A layout is arranged after its widgets are shown.
    end = card.same.x() + card.same.sizeHint().width()
    qtbot.waitUntil(lambda: card.largest.x() - end >= 2 * GRID_PX, timeout=PATIENCE_MS)


def test_the_difference_of_values_stands_at_the_left(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    proof = Proof("numpy 2.4", np.array([1e-7, 2e-7]), seconds=0.2, size=2_900)
    card = opened(parent, qtbot, tmp_path, content=Content(proofs={"npz": proof})).side.proof
    qtbot.waitUntil(lambda: card.again.isVisible() and not card.same.isVisible(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: card.largest.x() == card.explanation.x(), timeout=PATIENCE_MS)


def test_a_proof_of_a_format_left_meanwhile_is_not_shown(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    content = Content(proofs={"safetensors": GOOD})
    dialog = opened(parent, qtbot, tmp_path, Safetensors.kind, content=content)
    QTest.keyClick(dialog.formats, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: not dialog._job.busy, timeout=PATIENCE_MS)
    assert not dialog.side.proof.isVisible()
    assert dialog.file.size_label.text() == ""


def test_a_missing_reader_is_a_sentence_and_exports(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    content = Content(proofs={"npz": Proof(sentence="onnxruntime is not installed")})
    dialog = opened(parent, qtbot, tmp_path, content=content)
    card = dialog.side.proof
    qtbot.waitUntil(lambda: card.title.text() == "Not proven", timeout=PATIENCE_MS)
    assert card.explanation.text() == "onnxruntime is not installed"
    assert dialog.export_button.isEnabled()


def test_what_a_format_cannot_hold_is_said_and_not_exported(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    content = Content(refusal="Export: the pytorch layout has no Flatten")
    dialog = opened(parent, qtbot, tmp_path, content=content)
    assert dialog.page.refusal.text() == "Export: the pytorch layout has no Flatten."
    assert not dialog.export_button.isEnabled()
    content.refusal = ""
    QTest.keyClick(dialog.page.form.row("layout").control, Qt.Key.Key_Down)
    assert not dialog.page.refusal.isVisible()
    assert dialog.export_button.isEnabled()


def test_a_format_that_is_refused_is_asked_nothing_else(
    parent: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(_: object, spec: Any) -> None:
        raise ValueError("Samples is not shown now")

    for question in ("facts", "graph", "preview"):
        monkeypatch.setattr(Content, question, hidden)
    dialog = opened(parent, qtbot, tmp_path, content=Content(refusal="Samples is not shown now"))
    assert dialog.page.refusal.text() == "Samples is not shown now."
    assert dialog.side.facts.facts == ()
    # The sentence stands once, and nothing empty below it.
    assert not dialog.page.code.isVisible()
    assert not dialog.side.title.isVisible()


def test_a_picture_is_shown_instead_of_code(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(3000, 100, QImage.Format.Format_RGB32)
    dialog = opened(parent, qtbot, tmp_path, content=Content(image=image))
    assert not dialog.page.code.isVisible()
    shown = dialog.page.picture.pixmap()
    assert 0 < shown.width() <= dialog.page.picture.width()


def test_a_high_picture_is_seen_whole_in_a_low_window(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(900, 1800, QImage.Format.Format_RGB32)
    dialog = opened(parent, qtbot, tmp_path, content=Content(image=image))
    qtbot.waitUntil(lambda: dialog.page.picture.height() > 100)
    assert not dialog.page.verticalScrollBar().isVisible()
    assert dialog.page.picture.pixmap().height() <= dialog.page.picture.height()


def test_a_suffix_is_added_but_none_replaced(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path, Npz.kind)
    for typed, wanted in (("mine", "mine.npz"), ("mine.bin", "mine.bin")):
        write(dialog, str(tmp_path / typed))
        with qtbot.waitSignal(dialog.export_requested) as asked:
            QTest.mouseClick(dialog.export_button, LEFT)
        assert asked.args is not None
        assert asked.args[1] == tmp_path / wanted


def test_the_suffix_follows_the_format_whatever_it_was(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    kinds = [Keras, NumpyProgram, PytorchProgram, Npz]
    dialog = opened(parent, qtbot, tmp_path, Keras.kind, content=Content(), kinds=kinds)
    write(dialog, str(tmp_path / "mine.NPZ"))
    for kind, name in (
        (NumpyProgram, "mine.py"),
        (PytorchProgram, "mine_torch.py"),
        (Keras, "mine.keras"),
        (Npz, "mine.npz"),
    ):
        dialog.formats.choose(kind.kind)
        assert dialog.path.text() == str(tmp_path / name)
    write(dialog, str(tmp_path / "run 1.5"))
    assert dialog.file.target == tmp_path / "run 1.5.npz"
    write(dialog, str(tmp_path / "mine.bin"))
    dialog.formats.choose(NumpyProgram.kind)
    assert dialog.path.text() == str(tmp_path / "mine.bin")


def test_a_program_is_proposed_under_a_name_that_can_be_imported(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    kinds = [Keras, NumpyProgram, PytorchProgram, Npz]
    dialog = opened(parent, qtbot, tmp_path, Keras.kind, content=Content(), kinds=kinds)
    write(dialog, str(tmp_path / "MNIST 70k.keras"))
    for kind, name in (
        (PytorchProgram, "MNIST_70k_torch.py"),
        (NumpyProgram, "MNIST_70k.py"),
        (Npz, "MNIST 70k.npz"),
    ):
        dialog.formats.choose(kind.kind)
        assert dialog.path.text() == str(tmp_path / name)
    dialog.formats.choose(NumpyProgram.kind)
    write(dialog, str(tmp_path / "as I like.py"))
    dialog._show_spec()
    assert dialog.path.text() == str(tmp_path / "as I like.py"), "a name that was typed stays"
    write(dialog, str(tmp_path / "no suffix 1.5"))
    assert dialog.file.target == tmp_path / "no_suffix_1_5.py"
    dialog.path.clear()
    dialog.formats.choose(PytorchProgram.kind)
    assert dialog.path.text() == ""


def test_the_suffix_of_another_format_is_a_sentence_and_offered(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    kinds = [Keras, NumpyProgram, PytorchProgram, Npz]
    dialog = opened(parent, qtbot, tmp_path, Keras.kind, kinds=kinds)
    write(dialog, str(tmp_path / "mine.npz"))
    sentence = "Keras 3: the name of the file must end in .keras, got mine.npz, which is one of NumPy."
    assert dialog.error.text() == sentence
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.error.text() == sentence
    assert dialog.other.text() == "Export as NumPy"
    with qtbot.assertNotEmitted(dialog.formats.chosen):
        QTest.keyClicks(dialog.search, "keras")  # the list gets shorter; nothing else is chosen
    QTest.mouseClick(dialog.other, LEFT)
    assert dialog.formats.kind == "npz"
    assert not dialog.error.isVisible()
    assert not dialog.other.isVisible()
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == [Npz(), tmp_path / "mine.npz"]


def test_a_suffix_by_which_no_reader_knows_the_file_is_a_sentence_where_one_needs_it(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(parent, qtbot, tmp_path, Keras.kind, kinds=[Keras, NumpyProgram, PytorchProgram])
    write(dialog, str(tmp_path / "mine.bin"))
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.error.text() == "Keras 3: the name of the file must end in .keras, got mine.bin."
    assert not dialog.other.isVisible()
    dialog.formats.choose(PytorchProgram.kind)
    write(dialog, str(tmp_path / "mine.py"))  # a program is one, whatever the end of its name
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == [PytorchProgram(), tmp_path / "mine.py"]


def test_a_picture_takes_the_format_that_its_name_says(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    boundary, network = PICTURES.get("boundary_picture"), PICTURES.get("network_picture")
    dialog = opened(parent, qtbot, tmp_path, network.kind, kinds=[boundary, network, Npz])
    write(dialog, str(tmp_path / "mine.svg"))
    assert dialog.other.text() == "Export as SVG"
    QTest.mouseClick(dialog.other, LEFT)
    assert dialog.exporter == network(format="svg")
    assert dialog.path.text() == str(tmp_path / "mine.svg")
    dialog.formats.choose("npz")
    write(dialog, str(tmp_path / "mine.png"))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert (
        dialog.error.text()
        == "NumPy: the name of the file must end in .npz, got mine.png, which is one of pictures."
    )
    assert not dialog.other.isVisible(), "there are two pictures"


def test_a_bad_path_is_a_sentence_until_it_is_edited(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path)
    write(dialog, str(tmp_path / "missing" / "x.npz"))
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.mouseClick(dialog.export_button, LEFT)
    assert dialog.error.text() == f"There is no folder {tmp_path / 'missing'}."
    assert dialog.path.property("invalid") == "true"
    QTest.keyClick(dialog.path, Qt.Key.Key_Backspace)
    assert not dialog.error.isVisible()
    dialog.show_error("The disk is full.")
    assert dialog.error.isVisible()


def test_path_faults_and_sizes(tmp_path: Path) -> None:
    assert path_fault("  ") == "The file needs a name."
    assert path_fault(str(tmp_path)) == f"{tmp_path} is a folder; the file needs a name in it."
    assert path_fault("a\0b") == "The name of a file has no zero byte."
    assert path_fault("x" * 300) == f"{'x' * 300} cannot be the name of a file."
    assert path_fault("~nobody-of-this-name/x") == "~nobody-of-this-name/x cannot be the name of a file."
    assert path_fault(str(tmp_path / "new.npz")) == ""
    assert [size_text(n) for n in (812, 2_900, 999_949, 999_950, 123_456_789)] == [
        "812 B",
        "2.9 KB",
        "1,000 KB",
        "1.0 MB",
        "123 MB",
    ]


def test_change_takes_what_is_chosen(
    parent: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [("", ""), (str(tmp_path / "chosen.npz"), "")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: answers.pop(0))
    dialog = opened(parent, qtbot, tmp_path)
    before = dialog.path.text()
    QTest.mouseClick(dialog.file.browse, LEFT)
    assert dialog.path.text() == before
    QTest.mouseClick(dialog.file.browse, LEFT)
    assert dialog.path.text() == str(tmp_path / "chosen.npz")
    assert str(tmp_path / "chosen.npz") in dialog.page.code.code


def test_escape_closes_and_deletes(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, qtbot, tmp_path)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog))


@pytest.mark.parametrize(("name", "file"), [("a/b: c", "a_b_ c"), ("..", "network"), ("Moons 2", "Moons 2")])
def test_the_name_makes_a_file_name(
    parent: QWidget, qtbot: QtBot, tmp_path: Path, name: str, file: str
) -> None:
    dialog = opened(parent, qtbot, tmp_path, Npz.kind, name)
    assert Path(dialog.path.text()) == tmp_path / f"{file}.npz"


def test_every_exporter_has_a_group_and_a_summary() -> None:
    assert all(kind.group and kind.summary for kind in EXPORTERS)


def test_words_in_docstrings_have_the_color_of_strings(qtbot: QtBot, parent: QWidget) -> None:
    view = CodeView(ThemeSource(), parent)
    text = '"""If it is\nNone, return 1."""\nif x: return "a" # if\n"""One."""\nimport json\n'
    view.show_samples([CodeSample("Python", text)])
    document = view.text.document()

    def colors(line: int) -> list[tuple[str, str]]:
        block = document.findBlockByNumber(line)
        return [
            (block.text()[part.start : part.start + part.length], part.format.foreground().color().name())  # type: ignore[attr-defined]
            for part in block.layout().formats()
        ]

    string, word = LIGHT.success, LIGHT.accent
    assert colors(0) == [('"""If it is', string)]
    assert colors(1) == [('None, return 1."""', string)]
    assert colors(2)[:3] == [("if", word), ("return", word), ('"a"', string)]
    assert colors(3) == [('"""One."""', string)]
    assert colors(4) == [("import", word)]


def test_a_document_is_shown_as_its_readers_see_it(qtbot: QtBot, parent: QWidget) -> None:
    view = CodeView(ThemeSource(), parent)
    parent.show()
    view.show()
    line = '<path stroke="currentColor" d="M0 0L9 9"/>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">{line}</svg>'
    text = f"<html><style>:root {{ --a: 1; }}</style><h1>Mine</h1><figure>{drawing}</figure></html>"
    view.show_samples([CodeSample("Preview", text, rendered=True), CodeSample("HTML", text)])
    assert view.document.isVisible()
    assert not view.text.isVisible()
    assert view.document.toPlainText().startswith("Mine\n\ufffc")
    picture = view.document.document().resource(
        QTextDocument.ResourceType.ImageResource.value, _image_url(view.document.toHtml())
    )
    assert picture is not None
    view.tabs.setCurrentIndex(1)
    assert view.text.isVisible()
    assert view.code == text
    view.copy_all()
    assert QGuiApplication.clipboard().text() == text


def _image_url(html: str) -> QUrl:
    found = re.search('src="(data:image/svg[^"]*)"', html)
    assert found is not None
    return QUrl(found[1])


def test_programs_alone_have_colors(parent: QWidget, qtbot: QtBot) -> None:
    view = CodeView(ThemeSource(parent=parent), parent)
    qtbot.addWidget(view)

    def colored() -> bool:
        return bool(view.text.document().firstBlock().layout().formats())

    for noun, colors in (("code", True), ("text", False), ("code", True), ("table", False)):
        view.show_samples([CodeSample("MD", "350 for training, not 150", noun=noun)])
        qtbot.waitUntil(lambda wanted=colors: colored() == wanted, timeout=PATIENCE_MS)  # type: ignore[misc]
