"""What follows a token and what the network writes is asked for by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.data.datasets.text_datasets import Names, TextFile
from core.data.datasets.toy_sequences import Add
from core.data.texts import read_text
from core.experiment.experiment import Experiment
from core.nn import Dense, Embedding
from playground.training.state import TrainingState
from playground.views.output.token_page import MAX_BARS, TokenPage
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

PATIENCE_MS = 60_000


def opened(
    make: Callable[..., MainWindow], qtbot: QtBot, dataset: Dataset, size: tuple[int, int] = (1440, 900)
) -> tuple[MainWindow, TokenPage]:
    layers = (Embedding(dataset.info().vocabulary, 8), Dense(8, "tanh"))
    made = Experiment(dataset=dataset, layers=layers).with_training(loss="cross_entropy", batch_size=64)
    window = make(made, size)
    page = window.output.tokens
    qtbot.waitUntil(lambda: bool(page.texts.texts.written), timeout=PATIENCE_MS)
    return window, page


def written(page: TokenPage) -> list[str]:
    return list(page.texts.texts.lines)


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
def test_a_token_is_chosen_and_what_follows_it_is_seen(
    size: tuple[int, int], make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window, page = opened(make, qtbot, Names(samples=300), size)
    strip, bars = page.strip, page.bars
    assert window.output.title.accessibleName() == "Next letter"
    assert not window.output.legend.isVisible()
    name = "".join(strip.tokens[1:-1])
    assert strip.tokens == ("·", *name, "end")
    # The last place at which a token is told is chosen first: the name ends there.
    assert strip.chosen == len(name)
    assert bars.names[bars.true] == "end"
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    shares = snapshot.sample_output
    assert shares is not None
    np.testing.assert_allclose(strip.nats[1], -np.log(shares[0, bars.names.index(name[0])]), rtol=1e-5)
    click(strip, strip.cell(1).center().toPoint())
    assert window.session.inspection.state.position == strip.chosen == 1
    assert bars.names[bars.true] == name[1]
    assert page.after.text() == f"after ·{name[0]}"
    assert strip.accessibleDescription().startswith(f"letter 2 of {len(name) + 1}: {name[0]}, cost ")
    press(window, Qt.Key.Key_Right)
    assert strip.chosen == 2
    press(window, Qt.Key.Key_Home)
    press(window, Qt.Key.Key_Left)
    assert strip.chosen == 0
    press(window, Qt.Key.Key_End)
    assert strip.chosen == len(name)
    assert len(bars.rows) == MAX_BARS if size[1] == 900 else len(bars.rows) >= 3
    np.testing.assert_allclose(
        [share for _, share, _ in bars.rows], np.sort(bars.shares)[::-1][: len(bars.rows)]
    )
    assert f"{27 - len(bars.rows)} others: " in bars.rest
    assert any(true for *_, true in bars.rows) != ("end " in bars.rest)
    click(page.real)
    assert not any(true for *_, true in bars.rows)
    assert "end " not in bars.rest
    window.grab()


def test_texts_begin_with_the_prompt_and_follow_the_training(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window, page = opened(make, qtbot, Names(samples=300))
    before = written(page)
    assert len(before) == 9
    page.bar.prompt.setFocus()
    QTest.keyClicks(page.bar.prompt, "an")
    qtbot.waitUntil(lambda: all(line.startswith("an") for line in written(page)), timeout=PATIENCE_MS)
    # Return draws others, and Space is a letter of the field.
    first = written(page)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: written(page) != first, timeout=PATIENCE_MS)
    assert window.session.state is TrainingState.IDLE
    QTest.keyClicks(page.bar.prompt, "7")
    qtbot.waitUntil(lambda: bool(page.texts.texts.fault), timeout=PATIENCE_MS)
    assert "is none of the 27 tokens" in page.texts.accessibleDescription()
    page.bar.prompt.clear()
    page.bar.prompt.insert("Zoë")
    qtbot.waitUntil(lambda: page.texts.foot.startswith("Zoë is read as zoe · "), timeout=PATIENCE_MS)
    assert page.texts.accessibleDescription().startswith("Zoë is read as zoe. zoe")
    page.bar.prompt.clear()
    qtbot.waitUntil(lambda: len(written(page)) == 9 and not page.texts.texts.note, timeout=PATIENCE_MS)
    assert page.texts.foot == "9 of 9 are not in the data"
    page.bar.temperature.track.setFocus()
    press(window, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: len(set(written(page))) == 1, timeout=PATIENCE_MS)
    click(page.texts)
    press(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\n") == written(page)
    click(page.only_new)
    at_first = written(page)
    window.setFocus()
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: written(page) != at_first, timeout=PATIENCE_MS)
    click(window.output.follow_live)
    frozen = written(page)
    with qtbot.waitSignal(window.session.snapshot_taken, timeout=PATIENCE_MS):
        pass
    assert written(page) == frozen
    window.session.pause()


def test_the_prompt_is_shown_in_place_of_the_sample(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window, page = opened(make, qtbot, Names(samples=300))
    field, strip = window.canvas.scene.field, window.panels.strip.thumbnails
    sample = page.strip.tokens
    QTest.keyClicks(page.bar.prompt, "an")
    click(page.bar.show_prompt)
    qtbot.waitUntil(lambda: page.strip.tokens == ("·", "a", "n", "?"), timeout=PATIENCE_MS)
    assert page.after.text() == "after ·an"
    assert page.bars.true == -1
    assert not np.isfinite(page.strip.nats).any()

    def letters() -> list[str]:
        return [field.neurons.words(unit).split(" of")[0] for unit in range(1, 4)]

    # The canvas has a turn of its own.
    wanted = ["“a”, place 2", "“n”, place 3", "place 4"]
    qtbot.waitUntil(lambda: letters() == wanted, timeout=PATIENCE_MS)
    assert field._field._sample.legend()[1] == "Read: your prompt"  # type: ignore[union-attr]
    # It follows the keys, and a token that is unknown brings the sample back.
    QTest.keyClicks(page.bar.prompt, "y")
    qtbot.waitUntil(lambda: page.strip.tokens == ("·", "a", "n", "y", "?"), timeout=PATIENCE_MS)
    QTest.keyClicks(page.bar.prompt, "7")
    qtbot.waitUntil(lambda: page.strip.tokens == sample, timeout=PATIENCE_MS)
    QTest.keyClick(page.bar.prompt, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: page.strip.tokens == ("·", "a", "n", "y", "?"), timeout=PATIENCE_MS)
    # The chosen sample is chosen anew.
    click(strip, strip.row_rect(0).center().toPoint())
    qtbot.waitUntil(lambda: page.strip.tokens == sample, timeout=PATIENCE_MS)
    assert not page.bar.show_prompt.isChecked()
    assert not window.session.inspection.state.show_drawn


def test_a_word_that_is_cut_is_read_at_the_pointer(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    _, page = opened(make, qtbot, Names(samples=300))
    at = QPoint(5, round(1.5 * page.bars._row_px))
    QApplication.sendEvent(page.bars, QHelpEvent(QEvent.Type.ToolTip, at, page.bars.mapToGlobal(at)))
    name, share, _ = page.bars.rows[1]
    assert QToolTip.text().startswith(f"{name} {100 * share:.1f} %\n")


def test_sums_are_asked_of_the_test_samples(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window, page = opened(make, qtbot, Add(samples=300))
    assert window.output.title.accessibleName() == "Next token"
    assert {each.mark for each in page.texts.texts.written} <= {"right", "wrong"}
    assert page.texts.foot.endswith(" of 9 are right")
    assert page.bar.prompt.placeholderText() == "Questions of the samples"
    # Of a question nothing is asked, so that its tokens have no cost.
    assert np.isfinite(page.strip.nats).tolist() == [False] * 6 + [True] * 3
    window.document.change("Other data", Experiment())
    qtbot.waitUntil(lambda: not page.is_on, timeout=PATIENCE_MS)
    assert not page.bar.isVisible()
    assert "texts" not in window.session.inspection.state.parts


def test_characters_that_cannot_be_seen_are_shown_by_their_numbers(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    (path := tmp_path / "signs.txt").write_text("\u202e\x07\u202e\n" * 60, "utf-8")
    window, page = opened(make, qtbot, TextFile.of(read_text(path, 1_000), samples_are="lines", context=8))
    qtbot.waitUntil(lambda: len(page.strip.tokens) > 1, timeout=PATIENCE_MS)
    assert page.strip.tokens[1:] == ("U+202E", "U+0007", "U+202E", "end")
    assert set(page.bars.names) == {"end", "U+202E", "U+0007"}
    assert "\u202e" in "".join(page.texts.texts.lines)
    said = page.texts.accessibleDescription()
    assert "U+202E" in said
    assert not {"\u202e", "\x07"} & set(said)
    assert window.side.tokens.names == ["·", "U+0007", "U+202E"]
