"""A small lesson, whose lines tests replace."""

from __future__ import annotations

from pathlib import Path

from core.lessons.lesson import Lesson
from core.lessons.lesson_file import read_lesson

TEXT = """+++
id = "small"
minutes = 5
start = { dataset = { kind = "circles", noise = 0.1 }, layers = "" }
show = ["play", "palette"]

[[step]]
id = "train"
kind = "do"
until = ["epoch >= 2"]
ring = "play"
key = {}

[[step]]
id = "guess"
kind = "predict"
setup = { layers = "dense 3 tanh" }
answer = "single"
measure = "test accuracy"
ranges = [[0, 70], [70, 100]]
right = 1
until = ["epoch >= 60"]
key = {}

[[step]]
id = "reach"
kind = "goal"
setup = {}
until = ["test accuracy >= 95 %", "hidden units <= 3", "epoch <= 60"]
key = { layers = "dense 3 tanh" }

[[step]]
id = "which"
kind = "ask"
answer = "single"
right = 1
+++

# A small lesson

Text of the lesson.

## train: Train
Press Play.

## guess: Guess
How many?

### answers
- few
- many

### explanation
Three lines.

## reach: Reach 95 %
With three units.

### hint 1
First.

### hint 2
Second.

## which: Which?
Which one?

### answers
- this
- that

## teacher

### prior knowledge
None.

### misconceptions
None.

### ask
Why?

### extension
More.
"""


def written(folder: Path, *changes: tuple[str, str], name: str = "small.md") -> Path:
    """The file of the small lesson, with some of its text replaced."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def small(folder: Path, *changes: tuple[str, str]) -> Lesson:
    return read_lesson(written(folder, *changes))
