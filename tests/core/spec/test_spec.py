"""Specs: value semantics, repr and JSON, for every kind."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.io import strict_json
from core.nn import LAYERS, Dense, ReLU
from core.optim import SGD, Adam
from core.spec import Registry, SettingError, Spec, differences, setting
from core.train.training_config import TrainingConfig
from tests.core.kinds import KINDS, kind_id, specs

pytestmark = pytest.mark.environment


def test_specs_are_values() -> None:
    assert Dense(3, "relu") == Dense(units=3, activation=ReLU())
    assert hash(Dense(3)) == hash(Dense(3))
    assert Dense(3, input_layer=True) == Dense(3)
    assert Dense(3).replace(units=5) == Dense(5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dense(3).units = 4  # type: ignore[misc]


@pytest.mark.parametrize("name", ["units", "title", "nothing"])
def test_no_attribute_of_a_spec_changes(name: str) -> None:
    spec = Dense(3)
    before = repr(spec)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(spec, name, 4)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(spec, name)
    assert repr(spec) == before


def test_a_class_derived_from_spec_is_a_dataclass() -> None:
    class Pair(Spec):
        left: int = setting(1, "Left")
        right: int = dataclasses.field(default=2, kw_only=True, repr=False)

    class Triple(Pair):
        third: int = setting(3, "Third")

    assert [field.name for field in dataclasses.fields(Triple)] == ["left", "right", "third"]
    assert Triple.__match_args__ == ("left", "third")
    assert list(inspect.signature(Triple).parameters) == ["left", "third", "right"]
    assert repr(Triple(5, 6, right=7)).endswith("Triple(left=5, third=6)")
    assert Triple(5, 6, right=7) == dataclasses.replace(Triple(right=7), left=5, third=6)
    assert Triple(5, 6, right=7) != Triple(5, 6)
    assert hash(Triple(5, 6, right=7)) == hash(Triple(5, 6, right=7)) != hash(Triple(5, 6))
    assert copy.deepcopy(Triple(5)) == Triple(5) != Pair(5) != (5, 2)


@pytest.mark.parametrize(("registry", "kind"), KINDS, ids=kind_id)
def test_only_the_construction_is_compiled_for_each_kind(registry: Registry[Any], kind: type[Spec]) -> None:
    # By `dataclass(frozen=True)`, each of these was: 0.03 s of the start of the window.
    assert not {"__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__"} & vars(kind).keys()


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
