"""Frozen dataclasses that are completed when they are first used: as the standard library's, in every use."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, ClassVar

import pytest

from core.optim import Nadam
from core.spec import late_dataclass
from core.spec.late_dataclass import dataclass

THREADS = 4


@dataclass(frozen=True)
class Kept:
    """Of a module, as pickles need it."""

    x: int
    y: tuple[int, ...] = (1,)


def point() -> Any:
    """A class that was never used."""

    @dataclass(frozen=True)
    class Point:
        """A point."""

        unit: ClassVar[str] = "px"
        x: int
        y: int = 2
        more: tuple[int, ...] = dataclasses.field(default=(), repr=False)
        note: str = dataclasses.field(default="", compare=False)
        place: object = dataclasses.field(init=False, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "place", (self.x, self.y))

    return Point


def is_complete(cls: type) -> bool:
    return not any(isinstance(value, late_dataclass._Late) for value in vars(cls).values())


USES: dict[str, Callable[[Any], object]] = {
    "construction": lambda cls: cls(1),
    "fields": lambda cls: dataclasses.fields(cls),
    "default": lambda cls: cls.more,
    "signature": lambda cls: inspect.signature(cls),
    "names of a pattern": lambda cls: cls.__match_args__,
    "equality": lambda cls: cls.__new__(cls) == 1,
    "method": lambda cls: cls.__repr__,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_class_is_completed_by_its_first_use(use: Callable[[Any], object]) -> None:
    cls = point()
    assert not is_complete(cls)
    use(cls)
    assert is_complete(cls)


def test_a_completed_class_has_what_the_standard_library_adds() -> None:
    cls = point()
    cls(1)

    @dataclasses.dataclass(frozen=True)
    class Point:
        """A point."""

        x: int

    assert set(vars(Point)) <= set(vars(cls))
    assert cls.__init__.__qualname__ == f"{cls.__qualname__}.__init__"
    assert str(inspect.signature(cls)) == (
        "(x: 'int', y: 'int' = 2, more: 'tuple[int, ...]' = (), note: 'str' = '') -> None"
    )
    assert (cls.unit, cls.y, cls.more, cls.__doc__) == ("px", 2, (), "A point.")
    assert not hasattr(cls, "place")


def test_instances_compare_print_and_copy() -> None:
    cls = point()
    one, same, other = cls(1, note="a"), cls(1, note="b"), cls(1, 3)
    assert one == same != other
    assert hash(one) == hash(same)
    assert repr(other).endswith("Point(x=1, y=3, note='')")
    assert dataclasses.replace(one, y=3) == other == copy.deepcopy(other)
    assert other.place == (1, 3)
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1)
    match other:
        case cls(x, y):
            assert (x, y) == (1, 3)


def test_instances_are_frozen() -> None:
    one = point()(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
        one.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
        del one.x
    assert one.x == 1


def test_wrong_arguments_are_named_at_the_first_use_too() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        point()()


def test_what_a_class_defines_itself_stays() -> None:
    @dataclass(frozen=True)
    class Own:
        """Equal to all, as a number of its own."""

        x: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    assert (Own(1) == 2, hash(Own(1)), repr(Own(1))) == (True, 7, "own")


def test_without_equality_an_instance_equals_itself_alone() -> None:
    @dataclass(frozen=True, eq=False)
    class Alone:
        """Not compared."""

        x: int

    one = Alone(1)
    assert one == one != Alone(1)
    assert hash(one) == object.__hash__(one)


def test_derived_classes_complete_their_bases() -> None:
    base = point()

    @dataclasses.dataclass(frozen=True)
    class Standard(base):  # type: ignore[misc]
        """Made by the standard library at once."""

        z: int = 5

    other_base = point()

    @dataclass(frozen=True)
    class Late(other_base):  # type: ignore[misc]
        """Made at the first use."""

        z: int = 5

        def __post_init__(self) -> None:
            super().__post_init__()

    class Plain(point()):  # type: ignore[misc]
        """No dataclass itself."""

        def __init__(self) -> None:
            super().__init__(4)

    for cls in (Standard, Late):
        found = cls(1, z=6)
        assert (found.x, found.y, found.z, found.place) == (1, 2, 6, (1, 2))
    assert Plain() == Plain()
    assert is_complete(base)
    assert is_complete(other_base)


def test_threads_that_use_a_class_at_once_find_it_complete() -> None:
    classes = [point() for _ in range(40)]
    barrier = Barrier(THREADS)

    def construct(number: int) -> list[object]:
        found = []
        for cls in classes:
            barrier.wait(60)
            found.append(cls(number))
        return found

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            made = list(pool.map(construct, range(THREADS)))
    finally:
        sys.setswitchinterval(interval)
    assert [[each.place for each in row] for row in made] == [[(n, 2)] * 40 for n in range(THREADS)]  # type: ignore[attr-defined]


def test_other_than_frozen_classes_are_refused() -> None:
    with pytest.raises(TypeError, match="Only frozen dataclasses"):
        dataclass(frozen=False)


def test_importing_the_engine_leaves_its_kinds_for_later() -> None:
    code = "import core; print(type(vars(core.Nadam)['__init__']).__name__, core.Nadam())"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (result.stdout, result.stderr) == (f"_Late {Nadam()!r}\n", "")
