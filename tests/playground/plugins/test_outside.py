"""Plug-ins of other packages: one that is installed and used, and those that are left out."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel

from core.nn import LAYERS
from core.spec import Registry, SettingError
from playground.plugins import outside
from playground.plugins.plugin import API, Plugin, Plugins
from playground.training.snapshot_rate import Turn
from playground.window.panels import DockRow

pytestmark = pytest.mark.environment

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs/contributing/plug-in"
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """None yet."""
    made = Plugins()
    monkeypatch.setattr(outside, "PLUGINS", made)
    monkeypatch.setattr(Registry, "absent", "")
    return made


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write a package with this source and an entry point that names `value` in it."""

    def write(name: str, source: str, value: str = ":PLUGIN", group: str = "plugins") -> None:
        (tmp_path / f"{name}.py").write_text(source)
        info = tmp_path / f"{name}-0.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.3\n")
        (info / "entry_points.txt").write_text(f"[numpynet.{group}]\n{name} = {name}{value}\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    yield write  # type: ignore[misc]
    for name in [name for name in sys.modules if name.startswith("offered_")]:
        del sys.modules[name]


_GOOD = f"from playground.plugin import Plugin\nPLUGIN = Plugin('x', 'X', api={API})\n"


def test_one_is_found_with_version_and_folder(
    plugins: Plugins, offer: Callable[..., None], tmp_path: Path
) -> None:
    offer("offered_good", _GOOD)
    outside.load_plugins()
    assert [plugin.kind for plugin in plugins] == ["x"]
    assert plugins.others == [f"Plug-in offered_good (offered_good 0.3, {tmp_path})"]
    assert plugins.left_out == []
    assert "offered_good" in plugins.packages


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (_GOOD.replace(f"api={API}", f"api={API + 1}"), f"for api={API} of plug-ins, got api={API + 1}"),
        (
            _GOOD.replace(f"api={API}", "api=1"),
            "got api=1; since then a plug-in imports from playground.plugin alone",
        ),
        (_GOOD.replace(f", api={API}", ""), "got api=0"),
        ("PLUGIN = 7\n", "it must be a Plugin, got int"),
        ("1 / 0\n", "division by zero"),
        ("raise SystemExit\n", "SystemExit"),
        ("def\n", "invalid syntax"),
        ("import not_there_at_all\n", "No module named 'not_there_at_all'"),
        ("raise BaseException('all of it')\n", "all of it"),
        ("class Odd(Exception):\n    def __str__(self): 1 / 0\nraise Odd\n", "left out: Odd"),
        (r"raise ValueError('\x1b[31m red\x07 \u202e')", "U+001B[31m redU+0007 U+202E"),
        (_GOOD.replace("'X'", "'X', commands=7"), "its commands must be a tuple of ActionRow, got 7"),
        (_GOOD.replace("'X'", "'X', pages=(1,)"), "its pages must be a tuple of PageRow, got (1,)"),
        ("while True:\n    pass\n", "it takes more than 0.1 seconds to load"),
        ("import time\ntime.sleep(60)\n", "it takes more than 0.1 seconds to load"),
        ("import threading\nthreading.Event().wait(60)\n", "it takes more than 0.1 seconds to load"),
    ],
    ids=lambda value: "",
)
def test_one_that_fails_is_left_out_with_a_sentence(
    plugins: Plugins,
    offer: Callable[..., None],
    source: str,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "MAX_SECONDS", 0.1 if "0.1" in reason else 60.0)
    offer("offered_bad", source)
    outside.load_plugins()
    (sentence,) = plugins.left_out
    assert sentence.startswith("The plug-in offered_bad (offered_bad 0.3, ")
    assert reason in sentence
    assert list(plugins) == plugins.others == []


@pytest.mark.parametrize("value", [" not a module", ":", ":a:b", ".:", "", "\nno_value"])
def test_an_entry_point_that_cannot_be_read_is_left_out(
    plugins: Plugins, offer: Callable[..., None], value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    offer("offered_bad", _GOOD, value)
    offer("offered_good", _GOOD)
    outside.load_plugins()
    assert len(plugins.left_out) == 1
    assert [plugin.kind for plugin in plugins] == ["x"]
    assert capsys.readouterr().err == f"numpynet: {plugins.left_out[0]}\n"


def test_one_that_nothing_interrupts_ends_the_program_with_a_sentence(
    plugins: Plugins,
    offer: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(outside, "MAX_SECONDS", 0.1)
    monkeypatch.setattr(outside.os, "_exit", codes.append)
    monkeypatch.setattr(outside, "ended", codes, raising=False)
    offer(
        "offered_bad",
        "import signal, time\nfrom playground.plugins import outside\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "while not outside.ended: time.sleep(0.01)\nPLUGIN = 7\n",
    )
    outside.load_plugins()
    assert codes == [1]
    assert "The plug-in offered_bad" in (said := capsys.readouterr().err)
    assert "does not end; try again with --no-plugins\n" in said


def test_ctrl_c_still_ends_the_program_while_one_is_loaded(
    plugins: Plugins, offer: Callable[..., None]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    offer("offered_bad", "import signal\nsignal.raise_signal(signal.SIGINT)\n")
    with pytest.raises(KeyboardInterrupt):
        outside.load_plugins()
    assert signal.getsignal(signal.SIGINT) is before


def test_kinds_are_imported_once_and_those_that_fail_are_told(
    plugins: Plugins, offer: Callable[..., None]
) -> None:
    offer("offered_kinds", "import offered_note\n", "", "kinds")
    outside.load_kinds()
    outside.load_kinds()
    (sentence,) = plugins.left_out
    assert sentence.endswith("No module named 'offered_note'")


def test_one_with_rows_and_kinds_is_listed_once(
    plugins: Plugins, offer: Callable[..., None], tmp_path: Path
) -> None:
    offer("offered_good", _GOOD)
    with (tmp_path / "offered_good-0.3.dist-info/entry_points.txt").open("a") as file:
        file.write("[numpynet.kinds]\noffered_good = offered_good\n")
    outside.load_plugins()
    outside.load_kinds()
    assert plugins.others == [f"Plug-in offered_good (offered_good 0.3, {tmp_path})"]


def test_a_kind_that_is_not_there_may_be_of_one_that_is_left_out(plugins: Plugins) -> None:
    plugins.are_off = True
    outside.load_kinds()
    hint = "a plug-in that is left out may have it, or did you mean 'gaussian_noise'?"
    with pytest.raises(SettingError, match=re.escape(f"There is no layer called 'gaussian'; {hint}")):
        LAYERS.get("gaussian")


def test_what_raises_later_is_told_and_leaves_the_window_alone(plugins: Plugins, qtbot: object) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such sensor")

    row = DockRow("x", "X", RIGHT, 9, fail, Turn.EACH, connect=fail)  # type: ignore[arg-type]
    outside._register(Plugin("x", "X", docks=lambda: [row], controller=fail, api=API))
    docks: list[DockRow] = []
    plugins.each("docks", docks.append)
    dock = QDockWidget()
    shown = docks[0].make(None, dock)  # type: ignore[arg-type]
    assert isinstance(shown, QLabel)
    assert shown.text() == "X cannot be shown"
    assert docks[0].connect is not None
    docks[0].connect(None, shown)  # type: ignore[arg-type]
    said: list[str] = []
    window = type("Window", (), {"show_message": said.append})
    controller = plugins[0].controller
    assert controller is not None
    controller(window).anything()
    assert said == ["The plug-in X cannot do this"]
    assert plugins.left_out == ["The plug-in X is left out: no such sensor"]


def test_a_dock_that_cannot_draw_lets_the_others_draw(plugins: Plugins, qtbot: object) -> None:
    class Sensor(QLabel):
        def show_snapshot(self, snapshot: object) -> None:
            raise RuntimeError(f"no room for {snapshot}")

    row = DockRow("x", "X", RIGHT, 9, lambda panels, dock: Sensor(dock), Turn.EACH)
    outside._register(Plugin("x", "X", docks=lambda: [row], api=API))
    docks: list[DockRow] = []
    plugins.each("docks", docks.append)
    made = docks[0].make(None, QDockWidget())  # type: ignore[arg-type]
    for _ in range(2):
        made.show_snapshot("a moment")
    assert plugins.left_out == ["The plug-in X is left out: no room for a moment"]


def test_a_row_that_the_window_refuses_is_left_out_unless_it_is_its_own(plugins: Plugins) -> None:
    def refuse(row: object) -> None:
        raise ValueError("'why' is registered twice")

    plugins.register(Plugin("x", "X", docks=lambda: [1], api=API))
    plugins.each("docks", refuse)
    assert plugins.left_out == ["The plug-in X is left out: 'why' is registered twice"]
    plugins.register(Plugin("y", "Y", docks=lambda: [1]))
    with pytest.raises(ValueError, match="registered twice"):
        plugins.each("docks", refuse)


_SESSION = """
import wave
from pathlib import Path
from time import monotonic
import numpy as np
from PySide6.QtTest import QTest
from playground.plugins import PLUGINS
from playground.plugins.outside import load_kinds, load_plugins
load_plugins()
load_kinds()
assert PLUGINS.left_out == [], PLUGINS.left_out
from core.nn import LAYERS
from playground.training.state import TrainingState
from playground.views.dialogs.shortcuts import AboutDialog
from tests.benchmarks.open_window import as_the_application, close_window, make_window

def wait_for(is_done):
    end = monotonic() + 120
    while not is_done():
        assert monotonic() < end
        QTest.qWait(5)

with wave.open("tone.wav", "wb") as file:
    file.setparams((1, 2, 8_000, 0, "NONE", ""))
    file.writeframes((20_000 * np.sin(np.arange(4_000) / 7)).astype("<i2").tobytes())
window = make_window(as_the_application(), Path("preferences.json"))
window.session.start()
wait_for(lambda: window.session.state is TrainingState.IDLE)
window.plugins["sounds"].use(Path("tone.wav"))
document = window.document
assert document.experiment.dataset.kind == "sound"
layers = (document.experiment.layers[0], LAYERS.make("fold"))
document.change("Fold", document.experiment.replace(layers=layers))
dock = window.panels.dock("folds")
dock.show()
dock.raise_()
wait_for(lambda: window.session.state is TrainingState.IDLE)
window.session.step_epochs(3)
wait_for(lambda: window.session.state is TrainingState.PAUSED)
view = dock.widget()
wait_for(lambda: [len(folds) for folds in view.folds] == [layers[0].units])
assert not view.grab().toImage().allGray()
window.files.saver.save(Path("tone.nnplay"))
wait_for(lambda: document.path is not None and not document.unsaved)
print(AboutDialog(window).versions)
close_window(window)
"""


@pytest.mark.slow(reason="10 s")
def test_the_example_is_installed_and_used(tmp_path: Path) -> None:
    """In an environment of its own: what `pip install` writes, in a folder that Python looks through."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".tools" / "bin"))
    if uv is None:
        pytest.skip("uv is not here to install the example with")
    place, source = tmp_path / "environment", tmp_path / "plug-in"
    shutil.copytree(EXAMPLE, source)
    words = "pip", "install", "-q", "--no-build-isolation", "--no-deps", "--offline", "--python"
    made = subprocess.run(
        [uv, *words, sys.executable, "--target", str(place), str(source)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"the example cannot be built here: {made.stderr.strip()[-200:]}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (place, ROOT)))}

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    assert f"Plug-in sounds (numpynet-sounds 0.1, {place})" in run("-c", _SESSION)
    assert "test samples" in run("-m", "playground", "evaluate", "tone.nnplay")
    refused = run("-m", "playground", "--no-plugins", "evaluate", "tone.nnplay", code=1)
    assert "a plug-in that is left out may have it" in refused
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(source / "tests"))
