"""The lock of an open project: one for every name of a file, and none that outlives its program."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile, QSysInfo

from playground.model import project_lock
from playground.model.project_lock import ProjectLock, project_locks_folder


def test_two_names_of_one_file_share_a_lock(tmp_path: Path) -> None:
    file, link = tmp_path / "mine.nnplay", tmp_path / "link.nnplay"
    file.touch()
    link.symlink_to(file)
    first, second = ProjectLock(tmp_path / "open"), ProjectLock(tmp_path / "open")
    first.follow(file)
    assert second.other_owner(link) == "this program"
    assert first.other_owner(link) == ""
    second.follow(link)
    assert second.other_owner(link) == "this program"
    first.follow(None)
    assert second.other_owner(link) == ""
    # Following again takes the lock that is free now.
    second.follow(link)
    assert first.other_owner(file) == "this program"


def test_what_was_accepted_holds_for_that_file_and_owner(tmp_path: Path) -> None:
    first, second = ProjectLock(tmp_path / "open"), ProjectLock(tmp_path / "open")
    one, two = tmp_path / "one", tmp_path / "two"
    first.follow(one)
    second.follow(one)
    second.accept()
    assert second.other_owner(one) == ""
    first.follow(two)
    assert second.other_owner(two) == "this program"
    second.follow(two)
    assert second.other_owner(two) == "this program"


def test_a_folder_that_is_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    first, second = ProjectLock(tmp_path / "open"), ProjectLock(tmp_path / "open")
    file = tmp_path / "mine.nnplay"
    first.follow(file)
    shutil.rmtree(tmp_path / "open")
    first.follow(file)
    assert second.other_owner(file) == "this program"
    assert first.other_owner(file) == ""


def test_a_folder_that_cannot_be_written_to_locks_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "open").touch()
    lock = ProjectLock(tmp_path / "open")
    lock.follow(tmp_path / "mine.nnplay")
    assert lock.other_owner(tmp_path / "mine.nnplay") == ""
    lock.release()


@pytest.mark.parametrize("content", ["", "999999999\npython3\nvm\n\n\n"], ids=["power loss", "killed"])
def test_locks_of_ended_programs_are_removed_and_those_in_use_stay(tmp_path: Path, content: str) -> None:
    lock = ProjectLock(tmp_path / "open")
    lock.follow(tmp_path / "mine.nnplay")
    left = tmp_path / "open" / "left.lock"
    left.write_text(content.replace("vm", QSysInfo.machineHostName()))
    os.utime(left, (1.0, 1.0))
    ProjectLock(tmp_path / "open").remove_stale()
    assert not left.exists()
    assert ProjectLock(tmp_path / "open").other_owner(tmp_path / "mine.nnplay") == "this program"
    lock.release()
    assert list((tmp_path / "open").iterdir()) == []


class Refused:
    """A lock that was not acquired."""

    def __init__(self, error: QLockFile.LockError, pid: int) -> None:
        self._error, self._pid = error, pid

    def isLocked(self) -> bool:
        return False

    def error(self) -> QLockFile.LockError:
        return self._error

    def getLockInfo(self) -> tuple[int, str, str]:
        return self._pid, "ada", "python3"


@pytest.mark.parametrize(
    ("error", "pid", "owner"),
    [
        (QLockFile.LockError.LockFailedError, 4711, "process 4711 on ada"),
        (QLockFile.LockError.LockFailedError, 0, ""),  # released meanwhile
        (QLockFile.LockError.PermissionError, 4711, ""),
    ],
)
def test_another_process_is_named_unless_it_is_gone_or_cannot_be_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: QLockFile.LockError, pid: int, owner: str
) -> None:
    file, lock = tmp_path / "mine.nnplay", ProjectLock(tmp_path / "open")
    (tmp_path / "open").mkdir()
    lock._place_of(file).touch()
    monkeypatch.setattr(project_lock, "acquire_lock", lambda _: Refused(error, pid))
    lock.accept()  # of no file yet
    assert lock.other_owner(file) == owner


def test_locks_are_in_the_users_folder_for_state() -> None:
    assert ProjectLock().folder == project_locks_folder()


def test_what_a_killed_program_left_is_nobodys(tmp_path: Path) -> None:
    file, lock = tmp_path / "mine.nnplay", ProjectLock(tmp_path / "open")
    (tmp_path / "open").mkdir()
    lock._place_of(file).write_text(f"999999999\npython3\n{QSysInfo.machineHostName()}\n\n\n")
    assert lock.other_owner(file) == ""
