"""Worksheets: what a pupil's sheet asks and hides, what the key says, and that both print in black and white."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import Circles, Iris
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.presets import preset_named
from core.lessons.lesson import with_changes
from core.lessons.lesson_file import read_lesson
from core.lessons.shipped import shipped_lessons
from core.lessons.worksheet import SEEDS, Run, _plane_svg, changed_text, key_sheet, pupils_sheet
from core.nn import LAYERS
from tests.core.lessons.lesson_files import small

NOTE = ('answer = "single"\nright = 1\n+++', '[[step]]\nid = "say"\nkind = "note"\nmarks = 3\n+++')
START = 'start = { dataset = { kind = "circles", noise = 0.1 }, layers = "" }'


def _text(page: str) -> str:
    """What stands on the page, a line for each paragraph and cell."""
    body = page.partition("<body>")[2]
    return re.sub(r"<[^>]*>", "", re.sub(r"</(p|td|h\d)>|<br>", "\n", body))


def test_a_pupils_sheet_asks_and_gives_nothing_away(tmp_path: Path) -> None:
    page = pupils_sheet(small(tmp_path))
    text = _text(page)
    for part in ("A small lesson", "Name", "☐ few", "☐ many", "because", "no hidden layer", "dense 3 tanh",
                 "Reach 95 %", "Which one?", "☐ this", "Result code"):  # fmt: skip
        assert part in text, part
    # Neither the answers, nor what solves the goal, nor what the teacher knows.
    assert not any(part in text for part in ("☑", "Three lines.", "More.", "mark", "over six seeds"))
    assert text.count("dense 3 tanh") == 1
    # The points of the start: beside the guesses, and small in each of three rows to draw in.
    assert page.count("<img") == 4


def test_guesses_with_the_same_choices_are_one_table(tmp_path: Path) -> None:
    again = ('[[step]]\nid = "reach"', '[[step]]\nid = "again"\nkind = "predict"\nsetup = {}\nanswer = "single"\n'
             'measure = "test accuracy"\nranges = [[0, 70], [70, 100]]\nright = 0\nuntil = ["epoch >= 2"]\nkey = {}\n\n'
             '[[step]]\nid = "reach"')  # fmt: skip
    words = (
        "## reach",
        "## again: Guess: without\nNone.\n\n### answers\n- few\n- many\n\n### explanation\nOne line.\n\n## reach",
    )
    lesson = small(tmp_path, again, words)
    lines = [line for line in _text(pupils_sheet(lesson)).split("\n") if line]
    at = lines.index("Your guesses")
    assert lines[at : at + 9] == [
        "Your guesses",
        "How many?",
        "Guess",
        "☐ few",
        "☐ many",
        "Without",
        "☐ few",
        "☐ many",
        "because",
    ]
    assert lines.count("because") == 1
    key = [line for line in _text(key_sheet(lesson)).split("\n") if line]
    at = key.index("Your guesses")
    assert key[at + 2 : at + 8] == ["Guess", "☐ few", "☑ many", "Without", "☑ few", "☐ many"]
    assert [each.rpartition(". ")[2] for each in key[at + 8 : at + 10]] == ["Three lines.", "One line."]


def test_a_key_has_answers_marks_and_ranges(tmp_path: Path) -> None:
    shares: list[float] = []
    text = _text(key_sheet(small(tmp_path), ",", shares.append))
    assert shares == pytest.approx([each / (4 * SEEDS) for each in range(4 * SEEDS)])
    for part in ("Key, for the teacher", "Full marks: 1", "☑ many", "☐ few", "☑ that", "Three lines.", "1 mark",
                 "over six seeds", "Prior knowledge", "More."):  # fmt: skip
        assert part in text, part
    found = re.search(r"Test accuracy (\d+)\N{NO-BREAK SPACE}%; over six seeds (\d+) to (\d+)", text)
    assert found is not None
    measured, low, high = map(int, found.groups())
    assert 70 < low <= measured <= high


def test_runs_fill_the_table_and_the_decimal_sign_is_that_of_the_country(tmp_path: Path) -> None:
    runs = [
        Run("dense 3 tanh", 120, "test accuracy", 0.951, "62 to <90>"),
        Run("<b>", 3, "training loss", 0.125),
    ]
    text = _text(pupils_sheet(small(tmp_path), runs, "7F4K-92QX", ","))
    assert "test accuracy 95\N{NO-BREAK SPACE}%" in text
    assert "training loss 0,125" in text
    assert "&lt;b&gt;" in text
    # The pupil's own guess stands beside what came.
    assert "62 to &lt;90&gt;" in text
    assert "7F4K-92QX" in text
    assert "Reach 95 %" not in text


def test_texts_of_a_lesson_are_text(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"png")
    lesson = small(tmp_path, ("How many?", "<script>x</script> **How** *many* `units`?\n\n- one\n- two\n\n![p](p.png)"),
                   ("- few", "- <img src=x>"))  # fmt: skip
    page = pupils_sheet(lesson)
    assert "<script" not in page
    assert (
        "&lt;script&gt;x&lt;/script&gt; <b>How</b> <i>many</i> <code>units</code>?</p><p>- one<br>- two</p>"
        in page
    )
    assert "☐ &lt;img src=x&gt;" in page
    assert "p.png" not in page


@pytest.mark.parametrize("path", shipped_lessons(), ids=lambda path: path.stem)
def test_a_shipped_sheet_prints_in_black_and_white(path: Path) -> None:
    page = pupils_sheet(read_lesson(path))
    number = shipped_lessons().index(path) + 1
    assert f"LESSON {number} OF {len(shipped_lessons())}" in page
    colors = re.findall(r"#([0-9a-f]{3,6})\b", page)
    assert colors
    assert all(color == color[: len(color) // 3] * 3 for color in colors)


def test_other_data_have_no_picture(tmp_path: Path) -> None:
    lesson = small(tmp_path, (START, 'start = { dataset = "iris" }'))
    page = pupils_sheet(lesson)
    assert "<img" not in page
    assert "boundary, its shape" not in page


def test_what_was_changed_is_said_in_short() -> None:
    start = Experiment(dataset=Circles())
    assert changed_text(start, start) == "no hidden layer"
    now = with_changes(
        start, {"optimizer.learning_rate": 0.5, "layers": "dense 3 tanh", "dataset.noise": 0.25}
    )
    assert changed_text(start, now) == "dense 3 tanh, noise 0.25, learning rate 0.5"
    other = start.replace(dataset=Iris(), name="Mine", seed=5, layers=LAYERS.parse("dense 2"))
    assert "dataset Iris" in changed_text(start, other)


def test_layers_that_are_not_said_in_words_are_named_by_their_titles() -> None:
    start = preset_named("Repeat")
    assert changed_text(start, start).startswith("Embedding, Positions, Residual, Residual,")


def test_a_step_that_goes_on_is_listed_with_the_changes_of_the_step_before(tmp_path: Path) -> None:
    lesson = small(tmp_path, ('kind = "goal"\nsetup = {}', 'kind = "do"'))
    assert _text(pupils_sheet(lesson)).count("dense 3 tanh") == 2


def test_a_lesson_of_questions_alone_has_a_key_and_an_order_is_mixed_for_pupils(tmp_path: Path) -> None:
    lesson = small(tmp_path, ('answer = "single"\nright = 1\n+++', 'answer = "order"\n+++'))
    lesson = replace(lesson, steps=lesson.steps[3:])
    pupil, key = _text(pupils_sheet(lesson)), _text(key_sheet(lesson))
    assert "Train, and look" not in pupil + key
    assert pupil.index("__ that") < pupil.index("__ this")
    assert key.index("1 this") < key.index("2 that")
    assert "Full marks: 1" in key


@pytest.mark.parametrize(
    ("labels", "greys"), [([0, 0, 0], {255}), ([0, 1, 1], {255, 0}), ([0, 1, 2], {255, 128, 0})]
)
def test_points_of_the_first_class_are_white_and_of_the_last_black(
    labels: list[int], greys: set[int]
) -> None:
    prepared = prepare(Experiment(dataset=Circles(samples=40)))
    few = replace(prepared.train.head(3), labels=np.array(labels))
    drawn = _plane_svg(replace(prepared, train=few, train_points=prepared.train_points[:3]), None)
    assert {int(each) for each in re.findall(r"rgb\((\d+),", drawn)} == greys
