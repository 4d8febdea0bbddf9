"""What a lesson's steps take as right, and its labels that are still wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.experiment.experiment import Experiment
from core.lessons.lesson import ChangedLabels, Step, with_changes


@pytest.mark.parametrize(
    ("question", "right", "answer", "is_right"),
    [
        ("single", (1.0,), (1,), True),
        ("single", (1.0,), (0,), False),
        ("several", (0.0, 2.0), (2, 0), True),
        ("several", (0.0, 2.0), (0,), False),
        ("number", (3.9, 4.1), (4.0,), True),
        ("number", (3.9, 4.1), (), False),
        ("order", (0.0, 1.0, 2.0), (0, 1, 2), True),
        ("order", (0.0, 1.0, 2.0), (1, 0, 2), False),
    ],
)
def test_answers_are_right_or_not(
    question: str, right: tuple[float, ...], answer: tuple[float, ...], is_right: bool
) -> None:
    step = Step("a", "ask", "A", "a", 1, question=question, right=right)
    assert step.is_right(answer) is is_right


def test_what_a_prediction_should_have_been() -> None:
    step = Step(
        "a", "predict", "A", "a", 1, question="single", measure="test accuracy",
        choices=("few", "many"), ranges=((0.0, 40.0), (60.0, 100.0)), right=(1.0,),
    )  # fmt: skip
    assert [step.outcome(share) for share in (0.1, 0.45, 0.55, 0.8)] == [(0,), (0,), (1,), (1,)]
    halves = replace(step, ranges=((50.0, 100.0), (0.0, 50.0)))
    assert [halves.outcome(share) for share in (0.0, 0.499, 0.5, 1.0)] == [(1,), (1,), (0,), (0,)]
    number = Step("a", "predict", "A", "a", 1, question="number", measure="epoch", right=(1.0, 2.0))
    assert number.outcome(7.0) == (7.0,)


def test_wrong_labels_are_counted_until_they_are_right() -> None:
    start = with_changes(Experiment(), {"dataset": "digits", "corrections": [[0, 7], [3, 1], [9, 2]]})
    labels = ChangedLabels(start)
    assert labels.wrong(start) == 3
    assert dict(labels.corrected(start).corrections) == {0: 0, 3: 3, 9: 9}
    assert labels.wrong(labels.corrected(start)) == 0
    now = start.replace(corrections=start.corrections.with_label([0], 0).with_label([3], 5))
    assert labels.wrong(now) == 2
    # Dropped, or as it was in the file.
    now = start.replace(corrections=start.corrections.with_label([0], None).without([3]))
    assert labels.wrong(now) == 1
    assert ChangedLabels(Experiment()).corrected(start) == start
