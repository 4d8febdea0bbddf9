"""Preferences keep their types over a restart, and no content of the file can break the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.spec import Spec, setting
from playground.model.preferences import (
    MAX_RECENT_FILES,
    Preferences,
    preferences_path,
)
from playground.model.training_speed import DEFAULT_SPEED, SPEEDS, find_speed
from playground.plugins.plugin import Plugin
from tests.playground.model.written_preferences import VALUES, content, told, written


def test_defaults(path: Path) -> None:
    preferences = Preferences(path)
    for row in Preferences.table():
        value = row.read(preferences.values)
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
        "last_folder",
        "recent_files",
        "unusable",
    )  # any text or texts
    rows = [
        row
        for row in Preferences.table()
        if row.name not in free and not (row.type is str and "/" in row.name)
    ]
    written(path, {row.key: stored for row in rows})
    preferences = Preferences(path)
    for row in rows:
        assert row.read(preferences.values) == row.default
    (sentence,) = told(preferences)
    assert "theme mode, scale percent, reduced motion" in sentence
    assert told(Preferences(path)) == []
    preferences.theme_mode = "dark"
    assert told(Preferences(path)) == []
    written(path, content(path) | {"view/theme_mode": "pink"})
    (sentence,) = told(Preferences(path))
    assert sentence == "Preferences with a value that cannot be used are at their default: theme mode."


class Sensor(Spec):
    kind = "sensor"
    keys = (("place", "old/place"),)
    rate: int = setting(5, "Rate", low=1, high=9)
    place: str = setting("", "")


def test_a_plug_in_has_preferences_which_outlive_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("playground.model.preferences.PLUGINS", [Plugin("sensor", "Sensor", settings=Sensor)])
        preferences = Preferences(path)
        said: list[str] = []
        preferences.changed.connect(said.append)
        assert preferences.of(Sensor) == Sensor()
        preferences.keep(Sensor(rate=7, place="/a class"))
        assert said == ["sensor/rate", "sensor/place"]
        written(path, content(path) | {"sensor/rate": 10})
        assert Preferences(path).of(Sensor) == Sensor(place="/a class")
        assert told(Preferences(path)) == []
    without = Preferences(path)
    assert told(without) == []
    without.discretize = True
    assert content(path)["old/place"] == "/a class"


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
