"""Preferences survive a restart with their types, and nothing that stands in the file can break the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from playground.model.preferences import MAX_RECENT_FILES, Preferences
from playground.model.speed import DEFAULT_SPEED, SPEEDS, find_speed


def store(path: Path) -> QSettings:
    return QSettings(str(path / "preferences.ini"), QSettings.Format.IniFormat)


def test_defaults(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(store(tmp_path))
    for row in Preferences.table():
        value = getattr(preferences, row.name)
        assert value == row.default
        assert type(value) is row.type
    assert len({row.key for row in Preferences.table()}) == len(Preferences.table())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme_mode", "dark"),
        ("reduced_motion", True),
        ("show_test_points", False),
        ("discretize", True),
        ("speed", "epoch_10"),
        ("window_geometry", b"\x00\x01\xff raw"),
        ("window_state", b"\x00"),
        ("recent_files", ()),
        ("recent_files", ("/a b/one, two.nnp",)),
        ("recent_files", ("/a.nnp", "/b.nnp")),
        ("last_folder", "/home/ada/ä"),
    ],
)
def test_a_value_survives_a_restart(qtbot: QtBot, tmp_path: Path, name: str, value: object) -> None:
    first = Preferences(store(tmp_path))
    setattr(first, name, value)
    first.settings.sync()
    again = Preferences(store(tmp_path))
    read = getattr(again, name)
    assert read == value
    assert type(read) is type(value)


def test_changed_is_said_once_per_change(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(store(tmp_path))
    said: list[str] = []
    preferences.changed.connect(said.append)
    preferences.discretize = True
    preferences.discretize = True
    preferences.theme_mode = "light"
    assert said == ["discretize", "theme_mode"]


def test_a_value_that_is_not_allowed_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(store(tmp_path))
    with pytest.raises(ValueError, match="theme_mode cannot be 'pink'"):
        preferences.theme_mode = "pink"
    assert preferences.theme_mode == "system"


def test_junk_in_the_file_reads_as_the_default(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "preferences.ini").write_text(
        "[view]\ntheme_mode=pink\nreduced_motion=\n[training]\nspeed=warp\n[window]\ngeometry=@Junk(\n"
    )
    preferences = Preferences(store(tmp_path))
    assert preferences.theme_mode == "system"
    assert preferences.speed == DEFAULT_SPEED
    assert isinstance(preferences.reduced_motion, bool)
    assert isinstance(preferences.window_geometry, bytes)


def test_recent_files_are_newest_first_unique_and_few(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(store(tmp_path))
    for number in range(MAX_RECENT_FILES + 3):
        preferences.remember_file(Path(f"/home/ada/{number}.nnp"))
    preferences.remember_file(Path("/home/ada/5.nnp"))
    assert preferences.recent_files[:2] == ("/home/ada/5.nnp", "/home/ada/12.nnp")
    assert len(preferences.recent_files) == len(set(preferences.recent_files)) == MAX_RECENT_FILES
    assert preferences.last_folder == "/home/ada"
    preferences.forget_file(Path("/home/ada/12.nnp"))
    assert "/home/ada/12.nnp" not in preferences.recent_files


def test_restore_defaults(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(store(tmp_path))
    preferences.discretize = True
    said: list[str] = []
    preferences.changed.connect(said.append)
    preferences.restore_defaults()
    assert said == ["discretize"]
    assert preferences.discretize is False


def test_speeds_have_distinct_keys_and_rise() -> None:
    assert len({speed.key for speed in SPEEDS}) == len(SPEEDS)
    assert find_speed(DEFAULT_SPEED).kind == "max"
    assert [s.per_second for s in SPEEDS if s.kind == "epochs"] == [1.0, 10.0, 60.0]
    with pytest.raises(KeyError):
        find_speed("warp")
