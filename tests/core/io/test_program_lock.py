"""One program at a time, until it ends in any way."""

from __future__ import annotations

import errno
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.io import program_lock as module
from core.io.program_lock import program_lock

_HOLDER = (
    "import sys; from pathlib import Path; from core.io.program_lock import program_lock\n"
    "with program_lock(Path(sys.argv[1])) as is_free: print(is_free, flush=True); input()"
)


def test_a_lock_is_held_by_one_until_it_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, first, waits = tmp_path / "lock", ExitStack(), []

    def waited(seconds: float) -> None:
        waits.append(seconds)
        first.close()

    monkeypatch.setattr(module, "sleep", waited)
    assert first.enter_context(program_lock(place))
    with program_lock(place) as is_free:
        assert not is_free
    assert not waits
    with program_lock(place, wait=True) as is_free:
        assert is_free
    assert len(waits) == 1


def test_a_killed_program_holds_nothing(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with program_lock(place) as is_free:
            assert not is_free
        holder.kill()
        holder.wait()
        with program_lock(place) as is_free:
            assert is_free


@pytest.mark.skipif(sys.platform == "win32", reason="other calls")
def test_a_file_system_without_locks_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    with program_lock(tmp_path / "lock", wait=True) as first, program_lock(tmp_path / "lock") as second:
        assert first
        assert second
