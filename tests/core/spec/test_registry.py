"""Registries: lookup by name, and specs from user input."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from core.nn import ACTIVATIONS, LAYERS, LeakyReLU, ReLU, Sigmoid, Tanh
from core.nn.activations import ActivationName
from core.nn.initializers import INITIALIZERS, InitializerName
from core.nn.losses import LOSSES, LossName
from core.optim import OPTIMIZERS, Adam
from core.optim.optimizer import OptimizerName
from core.spec import Members, Registry, SettingError, Spec
from tests.core.kinds import REGISTRIES
from tests.core.spec.thing import Thing

pytestmark = pytest.mark.environment


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


def test_a_name_is_registered_once() -> None:
    registry: Registry[Thing] = Registry("thing")
    registry.register("stuff")(Thing)
    with pytest.raises(ValueError, match="thing 'thing' is registered twice"):
        registry.register()(Thing)
    assert registry.names() == ("thing",)
    assert "stuff" in registry
    assert 5 not in registry


@pytest.mark.parametrize(
    ("registry", "names"),
    [
        (ACTIVATIONS, ActivationName), (INITIALIZERS, InitializerName), (LOSSES, LossName),
        (OPTIMIZERS, OptimizerName),
    ],
    ids=lambda each: getattr(each, "noun", ""),
)  # fmt: skip
def test_type_checkers_know_every_name(registry: Registry[Any], names: Any) -> None:
    known = set(get_args(names))
    assert {kind.kind for kind in registry} | set(registry._aliases) <= known
    assert all(registry.make(name) for name in known)


def test_names_are_unique_within_each_registry() -> None:
    for registry in REGISTRIES:
        assert len(set(registry.names())) == len(registry.names()) == len(list(registry))


class _Part:
    kind = "a"
    position = 10


def test_members_stand_in_the_order_of_their_positions() -> None:
    members = Members[type]()
    places = {"c": 30, "a": 10, "b": 20, "b2": 20}
    for kind, position in places.items():
        members.register(type(kind, (), {"kind": kind, "position": position}))
    assert [each.__name__ for each in members] == ["a", "b", "b2", "c"]


def test_a_kind_is_registered_once() -> None:
    members = Members[type]()
    assert members.register(_Part) is _Part
    with pytest.raises(ValueError, match=r"^'a' is registered twice$"):
        members.register(_Part)
