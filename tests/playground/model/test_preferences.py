"""Preferences keep their types over a restart, and no content of the file can break the start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLockFile, QSettings
from pytestqt.qtbot import QtBot

from playground.model import preferences_file
from playground.model.preferences import (
    MAX_RECENT_FILES,
    Preference,
    Preferences,
    old_settings_path,
    preferences_path,
)
from playground.model.training_speed import DEFAULT_SPEED, SPEEDS, find_speed
from tests.crafted_settings import write_pickle


def told(preferences: Preferences) -> list[str]:
    """The list of messages so far, extended by later ones."""
    sentences: list[str] = []
    preferences.message_requested.connect(sentences.append)
    preferences.flush_messages()
    return sentences


@pytest.fixture
def path(tmp_path: Path, qtbot: QtBot) -> Path:
    return tmp_path / "config" / "preferences.json"


def written(path: Path, values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    return path


def content(path: Path) -> dict[str, object]:
    values = json.loads(path.read_text(encoding="ascii"))
    assert isinstance(values, dict)
    return values


def test_defaults(path: Path) -> None:
    preferences = Preferences(path)
    for row in Preferences.table():
        value = getattr(preferences, row.name)
        assert value == row.default
        assert type(value) is row.type
    assert len({row.key for row in Preferences.table()}) == len(Preferences.table())
    assert told(preferences) == []
    assert not path.exists()


VALUES = [
    ("theme_mode", "dark"),
    ("reduced_motion", True),
    ("show_test_points", False),
    ("discretize", True),
    ("speed", "epoch_10"),
    ("hidden_controls", ("optimizer", "results")),
    ("window_geometry", b"\x00\x01\xff raw"),
    ("window_state", b"\x00"),
    ("recent_files", ()),
    ("recent_files", ("/a b/one, two.nnp",)),
    ("recent_files", ("/a.nnp", "/b.nnp")),
    ("recent_files", ("/no utf-8: \udcff.nnp",)),
    ("last_folder", "/home/ada/ä"),
    ("run_until", '{"epoch": 3}'),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_survives_a_restart(path: Path, name: str, value: object) -> None:
    setattr(Preferences(path), name, value)
    again = Preferences(path)
    read = getattr(again, name)
    assert read == value
    assert type(read) is type(value)
    assert told(again) == []


def test_the_file_holds_nothing_but_plain_values(path: Path) -> None:
    preferences = Preferences(path)
    for name, value in VALUES:
        setattr(preferences, name, value)
    preferences.add_recent_file(Path("/a.nnp"))
    assert {row.key for row in Preferences.table() if row.name != "unusable"} == set(content(path))
    for value in content(path).values():
        items = value if isinstance(value, list) else [value]
        assert all(type(item) in (str, int, float, bool) for item in items)
    raw = path.read_bytes()
    assert b"@" not in raw
    assert b"pickle" not in raw
    assert b"PyObject" not in raw


def test_changed_is_said_once_per_change(path: Path) -> None:
    preferences = Preferences(path)
    said: list[str] = []
    preferences.changed.connect(said.append)
    preferences.discretize = True
    preferences.discretize = True
    preferences.theme_mode = "light"
    assert said == ["discretize", "theme_mode"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme_mode", "pink"),
        ("theme_mode", 3),
        ("reduced_motion", 1),
        ("recent_files", ("a\0b",)),
        ("recent_files", (Path("/a"),)),
        ("window_state", "text"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(path: Path, name: str, value: object) -> None:
    preferences = Preferences(path)
    with pytest.raises(ValueError, match=f"{name} cannot be"):
        preferences.store({"discretize": True, name: value})
    assert preferences.values == {}
    assert not path.exists()


FOREIGN = [
    "@Rect(0 0 3 3)",
    "@ByteArray(x)",
    "@Variant(\0\0\0\x7f)",
    "@DateTime(x)",
    3,
    0.5,
    None,
    [3],
    [[]],
    {"a": 1},
]


@pytest.mark.parametrize("stored", FOREIGN, ids=repr)
def test_a_foreign_value_reads_as_the_default_and_is_told_once(path: Path, stored: object) -> None:
    free = ("run_until", "last_folder", "recent_files", "unusable")  # any text or texts
    rows = [row for row in Preferences.table() if row.name not in free]
    written(path, {row.key: stored for row in rows})
    preferences = Preferences(path)
    for row in rows:
        assert getattr(preferences, row.name) == row.default
    (sentence,) = told(preferences)
    assert "theme mode, reduced motion, show test points" in sentence
    assert told(Preferences(path)) == []
    preferences.theme_mode = "dark"
    assert told(Preferences(path)) == []
    written(path, content(path) | {"view/theme_mode": "pink"})
    (sentence,) = told(Preferences(path))
    assert sentence == "Preferences with a value that cannot be used are at their default: theme mode."


def test_what_another_version_wrote_is_kept(path: Path) -> None:
    theirs = {"view/zoom": 1.5, "view/colors": ["red", "ä"], "training/speed": "warp", "view/grid": True}
    written(path, theirs)
    preferences = Preferences(path)
    assert preferences.speed == DEFAULT_SPEED
    preferences.theme_mode = "dark"
    preferences.restore_defaults()
    assert content(path) == {key: theirs[key] for key in theirs if key != "training/speed"}


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


@pytest.mark.slow
def test_two_programs_at_once_lose_no_recent_file(path: Path, programs: list[subprocess.Popen[str]]) -> None:
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        _, err = program.communicate(timeout=60)
        assert (program.returncode, err) == (0, "")
    recent = Preferences(path).recent_files
    assert set(recent) == {f"/{name}/{number}.nnp" for name in ("one", "two") for number in range(5)}
    for name in ("one", "two"):
        assert [file for file in recent if name in file] == [f"/{name}/{n}.nnp" for n in (4, 3, 2, 1, 0)]


def test_simple_values_of_an_older_version_are_taken_over(path: Path, tmp_path: Path) -> None:
    old = tmp_path / "Playground.conf"
    settings = QSettings(str(old), QSettings.Format.IniFormat)
    for key, value in (
        ("view/theme_mode", "dark"),
        ("view/show_test_points", False),
        ("view/discretize", True),
        ("training/speed", "epoch_10"),
        ("training/run_until", '{"epoch": 3}'),
        ("files/last_folder", '/home/ädä/a, b;c="d\\e"'),
        ("unknown/key", "x"),
    ):
        settings.setValue(key, value)
    settings.setValue("window/geometry", b"bytes")
    settings.sync()
    preferences = Preferences(path, old_settings=old)
    assert preferences.theme_mode == "dark"
    assert preferences.show_test_points is False
    assert preferences.discretize is True
    assert preferences.speed == "epoch_10"
    assert preferences.run_until == '{"epoch": 3}'
    assert preferences.last_folder == '/home/ädä/a, b;c="d\\e"'
    assert told(preferences) == [
        "Preferences were taken over from the earlier version, except: window geometry."
    ]
    preferences.theme_mode = "light"
    again = Preferences(path, old_settings=old)
    assert again.theme_mode == "light"
    assert told(again) == []


@pytest.mark.parametrize("row", Preferences.table(), ids=lambda row: row.name)
def test_a_pickle_in_the_settings_of_an_older_version_is_not_run(
    path: Path, tmp_path: Path, row: Preference[object]
) -> None:
    old, folder = tmp_path / "Playground.conf", tmp_path / "made"
    write_pickle(old, row.key, folder)
    preferences = Preferences(path, old_settings=old)
    assert getattr(preferences, row.name) == row.default
    assert len(told(preferences)) == 1
    assert not folder.exists()
    # It is a pickle that QSettings executes.
    QSettings(str(old), QSettings.Format.IniFormat).value(row.key)
    assert folder.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"theme_mode=dark", b"[view", b"[view]\nx\n y\n=z\n", b"[" * 9999], ids=repr
)
def test_junk_in_the_place_of_old_settings_is_nothing(path: Path, tmp_path: Path, raw: bytes) -> None:
    old = tmp_path / "Playground.conf"
    old.write_bytes(raw)
    preferences = Preferences(path, old_settings=old)
    assert preferences.values == {}
    assert told(preferences) == []


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        value = getattr(preferences, row.name)
        assert type(value) is row.type
        assert value == row.default or row.allowed(value)
    assert len(told(preferences)) <= 1


def test_recent_files_are_newest_first_unique_and_few(path: Path) -> None:
    preferences = Preferences(path)
    for number in range(MAX_RECENT_FILES + 3):
        preferences.add_recent_file(Path(f"/home/ada/{number}.nnp"))
    preferences.add_recent_file(Path("/home/ada/5.nnp"))
    assert preferences.recent_files[:2] == ("/home/ada/5.nnp", "/home/ada/12.nnp")
    assert len(preferences.recent_files) == len(set(preferences.recent_files)) == MAX_RECENT_FILES
    assert preferences.last_folder == "/home/ada"
    preferences.remove_recent_file(Path("/home/ada/12.nnp"))
    assert "/home/ada/12.nnp" not in preferences.recent_files


def test_restore_defaults(path: Path) -> None:
    preferences = Preferences(path)
    preferences.discretize = True
    said: list[str] = []
    preferences.changed.connect(said.append)
    preferences.restore_defaults()
    assert said == ["discretize"]
    assert preferences.discretize is False
    assert Preferences(path).discretize is False


def test_the_users_own_file_is_the_platforms(qtbot: QtBot) -> None:
    assert preferences_path().name == "preferences.json"
    assert not preferences_path().exists()
    written(preferences_path(), {"view/discretize": True})
    assert Preferences().discretize is True
    preferences_path().unlink()
    written(old_settings_path(), {}).write_text("[view]\ntheme_mode=dark\n")
    assert Preferences().theme_mode == "dark"


def test_speeds_have_distinct_keys_and_rise() -> None:
    assert len({speed.key for speed in SPEEDS}) == len(SPEEDS)
    assert find_speed(DEFAULT_SPEED).kind == "max"
    assert [s.per_second for s in SPEEDS if s.kind == "epochs"] == [1.0, 10.0, 60.0]
    with pytest.raises(KeyError):
        find_speed("warp")


def test_file_dialogs_begin_at_home_and_then_where_the_last_file_was(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "preferences.json")
    assert preferences.dialog_folder == str(Path.home())
    preferences.last_folder = str(tmp_path)
    assert preferences.dialog_folder == str(tmp_path)
