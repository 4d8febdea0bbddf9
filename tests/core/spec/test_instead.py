"""Advice for names of Keras and scikit-learn: only for what is not here, and near names for what is misspelt."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from types import FunctionType

import pytest

import core
from core.spec.instead import _INSTEAD, FORMER, instead_of, unknown_name

pytestmark = pytest.mark.environment


@pytest.mark.parametrize("name", _INSTEAD)
def test_what_has_advice_is_not_here(name: str) -> None:
    assert name not in core.__all__
    assert name == "input_shape" or not hasattr(core.Sequence, name)


@pytest.mark.parametrize("name", FORMER)
def test_a_former_name_works_with_a_sentence_and_is_not_shown(name: str) -> None:
    assert name not in core.__all__
    home, instead = FORMER[name]
    for package in ("core", "numpynet"):
        names: dict[str, object] = {}
        with pytest.warns(DeprecationWarning, match=rf"^core\.{name} will go: use .*{name} of core{home}$"):
            exec(f"from {package} import {name}", names)
        assert names[name] is getattr(import_module(f"core{home}"), name)
    if instead.isidentifier():
        assert names[name] is getattr(core, instead) or name == "HalfSquaredError"


def test_dir_shows_what_is_public() -> None:
    assert dir(core) == sorted([*core.__all__, "__version__"])
    assert len(set(core.__all__)) == len(core.__all__)
    assert all(getattr(core, name) is not None for name in core.__all__)


def test_near_names_and_all_names() -> None:
    assert instead_of("unit", ["units"]) == "; did you mean 'units'?"
    assert instead_of("zzz", ["units"]) == ""
    assert unknown_name("Dense", "zzz", ["units", "activation"]) == (
        "Dense: there is no argument 'zzz'; there are units, activation"
    )
    assert unknown_name("A", "lr", []) == "A: there is no argument 'lr'; learning_rate"


def test_signatures_are_those_of_init_on_every_python() -> None:
    # Python 3.11.2 reads `__new__` instead, and scikit-learn then finds no parameters.
    classes = [found for name in core.__all__ if isinstance(found := getattr(core, name), type)]
    naming = [each for each in classes if isinstance(each.__new__, FunctionType)]
    assert {core.Dense, core.Input, core.NetworkRegressor} <= set(naming)
    for kind in naming:
        first, *given = inspect.signature(kind.__init__).parameters.values()
        assert first.name == "self"
        assert [*kind.__signature__.parameters.values()] == given


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Lambda", "; a layer of your own is a CustomLayer, with call and backward in numpy"),
        ("Dens", "; did you mean 'Dense'?"),
        ("Qqq", ""),
    ],
)
def test_an_import_that_fails_says_what_there_is(name: str, advice: str) -> None:
    for package in ("core", "numpynet"):
        with pytest.raises(ImportError, match=re.escape(f"name {name!r} from 'core'{advice}")):
            exec(f"from {package} import {name}")
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
        getattr(core, name)
    assert not hasattr(core, name)
