"""What a plug-in declares, and that each folder can be taken away."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from playground.commands.action_table import TABLE
from playground.plugins import PLUGINS, plugin
from playground.plugins.plugin import ActionRow, Plugin, Plugins, ordered
from playground.window.main_window import MainWindow

ROOT = Path(__file__).resolve().parents[3]


def _row(name: str, after: str = "") -> ActionRow:
    return ActionRow(name, name, "", "", "view", "See it.", after=after)


def test_a_row_stands_behind_what_it_comes_after_or_at_the_end() -> None:
    shell = (_row("a"), _row("b"))
    added = _row("c", "a"), _row("d", "c"), _row("e", "gone")
    assert [row.name for row in ordered(shell, added)] == ["a", "c", "d", "b", "e"]
    # Plug-ins are found in the order of their folders' names.
    assert [row.name for row in ordered(shell, reversed(added))] == ["a", "c", "d", "b", "e"]
    names = [row.name for row in TABLE]
    assert [(row.name, names[names.index(row.name) - 1]) for row in PLUGINS.rows("commands") if row.menu] == [
        (row.name, row.after) for row in PLUGINS.rows("commands") if row.menu
    ]


def test_a_row_whose_name_or_key_is_taken_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Plugins()
    monkeypatch.setattr(plugin, "PLUGINS", plugins)
    shell = (_row("a"), _row("b")._replace(shortcut="Ctrl+B; B"))
    added = _row("a"), _row("c")._replace(shortcut="B"), _row("d")._replace(shortcut="D"), _row("d")
    assert ordered(shell, added) == (*shell, added[2])
    assert plugins.left_out == [
        f"The plug-in {name} is left out: its name or key is taken" for name in ("a", "c", "d")
    ]


def test_a_kind_is_there_once_and_what_nobody_gives_is_none() -> None:
    plugins = Plugins()
    plugins.register(Plugin("a", "A", gives={"double": lambda window, number: 2 * number}))
    with pytest.raises(ValueError, match="'a' is registered twice"):
        plugins.register(Plugin("a", "Other"))
    double = plugins.given("double")
    assert double is not None
    assert double(None, 4) == 8
    assert plugins.given("halve") is None


def test_what_one_gives_no_other_gives_but_exports() -> None:
    plugins = Plugins()
    plugins.register(Plugin("a", "A", gives={"double": max, "exports": min}))
    with pytest.raises(ValueError, match=r"^'b' gives 'double', as 'a' does$"):
        plugins.register(Plugin("b", "B", gives={"exports": max, "double": min}))
    assert [each.kind for each in plugins] == ["a"]
    plugins.register(Plugin("c", "C", gives={"exports": max}))
    assert list(plugins.all_given("exports")) == [("A", min), ("C", max)]


_SESSION = """
import sys
from pathlib import Path
from time import monotonic
import playground
assert Path(playground.__file__).is_relative_to(Path.cwd()), playground.__file__
from playground.plugins import PLUGINS
assert sys.argv[1] not in [each.kind for each in PLUGINS]
from PySide6.QtTest import QTest
from core.experiment.project_file import load_project
from playground.training.state import TrainingState
from playground.window.pages import PAGES
from tests.benchmarks.open_window import as_the_application, close_window, make_window

def wait_for(is_done):
    end = monotonic() + 120
    while not is_done():
        assert monotonic() < end, is_done
        QTest.qWait(5)

window = make_window(as_the_application(), Path("preferences.json"))
window.session.start()
wait_for(lambda: window.session.state is TrainingState.IDLE)
for row in PAGES:
    window.pages.show(row.kind)
window.pages.show("build")
window.session.step_epochs(3)
wait_for(lambda: window.session.state is TrainingState.PAUSED)
file = Path("kept.nnplay")
window.files.saver.save(file)
wait_for(lambda: window.document.path is not None and not window.document.unsaved)
assert load_project(file)[1].epoch == 3
close_window(window)
print("trained and saved")
"""


@pytest.mark.slow("a window for each, 4 s")
@pytest.mark.parametrize("kind", [each.kind for each in PLUGINS])
def test_the_window_trains_and_saves_without_its_folder(kind: str, tmp_path: Path) -> None:
    ours = ROOT / "playground"
    gone = str(ours / "plugins" / kind)
    assert (ROOT / gone).is_dir()
    shutil.copytree(
        ours,
        tmp_path / "playground",
        ignore=lambda folder, names: {n for n in names if n == "__pycache__" or f"{folder}/{n}" == gone},
    )
    for part in ("core", "resources", "tests"):
        (tmp_path / part).symlink_to(ROOT / part)
    run = subprocess.run(
        [sys.executable, "-c", _SESSION, kind], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert (run.stdout, run.returncode) == ("trained and saved\n", 0), run.stderr
    listed = subprocess.run(
        [sys.executable, "-m", "playground", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert listed.returncode == 0, listed.stderr


def test_no_plug_in_takes_the_place_of_the_windows_own_controllers(window: MainWindow) -> None:
    own = window.controllers
    window.plugins = {**window.plugins, "files": object()}
    assert window.controllers["files"] is own["files"] is window.files
