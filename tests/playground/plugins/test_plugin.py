"""What a plug-in declares, and that each folder can be taken away."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from playground.commands.action_table import TABLE
from playground.plugins import PLUGINS, plugin
from playground.plugins.plugin import ActionRow, Plugin, Plugins, ordered
from playground.window.main_window import MainWindow
from tests.forked_programs import ForkedPrograms

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


KINDS = sorted(plugin.kind for plugin in PLUGINS)
SUBSETS = [random.Random(number).sample(KINDS, 2 + number) for number in range(10)]


@pytest.fixture(scope="module")
def without(
    _forked: ForkedPrograms, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[str]], None]:
    """Open what was saved with all plug-ins without some of them, save it to the same bytes, and train."""
    folder = tmp_path_factory.mktemp("subsets")

    def run(gone: Sequence[str]) -> None:
        command = [sys.executable, "-I", str(Path(__file__).with_name("any_subset.py")), str(folder), *gone]
        done = _forked.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert (done.stdout, done.returncode) == ("opened, saved and trained", 0), done.stderr

    run(())
    return run


def test_the_window_opens_saves_and_trains_without_any_plug_in(
    without: Callable[[Sequence[str]], None],
) -> None:
    without(KINDS)


@pytest.mark.slow(reason="1 s each")
@pytest.mark.parametrize("gone", [*([kind] for kind in KINDS), *SUBSETS], ids="+".join)
def test_any_of_them_can_be_taken_away(without: Callable[[Sequence[str]], None], gone: list[str]) -> None:
    without(gone)


def test_no_plug_in_takes_the_place_of_the_windows_own_controllers(window: MainWindow) -> None:
    own = window.controllers
    window.plugins = {**window.plugins, "files": object()}
    assert window.controllers["files"] is own["files"] is window.files
