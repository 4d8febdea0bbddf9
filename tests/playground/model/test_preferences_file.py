"""The file of preferences: damaged, shared, read-only, and never lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLockFile

from playground.model import preferences_file
from playground.model.preferences import (
    MAX_RECENT_FILES,
    Preference,
    Preferences,
)
from playground.model.training_speed import DEFAULT_SPEED
from tests.playground.model.written_preferences import VALUES, content, told, written


def test_the_file_holds_nothing_but_plain_values(path: Path) -> None:
    preferences = Preferences(path)
    for name, value in VALUES:
        setattr(preferences, name, value)
    preferences.add_recent_file(Path("/a.nnp"))
    own = [row for row in vars(Preferences).values() if isinstance(row, Preference)]
    assert {row.key for row in own if row.name != "unusable"} == set(content(path))
    for value in content(path).values():
        items = value if isinstance(value, list) else [value]
        assert all(type(item) in (str, int, float, bool) for item in items)
    raw = path.read_bytes()
    assert b"@" not in raw
    assert b"pickle" not in raw
    assert b"PyObject" not in raw


def test_what_another_version_wrote_is_kept(path: Path) -> None:
    theirs = {"view/zoom": 1.5, "view/colors": ["red", "ä"], "training/speed": "warp", "view/grid": True}
    written(path, theirs)
    preferences = Preferences(path)
    assert preferences.speed == DEFAULT_SPEED
    preferences.theme_mode = "dark"
    assert theirs.items() <= content(path).items()


BROKEN = {
    "nothing": b"",
    "half": b'{"view/theme_mode": "da',
    "a list": b"[]",
    "ini": b"[view]\ntheme_mode=dark\n",
    "no utf-8": b'{"a": "\xff"}',
    "NaN": b'{"a": NaN}',
    "twice": b'{"a": 1, "a": 2}',
    "deep": b"[" * 100_000,
    "deep in a value": b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a long number": b'{"a": ' + b"9" * 10_000 + b"}",
    "huge": b'{"a": "' + b"x" * preferences_file.MAX_BYTES + b'"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_damaged_file_is_set_aside_and_told_once(path: Path, name: str) -> None:
    path.parent.mkdir()
    path.write_bytes(BROKEN[name])
    preferences = Preferences(path)
    assert preferences.theme_mode == "system"
    (sentence,) = told(preferences)
    assert sentence == (
        "The file of preferences is damaged; defaults are used. The old one is kept as preferences.json.damaged."
    )
    assert path.with_name("preferences.json.damaged").read_bytes() == BROKEN[name]
    assert told(Preferences(path)) == []
    preferences.theme_mode = "dark"
    assert Preferences(path).theme_mode == "dark"


def test_a_damaged_file_that_cannot_be_set_aside_is_not_said_to_be_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError(13, "Denied")

    path.parent.mkdir()
    path.write_bytes(b"{")
    monkeypatch.setattr(Path, "replace", refuse)
    assert told(Preferences(path)) == [
        "The file of preferences is damaged; defaults are used. "
        "Preferences cannot be saved, and hold until the end: Denied."
    ]
    assert path.read_bytes() == b"{"


def test_a_lock_that_cannot_be_made_is_told(path: Path) -> None:
    preferences = Preferences(path.with_name("p" * 252))  # no room for ".lock"
    sentences = told(preferences)
    preferences.theme_mode = "dark"
    assert [sentence for sentence in sentences if "cannot be written to" in sentence] == sentences
    assert len(sentences) == 1


def test_values_nested_deeply_do_no_harm(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"view/discretize": true, "a": ' + b"[" * 40 + b"]" * 40 + b"}")
    preferences = Preferences(path)
    assert preferences.discretize is True
    preferences.theme_mode = "dark"
    assert content(path) == {"view/discretize": True, "view/theme_mode": "dark"}


def test_a_huge_file_is_not_read_whole(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(100 << 30)  # sparse: takes no disk space
    assert len(told(Preferences(path))) == 1


def test_a_file_that_is_damaged_while_the_program_runs_loses_nothing(path: Path) -> None:
    preferences = Preferences(path)
    preferences.theme_mode = "dark"
    path.write_text("{")
    preferences.discretize = True
    again = Preferences(path)
    assert (again.theme_mode, again.discretize) == ("dark", True)
    path.unlink()
    preferences.speed = "epoch_10"
    again = Preferences(path)
    assert (again.theme_mode, again.discretize, again.speed) == ("dark", True, "epoch_10")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name")
def test_a_pipe_is_not_waited_for_and_stays(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    preferences = Preferences(path)
    sentences = told(preferences)
    assert sentences == [
        "Preferences cannot be read, defaults are used: preferences.json is not a regular file."
    ]
    preferences.theme_mode = "dark"
    assert preferences.theme_mode == "dark"
    assert path.is_fifo()
    assert len(sentences) == 2


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    target = written(tmp_path / "dotfiles" / "numpynet.json", {"view/discretize": True})
    path.parent.mkdir()
    path.symlink_to(target)
    Preferences(path).theme_mode = "dark"
    assert path.is_symlink()
    assert content(target) == {"view/discretize": True, "view/theme_mode": "dark"}


def test_a_folder_that_cannot_be_made_is_told_once(path: Path) -> None:
    path.parent.write_text("a file in the place of the folder")
    preferences = Preferences(path)
    sentences = told(preferences)
    preferences.theme_mode = "dark"
    preferences.add_recent_file(Path("/a.nnp"))
    preferences.add_recent_file(Path("/b.nnp"))
    assert (preferences.theme_mode, preferences.recent_files) == ("dark", ("/b.nnp", "/a.nnp"))
    assert [text for text in sentences if "cannot be saved" in text] == sentences[-1:]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Denied")])
def test_a_full_disk_is_told_once_and_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def full(path: Path) -> object:
        raise error

    written(path, {"files/recent": ["/old.nnp"]})
    preferences = Preferences(path)
    sentences = told(preferences)
    with monkeypatch.context() as patch:
        patch.setattr(preferences_file, "atomic_write", full)
        preferences.theme_mode = "dark"
        preferences.add_recent_file(Path("/a.nnp"))
    assert sentences == [f"Preferences cannot be saved, and hold until the end: {error.strerror}."]
    assert content(path) == {"files/recent": ["/old.nnp"]}
    preferences.discretize = True
    again = Preferences(path)
    assert (again.theme_mode, again.discretize) == ("dark", True)
    assert again.recent_files == ("/a.nnp", "/old.nnp")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_keeps_nothing_from_working(path: Path) -> None:
    written(path, {"view/discretize": True})
    path.parent.chmod(0o500)
    preferences = Preferences(path)
    sentences = told(preferences)
    preferences.theme_mode = "dark"
    path.parent.chmod(0o700)
    assert (preferences.theme_mode, preferences.discretize) == ("dark", True)
    assert len(sentences) == 1


def test_a_program_that_holds_the_lock_is_not_waited_for_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preferences_file, "_LOCK_TRIES", 2)
    preferences = Preferences(written(path, {}))
    sentences = told(preferences)
    lock = QLockFile(f"{path}.lock")
    assert lock.tryLock(0)
    preferences.theme_mode = "dark"
    assert "another program holds" in sentences[0]
    assert content(path) == {}
    lock.unlock()
    preferences.discretize = True
    assert content(path) == {"view/theme_mode": "dark", "view/discretize": True}


def test_two_at_once_keep_the_values_and_recent_files_of_both(path: Path) -> None:
    one, two = Preferences(path), Preferences(path)
    one.add_recent_file(Path("/one/a.nnp"))
    two.add_recent_file(Path("/two/b.nnp"))
    one.add_recent_file(Path("/one/c.nnp"))
    two.theme_mode = "dark"
    one.discretize = True
    again = Preferences(path)
    assert again.recent_files == one.recent_files == ("/one/c.nnp", "/two/b.nnp", "/one/a.nnp")
    assert (again.theme_mode, again.discretize) == ("dark", True)
    for number in range(MAX_RECENT_FILES):
        two.add_recent_file(Path(f"/two/{number}.nnp"))
    one.remove_recent_file(Path("/two/5.nnp"))
    assert Preferences(path).recent_files == tuple(f"/two/{n}.nnp" for n in (9, 8, 7, 6, 4, 3, 2, 1, 0))
    assert one.theme_mode == "system"


REMEMBERING = """
import sys
from pathlib import Path
from playground.model.preferences import Preferences
preferences = Preferences(Path(sys.argv[1]))
preferences.message_requested.connect(lambda sentence: sys.exit(sentence))
preferences.flush_messages()
print("ready", flush=True)
sys.stdin.readline()
for number in range(5):
    preferences.add_recent_file(Path("/", sys.argv[2], f"{number}.nnp"))
"""


@pytest.fixture
def programs(path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes that each add five recent files on receiving a line."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", REMEMBERING, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    yield started
    for program in started:
        program.kill()
        program.communicate()


@pytest.mark.slow(reason="1 s")
def test_two_programs_at_once_lose_no_recent_file(path: Path, programs: list[subprocess.Popen[str]]) -> None:
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        _, err = program.communicate(timeout=300)
        assert (program.returncode, err) == (0, "")
    recent = Preferences(path).recent_files
    assert set(recent) == {f"/{name}/{number}.nnp" for name in ("one", "two") for number in range(5)}
    for name in ("one", "two"):
        assert [file for file in recent if name in file] == [f"/{name}/{n}.nnp" for n in (4, 3, 2, 1, 0)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([row.key for row in Preferences.table()]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
    )
)
def test_any_json_gives_preferences(path: Path, values: dict[str, object]) -> None:
    try:
        written(path, values)
    except ValueError:
        return
    preferences = Preferences(path)
    for row in Preferences.table():
        value = row.read(preferences.values)
        assert type(value) is row.type
        assert value == row.default or row.allowed(value)
    assert len(told(preferences)) <= 1
