"""Specs: value semantics, repr and JSON, for every kind."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.io import strict_json
from core.nn import LAYERS, Dense, ReLU
from core.optim import SGD, Adam
from core.spec import Registry, SettingError, Spec, differences
from core.train.training_config import TrainingConfig
from tests.core.kinds import KINDS, kind_id, specs


def test_specs_are_values() -> None:
    assert Dense(3, "relu") == Dense(units=3, activation=ReLU())
    assert hash(Dense(3)) == hash(Dense(3))
    assert Dense(3, input_layer=True) == Dense(3)
    assert Dense(3).replace(units=5) == Dense(5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dense(3).units = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"units": 3}, "A layer needs a text under 'kind', got None"),
        ({"kind": 4}, "A layer needs a text under 'kind', got 4"),
        ({"kind": "dense", "unit": 3}, "Dense has no setting called 'unit'"),
        ({"kind": "dense", "units": "many"}, "Dense: units must be a whole number, got 'many'"),
        (
            {"kind": "dense", "activation": {"kind": "nope"}},
            "Dense: activation: There is no activation called 'nope'",
        ),
        ("dense", "A layer must be described by an object, got 'dense'"),
        ([1], "A layer must be described by an object"),
    ],
)
def test_bad_json_is_told_in_a_sentence(data: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        LAYERS.from_json(data)
    assert str(caught.value).startswith(sentence)


def test_a_missing_setting_takes_its_default() -> None:
    assert LAYERS.from_json({"kind": "dense", "units": 7}) == Dense(7)


@pytest.mark.parametrize(("registry", "kind"), KINDS, ids=kind_id)
def test_every_kind_introduces_itself(registry: Registry[Any], kind: type[Spec]) -> None:
    assert kind.kind == kind.kind.lower()
    assert kind.title
    assert kind.summary
    assert registry.make(kind.kind) == kind()
    for rule in kind.settings():
        assert rule.label
        assert rule.help
        assert rule.check(kind.title, rule.default) == getattr(kind(), rule.name)


@pytest.mark.parametrize(("registry", "kind"), KINDS, ids=kind_id)
@settings(max_examples=15)
@given(data=st.data())
def test_every_kind_comes_back_from_json(
    registry: Registry[Any], kind: type[Spec], data: st.DataObject
) -> None:
    made = data.draw(specs(kind))
    assert registry.from_json(strict_json.load(strict_json.dump(made.to_json()))) == made
    assert registry.make(json.loads(json.dumps(made.to_json()))) == made


def test_differences_go_down_to_the_innermost_setting() -> None:
    old = TrainingConfig(optimizer=Adam(0.01))
    (rate,) = differences(old, old.replace(optimizer=Adam(0.1)))
    assert (rate.path, rate.old, rate.new) == (("optimizer", "learning_rate"), 0.01, 0.1)
    (kind,) = differences(old, old.replace(optimizer=SGD(0.01)))
    assert (kind.path, kind.old, kind.new) == (("optimizer",), Adam(0.01), SGD(0.01))
    assert differences(old, TrainingConfig(optimizer=Adam(0.01))) == ()
