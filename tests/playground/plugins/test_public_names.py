"""What plug-ins import, which names of the window are no promise, and which of ours need them still."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from playground import plugin
from playground.plugins.plugin import API, API_CHANGES

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs/contributing/plug-ins.md"

INSIDE = {
    "compare": 6, "export": 26, "film": 17, "lessons": 17, "microscope": 4, "mistakes": 3,
    "predict": 11, "probes": 8, "runs": 48, "timeline": 10, "file_watch": 1, "welcome": 1,
}  # fmt: skip
"""How many names of the shell, beside those of `playground.plugin`, a folder of ours uses. A number only falls."""


def _inside(folder: Path) -> set[tuple[str, str]]:
    """Modules of the shell, and the names of each, that a folder imports and `playground.plugin` does not have."""
    public = {(home, name) for name, home in plugin._homes().items()}
    # A folder passes on what is in its modules.
    public |= {(home.rpartition(".")[0], name) for home, name in public}
    return {
        (node.module, name.name)
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("playground.")
        if not re.match(r"playground\.plugin\b|playground\.plugins\b", node.module)
        for name in node.names
        if (node.module, name.name) not in public
    }


def test_each_folder_of_ours_uses_what_others_may_use() -> None:
    folders = sorted(path.parent for path in (ROOT / "playground/plugins").glob("*/__init__.py"))
    assert {path.name: count for path in folders if (count := len(_inside(path)))} == INSIDE


def test_a_name_that_is_no_promise_is_found_wherever_it_is_imported(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from playground.plugin import vbox\nfrom playground.views.widgets import Segments\n"
        "def late():\n    from playground.views.widgets.boxes import Stretch, hbox\n"
    )
    assert _inside(tmp_path) == {("playground.views.widgets.boxes", "Stretch")}


def test_each_name_is_that_of_its_module() -> None:
    found = {name: getattr(import_module(home), name) for name, home in plugin._homes().items()}
    assert {name: getattr(plugin, name) for name in found} == found
    assert found.keys() <= set(dir(plugin))


def test_it_can_be_imported_first_and_loads_qt_with_the_first_name_that_needs_it() -> None:
    code = (
        "import sys; from playground.plugin import Command, Plugin; print('PySide6' in sys.modules); "
        "from playground.plugin import vbox; print('PySide6' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (run.stdout, run.stderr) == ("False\nTrue\n", "")


def test_what_it_does_not_have_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no 'Mailbox'"):
        _ = plugin.Mailbox


def test_the_guide_says_what_each_name_is_for() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("## What there is")[2]
    named = re.findall(r"`(\w+)`", table.partition("\n## ")[0])
    assert sorted(named) == sorted(plugin._homes())


def test_each_api_says_what_changed_here_and_in_the_changelog() -> None:
    assert list(API_CHANGES) == list(range(2, API + 1))
    assert f"api={API}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
