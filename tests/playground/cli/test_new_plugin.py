"""A plug-in that is written, installed beside the program, and used as its author would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.cli import main
from playground.cli.new_plugin import MAX_NAME, write_plugin
from playground.headless.failure import HeadlessError
from playground.plugins import PLUGINS
from tests.playground.command_line import failing

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        *(
            (
                name,
                f"has at most {MAX_NAME} small letters, digits and _, the first one a letter, got {name!r}",
            )
            for name in ("Waves", "2waves", "my-waves", "../waves", "wäves", "", MAX_NAME * "w" + "w")
        ),
        ("relu", "The name 'relu' is taken by a layer; choose another one"),
        ("moons", "is taken by a dataset"),
        *((each.kind, "is taken by a plug-in") for each in PLUGINS[:1]),
        ("build", "is taken by a part of the window"),
        ("files", "is taken by a part of the window"),
        ("here", "There is a folder or a file called here already; choose another name"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(
    name: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here").touch()
    with pytest.raises(HeadlessError) as refused:
        write_plugin(name, Path(name))
    assert rule in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_the_command_says_what_it_wrote_and_refuses_a_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugin", "new", "my_waves"]) == 0
    *wrote, following = capsys.readouterr().out.splitlines()
    files = sorted(path for path in Path("my_waves").rglob("*") if path.is_file())
    assert sorted(wrote) == [f"wrote {path}" for path in files]
    assert following == "Next: pip install -e my_waves pytest && pytest my_waves"
    texts = [path.read_text() for path in files]
    assert not any("obble" in text for text in texts)
    assert sum(len([line for line in text.splitlines() if line]) for text in texts) < 100
    assert "is taken by a command" in failing(["plugin", "new", "train"], capsys)
    assert "already" in failing(["plugin", "new", "my_waves"], capsys)


_USE = """
from pathlib import Path
from PySide6.QtTest import QTest
from playground.plugins import PLUGINS
from playground.plugins.outside import load_kinds, load_plugins
load_plugins()
load_kinds()
assert PLUGINS.left_out == [], PLUGINS.left_out
from playground.plugin import NamedChart, TrainingState
from tests.benchmarks.open_window import as_the_application, close_window, make_window

window = make_window(as_the_application(), Path("preferences.json"))
window.session.start()

def wait_for(state):
    while window.session.state is not state:
        QTest.qWait(5)

wait_for(TrainingState.IDLE)
window.actions_by_name["page_my_waves"].trigger()
page = window.pages.shown.page
assert page.message.text() == "No layer has it: Ctrl+K, Use My waves"
window.actions_by_name["use_my_waves"].trigger()
assert not page.message.isVisible()
plot = page.findChild(NamedChart)
assert plot.area().contains(plot.at(0.0, 0.0))
assert {layer.activation.kind for layer in window.document.experiment.layers} == {"my_waves"}
wait_for(TrainingState.IDLE)
window.session.step_epochs(2)
wait_for(TrainingState.PAUSED)
window.document.undo_stack.undo()
assert page.message.isVisible()
close_window(window)

import numpy as np
import pytest
from playground.cli import main

print("used")
assert main(["my_waves"]) == 0
raise SystemExit(pytest.main(["-q", "-p", "no:cacheprovider", "my_waves"]))
"""


def test_it_works_as_it_is(tmp_path: Path) -> None:
    """In a process of its own: what `pip install -e` writes, on the path."""
    write_plugin("my_waves", tmp_path / "my_waves")
    info = tmp_path / "numpynet_my_waves-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: numpynet-my-waves\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text(
        "[numpynet.plugins]\nmy_waves = numpynet_my_waves:PLUGIN\n"
        "[numpynet.kinds]\nmy_waves = numpynet_my_waves.kinds\n"
    )
    path = os.pathsep.join(map(str, (tmp_path, tmp_path / "my_waves", ROOT)))
    run = subprocess.run(
        [sys.executable, "-c", _USE], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    said, table, *_ = run.stdout.splitlines()
    assert (said, table) == ("used", " -2.0  -1.1732   1.7568")
    assert "2 passed" in run.stdout
