"""Kept runs in the window's thread: answers in order, changes at once, other windows, and faults as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.runs.store import Store, StoreError
from playground.plugins.runs.library import RunLibrary
from tests.core.runs.made_runs import POINTS, finished


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], RunLibrary]]:
    """Factory of libraries of the same file."""
    made: list[RunLibrary] = []

    def build() -> RunLibrary:
        made.append(RunLibrary(tmp_path / "runs.sqlite"))
        return made[-1]

    yield build
    for library in made:
        library.close()
        library.deleteLater()


def _settle(library: RunLibrary, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not library.busy, timeout=60_000)


def test_what_is_recorded_is_listed_and_read_again(opened: Callable[[], RunLibrary], qtbot: QtBot) -> None:
    library, answers = opened(), []
    library.record(finished(), None, answers.append)
    _settle(library, qtbot)
    assert list(library.rows.values()) == answers
    again = opened()
    again.refresh()
    _settle(again, qtbot)
    assert again.loaded
    assert again.rows == library.rows


def test_changes_show_at_once_and_are_written(opened: Callable[[], RunLibrary], qtbot: QtBot) -> None:
    library = opened()
    library.record(finished(), None)
    _settle(library, qtbot)
    [run] = library.rows
    library.edit(run, starred=True)
    library.edit(run, name="Mine")
    library.edit(run, note="slow")
    row = library.rows[run]
    assert (row.starred, row.name, row.note) == (True, "Mine", "slow")
    library.delete([run])
    assert library.rows == {}
    library.undelete([run])
    _settle(library, qtbot)
    assert library.rows == {run: row}


def test_runs_of_another_window_appear_with_the_next_look(
    opened: Callable[[], RunLibrary], qtbot: QtBot
) -> None:
    one, other = opened(), opened()
    one.refresh()
    _settle(one, qtbot)
    changes = QSignalSpy(one.changed)
    one.refresh()
    _settle(one, qtbot)
    assert changes.count() == 0
    other.record(finished(POINTS.replace(seed=5)), None)
    _settle(other, qtbot)
    one.refresh()
    _settle(one, qtbot)
    assert [run.trial.seed for run in one.rows.values()] == [5]


def test_closing_writes_what_was_requested(opened: Callable[[], RunLibrary], tmp_path: Path) -> None:
    library = opened()
    library.record(finished(), None)
    library.close()
    store = Store(tmp_path / "runs.sqlite")
    assert len(store.summaries()) == 1
    store.close()


def test_what_is_asked_for_after_closing_opens_nothing(
    opened: Callable[[], RunLibrary], tmp_path: Path
) -> None:
    library = opened()
    library.close()
    library.record(finished(), None)
    assert not library.busy
    assert not (tmp_path / "runs.sqlite").exists()


def test_damage_and_faults_are_told_once(
    opened: Callable[[], RunLibrary], qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "runs.sqlite").write_bytes(b"no database" * 200)
    library = opened()
    told = QSignalSpy(library.message_requested)
    for _ in range(2):
        library.refresh()
        _settle(library, qtbot)
    assert told.count() == 1
    assert "a new one is begun" in told.at(0)[0]
    library.request(lambda store: store.curves(3))
    _settle(library, qtbot)
    assert "This run cannot be read" in told.at(1)[0]


def test_changes_that_cannot_be_written_are_taken_back_and_told_each_time(
    opened: Callable[[], RunLibrary], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened()
    library.record(finished(), None)
    _settle(library, qtbot)
    library.refresh()
    _settle(library, qtbot)
    [(run, row)] = library.rows.items()
    told = QSignalSpy(library.message_requested)
    monkeypatch.setattr(Store, "edit", _full)
    changes = (
        lambda: library.edit(run, starred=True),
        lambda: library.edit(run, name="Mine"),
        lambda: library.edit(run, note="slow"),
        lambda: library.delete([run]),
    )
    for count, change in enumerate(changes, 1):
        change()
        assert library.rows != {run: row}
        _settle(library, qtbot)
        assert library.rows == {run: row}
        assert told.count() == count


def test_who_requests_hears_of_a_fault_whatever_it_is(
    opened: Callable[[], RunLibrary], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, heard = opened(), []
    monkeypatch.setattr(Store, "record", _full)
    library.record(finished(), None, lambda _: heard.append("kept"), lambda: heard.append("full"))
    _settle(library, qtbot)
    assert heard == ["full"]
    with qtbot.captureExceptions() as raised:
        library.request(lambda _: 1 / 0, failed=lambda: heard.append("other"))
        _settle(library, qtbot)
    assert [kind for kind, *_ in raised] == [ZeroDivisionError]
    assert heard == ["full", "other"]


def _full(*_: object, **__: object) -> None:
    raise StoreError("Runs cannot be kept: database or disk is full")
