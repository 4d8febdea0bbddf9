"""Command lines for users run as they stand, with and without pip, and where nothing is on the PATH."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.io import command_lines
from core.io.command_lines import command_line, install_line, numpynet_line
from core.io.version import __version__

pytestmark = pytest.mark.environment


def test_words_are_quoted_where_they_need_it() -> None:
    line = command_line(sys.executable, "-c", "import sys; print(sys.argv[1:])", "a b", "c[d]", "e'f")
    found = subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout
    assert found.strip() == str(["a b", "c[d]", "e'f"])


@pytest.mark.parametrize("path", ["/nowhere", ""], ids=["elsewhere", "as it is"])
def test_the_program_is_called_whether_or_not_it_is_on_the_path(
    path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if path:
        monkeypatch.setenv("PATH", path)
    line = numpynet_line("--version")
    found = subprocess.run(line, shell=True, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert __version__ in found.stdout


def test_a_name_on_the_path_is_used_only_if_it_is_this_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(scripts))
    assert numpynet_line("a.json") == command_line(sys.executable, "-m", "playground", "a.json")
    script = scripts / ("numpynet.exe" if sys.platform == "win32" else "numpynet")
    script.touch()
    monkeypatch.setattr("shutil.which", lambda name: str(tmp_path / "other" / name))
    assert numpynet_line("a.json") == command_line(str(script), "a.json")
    monkeypatch.setattr("shutil.which", lambda name: str(script))
    assert numpynet_line("a.json") == "numpynet a.json"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert numpynet_line() == command_line(sys.executable)


def test_what_installs_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = find_spec("sys")
    monkeypatch.setattr(command_lines, "find_spec", lambda name: found)
    assert install_line("a[b]") == command_line(sys.executable, "-m", "pip", "install", "a[b]")
    # The environment of `make run`.
    monkeypatch.setattr(command_lines, "find_spec", lambda name: None)
    monkeypatch.setattr(command_lines, "_ROOT", tmp_path)
    rest = command_line("pip", "install", "--python", sys.executable, "a[b]", "c")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert install_line("a[b]", "c") == f"uv {rest}"
    own = tmp_path / ".tools" / "bin" / "uv"
    own.parent.mkdir(parents=True)
    own.touch()
    assert install_line("a[b]", "c") == f"{command_line(str(own))} {rest}"
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert install_line("a[b]", "c") == f"uv {rest}"
