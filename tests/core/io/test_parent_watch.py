"""Processes that end with the one that has started them, however that ends."""

from __future__ import annotations

import select
import signal
import subprocess
import sys

import pytest

from core.io import worker_pool

PATIENCE_SECONDS = 20
CHILD = (
    "import sys; from core.io.worker_pool import end_with_parent as e; "
    "e(int(sys.argv[1])); e(int(sys.argv[1])); print('there', flush=True); input()"
)
# The child's output goes to the test: it ends with the last process that has it.
PARENT = f"import os, subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}, str(os.getpid())])"


class _Unknown:
    """The parent of a process that loky has started."""

    def is_alive(self) -> bool:
        raise ValueError("Invalid file object: None")


def test_a_parent_that_is_not_known_counts_as_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    for parent in (_Unknown(), None):
        monkeypatch.setattr(worker_pool, "parent_process", lambda parent=parent: parent)
        assert worker_pool._is_alive()


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_a_process_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "there\n"
        parent.send_signal(signal.SIGKILL)
        # The child's input stays open: nothing else ends it.
        ready, _, _ = select.select([parent.stdout], [], [], PATIENCE_SECONDS)
        assert ready, "the child lives on"
        assert parent.stdout.read() == ""


def test_a_process_ends_when_its_parent_has_gone_before_it_looks() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as orphan:
        try:
            # The input stays open: nothing else ends it.
            assert orphan.wait(PATIENCE_SECONDS) == 1
        finally:
            orphan.kill()
        assert orphan.stdout is not None
        assert orphan.stdout.read() in ("", "there\n")
