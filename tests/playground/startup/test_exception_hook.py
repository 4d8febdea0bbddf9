"""Errors that nothing has caught: told, written to the log, and what a full disk leaves of that."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from playground.startup import exception_hook
from playground.startup.exception_hook import ErrorReporter

pytestmark = pytest.mark.environment

Install = Callable[[Path], list[str]]


@pytest.fixture
def install(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """`install(log)`: report errors to a log, and return the sentences for the user."""
    reporter, streams = ErrorReporter(), ExitStack()
    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    monkeypatch.setattr(exception_hook.faulthandler, "enable", lambda file: None)

    def installed(log: Path) -> list[str]:
        told: list[str] = []
        monkeypatch.setattr(exception_hook, "log_path", lambda: log)
        # Beside pytest's own no other handler is configured.
        monkeypatch.setattr(logging.root, "handlers", [])
        reporter.error_occurred.connect(told.append)
        reporter.install()
        streams.callback(reporter._log.stream.close)
        return told

    yield installed
    with suppress(OSError):
        streams.close()


def fail() -> None:
    sys.excepthook(ValueError, ValueError("no such thing"), None)


def test_an_error_is_told_with_the_file_that_has_its_details(install: Install, tmp_path: Path) -> None:
    log = tmp_path / "log" / "playground.log"
    told = install(log)
    fail()
    assert told == [f"Something went wrong (ValueError); the details are in {log}"]
    assert "ValueError: no such thing" in log.read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_details_for_which_the_disk_has_no_space_are_not_said_to_be_there(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    told = install(Path("/dev/full"))
    fail()
    assert told == ["Something went wrong (ValueError); the details could not be written to /dev/full"]
    error = capsys.readouterr().err
    assert "ValueError: no such thing" in error
    assert "Logging error" not in error


@pytest.mark.parametrize("place", ["/dev/full", "a file/log"])
def test_without_room_for_a_log_only_what_nothing_caught_is_printed(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    if place == "/dev/full" and not Path(place).exists():
        pytest.skip("no device that is full")
    (tmp_path / "a file").touch()
    told = install(tmp_path / place)
    other = logging.getLogger("playground.model.preferences")
    other.warning("The preferences are not saved")
    try:
        raise OSError("No space left on device")
    except OSError:
        other.exception("The checkpoint of a run cannot be kept")
    assert capsys.readouterr().err == ""
    fail()
    assert "ValueError: no such thing" in capsys.readouterr().err
    assert len(told) == 1
