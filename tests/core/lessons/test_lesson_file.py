"""Reading lessons: what a file gives, and that each fault is told by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.data.datasets import Blobs, Circles, TableFile
from core.experiment.experiment import Experiment
from core.experiment.short_text import experiment_to_text
from core.lessons.lesson import with_changes
from core.lessons.lesson_file import MAX_BYTES, LessonError, read_lesson
from core.nn import LAYERS
from tests.core.lessons.lesson_files import small, written


def _fault(path: Path) -> str:
    with pytest.raises(LessonError) as caught:
        read_lesson(path)
    return str(caught.value)


def test_a_lesson_is_read(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    assert (lesson.id, lesson.title, lesson.text) == ("small", "A small lesson", "Text of the lesson.")
    assert lesson.start == with_changes(Experiment(), {"dataset": {"kind": "circles", "noise": 0.1}})
    assert [step.id for step in lesson.steps] == ["train", "guess", "reach", "which"]
    guess, reach = lesson.steps[1:3]
    assert guess.choices == ("few", "many")
    assert guess.explanation == "Three lines."
    assert reach.hints == ("First.", "Second.")
    assert lesson.begin(lesson.steps[0]) is None
    begin = lesson.begin(guess)
    assert begin is not None
    assert begin.layers == LAYERS.parse("dense 3 tanh")
    assert lesson.teacher["extension"] == "More."


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("+++\nid", "id", 1, 'must begin with a line "+++"'),
        ("right = 1\n+++", "right = 1", 83, 'must end with a line "+++"'),
        ("minutes = 5", "minutes = ", 3, "the front matter must be TOML: Invalid value"),
        ("minutes = 5", "minutes = 500", 3, "minutes: it must be a whole number from 1 to 240, got 500"),
        ("minutes = 5", f"minutes = 0x{'f' * 5_000}", 3, "a number must be finite and of at most 40 digits"),
        ("minutes = 5", f"minutes = {'9' * 5_000}", 3, "a number must be finite and of at most 40 digits"),
        ("minutes = 5\n", "", 1, "minutes: it must be a whole number from 1 to 240, got nothing"),
        ('id = "small"', 'id = "Small one"', 2, "got 'Small one'"),
        ("minutes = 5", "minutes = 5\nextra = 1", 4, "extra: there is no such entry"),
        ('show = ["play", "palette"]', 'show = "play"', 5, "show: it must be a list"),
        ('noise = 0.1 }, layers = ""', 'noise = 9 }, layers = ""', 4, "noise must be at most"),
        ('layers = "" }', 'layers = "", preset = "x" }', 4, "There is no preset called 'x'"),
        ('layers = "" }', 'file = "../x.json" }', 4, "a file must lie in the lesson's folder"),
        ('layers = "" }', 'file = "/etc/x.json" }', 4, "a file must lie in the lesson's folder"),
        ('layers = "" }', 'file = "gone.json" }', 4, "its file cannot be read: No such file"),
        ('kind = "do"', 'kind = "dance"', 9, "Step 1: kind: it must be one of do, predict"),
        ('until = ["epoch >= 2"]', 'until = ["epoch"]', 10, "a condition must be a comparison"),
        ('until = ["epoch >= 2"]\n', "", 7, "a step of the kind do must have conditions"),
        ("key = {}", "key = 3", 12, "key: it must be a table"),
        ("key = {}", 'key = { acts = ["epoch >= 2"] }', 12, 'acts: an act must be such as "export was used"'),
        ("key = {}", "key = { epochs = -4 }", 12, "epochs: it must be a whole number from 0 to"),
        ("key = {}", "key = { weights = [[0, 0.5]] }", 12, 'a weight must be [layer, "kernel"'),
        ('setup = { layers = "dense 3 tanh" }', 'setup = { layers = "danse 3" }', 17, "danse"),
        ("ranges = [[0, 70], ", "ranges = [[70, 0], ", 20, "two numbers, the lower one first, got [70, 0]"),
        ('show = ["play", "palette"]', 'any_order = 0', 5, "any_order: it must be true or false, got 0"),
        ('measure = "test accuracy"', 'measure = "beauty"', 19, "measure: it must be one of epoch"),
        ("ranges = [[0, 70], ", "ranges = [[0, 71], ", 20, "not overlap, got (0.0, 71.0) and (70.0, 100.0)"),
        ("ranges = [[0, 70], [70, 100]]", "ranges = [[0, 70]]", 20, "a range for each of the 2 answers"),
        ("right = 1\nuntil", "right = 2\nuntil", 21, "right: it must be from 0 to 1"),
        ('id = "guess"', 'id = "train"', 15, "id: it must be another than"),
        ('id = "which"', 'id = "where"', 33, 'the words must have a section "## where: Title"'),
        ("- this\n- that", "", 35, 'list 2 to 8 "### answers", got 0'),
        ("# A small lesson", "A small lesson", 37, "the words must begin with a title"),
        ("## reach: Reach", "## reach Reach", 56, "a section must be a step, once"),
        ("### hint 2", "### hint 4", 56, "its parts must be answers, hint 1 to 3"),
        ("### hint 2", "### hint 1", 62, "a part of a section must stand once, got 'hint 1' again"),
        ("## teacher", "## other: Other", 84, 'must have a part'),
        ("### ask\nWhy?", "### ask", 72, 'must have a part "### ask"'),
        ("Press Play.", "![a](missing.png)", 44, "a picture must be there, got 'missing.png'"),
        ("Press Play.", "![a](https://x.org/a.png)", 44, "a file must be named by a relative path"),
        ("Press Play.", "![a](../a.png)", 44, "a file must lie in the lesson's folder"),
        ("Press Play.", "![a](small.md)", 44, "end in .png, .jpg"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_its_line(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    fault = _fault(written(tmp_path, (old, new)))
    assert sentence in fault
    assert fault.startswith(f"small.md line {line}: "), fault


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    changes = (
        ("minutes = 5", "minutes = 500\nextra = 1\nmore = 2"),
        ('kind = "do"', 'kind = "dance"'),
        ("right = 1\nuntil", "right = 2\nuntil"),
        ("Press Play.", "![a](missing.png)"),
        ("### ask\nWhy?", "### ask"),
    )
    with pytest.raises(LessonError) as caught:
        read_lesson(written(tmp_path, *changes))
    said = [fault.partition(": ") for fault in caught.value.faults]
    assert [where for where, _, _ in said] == [f"small.md line {line}" for line in (3, 4, 5, 11, 23, 46, 74)]
    for (_, _, sentence), wanted in zip(
        said,
        ("minutes", "extra", "more", "kind", "right", "a picture", 'the section "## teacher"'),
        strict=True,
    ):
        assert wanted in sentence
    # What follows from a start that cannot be read is no fault of its own.
    assert (
        len(
            _fault(written(tmp_path, ('noise = 0.1 }, layers = ""', 'noise = 9 }, layers = ""'))).splitlines()
        )
        == 1
    )


def test_files_are_limited_and_must_be_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    assert _fault(path) == "x.md must be at most 200,000 bytes, got 200,001"
    path.write_bytes(b"+++\n\xff\n+++\n")
    assert _fault(path) == "x.md must be a text in UTF-8, got the byte 0xff"
    path.write_bytes(b"")
    assert "must begin with a line" in _fault(path)
    path.write_bytes(b"+++\nx = " + b"[" * 50_000 + b"\n+++\n")
    assert "the front matter must be" in _fault(path)
    with pytest.raises(OSError):
        read_lesson(tmp_path)


def test_a_picture_and_a_start_lie_beside_the_lesson_and_links_lead_nowhere(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "lessons"
    outside.mkdir()
    folder.mkdir()
    experiment = Experiment(dataset=Blobs(form="pair", noise=0.0), layers=LAYERS.parse("dense 5"))
    (folder / "start.json").write_text(json.dumps(experiment.to_json()), encoding="utf-8")
    (folder / "a.png").write_bytes(b"png")
    start = (
        'start = { dataset = { kind = "circles", noise = 0.1 }, layers = "" }',
        'start = { file = "start.json" }',
    )
    lesson = small(folder, start, ("Press Play.", "![a picture](a.png)"))
    assert lesson.start == experiment
    assert lesson.pictures == (folder / "a.png",)
    (outside / "b.png").write_bytes(b"png")
    try:
        (folder / "b.png").symlink_to(outside / "b.png")
    except OSError:  # pragma: no cover - Windows without the right to make links
        pytest.skip("links cannot be made here")
    assert "must lie in the lesson's folder" in _fault(written(folder, ("Press Play.", "![a](b.png)")))


def test_a_start_is_a_text_or_a_preset_and_names_no_data_outside(tmp_path: Path) -> None:
    old = 'start = { dataset = { kind = "circles", noise = 0.1 }, layers = "" }'
    text = experiment_to_text(Experiment(dataset=Circles()))
    assert small(tmp_path, (old, f'start = {{ text = "{text}" }}')).start.dataset == Circles()
    lesson = small(tmp_path, (old, 'start = { preset = "moons", seed = 9 }'))
    assert (lesson.start.name, lesson.start.seed) == ("Moons", 9)
    table = Experiment(dataset=TableFile(path="/home/me/secret.csv"))
    fault = _fault(written(tmp_path, (old, f'start = {{ text = "{experiment_to_text(table)}" }}')))
    assert "it must not name a file of data" in fault


def test_headings_in_code_and_html_are_text(tmp_path: Path) -> None:
    lesson = small(tmp_path, ("Press Play.", "<b>Press</b>\n```\n# no heading\n```"))
    assert lesson.steps[0].text == "<b>Press</b>\n```\n# no heading\n```"
