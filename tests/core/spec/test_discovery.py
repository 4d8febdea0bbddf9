"""Members of the program are found by their modules, in the order that they declare."""

from __future__ import annotations

import pytest

from core.spec import Members


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
