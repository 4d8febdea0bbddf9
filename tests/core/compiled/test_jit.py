"""Functions of the kernel are compiled once, with what Python calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.compiled import readiness
from tests.core.compiled.two_engines import compiled_engine
from tests.optional_packages import needs

__all__ = ["compiled_engine"]

pytestmark = needs("numba")


def test_a_function_is_made_machine_code_with_its_caller_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from numba import config, njit
    from numba.core.codegen import JITCodeLibrary

    from core.compiled.jit import inlined, loop

    # Else these would count as the engine's, and after eleven runs of the tests the next one would be red.
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    made: list[str] = []
    finish = JITCodeLibrary._finalize_specific
    monkeypatch.setattr(
        JITCodeLibrary, "_finalize_specific", lambda self: (made.append(self.name), finish(self))
    )

    @inlined
    def twice(number: float) -> float:
        return 2.0 * number

    @loop
    def more(number: float) -> float:
        return twice(number) + twice(number + 1.0)  # type: ignore[no-any-return]

    @njit("float64(float64)", _nrt=False)  # type: ignore[untyped-decorator]
    def run(number: float) -> float:
        return more(number) + more(number)  # type: ignore[no-any-return]

    assert run(1.0) == 12.0
    names = [name.rpartition(".")[2] for name in made]
    assert [name for name in names if name in ("twice", "more", "run")] == ["run"]


def test_progress_counts_the_functions_that_there_are(compiled_engine: None) -> None:
    made = (readiness.cache_folder() / readiness.PROGRESS).stat().st_size
    # Another folder with the same sources compiles into the same cache, and counts on.
    times = max(1, round(made / readiness.FUNCTIONS))
    assert made / times == pytest.approx(readiness.FUNCTIONS, rel=0.1)
