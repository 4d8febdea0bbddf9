"""Chips with choices, and what each choice makes of an experiment."""

from __future__ import annotations

import pytest

from core.experiment.experiment import Experiment
from core.nn import Dense
from core.runs.setting_choices import (
    chips_of,
    lane_name,
    layers_notation,
    with_choice,
    with_layers,
)
from core.spec import SettingError

BASE = Experiment(layers=(Dense(8, "tanh"), Dense(4, "tanh")))


def test_every_choice_of_every_chip_makes_another_experiment_or_the_same() -> None:
    for chip in chips_of(BASE, BASE):
        assert not chip.differs
        made = {with_choice(BASE, chip.name, value) for _, value in chip.choices if value is not None}
        assert made - {BASE}, chip.name


def test_only_chips_that_differ_from_the_first_lane_are_marked() -> None:
    other = with_choice(with_choice(BASE, "learning_rate", 0.3), "activation", "relu")
    chips = {chip.name: chip for chip in chips_of(other, BASE)}
    assert {name for name, chip in chips.items() if chip.differs} == {"learning_rate", "activation"}
    assert (chips["learning_rate"].text, chips["activation"].text, chips["layers"].text) == (
        "rate 0.3",
        "ReLU",
        "8 · 4",
    )


def test_lanes_are_named_by_what_differs() -> None:
    assert lane_name(BASE, BASE) == "Base"
    assert lane_name(with_choice(BASE, "learning_rate", 0.3), BASE) == "rate 0.3"


def test_another_optimizer_keeps_the_rate() -> None:
    changed = with_choice(with_choice(BASE, "learning_rate", 0.3), "optimizer", "sgd")
    assert (changed.training.optimizer.kind, changed.training.optimizer.learning_rate) == ("sgd", 0.3)


def test_layers_are_written_and_read() -> None:
    assert with_layers(BASE, layers_notation(BASE)) == BASE
    assert with_layers(BASE, "dense 3 relu, dropout 0.2").layers[0] == Dense(3, "relu")
    for wrong in ("", "dense many", "nothing 3"):
        with pytest.raises((SettingError, ValueError, LookupError)):
            with_layers(BASE, wrong)


def test_wrong_values_are_refused() -> None:
    with pytest.raises(SettingError):
        with_choice(BASE, "batch_size", 0)
