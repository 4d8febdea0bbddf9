"""The application as a process: start, start without a screen, exit, and garbage collection by the GUI thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.playground.test_app import (
    TELLING,
    environment,  # noqa: F401
)


@pytest.mark.slow(reason="2 s")
def test_a_table_opens_its_import(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "plants.csv").write_text("size,kind\n1,a\n2,b\n3,a\n", encoding="utf-8")
    then = (
        "from playground.plugins.imports.table_dialog import TableDialog; "
        "(dialog,) = window.findChildren(TableDialog); "
        "print(dialog.path_name.text(), flush=True); dialog.close(); QTimer.singleShot(0, window.close)"
    )
    done = subprocess.run(
        [sys.executable, "-c", TELLING.format(then=then), "plants.csv"],
        cwd=tmp_path,
        env=environment | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, ["plants.csv"]), done.stderr
