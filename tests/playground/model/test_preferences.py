"""Preferences keep their types over a restart, and no content of the file can break the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from playground.model.preferences import (
    MAX_RECENT_FILES,
    Preference,
    Preferences,
    old_settings_path,
    preferences_path,
    read_old_settings,
)
from playground.model.training_speed import DEFAULT_SPEED, SPEEDS, find_speed
from playground.startup.unpickling import unpickles
from tests.crafted_settings import write_pickle
from tests.playground.model.written_preferences import VALUES, content, told, written


def test_defaults(path: Path) -> None:
    preferences = Preferences(path)
    for row in Preferences.table():
        value = getattr(preferences, row.name)
        assert value == row.default
        assert type(value) is row.type
    assert len({row.key for row in Preferences.table()}) == len(Preferences.table())
    assert told(preferences) == []
    assert not path.exists()


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_survives_a_restart(path: Path, name: str, value: object) -> None:
    setattr(Preferences(path), name, value)
    again = Preferences(path)
    read = getattr(again, name)
    assert read == value
    assert type(read) is type(value)
    assert told(again) == []


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
    free = (
        "run_until",
        "film",
        "last_folder",
        "lessons_folder",
        "recent_files",
        "unusable",
    )  # any text or texts
    rows = [row for row in Preferences.table() if row.name not in free]
    written(path, {row.key: stored for row in rows})
    preferences = Preferences(path)
    for row in rows:
        assert getattr(preferences, row.name) == row.default
    (sentence,) = told(preferences)
    assert "theme mode, scale percent, reduced motion" in sentence
    assert told(Preferences(path)) == []
    preferences.theme_mode = "dark"
    assert told(Preferences(path)) == []
    written(path, content(path) | {"view/theme_mode": "pink"})
    (sentence,) = told(Preferences(path))
    assert sentence == "Preferences with a value that cannot be used are at their default: theme mode."


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
    settings = QSettings(str(old), QSettings.Format.IniFormat)
    if unpickles():
        # It is a pickle that QSettings executes.
        settings.value(row.key)
        assert folder.exists()
    else:
        with pytest.raises(RuntimeError, match="Only builtin types"):
            settings.value(row.key)
        assert not folder.exists()


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
    assert find_speed(DEFAULT_SPEED).per_second == 60.0
    assert [s.per_second for s in SPEEDS if s.kind == "epochs"] == [1.0, 10.0, 60.0]
    with pytest.raises(KeyError):
        find_speed("warp")


def test_file_dialogs_begin_at_home_and_then_where_the_last_file_was(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "preferences.json")
    assert preferences.dialog_folder == str(Path.home())
    preferences.last_folder = str(tmp_path)
    assert preferences.dialog_folder == str(tmp_path)


def test_the_last_project_is_opened_where_that_is_wished_and_it_is_there(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "preferences.json")
    project = tmp_path / "last.nnplay"
    project.touch()
    preferences.add_recent_file(project)
    assert preferences.file_to_open is None
    preferences.open_last = True
    assert preferences.file_to_open == project
    project.unlink()
    assert preferences.file_to_open is None


TEXT = r"""[view]
theme_mode=dark
reduced_motion=true
discretize=false
title="two\nlines, a \"quote\" and \\"
empty=

[files]
recent=@Variant(\0\0\0\x7f)
last_folder=@@home/ada
a line without a value
=b
"""


def test_texts_and_booleans_are_taken_over_and_typed_values_are_only_named(tmp_path: Path) -> None:
    file = tmp_path / "Playground.conf"
    file.write_text(TEXT)
    values, foreign = read_old_settings(file)
    assert values == {
        "view/theme_mode": "dark",
        "view/reduced_motion": True,
        "view/discretize": False,
        "view/title": 'two\nlines, a "quote" and \\',
        "view/empty": "",
        "files/last_folder": "@home/ada",
        "files/": "b",
    }
    assert foreign == ("files/recent",)


@pytest.mark.parametrize("raw", [None, b"", b"[a]\nb=\xff\n", b"[a]\n" + b"b=c\n" * 300_000], ids=str)
def test_what_cannot_be_read_is_empty(tmp_path: Path, raw: bytes | None) -> None:
    file = tmp_path / "Playground.conf"
    if raw is not None:
        file.write_bytes(raw)
    assert read_old_settings(file) == ({}, ())
    assert read_old_settings(tmp_path) == ({}, ())
