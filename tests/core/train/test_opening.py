"""What a sealed test told, as people read it and as files keep it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from core.train.opening import Opening
from core.train.tasks import Classification, Regression


@pytest.mark.parametrize(
    ("score", "samples", "look", "text"),
    [
        (0.89, 100, 1, "89.0 %, ±6.1 by luck, opened at epoch 120"),
        (0.89, 10_000, 3, "89.0 %, ±0.6 by luck, opened at epoch 120, look 3"),
        (1.0, 100, 1, "100.0 %, ±3.0 by luck, opened at epoch 120"),
    ],
)
def test_a_share_says_how_much_is_luck(score: float, samples: int, look: int, text: str) -> None:
    assert Opening("key", "120", 0.2, score, samples, look).text(Classification.score) == text


def test_values_have_no_such_limit() -> None:
    assert Opening("key", "120", 0.2, 0.9123, 100).text(Regression.score) == "0.912, opened at epoch 120"


@pytest.mark.parametrize(
    "damage",
    [
        {"key": 3},
        {"place": "x" * 65},
        {"samples": -1},
        {"samples": True},
        {"look": 0},
        {"loss": "high"},
        {"score": [1]},
    ],
)
def test_a_file_that_says_something_else_is_refused(damage: dict[str, Any]) -> None:
    sound = Opening("key", "120", 0.2, 0.89, 100).to_json()
    assert Opening.from_json(sound).score == 0.89
    with pytest.raises((TypeError, ValueError)):
        Opening.from_json(sound | damage)


def test_a_loss_that_is_no_number_is_kept_as_one() -> None:
    opening = Opening("key", "3 + 1/7", math.nan, 0.5, 100)
    assert repr(Opening.from_json(opening.to_json())) == repr(opening)
