"""The window in a process of its own, which is ended while it saves: what it leaves can be opened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.experiment.project_file import load_project

if TYPE_CHECKING:
    from tests.walk.room import Room

_PATIENCE_SECONDS = 60


def while_saving(room: Room, at: float) -> str:
    """A second window trains, saves over and over, and is killed; the file is one that was saved."""
    path = room.files.folder / "Killed.nnplay"
    room.chosen = path
    room.command("save_as")
    room.until(lambda: not room.window.files.busy)
    if not path.exists():
        room.chosen = None
        from tests.walk.room import Absent

        raise Absent("a saved file")
    home = room.folder / "killed"
    xdg = {f"XDG_{name}_HOME": str(home / name) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.walk.kills", str(path)], cwd=Path(__file__).parents[2],
        env=os.environ | xdg | {"HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(1 + int(4 * at)):
        process.stdout.readline()
    process.kill()
    _, errors = process.communicate(timeout=_PATIENCE_SECONDS)
    plain = [line for line in errors.splitlines() if "This plugin does not support" not in line]
    assert not plain, f"errors: the window that was killed says {plain[-1]}"
    try:
        load_project(path)
    except (OSError, ValueError) as error:
        raise AssertionError(f"files: a kill leaves a project that cannot be opened: {error}") from None
    # This window has it open, and sees that another has written it.
    room.settle()
    return "killed"


def _save_for_ever(path: Path) -> None:
    from tests.benchmarks.open_window import as_the_application, make_window

    app = as_the_application()
    window = make_window(app, Path(os.environ["HOME"], "preferences.json"))
    window.session.start()
    window.files.open_file(path)
    while True:
        window.session.step_epochs(2)
        for _ in range(10):
            app.processEvents()
        window.files.saver.save(path)
        while window.files.busy:
            app.processEvents()
        sys.stdout.write("saved\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _save_for_ever(Path(sys.argv[1]))
