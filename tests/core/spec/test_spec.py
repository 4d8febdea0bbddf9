"""Kinds and registries: the checks, their sentences, and the way through JSON for every kind there is."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.io import strict_json
from core.nn import LAYERS, Dense, LeakyReLU, ReLU, Sigmoid, Tanh
from core.nn.initializers import INITIALIZERS
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS, SGD, Adam
from core.spec import Registry, SettingError, Spec, differences, setting
from core.train.training_config import TrainingConfig
from tests.core.kinds import KINDS, REGISTRIES, kind_id, specs


@dataclass(frozen=True)
class Thing(Spec):
    kind = "thing"
    title = "Thing"

    flag: bool = setting(False, "Flag")
    count: int = setting(3, "Count", low=1, high=9)
    share: float = setting(0.5, "Share", low=0.0, high=1.0, above=True)
    text: str = setting("a", "Text")
    mode: str = setting("slow", "Mode", choices=("slow", "fast"))
    size: tuple[int, int] = setting((3, 3), "Size", low=1, high=11)
    start: Any = setting(None, "Start", registry=INITIALIZERS)


def thing(**given: Any) -> Thing:
    return Thing(**{"start": "zeros", **given})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"flag": 1}, "Thing: flag must be true or false, got 1"),
        ({"count": 0}, "Thing: count must be at least 1, got 0"),
        ({"count": np.int64(10)}, "Thing: count must be at most 9, got 10"),
        ({"count": True}, "Thing: count must be a whole number, got True"),
        ({"count": 2.0}, "Thing: count must be a whole number, got 2.0"),
        ({"count": "3"}, "Thing: count must be a whole number, got '3'"),
        ({"share": 0.0}, "Thing: share must be more than 0, got 0.0"),
        ({"share": 1.5}, "Thing: share must be at most 1, got 1.5"),
        ({"share": float("nan")}, "Thing: share must be a finite number, got nan"),
        ({"share": 10**400}, "Thing: share must be a finite number, got inf"),
        ({"share": None}, "Thing: share must be a finite number, got None"),
        ({"text": 5}, "Thing: text must be a text, got 5"),
        ({"mode": "medium"}, "Thing: mode must be one of slow, fast, got 'medium'"),
        ({"size": (1, 2, 3)}, "Thing: size must be one or two whole numbers, got (1, 2, 3)"),
        ({"size": (1, 0)}, "Thing: size must be at least 1, got 0"),
        ({"start": "zeroes"}, "Thing: start: There is no initializer called 'zeroes'; did you mean 'zeros'?"),
        ({"start": 7}, "Thing: start: Expected the name of an initializer, got 7"),
    ],
)
def test_a_bad_setting_is_told_in_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        thing(**given)
    assert str(caught.value) == sentence


def test_values_are_stored_in_their_canonical_form() -> None:
    made = thing(
        count=np.int64(4), share=np.float32(0.25), size=[2, np.int32(5)], start=INITIALIZERS.get("zeros")
    )
    assert (made.count, type(made.count)) == (4, int)
    assert (made.share, type(made.share)) == (0.25, float)
    assert made.size == (2, 5)
    assert made.start == INITIALIZERS.make("zeros")
    assert thing(size=7).size == (7, 7)
    assert thing(share=1).share == 1.0


def test_specs_are_values() -> None:
    assert Dense(3, "relu") == Dense(units=3, activation=ReLU())
    assert hash(Dense(3)) == hash(Dense(3))
    assert Dense(3, input_layer=True) == Dense(3)
    assert Dense(3).replace(units=5) == Dense(5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dense(3).units = 4  # type: ignore[misc]


def test_setting_finds_by_name() -> None:
    assert Dense.setting("units").high == 16_384
    with pytest.raises(KeyError):
        Dense.setting("unit")


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("relu", ReLU()),
        ("ReLU", ReLU()),
        ("Leaky ReLU", LeakyReLU()),
        ("leaky-relu", LeakyReLU()),
        (Tanh, Tanh()),
        (Sigmoid(), Sigmoid()),
        ({"kind": "leaky_relu", "negative_slope": 0.5}, LeakyReLU(0.5)),
    ],
)
def test_make_takes_what_a_user_may_write(written: Any, made: Spec) -> None:
    assert LAYERS.make(written) == made


@pytest.mark.parametrize(
    "alias", ["mse", "MSE", "rmse", "mae", "binary_crossentropy", "categorical_crossentropy"]
)
def test_losses_go_by_their_usual_short_names(alias: str) -> None:
    assert alias in LOSSES
    assert LOSSES.make(alias).kind == LOSSES.get(alias).kind


def test_make_refuses_other_sorts() -> None:
    with pytest.raises(SettingError, match="Expected a layer, got Adam"):
        LAYERS.make(Adam())  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="There is no optimizer called 'rmsporp'; did you mean 'rmsprop'"):
        OPTIMIZERS.make("rmsporp")
    with pytest.raises(SettingError, match="choose one of sgd, "):
        OPTIMIZERS.make("xyzzy")
    with pytest.raises(SettingError, match="Expected the name of a layer, got None"):
        LAYERS.make(None)  # type: ignore[arg-type]


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


def test_a_name_is_registered_once() -> None:
    registry: Registry[Thing] = Registry("thing")
    registry.register("stuff")(Thing)
    with pytest.raises(ValueError, match="thing 'thing' is registered twice"):
        registry.register()(Thing)
    assert registry.names() == ("thing",)
    assert "stuff" in registry
    assert 5 not in registry


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


@pytest.mark.parametrize(("registry", "kind"), KINDS, ids=kind_id)
def test_every_bound_is_kept(registry: Registry[Any], kind: type[Spec]) -> None:
    for rule in kind.settings():
        if rule.type not in ("int", "float", "pair"):
            continue
        wrap = (lambda value: (value, value)) if rule.type == "pair" else (lambda value: value)
        if rule.high is not None:
            kind(
                **{rule.name: wrap(type(rule.default)(rule.high) if rule.type != "pair" else int(rule.high))}
            )
            with pytest.raises(SettingError, match="must be at most"):
                kind(**{rule.name: wrap(int(rule.high) + 1)})
        if rule.low is not None:
            with pytest.raises(SettingError, match=r"must be (at least|more than)"):
                kind(**{rule.name: wrap(int(rule.low) - 1)})
            if rule.above:
                with pytest.raises(SettingError, match="must be more than"):
                    kind(**{rule.name: wrap(type(rule.default)(rule.low))})


def test_names_are_unique_within_each_registry() -> None:
    for registry in REGISTRIES:
        assert len(set(registry.names())) == len(registry.names()) == len(list(registry))


def test_differences_go_down_to_the_innermost_setting() -> None:
    old = TrainingConfig(optimizer=Adam(0.01))
    (rate,) = differences(old, old.replace(optimizer=Adam(0.1)))
    assert (rate.path, rate.old, rate.new) == (("optimizer", "learning_rate"), 0.01, 0.1)
    (kind,) = differences(old, old.replace(optimizer=SGD(0.01)))
    assert (kind.path, kind.old, kind.new) == (("optimizer",), Adam(0.01), SGD(0.01))
    assert differences(old, TrainingConfig(optimizer=Adam(0.01))) == ()
