"""Settings validate values and raise sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.nn import Dense
from core.nn.initializers import INITIALIZERS
from core.spec import Registry, SettingError, Spec
from tests.core.kinds import KINDS, kind_id
from tests.core.spec.thing import thing

pytestmark = pytest.mark.environment


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


def test_setting_finds_by_name() -> None:
    assert Dense.setting("units").high == 16_384
    with pytest.raises(KeyError):
        Dense.setting("unit")


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
            beyond = {rule.name: wrap(int(rule.high) + 1)}
            if rule.of_forms:
                kind(**beyond)
            with pytest.raises(SettingError, match="must be at most"):
                # A form, a file, a line of text.
                kind().replace(**beyond) if rule.of_forms else kind(**beyond)
            with pytest.raises(SettingError, match="must be at most"):
                registry.from_json({"kind": kind.kind, **beyond})
        if rule.low is not None:
            with pytest.raises(SettingError, match=r"must be (at least|more than)"):
                kind(**{rule.name: wrap(int(rule.low) - 1)})
            if rule.above:
                with pytest.raises(SettingError, match="must be more than"):
                    kind(**{rule.name: wrap(type(rule.default)(rule.low))})
