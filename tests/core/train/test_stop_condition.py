"""Stop conditions: which bound holds first, its sentence, and JSON."""

from __future__ import annotations

import math

import pytest

from core.train.stop_condition import StopCheck, StopCondition
from core.train.tasks import Regression


@pytest.mark.parametrize(
    ("condition", "scores", "stop"),
    [
        (StopCondition(epoch=3), [(1.0, 0.5)] * 5, (3, "epoch")),
        (StopCondition(loss=0.5), [(1.0, 0.5), (0.5, 0.5)], (2, "loss")),
        (StopCondition(accuracy=0.9), [(1.0, 0.5), (1.0, 0.9)], (2, "accuracy")),
        (
            StopCondition(patience=2),
            [(1.0, 0.0), (0.5, 0.0), (0.5, 0.0), (0.6, 0.0), (0.1, 0.0)],
            (4, "patience"),
        ),
        (StopCondition(patience=2), [(math.nan, math.nan)] * 4, (2, "patience")),
        (StopCondition(epoch=9, loss=0.2, patience=5), [(1.0, 0.0), (0.1, 0.0)], (2, "loss")),
    ],
)
def test_the_first_bound_counts(
    condition: StopCondition, scores: list[tuple[float, float]], stop: tuple[int, str]
) -> None:
    check = StopCheck(condition)
    for epoch, (loss, accuracy) in enumerate(scores, 1):
        reason = check.end_epoch(epoch, loss, accuracy)
        if reason:
            assert (epoch, reason) == stop
            return
    pytest.fail("it never stopped")


def test_epochs_that_were_left_out_count_as_waiting() -> None:
    check = StopCheck(StopCondition(patience=10))
    assert check.end_epoch(4, 1.0, 0.0) == ""
    assert check.end_epoch(8, 1.1, 0.0) == ""
    assert check.end_epoch(14, 1.2, 0.0) == "patience"
    assert check.waited == 10


def test_what_is_said() -> None:
    wish = StopCondition(epoch=1200, loss=0.05, accuracy=0.95, patience=20)
    assert wish.described() == "epoch 1,200 or test loss 0.05 or test accuracy 95 % or no gain for 20 epochs"
    said = wish.sentence("accuracy", 120, 0.2, 0.9512)
    assert said == "Stopped at epoch 120: test accuracy 95.1 % reached 95 %"
    assert wish.sentence("loss", 7, 0.0421, 0.9) == "Stopped at epoch 7: test loss 0.0421 reached 0.05"
    assert "no better for 20 epochs" in wish.sentence("patience", 7, 1.0, 0.9)
    on_training = StopCondition(accuracy=0.995, on_test=False)
    assert on_training.described() == "training accuracy 99.5 %"
    assert on_training.described(Regression.score) == "training R² 0.995"


def test_json_keeps_it() -> None:
    for wish in (StopCondition(epoch=5), StopCondition(loss=0.1, accuracy=0.5, patience=3, on_test=False)):
        assert StopCondition.from_json(wish.to_json()) == wish
    assert StopCondition(epoch=5).to_json() == {"epoch": 5, "on_test": True}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "needs one of"),
        ({"epoch": 1.5}, "epoch must be a whole number of at least 0, got 1.5"),
        ({"patience": -1}, "patience must be a whole number"),
        ({"loss": math.nan}, "loss must be a number"),
        ({"accuracy": "much"}, "accuracy must be a number, got 'much'"),
        ({"epochs": 3}, "no setting called 'epochs'"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        StopCondition.from_json(given)
